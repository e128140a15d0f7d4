/* The promises of crypto/keystore.h: wherever a key is. */
#include "test/lib/unit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "crypto/cms.h"
#include "crypto/gost.h"
#include "crypto/key_suite.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "test/lib/keys.h"
#include "test/lib/signer.h"

#define SOFTHSM "/usr/lib/softhsm/libsofthsm2.so"

static char folder[] = "/tmp/kontingent-key-XXXXXX";

static void
file_write(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
}

/* FOLDER/name; valid until the next call. */
static const char *
path_of(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static struct key_place
token_place(const char *key, const char *cert)
{
	assert_int_equal(setenv("KONTINGENT_TOKEN_KEY", keys_path(key), 1), 0);
	return (struct key_place){ .cert = keys_path(cert),
		.module = MODULE,
		.token = "token",
		.object = "key",
		.pin = "1234",
		.use = "system" };
}

static const char *words[4];

/* A program of that text, as key.command. */
static struct key_place
command_place(const char *script)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s", path_of("command"));
	file_write(path, script, 0700);
	words[0] = path;
	return (struct key_place){ .cert = keys_path("caller.pem"),
		.command = words,
		.command_words = 1,
		.timeout_ms = 2000,
		.use = "personal" };
}

static void
opens(const struct key_place *place, struct keypair **ret)
{
	struct err err;

	if (keypair_open(place, ret, &err) == -1)
		fail_msg("%s: %s", err.code, err.text);
}

static void
does_not_open(const struct key_place *place, const char *code)
{
	struct keypair *pair;
	struct err err;

	assert_int_equal(keypair_open(place, &pair, &err), -1);
	assert_int_equal(err.kind, ERR_FATAL);
	assert_string_equal(err.code, code);
}

/* It signs a bare digest and a file, and both are right. */
static void
signs(struct keypair *pair)
{
	const struct key_suite *suite = keypair_suite(pair);
	unsigned char digest[64], value[KEY_VALUE_MAX];
	size_t bytes = sizeof(value);
	struct trust *trust = signer_trust();
	struct buf der;
	struct err err;

	key_suite_digest(suite, "a file", 6, digest);
	if (keypair_sign(pair, digest, suite->digest_bytes, value, &bytes, &err)
	    == -1)
		fail_msg("%s: %s", err.code, err.text);
	assert_true(key_suite_verify(
	    suite, X509_get0_pubkey(keypair_cert(pair)), digest, value, bytes));
	buf_init(&der, 0);
	assert_int_equal(cms_sign(pair, digest, suite->digest_bytes,
			     clock_now_ms(), &der, &err),
	    0);
	if (suite->gost != -1
	    && cms_verify_detached(
		   "a file", 6, der.data, der.bytes, trust, &err)
		== -1)
		fail_msg("%s: %s", err.code, err.text);
	buf_release(&der);
	trust_free(trust);
}

static int
sign_once(const struct keypair *pair, struct err *err)
{
	unsigned char digest[32] = { 1 }, value[KEY_VALUE_MAX];
	size_t bytes = sizeof(value);

	return keypair_sign(pair, digest, sizeof(digest), value, &bytes, err);
}

static void
token_of_gost_signs_as_a_file_does(void **state)
{
	struct key_place place = token_place("caller.key", "caller.pem");
	struct keypair *pair;

	(void)state;
	opens(&place, &pair);
	assert_int_equal(keypair_digest(pair), GOST_STREEBOG_256);
	signs(pair);
	keypair_free(pair);
	place = token_place("caller512.key", "caller512.pem");
	place.object = "";
	place.object_id = "01";
	opens(&place, &pair);
	assert_int_equal(keypair_digest(pair), GOST_STREEBOG_512);
	signs(pair);
	keypair_free(pair);
}

static void
other_orders_of_bytes_are_put_right(void **state)
{
	static const char *const tricks[] = { "rs", "reversed" };
	struct keypair *pair;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct key_place place =
		    token_place("caller.key", "caller.pem");

		assert_int_equal(
		    setenv("KONTINGENT_TOKEN_TRICK", tricks[i], 1), 0);
		opens(&place, &pair);
		signs(pair);
		keypair_free(pair);
	}
	assert_int_equal(unsetenv("KONTINGENT_TOKEN_TRICK"), 0);
}

static void
token_that_lies_gives_an_error_and_no_signature(void **state)
{
	struct key_place place = token_place("caller.key", "caller.pem");
	struct keypair *pair;
	struct err err;

	(void)state;
	assert_int_equal(setenv("KONTINGENT_TOKEN_TRICK", "lie", 1), 0);
	opens(&place, &pair);
	assert_int_equal(sign_once(pair, &err), -1);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_string_equal(err.code, "KEY_VALUE");
	keypair_free(pair);
	assert_int_equal(unsetenv("KONTINGENT_TOKEN_TRICK"), 0);
}

