/*
 * tools/kontingent-load/load_sign.h - a packet signed by its source.
 */
#ifndef LOAD_SIGN_H
#define LOAD_SIGN_H

struct buf;
struct err;
struct keypair;

/*
 * Put an enveloped ds:Signature in as the last child of the packet in *xml,
 * whose root has an Id.
 *
 * Errors: those of dsig_prepare() and keypair_sign().
 */
int load_sign(const struct keypair *key, struct buf *xml, struct err *err);

#endif
