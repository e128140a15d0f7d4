/* The promises of gateway/keys.h. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "crypto/keystore.h"
#include "gateway/config.h"
#include "gateway/keys.h"
#include "test/lib/keys.h"

#define DAY INT64_C(86400000)

static int
choose(const struct key_times *times, size_t count, int64_t now_ms)
{
	return keys_choose(times, count, KEY_SYSTEM, now_ms);
}

static void
newest_that_may_signs_and_takes_over_at_its_moment(void **state)
{
	const struct key_times times[] = {
		{ { true, false }, 0, 100 * DAY, 465 * DAY },
		{ { true, false }, 450 * DAY, 430 * DAY, 795 * DAY },
		{ { false, true }, 0, 0, 1000 * DAY },
	};

	(void)state;
	assert_int_equal(choose(times, 3, 100 * DAY - 1), -1);
	assert_int_equal(choose(times, 3, 100 * DAY), 0);
	assert_int_equal(choose(times, 3, 449 * DAY), 0);
	assert_int_equal(choose(times, 3, 450 * DAY - 1), 0);
	assert_int_equal(choose(times, 3, 450 * DAY), 1);
	assert_int_equal(choose(times, 3, 795 * DAY), 1);
	assert_int_equal(choose(times, 3, 795 * DAY + 1), -1);
	assert_int_equal(keys_choose(times, 3, KEY_PERSONAL, 795 * DAY), 2);
}

static void
without_since_the_later_certificate_is_the_newer(void **state)
{
	const struct key_times times[] = {
		{ { true, false }, 0, 200 * DAY, 400 * DAY },
		{ { true, false }, 0, 100 * DAY, 500 * DAY },
		{ { true, false }, 0, 200 * DAY, 400 * DAY },
	};

	(void)state;
	assert_int_equal(choose(times, 2, 150 * DAY), 1);
	assert_int_equal(choose(times, 2, 200 * DAY), 0);
	/* The newer one is over: the older goes on. */
	assert_int_equal(choose(times, 2, 401 * DAY), 1);
	/* As old as one another: the last one of the file. */
	assert_int_equal(choose(times, 3, 300 * DAY), 2);
}

static struct config_key
key_of(const char *name, bool system, bool personal)
{
	static char paths[4][2][300];
	static unsigned next;
	char(*path)[300] = paths[next++ % 4];
	char file[64];

	(void)snprintf(file, sizeof(file), "%s.key", name);
	(void)snprintf(path[0], 300, "%s", keys_path(file));
	(void)snprintf(file, sizeof(file), "%s.pem", name);
	(void)snprintf(path[1], 300, "%s", keys_path(file));
	return (struct config_key){ .name = name,
		.system = system,
		.personal = personal,
		.file = path[0],
		.cert = path[1],
		.module = "",
		.pin_file = "" };
}

static struct keys *
open_keys(struct config *config)
{
	struct keys *keys;
	struct err err;

	assert_int_equal(keys_read(config, &keys, &err), 0);
	assert_int_equal(keys_open(keys, clock_now_ms(), &err), 0);
	return keys;
}

static void
file_is_signed_by_the_system_where_no_official_has_a_key(void **state)
{
	struct config_key items[] = { key_of("caller", true, false),
		key_of("personal", false, true) };
	struct config config = { .keys = items, .key_count = 1 };
	struct keypair *system, *pair;
	struct keys *keys = open_keys(&config);
	int64_t now = clock_now_ms();
	struct err err;

	(void)state;
	assert_int_equal(
	    keys_signer(keys, KEY_SYSTEM, SIGN_VALUE, now, &system, &err), 0);
	assert_int_equal(
	    keys_signer(keys, KEY_PERSONAL, SIGN_PKCS7, now, &pair, &err), 0);
	assert_ptr_equal(pair, system);
	assert_int_equal(
	    keys_signer(keys, KEY_PERSONAL, SIGN_VALUE, now, &pair, &err), -1);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_string_equal(err.code, "KEY_NONE");
	keys_free(keys);
	config.key_count = 2;
	keys = open_keys(&config);
	assert_int_equal(
	    keys_signer(keys, KEY_SYSTEM, SIGN_VALUE, now, &system, &err), 0);
	assert_int_equal(
	    keys_signer(keys, KEY_PERSONAL, SIGN_PKCS7, now, &pair, &err), 0);
	assert_ptr_not_equal(pair, system);
	keys_free(keys);
}

static void
key_that_need_not_sign_yet_stops_nobody(void **state)
{
	static const char *program[] = { "/tmp/no/such/program" };
	struct config_key items[] = { key_of("caller", true, false),
		key_of("caller", true, false) };
	struct config config = { .keys = items, .key_count = 2 };
	int64_t now = clock_now_ms();
	struct keypair *pair;
	struct keys *keys;
	struct err err;

	(void)state;
	items[1].file = "";
	items[1].command = (struct config_list){ program, 1 };
	items[1].since_ms = now + DAY;
	assert_int_equal(keys_read(&config, &keys, &err), 0);
	assert_int_equal(keys_open(keys, now, &err), 0);
	assert_int_equal(
	    keys_signer(keys, KEY_SYSTEM, SIGN_VALUE, now, &pair, &err), 0);
	assert_int_equal(
	    keys_signer(keys, KEY_SYSTEM, SIGN_VALUE, now + DAY, &pair, &err),
	    -1);
	assert_int_equal(err.kind, ERR_FATAL);
	assert_string_equal(err.code, "KEY_LOST");
	keys_free(keys);
	config.smev.ca_folder = config.http.tls_cert = "";
	items[1].since_ms = now;
	assert_int_equal(keys_read(&config, &keys, &err), 0);
	assert_int_equal(keys_open(keys, now, &err), -1);
	assert_string_equal(err.code, "KEY_COMMAND");
	assert_int_equal(keys_check(&config, &err), -1);
	assert_string_equal(err.code, "KEY_COMMAND");
	keys_free(keys);
}

static void
key_that_is_not_for_messages_is_refused(void **state)
{
	struct config_key item = key_of("tls", true, false);
	struct config config = { .keys = &item, .key_count = 1 };
	struct keys *keys;
	struct err err;

	(void)state;
	assert_int_equal(keys_read(&config, &keys, &err), -1);
	assert_string_equal(err.code, "KEY_READ");
	assert_non_null(strstr(err.text, "key tls"));
	item = key_of("caller", true, false);
	item.file = keys_path("smev.key");
	assert_int_equal(keys_check(&config, &err), -1);
	assert_string_equal(err.code, "KEY_MISMATCH");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    newest_that_may_signs_and_takes_over_at_its_moment),
		cmocka_unit_test(
		    without_since_the_later_certificate_is_the_newer),
		cmocka_unit_test(
		    file_is_signed_by_the_system_where_no_official_has_a_key),
		cmocka_unit_test(key_that_need_not_sign_yet_stops_nobody),
		cmocka_unit_test(key_that_is_not_for_messages_is_refused),
	};

	keys_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
