/*
 * The promises of gateway/config_types.h and gateway/flow/typed.h: versions of
 * a data type, and what its settings add to a message.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "gateway/config.h"
#include "gateway/flow/typed.h"
#include "smev/smev.h"

struct fixture {
	char path[64];
	struct arena *arena;
	struct config *config;
	struct err err;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	(void)snprintf(f->path, sizeof(f->path), "/tmp/test_typed.XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	(void)close(fd);
	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->path);
	config_free(f->config);
	arena_free(f->arena);
	free(f);
	return 0;
}

/* A region with SMEV in that version and a data type "d" of these lines. */
static int
load(struct fixture *f, const char *version, const char *lines)
{
	const char *text = arena_printf(f->arena,
	    "region = \"55\"\n"
	    "smev { url = \"http://127.0.0.1:9/ws\" key = \"%s\" cert = \"%s\""
	    " smev_cert = {\"%s\"} version = \"%s\" }\n"
	    "datatype \"d\" { request_root = \"Q\" response_root = \"S\"\n"
	    "adapter = \"federal-push\"\n%s }\n",
	    f->path, f->path, f->path, version, lines);

	assert_int_equal(file_write(f->path, text, strlen(text), &f->err), 0);
	config_free(f->config);
	f->config = NULL;
	return config_load(f->path, &f->config, &f->err);
}

#define TWO "namespace = {\"urn:a/2\", \"urn:a/1\"}\n"

static void
each_version_is_found_by_its_namespace(void **state)
{
	struct fixture *f = *state;
	const struct config_datatype *old, *new;

	assert_int_equal(
	    load(f, "1.1", TWO "role = \"provider\" deadline_s = 5"), 0);
	assert_int_equal(f->config->datatype_count, 2);
	new = config_datatype_as(f->config, true, "urn:a/2", "Q");
	old = config_datatype_as(f->config, true, "urn:a/1", "Q");
	assert_non_null(new);
	assert_non_null(old);
	assert_string_equal(old->name, "d");
	assert_string_equal(new->name, "d");
	assert_int_equal(new->version, 0);
	assert_int_equal(old->version, 1);
	assert_int_equal(old->deadline_s, 5);
	assert_null(config_datatype_as(f->config, true, "urn:a/3", "Q"));
}

static void
we_send_in_the_first_version(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "1.1", TWO "role = \"consumer\""), 0);
	assert_string_equal(
	    typed_request(f->config, "federal-push")->namespace_uri, "urn:a/2");
	assert_null(typed_request(f->config, "zags-fatal"));
}

static void
subscriber_is_told_as_a_provider_and_never_answers(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(load(f, "1.1", TWO "role = \"subscriber\""), 0);
	assert_true(f->config->datatypes[0].provider);
	assert_true(f->config->datatypes[1].subscriber);
}

static void
refused(
    struct fixture *f, const char *version, const char *lines, const char *word)
{
	if (load(f, version, lines) == 0)
		fail_msg("taken: %s", lines);
	assert_string_equal(f->err.code, "CONF_VALUE");
	if (strstr(f->err.text, word) == NULL)
		fail_msg("%s is not in %s", word, f->err.text);
}

static void
what_cannot_be_said_is_refused_at_the_start(void **state)
{
	struct fixture *f = *state;

	refused(f, "1.1", "role = \"consumer\"", "namespace");
	refused(f, "1.1", TWO "role = \"provider\" frgu = \"1\"", "consumer");
	refused(f, "1.1",
	    TWO "role = \"consumer\" service = \"1\" function = \"2\"",
	    "service");
	refused(f, "1.2",
	    TWO "role = \"consumer\" routing_dynamic = {\"46000000\"}", "1.3");
	refused(f, "1.3", TWO "role = \"consumer\" routing_identifier = {\"\"}",
	    "500");
	refused(f, "1.1",
	    arena_printf(
		f->arena, TWO "role = \"consumer\" frgu = \"%051d\"", 7),
	    "frgu");
}

