/* gateway/config.h: sections key, and the short form of one. */
#include "test/lib/config_file.h"

static void
keys_are_checked_and_the_short_one_is_one_of_them(void **state)
{
	struct fixture *f = *state;
	const struct config_key *key;

	assert_int_equal(
	    load(f,
		"region = \"55\"\n"
		"smev { key = \"/dev/null\" cert = \"/dev/zero\" }\n"
		"key \"new\" { use = {\"system\", \"personal\"}"
		" cert = \"/dev/null\" command = {\"/bin/true\"}"
		" since = \"2026-12-01\" }\n"),
	    0);
	assert_int_equal(f->config->key_count, 2);
	key = &f->config->keys[0];
	assert_string_equal(key->name, "new");
	assert_true(key->system && key->personal);
	assert_true(key->since_ms == INT64_C(1796083200000));
	key = &f->config->keys[1];
	assert_string_equal(key->name, "smev");
	assert_string_equal(key->file, "/dev/null");
	assert_string_equal(key->cert, "/dev/zero");
	assert_true(key->system && !key->personal);
#define KEY_REFUSED(lines, code, text)                                      \
	refused(f,                                                          \
	    "region = \"55\"\nkey \"k\" { cert = \"/dev/null\"" lines " }", \
	    code, text)
#define SYSTEM " use = {\"system\"}"
	KEY_REFUSED(" file = \"/dev/null\"", "CONF_VALUE", "use");
	KEY_REFUSED(SYSTEM, "CONF_REF", "one of file");
	KEY_REFUSED(SYSTEM " file = \"/dev/null\" command = {\"/a\"}",
	    "CONF_REF", "one of file");
	KEY_REFUSED(
	    SYSTEM " file = \"/dev/null\" token = \"t\"", "CONF_REF", "module");
	KEY_REFUSED(SYSTEM " module = \"/dev/null\" object = \"o\"",
	    "CONF_VALUE", "token");
	KEY_REFUSED(SYSTEM " module = \"/dev/null\" token = \"t\"",
	    "CONF_VALUE", "object");
	KEY_REFUSED(SYSTEM " module = \"/dev/null\" token = \"t\""
			   " object_id = \"0\"",
	    "CONF_VALUE", "object_id");
	KEY_REFUSED(
	    SYSTEM " command = {\"sign\"}", "CONF_VALUE", "begins with /");
	KEY_REFUSED(SYSTEM " command = {\"/a\"} timeout_ms = 30000",
	    "CONF_VALUE", "roles.hang_ms");
	KEY_REFUSED(SYSTEM " file = \"/dev/null\" since = \"2026-02-30\"",
	    "CONF_VALUE", "since");
	KEY_REFUSED(SYSTEM " file = \"/dev/null\" since = \"tomorrow\"",
	    "CONF_VALUE", "since");
	KEY_REFUSED(
	    " use = {\"both\"} file = \"/dev/null\"", "CONF_VALUE", "both");
	refused(f, "region = \"55\"\nkey \"k\" { use = {\"system\"} }",
	    "CONF_VALUE", "cert");
	refused(f,
	    "region = \"55\"\nsmev { url = \"http://a/\""
	    " smev_cert = {\"/dev/null\"} }\nkey \"k\" { cert = \"/dev/null\""
	    " file = \"/dev/null\" use = {\"personal\"} }",
	    "CONF_REF", "no key is for system");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    keys_are_checked_and_the_short_one_is_one_of_them, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
