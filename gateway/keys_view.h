/*
 * gateway/keys_view.h - what others than the signer have to know of our keys:
 * by which digest a file is signed now.  From certificates only.
 */
#ifndef GATEWAY_KEYS_VIEW_H
#define GATEWAY_KEYS_VIEW_H

#include <stdint.h>

#include "crypto/gost.h"

struct config;
struct err;
struct keys_view;

/*
 * Read the certificates of the settings' keys; before the user is changed.
 *
 * Errors: ERR_FATAL KEY_READ.
 */
int keys_view_read(
    const struct config *config, struct keys_view **ret, struct err *err);
void keys_view_free(struct keys_view *view); /* NULL is fine */
/* Of the official's key that signs at now_ms, else of the system's; of 256 bits
 * where there is none. */
enum gost_digest keys_view_digest(const struct keys_view *view, int64_t now_ms);

#endif
