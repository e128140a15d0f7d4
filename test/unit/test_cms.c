/* The promises of crypto/cms.h, one test each. */
#include "test/lib/unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "crypto/cms.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "test/lib/keys.h"
#include "test/lib/signer.h"

#define FILE_TEXT "made-up file\n"

static struct trust *trust;

static void
sign_file(const char *key_name, struct buf *sig)
{
	struct keypair *key = signer_key(key_name);
	enum gost_digest which = (enum gost_digest)keypair_digest(key);
	unsigned char digest[GOST_DIGEST_MAX];
	struct err err;

	buf_init(sig, 0);
	gost_digest(which, FILE_TEXT, strlen(FILE_TEXT), digest);
	if (cms_sign(key, digest, gost_digest_bytes(which), clock_now_ms(), sig,
		&err)
	    == -1)
		fail_msg("%s", err.text);
	keypair_free(key);
}

static void
expect(const char *text, const struct buf *sig, const char *code)
{
	struct err err = { 0 };
	int rc = cms_verify_detached(
	    text, strlen(text), sig->data, sig->bytes, trust, &err);

	assert_string_equal(err.code, code == NULL ? "" : code);
	assert_int_equal(rc, code == NULL ? 0 : -1);
}

static void
what_we_sign_we_verify(void **state)
{
	static const char *const names[] = { "caller", "caller512", "xcha" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buf sig;

		sign_file(names[i], &sig);
		expect(FILE_TEXT, &sig, NULL);
		expect("made-up filf\n", &sig, "CMS_DIGEST");
		expect("", &sig, "CMS_DIGEST");
		buf_release(&sig);
	}
}

static void
signer_has_to_be_trusted(void **state)
{
	struct buf sig;

	(void)state;
	sign_file("stranger", &sig);
	expect(FILE_TEXT, &sig, "DSIG_TRUST");
	buf_release(&sig);
	sign_file("expired", &sig);
	expect(FILE_TEXT, &sig, "DSIG_EXPIRED");
	buf_release(&sig);
}

/*
 * The version, the list of digests in front and the parameters NULL are not
 * signed by anybody and say nothing; every other byte counts.
 */
static void
changed_signature_is_never_taken_for_another_file(void **state)
{
	struct buf sig;
	size_t still_good = 0;

	(void)state;
	sign_file("caller", &sig);
	for (size_t i = 0; i < sig.bytes; i++) {
		struct err err = { 0 };

		sig.data[i] ^= 0x10;
		still_good += cms_verify_detached(FILE_TEXT, strlen(FILE_TEXT),
				  sig.data, sig.bytes, trust, &err)
		    == 0;
		assert_int_equal(cms_verify_detached("other", 5, sig.data,
				     sig.bytes, trust, &err),
		    -1);
		sig.data[i] ^= 0x10;
	}
	assert_true(still_good < 16);
	buf_release(&sig);
}

static void
cut_off_or_longer_is_refused(void **state)
{
	struct buf sig;

	(void)state;
	sign_file("caller", &sig);
	buf_addc(&sig, '\0');
	expect(FILE_TEXT, &sig, "CMS_FORM");
	sig.bytes -= 2;
	expect(FILE_TEXT, &sig, "CMS_FORM");
	sig.bytes = 0;
	expect(FILE_TEXT, &sig, "CMS_FORM");
	buf_release(&sig);
}

static void
published_signatures_have_right_values(void **state)
{
	static const char *const names[] = {
		"smev/vectors/pkcs7/01-046fe4dff7917f5a.der",
		"smev/vectors/pkcs7/12-a707ca3ff0ed1e76.der"
	};

	(void)state;
	if (shared_path(names[0]) == NULL) {
		print_message("no published vectors here: skipped\n");
		skip();
	}
	for (size_t i = 0; i < 2; i++) {
		struct cms_verdict verdict;
		struct cms *cms;
		struct buf sig;
		struct err err;

		buf_init(&sig, 0);
		assert_int_equal(
		    file_read(shared_path(names[i]), 1 << 20, &sig, &err), 0);
		if (cms_read(sig.data, sig.bytes, &cms, &err) == -1)
			fail_msg("%s", err.text);
		assert_int_equal(cms_digest(cms), GOST_34_11_94);
		cms_check(cms, NULL, trust, &verdict);
		assert_true(verdict.value_ok);
		assert_false(verdict.digest_ok);
		assert_false(verdict.trusted);
		cms_free(cms);
		buf_release(&sig);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_we_sign_we_verify),
		cmocka_unit_test(signer_has_to_be_trusted),
		cmocka_unit_test(
		    changed_signature_is_never_taken_for_another_file),
		cmocka_unit_test(cut_off_or_longer_is_refused),
		cmocka_unit_test(published_signatures_have_right_values),
	};
	int rc;

	signer_setup();
	trust = signer_trust();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	trust_free(trust);
	return rc;
}
