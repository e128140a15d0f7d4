/*
 * gateway/http/http_auth.h - who it is that asks, and how often it may.
 *
 * A source proves itself by a bearer key or by a client certificate; both are
 * kept as SHA-256 only.  Every key is compared, in constant time.
 */
#ifndef GATEWAY_HTTP_HTTP_AUTH_H
#define GATEWAY_HTTP_HTTP_AUTH_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct config_source;
struct http_auth;
struct http_request;

/* Knows the sources of config, which must outlive it. */
struct http_auth *http_auth_new(const struct config *config);
void http_auth_free(struct http_auth *auth); /* NULL is fine */

/*
 * The source that sent req, or NULL with the code of doc/codes.tsv that says
 * why not: SRC_UNKNOWN no or a wrong proof, SRC_DENIED revoked, or key and
 * certificate of different sources.
 */
const struct config_source *http_auth_source(struct http_auth *auth,
    const struct http_request *req, const char **ret_code);
/* Whether req shows a key, or a client certificate, whose SHA-256 that is: 64
 * hex digits. */
bool http_auth_shows(const struct http_request *req, const char *sha256);
/*
 * Count one packet of source at now_ms (base/clock mono).
 *
 * Returns 0, or after how many seconds it may send the next.
 */
int64_t http_auth_rate(
    struct http_auth *auth, const struct config_source *source, int64_t now_ms);

#endif
