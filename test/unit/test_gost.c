/* The promises of crypto/gost.h, keystore.h and trust.h, one test each. */
#include "test/lib/unit.h"

#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "test/lib/keys.h"

#define YEAR_2020_MS INT64_C(1590000000000)
#define YEAR_2090_MS INT64_C(3800000000000)

static void
known_answers_are_right(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_int_equal(gost_selftest(&err), 0);
}

static void
pieces_give_the_digest_of_the_whole(void **state)
{
	unsigned char whole[64], pieces[64];
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (int which = GOST_STREEBOG_256; which <= GOST_34_11_94; which++) {
		struct gost_stream stream;

		gost_digest((enum gost_digest)which, text, sizeof(text), whole);
		gost_stream_init(&stream, (enum gost_digest)which);
		for (int again = 0; again < 2; again++) {
			for (size_t i = 0; i < sizeof(text); i += 100)
				gost_stream_add(&stream, text + i, 100);
			gost_stream_end(&stream, pieces);
			assert_memory_equal(whole, pieces,
			    gost_digest_bytes((enum gost_digest)which));
		}
		gost_stream_release(&stream);
	}
}

static void
hmac_depends_on_key_and_text(void **state)
{
	unsigned char key[32] = { 1 }, a[32], b[32], c[32];

	(void)state;
	gost_hmac(key, "abc", 3, a);
	gost_hmac(key, "abd", 3, b);
	key[31] = 1;
	gost_hmac(key, "abc", 3, c);
	assert_memory_not_equal(a, b, 32);
	assert_memory_not_equal(a, c, 32);
}

static struct keypair *
load(const char *key, const char *cert)
{
	struct keypair *pair = NULL;
	struct err err = { 0 };

	if (keypair_load(keys_path(key), keys_path(cert), &pair, &err) == -1)
		fail_msg("%s: %s", err.code, err.text);
	return pair;
}

static void
expect_load_error(const char *key, const char *cert, const char *code)
{
	struct keypair *pair = NULL;
	struct err err = { 0 };

	assert_int_equal(
	    keypair_load(keys_path(key), keys_path(cert), &pair, &err), -1);
	assert_string_equal(err.code, code);
	assert_int_equal(err.kind, ERR_FATAL);
	assert_null(pair);
}

static void
key_signs_what_its_certificate_verifies(void **state)
{
	static const char *const names[][2] = { { "caller.key", "caller.pem" },
		{ "caller512.key", "caller512.pem" },
		{ "xcha.key", "xcha.pem" } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct keypair *pair = load(names[i][0], names[i][1]);
		size_t bytes =
		    gost_digest_bytes((enum gost_digest)keypair_digest(pair));
		unsigned char digest[64] = { 7, 8, 9 }, value[128];
		size_t value_bytes = sizeof(value);
		struct err err = { 0 };
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(
		    X509_get0_pubkey(keypair_cert(pair)), NULL);

		assert_int_equal(bytes, i == 1 ? 64 : 32);
		assert_int_equal(keypair_sign(pair, digest, bytes, value,
				     &value_bytes, &err),
		    0);
		assert_int_equal(value_bytes, 2 * bytes);
		assert_true(EVP_PKEY_verify_init(ctx) > 0);
		assert_int_equal(
		    EVP_PKEY_verify(ctx, value, value_bytes, digest, bytes), 1);
		EVP_PKEY_CTX_free(ctx);
		keypair_free(pair);
	}
}

static void
digest_of_another_length_is_not_signed(void **state)
{
	struct keypair *pair = load("caller.key", "caller.pem");
	unsigned char digest[64] = { 0 }, value[128];
	size_t value_bytes = sizeof(value);
	struct err err = { 0 };

	(void)state;
	assert_int_equal(
	    keypair_sign(pair, digest, 64, value, &value_bytes, &err), -1);
	assert_string_equal(err.code, "KEY_SIGN");
	keypair_free(pair);
}

static void
wrong_files_are_told_apart(void **state)
{
	(void)state;
	expect_load_error("caller.key", "smev.pem", "KEY_MISMATCH");
	expect_load_error("absent.key", "smev.pem", "KEY_READ");
	expect_load_error("smev.pem", "smev.pem", "KEY_READ");
	expect_load_error("tls.key", "tls.pem", "KEY_READ");
	expect_load_error("smev.key", "smev.key", "KEY_CERT");
}

