/*
 * The promises of smev/smev_codec.h for our calls.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"
#include "smev/smev_codec.h"
#include "smev/smev_names.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define CONTENT                                                              \
	"<q:Query xmlns:q=\"urn://test/query/1.0\" Id=\"PERSONAL\">тест" \
	"</q:Query>"

static void
message_id_is_a_uuid_of_version_1(void **state)
{
	struct smev_send send = { .op = SMEV_SEND_REQUEST,
		.message_id = "5f0c4d3e-6c86-41ee-8c99-0242ac120002",
		.content = CONTENT,
		.content_bytes = strlen(CONTENT) };
	struct err err = { 0 };
	struct buf out;

	(void)state;
	buf_init(&out, 0);
	assert_int_equal(smev_write_send(&send, &out, &err), -1);
	assert_string_equal(err.code, "SMEV_UNSENDABLE");
	assert_int_equal(err.kind, ERR_HOLD);
	assert_int_equal(out.bytes, 0);
	buf_release(&out);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_id_is_a_uuid_of_version_1),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
