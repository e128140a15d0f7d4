/*
 * gateway/door/door_wsdl.h - the description of the adapter's service, with its
 * schemas inside and the address under which it is asked for.
 */
#ifndef GATEWAY_DOOR_DOOR_WSDL_H
#define GATEWAY_DOOR_DOOR_WSDL_H

struct buf;
struct config;
struct door_wsdl;

/*
 * Read the schemas from the folder of the settings, before the sandbox.
 * Returns NULL when they are not there: then there is no description.
 */
struct door_wsdl *door_wsdl_new(const struct config *config);
void door_wsdl_free(struct door_wsdl *wsdl); /* NULL is fine */
/* Append the whole document; address is a URL. */
void door_wsdl_write(
    const struct door_wsdl *wsdl, const char *address, struct buf *out);

#endif
