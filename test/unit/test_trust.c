/* The promises of crypto/trust.h about chains and lists on disk. */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "crypto/trust.h"
#include "test/lib/keys.h"
#include "test/lib/short_cert.h"

#define T0_MS  INT64_C(1800000000000)
#define DAY_MS INT64_C(86400000)

struct fixture {
	char folder[64];
	struct short_cert root, middle, leaf, other;
	struct trust *trust;
};

static void
list_write(struct fixture *f, const char *name, const struct short_cert *issuer,
    long revoked, int64_t until_ms)
{
	X509_CRL *crl =
	    short_crl_new(issuer, revoked, T0_MS - DAY_MS, until_ms);

	short_write(f->folder, name, NULL, crl);
	X509_CRL_free(crl);
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int64_t from = T0_MS - 10 * DAY_MS, until = T0_MS + 100 * DAY_MS;

	(void)snprintf(
	    f->folder, sizeof(f->folder), "/tmp/kontingent-trust-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	f->root = short_cert_new("root", NULL, 1, from, until);
	f->middle = short_cert_new("middle", &f->root, 2, from, until);
	f->leaf = short_cert_new("leaf", &f->middle, 3, from, T0_MS + DAY_MS);
	f->other = short_cert_new("other", &f->root, 4, from, until);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	trust_free(f->trust);
	short_cert_free(&f->root);
	short_cert_free(&f->middle);
	short_cert_free(&f->leaf);
	short_cert_free(&f->other);
	if (fork() == 0)
		(void)execl("/bin/rm", "rm", "-rf", f->folder, (char *)NULL);
	(void)wait(NULL);
	free(f);
	return 0;
}

/* The code that the leaf is refused with; "" when it is believed. */
static const char *
judged(struct fixture *f, int64_t at_ms)
{
	static struct err err;

	trust_free(f->trust);
	f->trust = trust_new();
	err = (struct err){ 0 };
	if (trust_add_ca(f->trust, f->folder, &err) == -1)
		return err.code;
	return trust_check(f->trust, f->leaf.cert, at_ms, &err) == 0 ? ""
								     : err.code;
}

static void
chain_leads_to_a_root_of_the_folder_in_pem_or_der(void **state)
{
	struct fixture *f = *state;

	assert_string_equal(judged(f, T0_MS), "TRUST_READ");
	short_write(f->folder, "root.pem", f->root.cert, NULL);
	assert_string_equal(judged(f, T0_MS), "DSIG_TRUST");
	short_write(f->folder, "middle.cer", f->middle.cert, NULL);
	assert_string_equal(judged(f, T0_MS), "");
	assert_string_equal(judged(f, T0_MS + 2 * DAY_MS), "DSIG_EXPIRED");
	assert_string_equal(judged(f, T0_MS - 11 * DAY_MS), "DSIG_NOT_YET");
}

static void
intermediate_alone_is_an_anchor(void **state)
{
	struct fixture *f = *state;

	short_write(f->folder, "middle.pem", f->middle.cert, NULL);
	assert_string_equal(judged(f, T0_MS), "");
	list_write(f, "middle.crl", &f->middle, 0, T0_MS + DAY_MS);
	assert_string_equal(judged(f, T0_MS), "");
	list_write(f, "middle.crl", &f->middle, 3, T0_MS + DAY_MS);
	assert_string_equal(judged(f, T0_MS), "DSIG_REVOKED");
}

static void
lists_of_all_authorities_count(void **state)
{
	struct fixture *f = *state;

	short_write(f->folder, "root.pem", f->root.cert, NULL);
	short_write(f->folder, "middle.pem", f->middle.cert, NULL);
	list_write(f, "root.crl", &f->root, 4, T0_MS + DAY_MS);
	list_write(f, "middle.crl", &f->middle, 0, T0_MS + DAY_MS);
	assert_string_equal(judged(f, T0_MS), "");
	list_write(f, "middle.crl", &f->middle, 3, T0_MS + DAY_MS);
	assert_string_equal(judged(f, T0_MS), "DSIG_REVOKED");
	list_write(f, "middle.crl", &f->middle, 0, T0_MS + DAY_MS);
	list_write(f, "root.crl", &f->root, 2, T0_MS + DAY_MS);
	assert_string_equal(judged(f, T0_MS), "DSIG_REVOKED");
}

static void
list_that_has_ended_is_for_the_operator(void **state)
{
	struct fixture *f = *state;

	short_write(f->folder, "root.pem", f->root.cert, NULL);
	short_write(f->folder, "middle.pem", f->middle.cert, NULL);
	list_write(f, "middle.crl", &f->middle, 0, T0_MS - 1000);
	assert_string_equal(judged(f, T0_MS), "DSIG_CRL_STALE");
	/* One of an authority that is not on the way says nothing. */
	list_write(f, "middle.crl", &f->other, 0, T0_MS - 1000);
	assert_string_equal(judged(f, T0_MS), "");
}

static void
file_that_is_broken_is_named(void **state)
{
	struct fixture *f = *state;
	char path[300];
	struct err err;
	FILE *file;

	short_write(f->folder, "root.pem", f->root.cert, NULL);
	(void)snprintf(path, sizeof(path), "%s/bad.pem", f->folder);
	file = fopen(path, "w");
	assert_non_null(file);
	(void)fputs("-----BEGIN CERTIFICATE-----\nAAAA\n"
		    "-----END CERTIFICATE-----\n",
	    file);
	(void)fclose(file);
	f->trust = trust_new();
	assert_int_equal(trust_add_ca(f->trust, f->folder, &err), -1);
	assert_string_equal(err.code, "TRUST_READ");
	assert_non_null(strstr(err.text, "bad.pem"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(chain_leads_to_a_root_of_the_folder_in_pem_or_der),
		TEST(intermediate_alone_is_an_anchor),
		TEST(lists_of_all_authorities_count),
		TEST(list_that_has_ended_is_for_the_operator),
		TEST(file_that_is_broken_is_named),
	};

	keys_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