static void
token_that_is_pulled_out_is_lost(void **state)
{
	struct key_place place = token_place("caller.key", "caller.pem");
	struct keypair *pair;
	struct err err;

	(void)state;
	assert_int_equal(setenv("KONTINGENT_TOKEN_TRICK", "gone", 1), 0);
	opens(&place, &pair);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(sign_once(pair, &err), -1);
		assert_int_equal(err.kind, ERR_FATAL);
		assert_string_equal(err.code, "KEY_LOST");
	}
	keypair_free(pair);
	assert_int_equal(unsetenv("KONTINGENT_TOKEN_TRICK"), 0);
}

static void
key_of_another_certificate_is_refused(void **state)
{
	struct key_place place = token_place("smev.key", "caller.pem");

	(void)state;
	does_not_open(&place, "KEY_MISMATCH");
	place = token_place("caller.key", "caller512.pem");
	does_not_open(&place, "KEY_MISMATCH");
}

static void
token_or_key_of_another_name_is_refused(void **state)
{
	struct key_place place = token_place("caller.key", "caller.pem");

	(void)state;
	place.token = "toke";
	does_not_open(&place, "KEY_TOKEN");
	place = token_place("caller.key", "caller.pem");
	place.object = "kez";
	does_not_open(&place, "KEY_TOKEN");
	place = token_place("caller.key", "caller.pem");
	place.object_id = "02";
	does_not_open(&place, "KEY_TOKEN");
	place.module = "/dev/null";
	does_not_open(&place, "KEY_TOKEN");
}

