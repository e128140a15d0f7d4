/* The promises of smevsign(1), one test each: the program is run. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "test/lib/keys.h"

#define TYPES \
	"urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.1"
#define TARGET "<b:Data xmlns:b='urn:basic' Id='A1'>x</b:Data>"
#define LINE(by, id, target, verdict) \
	"signature=1 by=" by " id=" id " target=" target " " verdict "\n"
#define GOOD "digest=ok value=ok trust="

static char folder[] = "/tmp/kontingent-smevsign-XXXXXX";
static char output[65536];

/* Run a line of shell with $S the program, $K a key's stem and $CA. */
static int
run(const char *line)
{
	char command[8192];
	FILE *pipe;
	size_t n;
	int status;

	(void)snprintf(command, sizeof(command),
	    "cd %s; S=%s/smevsign; K=%s; CA=%s/ca.pem; %s", folder, BUILD_DIR,
	    keys_folder(), keys_folder(), line);
	assert_non_null(pipe = popen(command, "r"));
	n = fread(output, 1, sizeof(output) - 1, pipe);
	output[n] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
put(const char *text)
{
	char path[256];
	struct err err = { 0 };

	(void)snprintf(path, sizeof(path), "%s/in.xml", folder);
	assert_int_equal(file_write(path, text, strlen(text), &err), 0);
}

#define SIGN   "$S sign --id A1 --key $K/caller.key --cert $K/caller.pem in.xml"
#define VERIFY SIGN " >out.xml && $S verify --trust $CA out.xml"

static void
expect_signed(const char *xml, const char *by, const char *target)
{
	char line[256];

	put(xml);
	assert_int_equal(run(VERIFY), 0);
	(void)snprintf(line, sizeof(line),
	    "signature=1 by=%s id=A1 target=%s " GOOD "yes\n", by, target);
	assert_string_equal(output, line);
}

static void
signature_goes_to_its_place(void **state)
{
	static const char wrapper[] = "CallerInformationSystemSignature";

	(void)state;
	expect_signed("<r xmlns='urn:r' Id='A1'><a/></r>", "r", "r");
	expect_signed("<t:AckRequest xmlns:t='" TYPES "'>" TARGET
		      "</t:AckRequest>",
	    wrapper, "Data");
	expect_signed("<t:SendRequestRequest xmlns:t='" TYPES "'>" TARGET
		      "<b:AttachmentContentList xmlns:b='urn:basic'/>"
		      "</t:SendRequestRequest>",
	    wrapper, "Data");
	assert_int_equal(run("cat out.xml"), 0);
	assert_true(strstr(output, "AttachmentContentList")
	    < strstr(output, "<t:CallerInformationSystemSignature>"));
	expect_signed("<r xmlns='urn:r'>" TARGET
		      " <p:OtherSignature xmlns:p='urn:p'> "
		      "</p:OtherSignature></r>",
	    "OtherSignature", "Data");
	expect_signed("<r xmlns='urn:r'><MessagePrimaryContent>" TARGET
		      "</MessagePrimaryContent><PersonalSignature/></r>",
	    "PersonalSignature", "Data");
}

static void
where_there_is_no_place_nothing_is_signed(void **state)
{
	(void)state;
	put("<r xmlns='urn:r'>" TARGET "</r>");
	assert_int_equal(run(SIGN " 2>/dev/null"), 1);
	assert_string_equal(output, "");
	put("<r xmlns='urn:r' Id='B'/>");
	assert_int_equal(run(SIGN " 2>/dev/null"), 1);
	put("<r xmlns='urn:r' Id='A1'><a Id='A1'/></r>");
	assert_int_equal(run(SIGN " 2>/dev/null"), 1);
}

static void
verdict_and_status_say_what_is_wrong(void **state)
{
	(void)state;
	put("<r xmlns='urn:r' Id='A1'>good</r>");
	assert_int_equal(run(SIGN " >out.xml && $S verify <out.xml"), 0);
	assert_string_equal(output, LINE("r", "A1", "r", GOOD "no"));
	assert_int_equal(
	    run("$S verify --trust $K/strangeca.pem out.xml 2>/dev/null"), 1);
	assert_string_equal(output, LINE("r", "A1", "r", GOOD "no"));
	assert_int_equal(
	    run("sed s/good/evil/ out.xml | $S verify 2>/dev/null"), 1);
	assert_string_equal(
	    output, LINE("r", "A1", "r", "digest=bad value=ok trust=no"));
	assert_int_equal(
	    run("sed s/#A1/#B1/ out.xml | $S verify 2>/dev/null"), 1);
	assert_string_equal(
	    output, LINE("r", "B1", "-", "digest=bad value=bad trust=no"));
	assert_int_equal(run("$S verify in.xml 2>/dev/null"), 1);
	assert_string_equal(output, "");
}

static void
digest_is_of_the_transformed_octets(void **state)
{
	(void)state;
	put("<?xml version='1.0'?><r xmlns='urn:r'> <a/></r>");
	assert_int_equal(run("$S transform in.xml"), 0);
	assert_string_equal(
	    output, "<ns1:r xmlns:ns1=\"urn:r\"><ns1:a></ns1:a></ns1:r>");
	assert_int_equal(run("$S transform in.xml >t; $S digest in.xml >a; "
			     "$S digest - <t >b; cmp a b"),
	    0);
	assert_int_equal(run("$S digest --algorithm gost94 in.xml"), 0);
	assert_ptr_equal(strstr(output, "algorithm=gost94 hex="), output);
	assert_int_equal(run("echo '<r/>' | $S transform 2>/dev/null"), 1);
}

static void
usage_and_absent_files_have_a_status_of_their_own(void **state)
{
	static const char *const wrong[] = { "$S", "$S nothing",
		"$S sign in.xml", "$S transform --id x in.xml", "$S verify a b",
		"$S digest --algorithm md5 in.xml" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char line[256];

		(void)snprintf(line, sizeof(line), "%s 2>/dev/null", wrong[i]);
		assert_int_equal(run(line), 2);
	}
	assert_int_equal(run("$S verify absent.xml 2>/dev/null"), 3);
	assert_int_equal(
	    run("$S verify --trust absent.pem in.xml 2>/dev/null"), 3);
	assert_int_equal(run("$S sign --id A1 --key absent --cert absent "
			     "in.xml 2>/dev/null"),
	    3);
}

static void
files_are_signed_beside(void **state)
{
	(void)state;
	put("any file");
	assert_int_equal(run("$S sign-cms --key $K/smev.key --cert "
			     "$K/smev.pem in.xml >s.der && $S verify-cms "
			     "--data in.xml --trust $CA s.der"),
	    0);
	assert_string_equal(
	    output, "signature=1 digest=ok value=ok trust=yes\n");
	assert_int_equal(
	    run("$S verify-cms --data s.der s.der 2>/dev/null"), 1);
	assert_string_equal(
	    output, "signature=1 digest=bad value=ok trust=no\n");
}

static int
make_folder(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	return run("cd /; rm -rf \"$OLDPWD\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_goes_to_its_place),
		cmocka_unit_test(where_there_is_no_place_nothing_is_signed),
		cmocka_unit_test(verdict_and_status_say_what_is_wrong),
		cmocka_unit_test(digest_is_of_the_transformed_octets),
		cmocka_unit_test(
		    usage_and_absent_files_have_a_status_of_their_own),
		cmocka_unit_test(files_are_signed_beside),
	};

	keys_setup();
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
