/*
 * gateway/http/http_tls.h - the server's TLS: its certificate, and whose
 * clients' certificates it looks at.
 *
 * A client may show a certificate and need not.  Without an authority
 * (client_ca) any is taken in the handshake, and means nothing until its
 * digest is found among the pinned ones of a source.
 */
#ifndef GATEWAY_HTTP_HTTP_TLS_H
#define GATEWAY_HTTP_HTTP_TLS_H

#include <openssl/ssl.h>

struct config_http;
struct err;

/*
 * *ret is NULL where no certificate is set.
 *
 * Errors: ERR_FATAL HTTP_TLS.
 */
int
http_tls_new(const struct config_http *config, SSL_CTX **ret, struct err *err);

#endif
