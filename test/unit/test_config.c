/* The promises of gateway/config.h, one test each. */
#include "test/lib/config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "gateway/config.h"
#include "gateway/config_table.h"

#define KEY_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_B "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"

static void
region_alone_is_enough_and_the_rest_has_defaults(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "region = \"55\"\n"), 0);
	assert_string_equal(f->config->region, "55");
	assert_int_equal(f->config->http.body_bytes, 10485760);
	assert_int_equal(f->config->http.listen.count, 1);
	assert_string_equal(f->config->http.listen.items[0], "127.0.0.1:8080");
	assert_int_equal(f->config->limits.xml_depth, 64);
	assert_int_equal(f->config->limits.opener_cpu_s, 10);
	assert_true(f->config->roles.openers >= 1);
	assert_true(f->config->roles.sandbox);
	assert_string_equal(f->config->smev.version, "1.1");
	assert_string_equal(f->config->smev.url, "");
	assert_int_equal(f->config->source_count, 0);
}

static void
settings_given_are_the_settings_in_force(void **state)
{
	struct fixture *f = *state;
	const struct config_source *src;

	assert_int_equal(
	    load(f,
		"region = \"55\"\n"
		"http { listen = {\"127.0.0.1:1\", \"unix:/run/k.sock\"}\n"
		" body_bytes = 2048 public_status = yes }\n"
		"source \"sgo\" { role = \"school\"\n"
		" key_sha256 = {\"" KEY_A "\", \"" KEY_B "\"}\n"
		" kinds = {\"LEARNER\", \"ORG\"} scope = {\"s-1\"} rate = 7 }\n"
		"source \"zags\" { role = \"zags\" revoked = true }\n"
		"# a comment\n"
		"log { level = \"debug\" }\n"),
	    0);
	assert_int_equal(f->config->http.listen.count, 2);
	assert_string_equal(
	    f->config->http.listen.items[1], "unix:/run/k.sock");
	assert_int_equal(f->config->http.body_bytes, 2048);
	assert_true(f->config->http.public_status);
	assert_int_equal(f->config->source_count, 2);
	src = config_source(f->config, "sgo");
	assert_non_null(src);
	assert_string_equal(src->role, "school");
	assert_int_equal(src->key_sha256.count, 2);
	assert_string_equal(src->key_sha256.items[1],
	    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb");
	assert_int_equal(src->kinds.count, 2);
	assert_string_equal(src->scope.items[0], "s-1");
	assert_int_equal(src->rate, 7);
	assert_false(src->revoked);
	assert_true(config_source(f->config, "zags")->revoked);
	assert_null(config_source(f->config, "nobody"));
}

static void
datatype_is_found_by_either_root(void **state)
{
	struct fixture *f = *state;
	char text[1500];

	(void)snprintf(text, sizeof(text),
	    "region = \"55\"\n"
	    "smev { url = \"http://127.0.0.1:9/ws\" key = \"%s\" cert = \"%s\""
	    " smev_cert = {\"%s\"} }\n"
	    "source \"z\" { role = \"zags\" }\n"
	    "datatype \"deaths\" { namespace = \"urn:a\" request_root = \"Q\""
	    " response_root = \"S\" role = \"provider\" adapter = \"x\""
	    " source = \"z\" deadline_s = 5 }\n",
	    f->path, f->path, f->path);
	assert_int_equal(load(f, text), 0);
	assert_non_null(config_datatype(f->config, "urn:a", "Q"));
	assert_non_null(config_datatype(f->config, "urn:a", "S"));
	assert_true(config_datatype(f->config, "urn:a", "Q")->provider);
	assert_null(config_datatype(f->config, "urn:a", "T"));
	assert_null(config_datatype(f->config, "urn:b", "Q"));
}

static void
bad_values_are_refused_with_file_line_and_setting(void **state)
{
	struct fixture *f = *state;

	refused(f, "", "CONF_VALUE", "region");
	refused(f, "region = \"5a\"", "CONF_VALUE", "region");
	refused(f, "region = \"555\"", "CONF_VALUE", "region");
	refused(f, "region = \"55\"\nhttp {\n body_bytes = 1\n}", "CONF_VALUE",
	    ":3: body_bytes: 1 is not from 1024");
	refused(f, "region = \"55\"\nhttp {\n body_bytes = many\n}",
	    "CONF_SYNTAX", ":3");
	refused(f, "region = \"55\"\nhttp {\n bodybytes = 1\n}", "CONF_UNKNOWN",
	    "bodybytes");
	refused(f, "region = \"55\"\nlog { level = \"loud\" }", "CONF_VALUE",
	    "loud");
	refused(f, "region = \"55\"\nlease_ms = 5000\nlease_ms = 6000",
	    "CONF_VALUE", ":3: lease_ms: given twice");
	refused(f, "region = \"55\"\nhttp { listen = {\"nowhere\"} }",
	    "CONF_VALUE", "http.listen");
	refused(f, "region = \"55\"\nhttp { listen = {\"127.0.0.1:99999\"} }",
	    "CONF_VALUE", "http.listen");
	refused(f, "region = \"55\"\ndatabase = \"mysql:x\"", "CONF_VALUE",
	    "database");
	refused(f, "region = \"55\"\nsource \"a\" { role = \"king\" }",
	    "CONF_VALUE", ":2: role: \"king\"");
	refused(f, "region = \"55\"\nsource \"a\" { }", "CONF_VALUE", "role");
	refused(f, "region = \"55\"\nsource \"a b\" { role = \"school\" }",
	    "CONF_VALUE", "a b");
	refused(f,
	    "region = \"55\"\nsource \"a\" { role = \"school\""
	    " kinds = {\"LEARNER\", \"DRAGON\"} }",
	    "CONF_VALUE", "DRAGON");
	refused(f,
	    "region = \"55\"\nsource \"a\" { role = \"school\""
	    " key_sha256 = {\"abc\"} }",
	    "CONF_VALUE", "64 hexadecimal digits");
	refused(f, "region = \"55\"\nretry { base_ms = 5000 cap_ms = 1000 }",
	    "CONF_VALUE", "retry.cap_ms");
	refused(f, "region = \"55\"\nhttp {", "CONF_SYNTAX", "");
	refused(f, "region = \"\xff\xff\"", "CONF_VALUE", "UTF-8");
}

static void
settings_that_do_not_agree_are_refused(void **state)
{
	struct fixture *f = *state;

	refused(f, "region = \"55\"\nhttp { tls_cert = \"/nowhere/at.pem\" }",
	    "CONF_REF", ":2: tls_cert: /nowhere/at.pem");
	refused(f, "region = \"55\"\nhttp { tls_cert = \"/dev/null\" }",
	    "CONF_REF", "http.tls_key");
	refused(f, "region = \"55\"\nhttp { client_ca = \"/dev/null\" }",
	    "CONF_REF", "http.client_ca");
	refused(f, "region = \"55\"\nsmev { url = \"http://a/\" }", "CONF_REF",
	    "smev.key");
	refused(f,
	    "region = \"55\"\nsmev { url = \"http://a/\" key = \"/dev/null\""
	    " cert = \"/dev/null\" }",
	    "CONF_REF", "smev.smev_cert");
	refused(f, "region = \"55\"\nsmev { url = \"ftp://a/\" }", "CONF_VALUE",
	    "smev.url");
	refused(f,
	    "region = \"55\"\nsource \"a\" { role = \"school\""
	    " signature = \"required\" }",
	    "CONF_REF", "signer");
	refused(f,
	    "region = \"55\"\n"
	    "source \"a\" { role = \"school\" key_sha256 = {\"" KEY_A "\"} }\n"
	    "source \"b\" { role = \"zags\" key_sha256 = {\"" KEY_A "\"} }\n",
	    "CONF_REF", "same key");
	refused(f,
	    "region = \"55\"\nsource \"a\" { role = \"school\" }\n"
	    "source \"a\" { role = \"zags\" }\n",
	    "CONF_SYNTAX", "a");
	refused(f,
	    "region = \"55\"\ndatatype \"d\" { namespace = \"urn:a\""
	    " request_root = \"Q\" response_root = \"S\" role = \"provider\""
	    " adapter = \"x\" source = \"nobody\" }",
	    "CONF_REF", "no source of that name");
	refused(f,
	    "region = \"55\"\nsmev { url = \"http://a/\" key = \"/dev/null\""
	    " cert = \"/dev/null\" smev_cert = {\"/dev/null\"} }\n"
	    "datatype \"d\" { namespace = \"urn:a\" request_root = \"Q\""
	    " response_root = \"S\" role = \"provider\" adapter = \"x\""
	    " personal_signature = \"response\" }",
	    "CONF_REF", "no key is for personal signatures");
	refused(f, "region = \"55\"\ndatatype \"d\" { namespace = \"urn:a\" }",
	    "CONF_VALUE", "request_root");
}

static void
folders_of_systems_are_apart(void **state)
{
	struct fixture *f = *state;

#define FOLDER(name, path)                                                \
	"source \"" name "\" { it_system = \"" name "\" folder = \"" path \
	"\" }\n"
	refused(f,
	    "region = \"55\"\n"
	    "source \"a\" { role = \"school\" folder = \"/srv/a\" }",
	    "CONF_REF", "it_system");
	refused(f, "region = \"55\"\n" FOLDER("a", "srv/a"), "CONF_VALUE",
	    "folder");
	refused(f, "region = \"55\"\n" FOLDER("a", "/srv/../a"), "CONF_VALUE",
	    "folder");
	refused(f, "region = \"55\"\n" FOLDER("a", "/srv/a/"), "CONF_VALUE",
	    "folder");
	refused(f,
	    "region = \"55\"\n" FOLDER("a", "/srv/a") FOLDER("b", "/srv/a/in"),
	    "CONF_REF", "another source");
	refused(f,
	    "region = \"55\"\nstate_folder = \"/srv/x\"\n" FOLDER(
		"a", "/srv/x"),
	    "CONF_REF", "state_folder");
	assert_int_equal(load(f,
			     "region = \"55\"\n" FOLDER("a", "/srv/a")
				 FOLDER("b", "/srv/ab")),
	    0);
	assert_false(f->config->sources[0].folder_plain);
	assert_false(f->config->sources[0].folder_keep);
}

static void
missing_file_is_an_error_that_names_it(void **state)
{
	struct fixture *f = *state;
	struct config *config = NULL;

	assert_int_equal(config_load("/nowhere/at.conf", &config, &f->err), -1);
	assert_null(config);
	assert_string_equal(f->err.code, "CONF_READ");
	assert_non_null(strstr(f->err.text, "/nowhere/at.conf"));
}

static void
every_setting_is_explained_and_its_default_is_within_its_range(void **state)
{
	const struct setting *set;
	char *text = NULL;
	size_t bytes = 0, lines = 0, count = 0;
	FILE *out = open_memstream(&text, &bytes);

	(void)state;
	assert_non_null(out);
	assert_int_equal(config_explain(out, "http.body_bytes", false), 1);
	assert_int_equal(config_explain(out, "nothing", false), 0);
	(void)fclose(out);
	assert_non_null(strstr(text,
	    "http.body_bytes\tinteger\tbytes\t10485760\t1024\t1073741824\t"
	    "reload\t"));
	free(text);
	text = NULL;
	out = open_memstream(&text, &bytes);
	assert_non_null(out);
	lines = config_explain(out, "", true);
	(void)fclose(out);
	free(text);
	for (; (set = setting_at(count)) != NULL; count++) {
		if (set->type == SETTING_INT) {
			int64_t value = strtoll(set->fallback, NULL, 10);

			assert_true(value >= set->low && value <= set->high);
		}
		assert_true(strlen(set->sentence) > 10);
		assert_ptr_equal(setting_find(set->section, set->name), set);
	}
	assert_int_equal(lines, count);
}

/* What the manual says of the default of set. */
static void
default_text(const struct setting *set, char *ret, size_t room)
{
	const char *value = set->fallback;

	if (*value == '\0')
		(void)snprintf(ret, room, "Default: none");
	else if (set->type == SETTING_INT)
		(void)snprintf(ret, room,
		    "Default: %s; range: %lld to %lld; %s.\n", value,
		    (long long)set->low, (long long)set->high,
		    set->restart ? "restart" : "reload");
	else if (set->type == SETTING_BOOL || set->type == SETTING_LIST)
		(void)snprintf(ret, room, "Default: %s; %s.\n", value,
		    set->restart ? "restart" : "reload");
	else
		(void)snprintf(ret, room, "Default: \\(dq%s\\(dq; %s.\n", value,
		    set->restart ? "restart" : "reload");
}

static void
every_setting_stands_in_the_manual_and_the_example(void **state)
{
	const struct setting *set;
	struct err err = { 0 };
	struct buf manual, example;

	(void)state;
	buf_init(&manual, 0);
	buf_init(&example, 0);
	assert_int_equal(file_read(TEST_SOURCE "/man/kontingentd.conf.5",
			     1 << 20, &manual, &err),
	    0);
	assert_int_equal(file_read(TEST_SOURCE "/etc/kontingentd.conf", 1 << 20,
			     &example, &err),
	    0);
	for (size_t i = 0; (set = setting_at(i)) != NULL; i++) {
		const char *at, *next;
		char line[200], value[200];

		(void)snprintf(line, sizeof(line), ".Ss %s\n",
		    *set->section != '\0' ? set->section : "Top");
		at = strstr(manual.data, line);
		if (at == NULL)
			fail_msg("no section %s", set->section);
		next = strstr(at, "\n.Ss ");
		(void)snprintf(line, sizeof(line), "\n.It Cm %s Pq", set->name);
		at = strstr(at, line);
		if (at == NULL || (next != NULL && at > next))
			fail_msg("%s.%s is not in the manual", set->section,
			    set->name);
		if (strcmp(set->name, "schema_folder") == 0)
			continue; /* where it is depends on the build */
		default_text(set, value, sizeof(value));
		at = strstr(at, "\nDefault: ");
		if (at == NULL || strncmp(at + 1, value, strlen(value)) != 0)
			fail_msg("%s.%s: %s wanted, but: %.60s", set->section,
			    set->name, value, at);
		(void)snprintf(line, sizeof(line), "%s = ", set->name);
		if (strstr(example.data, line) == NULL)
			fail_msg("%s is not in the example", set->name);
	}
	buf_release(&manual);
	buf_release(&example);
}

static void
example_is_a_whole_configuration(void **state)
{
	struct fixture *f = *state;

	if (config_load(
		TEST_SOURCE "/etc/kontingentd.conf", &f->config, &f->err)
	    == -1)
		fail_msg("%s", f->err.text);
	assert_string_equal(f->config->region, "00");
	assert_int_equal(f->config->http.body_bytes, 10485760);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    region_alone_is_enough_and_the_rest_has_defaults, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    settings_given_are_the_settings_in_force, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    datatype_is_found_by_either_root, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    bad_values_are_refused_with_file_line_and_setting, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    settings_that_do_not_agree_are_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    folders_of_systems_are_apart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    missing_file_is_an_error_that_names_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    every_setting_is_explained_and_its_default_is_within_its_range,
		    set_up, tear_down),
		cmocka_unit_test(
		    every_setting_stands_in_the_manual_and_the_example),
		cmocka_unit_test_setup_teardown(
		    example_is_a_whole_configuration, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
