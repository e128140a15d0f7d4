/*
 * Operation by version by dialect, and fault by operation: all of it is tried,
 * and doc/CONFORMANCE.md says what was.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "test/lib/signer.h"
#include "test/unit/conformance.h"
#include "test/unit/conformance_schema.h"
#include "xsd/xml_doc.h"

#define PAGE TOP_SRCDIR "/doc/CONFORMANCE.md"

struct tally tally;

/* The last test: what the others counted. */
static void
the_document_says_what_was_exercised(void **state)
{
	const char *golden = getenv("KONTINGENT_GOLDEN");
	struct err err = { 0 };
	struct buf made, kept;

	(void)state;
	if (!schema_there()) {
		print_message("no published schemas: set KONTINGENT_SHARED\n");
		skip();
	}
	buf_init(&made, 0);
	buf_init(&kept, 0);
	page_write(&made);
	if (golden != NULL && strcmp(golden, "write") == 0)
		assert_int_equal(
		    file_write(PAGE, made.data, made.bytes, &err), 0);
	assert_int_equal(file_read(PAGE, 1 << 20, &kept, &err), 0);
	if (strcmp(buf_text(&made), buf_text(&kept)) != 0)
		fail_msg("doc/CONFORMANCE.md differs from what was exercised; "
			 "make conformance writes it anew");
	buf_release(&kept);
	buf_release(&made);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_operation_is_understood_in_each_form),
		cmocka_unit_test(
		    what_is_sent_in_one_version_is_taken_in_another),
		cmocka_unit_test(each_fault_has_its_fate_in_each_answer),
		cmocka_unit_test(each_number_has_its_fate),
		cmocka_unit_test(each_later_rejection_has_its_fate),
		cmocka_unit_test(each_fault_of_the_published_wsdl_is_known),
		cmocka_unit_test(the_published_call_with_a_file_is_taken_apart),
		cmocka_unit_test(
		    the_type_of_content_says_only_whether_there_are_parts),
		cmocka_unit_test(
		    a_message_is_read_without_what_smev_leaves_out),
		cmocka_unit_test(the_document_says_what_was_exercised),
	};
	int failed;

	schema_setup();
	signer_setup();
	xml_doc_setup();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	schema_drop();
	return failed;
}