static X509 *
cert(const char *name)
{
	struct err err = { 0 };
	X509 *x = NULL;

	assert_int_equal(cert_load(keys_path(name), &x, &err), 0);
	return x;
}

static void
expect_trust(
    struct trust *trust, const char *name, int64_t at_ms, const char *code)
{
	struct err err = { 0 };
	X509 *x = cert(name);

	/* Twice: what was remembered must not say something else. */
	for (int i = 0; i < 2; i++) {
		int rc = trust_check(trust, x, at_ms, &err);

		if (code == NULL && rc != 0)
			fail_msg("%s: %s", name, err.text);
		assert_int_equal(rc, code == NULL ? 0 : -1);
		if (code != NULL)
			assert_string_equal(err.code, code);
	}
	X509_free(x);
}

static void
chain_counts_within_its_dates_and_crl(void **state)
{
	struct trust *trust = trust_new();
	struct err err = { 0 };
	int64_t now = clock_now_ms();

	(void)state;
	expect_trust(trust, "caller.pem", now, "DSIG_TRUST");
	assert_int_equal(trust_add_ca(trust, keys_path("ca.pem"), &err), 0);
	expect_trust(trust, "caller.pem", now, NULL);
	expect_trust(trust, "caller512.pem", now, NULL);
	expect_trust(trust, "caller.pem", YEAR_2020_MS, "DSIG_NOT_YET");
	expect_trust(trust, "caller.pem", YEAR_2090_MS, "DSIG_EXPIRED");
	expect_trust(trust, "expired.pem", now, "DSIG_EXPIRED");
	expect_trust(trust, "future.pem", now, "DSIG_NOT_YET");
	expect_trust(trust, "stranger.pem", now, "DSIG_TRUST");
	expect_trust(trust, "revoked.pem", now, NULL);
	/* The CRL makes it forget that the chain was good. */
	assert_int_equal(trust_add_ca(trust, keys_path("ca.crl"), &err), 0);
	expect_trust(trust, "revoked.pem", now, "DSIG_REVOKED");
	expect_trust(trust, "caller.pem", now, NULL);
	trust_free(trust);
}

static void
pin_counts_without_a_chain(void **state)
{
	struct trust *trust = trust_new();
	struct err err = { 0 };
	char hex[65];
	X509 *x = cert("source.pem");
	int64_t now = clock_now_ms();

	(void)state;
	assert_int_equal(trust_pin(trust, keys_path("stranger.pem"), &err), 0);
	expect_trust(trust, "stranger.pem", now, NULL);
	expect_trust(trust, "caller.pem", now, "DSIG_TRUST");
	trust_fingerprint(x, hex);
	for (char *p = hex; *p != '\0'; p++)
		if (*p >= 'a')
			*p -= 'a' - 'A';
	trust_pin_fingerprint(trust, hex);
	expect_trust(trust, "source.pem", now, NULL);
	assert_int_equal(trust_pin(trust, keys_path("expired.pem"), &err), 0);
	expect_trust(trust, "expired.pem", now, "DSIG_EXPIRED");
	assert_int_equal(trust_pin(trust, keys_path("absent.pem"), &err), -1);
	assert_string_equal(err.code, "TRUST_READ");
	X509_free(x);
	trust_free(trust);
}

static void
certificate_for_other_use_does_not_count(void **state)
{
	struct trust *trust = trust_new();
	struct err err = { 0 };

	(void)state;
	/* The CA itself may sign certificates and CRLs, nothing else. */
	assert_int_equal(trust_add_ca(trust, keys_path("ca.pem"), &err), 0);
	expect_trust(trust, "ca.pem", clock_now_ms(), "DSIG_TRUST");
	trust_free(trust);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers_are_right),
		cmocka_unit_test(pieces_give_the_digest_of_the_whole),
		cmocka_unit_test(hmac_depends_on_key_and_text),
		cmocka_unit_test(key_signs_what_its_certificate_verifies),
		cmocka_unit_test(digest_of_another_length_is_not_signed),
		cmocka_unit_test(wrong_files_are_told_apart),
		cmocka_unit_test(chain_counts_within_its_dates_and_crl),
		cmocka_unit_test(pin_counts_without_a_chain),
		cmocka_unit_test(certificate_for_other_use_does_not_count),
	};

	keys_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
