#include "gateway/http/http_tls.h"

#include <openssl/err.h>

#include "base/err.h"
#include "gateway/config.h"

static int
take_any(int ok, X509_STORE_CTX *ctx)
{
	(void)ok;
	(void)ctx;
	return 1;
}

static int
fail(struct err *err, const char *what, const char *path)
{
	char why[120];

	ERR_error_string_n(ERR_peek_last_error(), why, sizeof(why));
	ERR_clear_error();
	return err_set(
	    err, ERR_FATAL, "HTTP_TLS", "%s: %.80s: %s", what, path, why);
}

static int
load(SSL_CTX *ctx, const struct config_http *config, struct err *err)
{
	if (SSL_CTX_use_certificate_chain_file(ctx, config->tls_cert) != 1)
		return fail(err, "http.tls_cert", config->tls_cert);
	if (SSL_CTX_use_PrivateKey_file(ctx, config->tls_key, SSL_FILETYPE_PEM)
		!= 1
	    || SSL_CTX_check_private_key(ctx) != 1)
		return fail(err, "http.tls_key", config->tls_key);
	if (config->client_ca[0] == '\0') {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, take_any);
		return 0;
	}
	if (SSL_CTX_load_verify_file(ctx, config->client_ca) != 1)
		return fail(err, "http.client_ca", config->client_ca);
	SSL_CTX_set_client_CA_list(
	    ctx, SSL_load_client_CA_file(config->client_ca));
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return 0;
}

int
http_tls_new(const struct config_http *config, SSL_CTX **ret, struct err *err)
{
	static const unsigned char name[] = "kontingent";
	SSL_CTX *ctx;

	if (config->tls_cert[0] == '\0') {
		*ret = NULL;
		return 0;
	}
	if ((ctx = SSL_CTX_new(TLS_server_method())) == NULL)
		return fail(err, "TLS", "no context");
	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	(void)SSL_CTX_set_options(
	    ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	(void)SSL_CTX_set_session_id_context(ctx, name, sizeof(name) - 1);
	if (load(ctx, config, err) == -1) {
		SSL_CTX_free(ctx);
		return -1;
	}
	*ret = ctx;
	return 0;
}
