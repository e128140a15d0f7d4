/*
 * gateway/flow/seal.h - in a sealer: a job of store becomes a signed call, one
 * round with the signer for each signature.
 *
 * In this order, because each covers what came before: files, an official's
 * over the content, then routing (1.3), then the caller's.  Pure: it is asked what to have signed, and told
 * the signature.
 */
#ifndef GATEWAY_FLOW_SEAL_H
#define GATEWAY_FLOW_SEAL_H

#include "gateway/flow/job.h"

struct arena;
struct buf;
struct config;
struct err;
struct seal;

/*
 * Begin job; what it points to may go afterwards.  *ret lives in arena.
 *
 * Errors: ERR_HOLD SMEV_PERSONAL_NO_ID what an official has to sign has no Id;
 * PKT_XML_*; those of flow_encode_send().
 */
int seal_begin(const struct config *config, const struct seal_job *job,
    struct arena *arena, struct seal **ret, struct err *err);
/*
 * What has to be signed next, when a key of use i signs digests of
 * algorithms[i] (enum gost_digest).
 *
 * Returns 1 with *ret, 0 when all is signed, or -1: ERR_HOLD SMEV_UNSENDABLE and
 * those of smev_sign_prepare().
 */
int seal_ask(struct seal *seal, const int algorithms[KEY_USES],
    struct sign_job *ret, struct err *err);
/*
 * The signer's answer to that.
 *
 * Errors: ERR_RETRY with the signer's code; ERR_HOLD SMEV_UNSENDABLE no key as
 * that one signs a file of the store.
 */
int
seal_take(struct seal *seal, const struct signed_value *value, struct err *err);
/*
 * All is signed: append what HTTP carries to *out, and its Content-Type to
 * *type.
 *
 * Errors: ERR_HOLD SMEV_UNSENDABLE.
 */
int
seal_end(struct seal *seal, struct buf *out, struct buf *type, struct err *err);

#endif