static void
settings_are_said_in_the_message(void **state)
{
	struct fixture *f = *state;
	struct smev_send send = { .transaction_code = NULL };

	assert_int_equal(load(f, "1.3",
			     TWO "role = \"consumer\" frgu = \"77\" service ="
				 " \"A&B\" case_number = \"9\""
				 " transaction_code = \"ignore\""
				 " routing_dynamic = {\"46000000\", \"1\"}"),
	    0);
	typed_fill(&f->config->datatypes[0], 1700000000123, f->arena, &send);
	assert_string_equal(send.transaction_code, "ignore");
	assert_string_equal(send.eol, "2023-11-15T01:13:20.123+03:00");
	assert_int_equal(send.routing->dynamic.count, 2);
	assert_string_equal(send.routing->dynamic.items[0], "46000000");
	assert_int_equal(send.routing->identifiers.count, 0);
	assert_string_equal(send.business_process,
	    "<p:CaseInfo xmlns:p=\"urn://x-artefacts-smev-gov-ru/services/"
	    "message-exchange/business-process-metadata/1.0\"><p:CaseNumber>9"
	    "</p:CaseNumber><p:ServiceOrFunction>SERVICE</p:ServiceOrFunction>"
	    "<p:ServiceOrFunctionCode>A&amp;B</p:ServiceOrFunctionCode>"
	    "</p:CaseInfo><p:frgu xmlns:p=\"urn://x-artefacts-smev-gov-ru/"
	    "services/message-exchange/business-process-metadata/1.0\">77"
	    "</p:frgu>");
}

static void
silent_settings_add_nothing(void **state)
{
	struct fixture *f = *state;
	struct smev_send send = { .transaction_code = NULL };

	assert_int_equal(load(f, "1.3", TWO "role = \"consumer\""), 0);
	typed_fill(&f->config->datatypes[0], 0, f->arena, &send);
	assert_null(send.business_process);
	assert_null(send.routing);
	assert_null(send.eol);
	assert_string_equal(send.transaction_code, "");
}

static void
expect_renamed(struct fixture *f, const char *xml, const char *wanted)
{
	size_t bytes;
	const char *got =
	    typed_rename(xml, strlen(xml), "urn:a", "urn:bb", f->arena, &bytes);

	assert_string_equal(got, wanted);
	assert_int_equal(bytes, strlen(wanted));
}

static void
only_declarations_of_the_namespace_are_renamed(void **state)
{
	struct fixture *f = *state;

	expect_renamed(
	    f, "<q:A xmlns:q=\"urn:a\"/>", "<q:A xmlns:q=\"urn:bb\"/>");
	expect_renamed(f, "<A xmlns=\"urn:a\"><B xmlns=\"urn:a/x\"/></A>",
	    "<A xmlns=\"urn:bb\"><B xmlns=\"urn:a/x\"/></A>");
	expect_renamed(f, "<A x=\"urn:a\" y:z=\"urn:a\">\"urn:a\"</A>",
	    "<A x=\"urn:a\" y:z=\"urn:a\">\"urn:a\"</A>");
	expect_renamed(f,
	    "<A><B xmlns:long=\"urn:a\"/><C xmlns=\"urn:a\"/></A>",
	    "<A><B xmlns:long=\"urn:bb\"/><C xmlns=\"urn:bb\"/></A>");
	expect_renamed(f, "", "");
}

static void
kind_names_its_adapter_and_perhaps_a_namespace(void **state)
{
	struct fixture *f = *state;
	const char *uri;

	assert_string_equal(
	    typed_adapter("zags-fatal", f->arena, &uri), "zags-fatal");
	assert_string_equal(uri, "");
	assert_string_equal(
	    typed_adapter("zags-fatal@urn:a@b", f->arena, &uri), "zags-fatal");
	assert_string_equal(uri, "urn:a@b");
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(each_version_is_found_by_its_namespace),
		T(we_send_in_the_first_version),
		T(subscriber_is_told_as_a_provider_and_never_answers),
		T(what_cannot_be_said_is_refused_at_the_start),
		T(settings_are_said_in_the_message),
		T(silent_settings_add_nothing),
		T(only_declarations_of_the_namespace_are_renamed),
		T(kind_names_its_adapter_and_perhaps_a_namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