/* In a process of its own: the module remembers. */
static void
one_wrong_pin_is_all_that_is_spent(void **state)
{
	struct key_place place = token_place("caller.key", "caller.pem");
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct keypair *pair;
		struct err err;

		place.pin = "4321";
		if (keypair_open(&place, &pair, &err) == 0
		    || strcmp(err.code, "KEY_PIN") != 0
		    || strstr(err.text, "does not take") == NULL)
			_exit(1);
		if (keypair_open(&place, &pair, &err) == 0
		    || strcmp(err.code, "KEY_PIN") != 0
		    || strstr(err.text, "by hand") == NULL)
			_exit(2);
		_exit(strstr(err.text, "4321") == NULL ? 0 : 3);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
pin_is_read_from_a_file_of_its_owner_only(void **state)
{
	const char *path = path_of("pin");
	struct buf pin;
	struct err err;

	(void)state;
	buf_init(&pin, 0);
	file_write(path, "1234\n", 0600);
	assert_int_equal(key_pin_read(path, &pin, &err), 0);
	assert_string_equal(buf_text(&pin), "1234");
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(key_pin_read(path, &pin, &err), -1);
	assert_string_equal(err.code, "KEY_PIN");
	file_write(path, "\n", 0600);
	assert_int_equal(key_pin_read(path, &pin, &err), -1);
	assert_int_equal(key_pin_read("/tmp/no/such", &pin, &err), -1);
	buf_release(&pin);
}

/* Put NAME of the test keys on a token of SoftHSM; false: it is not there. */
static bool
softhsm_import(const char *name)
{
	char script[1024];

	if (access(SOFTHSM, R_OK) == -1
	    || access("/usr/bin/softhsm2-util", X_OK) == -1)
		return false;
	(void)snprintf(script, sizeof(script),
	    "rm -rf '%s/tokens'; mkdir '%s/tokens' && "
	    "printf 'directories.tokendir = %s/tokens\\n"
	    "objectstore.backend = file\\nlog.level = ERROR\\n' "
	    ">'%s/softhsm.conf' && softhsm2-util --init-token --free "
	    "--label made-up --pin 1234 --so-pin 5678 >/dev/null && "
	    "openssl pkcs8 -topk8 -nocrypt -in '%s' -out '%s/import.pem' && "
	    "softhsm2-util --import '%s/import.pem' --token made-up "
	    "--label signing --id a1 --pin 1234 >/dev/null",
	    folder, folder, folder, folder, keys_path(name), folder, folder);
	assert_int_equal(
	    setenv("SOFTHSM2_CONF", path_of("softhsm.conf"), 1), 0);
	file_write(path_of("import"), script, 0700);
	return true;
}

static void
run_import(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl("/bin/sh", "sh", path_of("import"), (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* SoftHSM of Debian has no GOST, so the way to a real module is walked with
 * what it has. */
static void
keys_of_softhsm_sign(void **state)
{
	static const struct {
		const char *key, *cert;
	} kinds[] = { { "tls.key", "tls.pem" },
		{ "tls-rsa.key", "tls-rsa.pem" } };
	struct key_place place = { .module = SOFTHSM,
		.token = "made-up",
		.object = "signing",
		.object_id = "a1",
		.pin = "1234",
		.use = "system" };
	struct keypair *pair;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		if (!softhsm_import(kinds[i].key))
			skip();
		run_import();
		place.cert = keys_path(kinds[i].cert);
		opens(&place, &pair);
		assert_int_equal(keypair_digest(pair), -1);
		signs(pair);
		keypair_free(pair);
	}
	place.pin = "9999";
	does_not_open(&place, "KEY_PIN");
	does_not_open(&place, "KEY_PIN");
}

static void
example_program_signs(void **state)
{
	const struct key_place place = { .cert = keys_path("caller.pem"),
		.command = words,
		.command_words = 2,
		.timeout_ms = 20000,
		.use = "system" };
	struct keypair *pair;

	(void)state;
	words[0] = TEST_SOURCE "/etc/key-command-openssl";
	words[1] = keys_path("caller.key");
	assert_int_equal(
	    setenv("OPENSSL_CONF", TEST_SOURCE "/etc/openssl-gost.cnf", 1), 0);
	opens(&place, &pair);
	signs(pair);
	signs(pair);
	keypair_free(pair);
	words[1] = keys_path("smev.key");
	does_not_open(&place, "KEY_MISMATCH");
}

static void
program_is_told_use_algorithm_and_digest(void **state)
{
	struct key_place place =
	    command_place("#!/bin/sh\nread line\necho \"$line\" >\"$0.heard\"\n"
			  "echo error no\nread line\n");
	char text[200] = "";
	FILE *file;

	(void)state;
	does_not_open(&place, "KEY_SIGN");
	file = fopen(path_of("command.heard"), "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	(void)fclose(file);
	assert_int_equal(strncmp(text, "sign personal gost2012-256 ", 27), 0);
	assert_int_equal(strspn(text + 27, "0123456789abcdef"), 64);
	assert_string_equal(text + 27 + 64, "\n");
}

static void
program_that_dies_hangs_or_talks_nonsense_is_lost(void **state)
{
	static const char *const scripts[] = {
		"#!/bin/sh\nexit 0\n",
		"#!/bin/sh\nread line\nexit 0\n",
		"#!/bin/sh\nread line\necho ok 12zz\nread line\n",
		"#!/bin/sh\nread line\necho nonsense\nread line\n",
		"#!/bin/sh\nread line\necho ok 12\necho ok 34\nread line\n",
		"#!/bin/sh\nwhile :; do printf x; done\n",
		"#!/bin/sh\nread line\nsleep 60\n",
		"#!/bin/sh\nread line\nprintf ok\nsleep 60\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		struct key_place place = command_place(scripts[i]);
		struct keypair *pair = NULL;
		struct err err;

		place.timeout_ms = i >= 6 ? 200 : 5000;
		assert_int_equal(keypair_open(&place, &pair, &err), -1);
		if (strcmp(err.code, "KEY_LOST") != 0
		    && !(i == 4 && strcmp(err.code, "KEY_SIGN") == 0))
			fail_msg("%zu: %s %s", i, err.code, err.text);
	}
}

static void
program_that_gives_another_keys_value_is_refused(void **state)
{
	struct key_place place = command_place(
	    "#!/bin/sh\nwhile read line; do echo ok "
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	    "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	    "\ndone\n");

	(void)state;
	does_not_open(&place, "KEY_MISMATCH");
	words[0] = "/tmp/no/such/program";
	does_not_open(&place, "KEY_COMMAND");
	words[0] = "bin/true";
	does_not_open(&place, "KEY_COMMAND");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(token_of_gost_signs_as_a_file_does),
		cmocka_unit_test(other_orders_of_bytes_are_put_right),
		cmocka_unit_test(
		    token_that_lies_gives_an_error_and_no_signature),
		cmocka_unit_test(token_that_is_pulled_out_is_lost),
		cmocka_unit_test(key_of_another_certificate_is_refused),
		cmocka_unit_test(token_or_key_of_another_name_is_refused),
		cmocka_unit_test(one_wrong_pin_is_all_that_is_spent),
		cmocka_unit_test(pin_is_read_from_a_file_of_its_owner_only),
		cmocka_unit_test(keys_of_softhsm_sign),
		cmocka_unit_test(example_program_signs),
		cmocka_unit_test(program_is_told_use_algorithm_and_digest),
		cmocka_unit_test(
		    program_that_dies_hangs_or_talks_nonsense_is_lost),
		cmocka_unit_test(
		    program_that_gives_another_keys_value_is_refused),
	};
	int rc;

	signer_setup();
	(void)signal(SIGPIPE, SIG_IGN);
	if (mkdtemp(folder) == NULL)
		return 99;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	if (fork() == 0)
		(void)execl("/bin/rm", "rm", "-rf", folder, (char *)NULL);
	(void)wait(NULL);
	return rc;
}
