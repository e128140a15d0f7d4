/* What the front promises over TLS, one test each. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/str.h"
#include "test/lib/front.h"
#include "test/lib/keys.h"

static char answer[4000];

/* SHA-256 of the certificate at name.pem, hex. */
static void
digest_of(const char *name, char ret[65])
{
	unsigned char digest[32];
	char file[64];
	X509 *cert;
	FILE *in;

	(void)snprintf(file, sizeof(file), "%s.pem", name);
	in = fopen(keys_path(file), "r");
	assert_non_null(in);
	cert = PEM_read_X509(in, NULL, NULL, NULL);
	(void)fclose(in);
	assert_non_null(cert);
	assert_int_equal(X509_digest(cert, EVP_sha256(), digest, NULL), 1);
	X509_free(cert);
	str_hex(ret, digest, sizeof(digest));
}

/* Start with sources "pinned" (certificate tls-source) and "other" (tls-sgo,
 * revoked); http is more settings of the section. */
static struct front_test *
start(const char *http)
{
	char settings[600], more[600], pinned[65], other[65];

	keys_setup();
	digest_of("tls-source", pinned);
	digest_of("tls-sgo", other);
	(void)snprintf(settings, sizeof(settings),
	    "tls_cert = \"%s\" tls_key = \"%s\" body_timeout_ms = 1500 %s",
	    keys_path("tls.pem"), keys_path("tls.key"), http);
	(void)snprintf(more, sizeof(more),
	    "source \"pinned\" { role = \"zags\" cert_sha256 = {\"%s\"} }\n"
	    "source \"other\" { role = \"zags\" cert_sha256 = {\"%s\"}"
	    " revoked = true }\n",
	    pinned, other);
	return front_start(settings, more);
}

/* Ask over TLS with the certificate name, "" none; 0: no handshake. */
static int
ask_tls(const struct front_test *test, const char *name, int version,
    const char *request)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int fd = front_connect(test), status = 0, bytes, used = 0;
	char file[64];
	SSL *ssl;

	(void)SSL_CTX_set_max_proto_version(ctx, version);
	(void)SSL_CTX_set_min_proto_version(ctx, 0);
	SSL_CTX_set_security_level(ctx, 0);
	(void)SSL_CTX_load_verify_file(ctx, keys_path("tlsca.pem"));
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	if (*name != '\0') {
		(void)snprintf(file, sizeof(file), "%s.pem", name);
		assert_int_equal(SSL_CTX_use_certificate_file(
				     ctx, keys_path(file), SSL_FILETYPE_PEM),
		    1);
		(void)snprintf(file, sizeof(file), "%s.key", name);
		assert_int_equal(SSL_CTX_use_PrivateKey_file(
				     ctx, keys_path(file), SSL_FILETYPE_PEM),
		    1);
	}
	ssl = SSL_new(ctx);
	(void)SSL_set_fd(ssl, fd);
	answer[0] = '\0';
	if (SSL_connect(ssl) == 1
	    && SSL_write(ssl, request, (int)strlen(request)) > 0)
		while (used < (int)sizeof(answer) - 1
		    && (bytes = SSL_read(
			    ssl, answer + used, (int)sizeof(answer) - 1 - used))
			> 0) {
			used += bytes;
			answer[used] = '\0';
		}
	if (used > 12)
		(void)sscanf(answer, "HTTP/1.1 %d", &status);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	(void)close(fd);
	return status;
}

#define PACKET                                                          \
	"POST /v1/packets HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" \
	"Content-Type: text/xml\r\nContent-Length: 4\r\n"
#define BODY    "\r\n<a/>"
#define TLS_1_2 TLS1_2_VERSION
#define TLS_1_3 TLS1_3_VERSION

static void
certificate_says_who_it_is(void **state)
{
	assert_int_equal(
	    ask_tls(*state, "tls-source", TLS_1_3, PACKET BODY), 202);
	assert_non_null(strstr(answer, "pinned|"));
	assert_int_equal(
	    ask_tls(*state, "tls-source", TLS_1_2, PACKET BODY), 202);
	assert_non_null(strstr(answer, "pinned|"));
}

static void
unknown_certificate_is_nobody_and_revoked_is_refused(void **state)
{
	assert_int_equal(ask_tls(*state, "", TLS_1_3, PACKET BODY), 401);
	assert_int_equal(
	    ask_tls(*state, "tls-zags", TLS_1_3, PACKET BODY), 401);
	assert_int_equal(ask_tls(*state, "tls-sgo", TLS_1_3, PACKET BODY), 403);
}

static void
key_counts_without_a_certificate_and_not_against_one(void **state)
{
	const char *with_key =
	    PACKET "Authorization: Bearer " KEY_SCHOOL "\r\n" BODY;

	assert_int_equal(ask_tls(*state, "", TLS_1_3, with_key), 202);
	assert_non_null(strstr(answer, "school|"));
	assert_int_equal(ask_tls(*state, "tls-source", TLS_1_3, with_key), 403);
	assert_int_equal(ask_tls(*state, "tls-source", TLS_1_3,
			     PACKET "Authorization: Bearer wrong\r\n" BODY),
	    401);
}

static void
old_tls_and_plain_text_are_not_served(void **state)
{
	char text[200];
	int fd = front_connect(*state);

	assert_int_equal(
	    ask_tls(*state, "tls-source", TLS1_1_VERSION, PACKET BODY), 0);
	send_text(fd, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
	read_all(fd, text, sizeof(text));
	assert_null(strstr(text, "200 OK"));
	(void)close(fd);
}

static void
handshake_that_never_ends_is_ended(void **state)
{
	int fd = front_connect(*state);
	char text[10];

	send_bytes(fd, "\x16\x03\x01", 3);
	read_all(fd, text, sizeof(text)); /* closed at body_timeout_ms */
	assert_string_equal(text, "");
	(void)close(fd);
}

static void
authority_refuses_strangers_in_the_handshake(void **state)
{
	char settings[300];
	struct front_test *test;

	(void)state;
	keys_setup();
	(void)snprintf(settings, sizeof(settings), "client_ca = \"%s\"",
	    keys_path("tlsca.pem"));
	test = start(settings);
	assert_int_equal(
	    ask_tls(test, "tls-source", TLS_1_3, PACKET BODY), 202);
	assert_int_equal(ask_tls(test, "tls", TLS_1_3, PACKET BODY), 0);
	assert_int_equal(ask_tls(test, "", TLS_1_3, PACKET BODY), 401);
	assert_int_equal(front_stop(test), 0);
}

static int
set_up(void **state)
{
	*state = start("");
	return 0;
}

static int
tear_down(void **state)
{
	return front_stop(*state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_says_who_it_is),
		cmocka_unit_test(
		    unknown_certificate_is_nobody_and_revoked_is_refused),
		cmocka_unit_test(
		    key_counts_without_a_certificate_and_not_against_one),
		cmocka_unit_test(old_tls_and_plain_text_are_not_served),
		cmocka_unit_test(handshake_that_never_ends_is_ended),
		cmocka_unit_test(authority_refuses_strangers_in_the_handshake),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
