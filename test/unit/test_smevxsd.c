/*
 * The promises of smevxsd(1), one test each: the program is run.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "base/err.h"
#include "base/file.h"

#define TYPE "urn://x-artefacts-zags-fataloiv/root/112-41/4.0.0"
#define GOOD "<FATALOIVResponse xmlns='" TYPE "' ИдСвед='1' КодОбр='01'/>"
#define BAD  "<FATALOIVResponse xmlns='" TYPE "' КодОбр='7777777'/>"

static char folder[] = "/tmp/kontingent-smevxsd-XXXXXX";
static char output[65536];

/* Run smevxsd with args in the folder of the files; returns its status. */
static int
run(const char *args)
{
	char command[2048];
	FILE *pipe;
	size_t n;
	int status;

	snprintf(command, sizeof(command),
	    "cd %s && KONTINGENT_SCHEMAS=%s/xsd/schemas %s/smevxsd %s 2>&1",
	    folder, SOURCE_DIR, BUILD_DIR, args);
	assert_non_null(pipe = popen(command, "r"));
	n = fread(output, 1, sizeof(output) - 1, pipe);
	output[n] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
put(const char *name, const char *text)
{
	char path[256];
	struct err err = { 0 };

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_int_equal(file_write(path, text, strlen(text), &err), 0);
}

static int
make_files(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	put("good.xml", GOOD);
	put("bad.xml", BAD);
	put("cut.xml", "<a");
	put("unknown.xml", "<a xmlns='urn:nobody'/>");
	put("soap.xml",
	    "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'>"
	    "<s:Body>" BAD "</s:Body></s:Envelope>");
	return 0;
}

static int
remove_files(void **state)
{
	static const char *const names[] = { "good.xml", "bad.xml", "cut.xml",
		"unknown.xml", "soap.xml" };
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	return rmdir(folder);
}

static void
exit_status_is_the_answer(void **state)
{
	(void)state;
	assert_int_equal(run("good.xml"), 0);
	assert_int_equal(run("- <good.xml"), 0);
	assert_int_equal(run("good.xml bad.xml"), 1);
	assert_int_equal(run("cut.xml"), 1);
	assert_int_equal(run("unknown.xml"), 1);
	assert_int_equal(run(""), 2);
	assert_int_equal(run("--what good.xml"), 2);
	assert_int_equal(run("missing.xml good.xml"), 3);
	assert_non_null(strstr(output, "good.xml: соответствует"));
	assert_int_equal(run("-s /nonexistent good.xml"), 3);
}

static void
all_defects_are_printed_at_once(void **state)
{
	(void)state;
	assert_int_equal(run("bad.xml"), 1);
	assert_non_null(strstr(output, "bad.xml:1: PKT_SCHEMA: "));
	assert_non_null(strstr(output, "ИдСвед"));
	assert_non_null(strstr(output, "'01', '02' [*****77]"));
	assert_null(strstr(output, "7777"));
	assert_int_equal(run("cut.xml unknown.xml"), 1);
	assert_non_null(strstr(output, "cut.xml: PKT_XML_SYNTAX: "));
	assert_non_null(strstr(output, "unknown.xml: PKT_UNKNOWN_TYPE: "));
}

static void
what_an_envelope_carries_is_validated(void **state)
{
	(void)state;
	assert_int_equal(run("soap.xml"), 1);
	assert_non_null(strstr(output, "Envelope/Body/FATALOIVResponse/@"));
}

static void
json_is_an_object_a_file(void **state)
{
	json_t *line, *defects;
	char *second;

	(void)state;
	assert_int_equal(run("--json good.xml bad.xml"), 1);
	assert_non_null(second = strchr(output, '\n'));
	*second++ = '\0';
	line = json_loads(output, 0, NULL);
	assert_true(json_is_true(json_object_get(line, "valid")));
	assert_string_equal(
	    json_string_value(json_object_get(line, "namespace")), TYPE);
	json_decref(line);
	line = json_loads(second, 0, NULL);
	assert_true(json_is_false(json_object_get(line, "valid")));
	defects = json_object_get(line, "defects");
	assert_int_equal(json_array_size(defects), 2);
	assert_string_equal(json_string_value(json_object_get(
				json_array_get(defects, 0), "code")),
	    "PKT_SCHEMA");
	json_decref(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exit_status_is_the_answer),
		cmocka_unit_test(all_defects_are_printed_at_once),
		cmocka_unit_test(what_an_envelope_carries_is_validated),
		cmocka_unit_test(json_is_an_object_a_file),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
