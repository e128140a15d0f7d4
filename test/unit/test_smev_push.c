/*
 * The promises of smev/smev_push.h.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/codes.h"
#include "base/defect.h"
#include "base/err.h"
#include "smev/smev_names.h"
#include "smev/smev_push.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

#define QUEUE(name, size)                                     \
	"<n:QueueInformation><QueueName>" name "</QueueName>" \
	"<QueueSize>" size "</QueueSize></n:QueueInformation>"

struct fixture {
	struct arena *arena;
	struct smev_push push;
	struct err err;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

static int
read_call(struct fixture *f, const char *name, const char *queues)
{
	const char *body = arena_printf(f->arena,
	    "<S:Envelope xmlns:S=\"" SMEV_SOAP_NS "\"><S:Body>"
	    "<n:%s xmlns:n=\"" SMEV_PUSH_NS "\"><PushNotification>"
	    "<InformationTimestamp>2026-11-22T10:00:00Z"
	    "</InformationTimestamp>%s</PushNotification></n:%s></S:Body>"
	    "</S:Envelope>",
	    name, queues, name);

	return smev_push_read(body, strlen(body), f->arena, &f->push, &f->err);
}

static void
call_tells_queues_and_their_sizes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_call(f, "PushNotificationRequest",
			     QUEUE("one", "3") QUEUE("two", "0")),
	    0);
	assert_int_equal(f->push.queue_count, 2);
	assert_string_equal(f->push.timestamp, "2026-11-22T10:00:00Z");
	assert_string_equal(f->push.queues[0].name, "one");
	assert_int_equal(f->push.queues[0].pending, 3);
	assert_string_equal(f->push.queues[1].name, "two");
	assert_int_equal(f->push.queues[1].pending, 0);
}

static void
other_calls_are_refused(void **state)
{
	static const char *const queues[] = { "", QUEUE("", "1"),
		QUEUE("one", "-1"), QUEUE("one", "many"),
		QUEUE("one", "2147483648"),
		"<n:QueueInformation xmlns:xsi=\"" SMEV_XSI_NS
		"\" xsi:nil=\"true\"/>" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
		assert_int_equal(
		    read_call(f, "PushNotificationRequest", queues[i]), -1);
		assert_int_equal(f->err.kind, ERR_REFUSE);
		assert_string_equal(f->err.code, "SMEV_PUSH");
		assert_non_null(code_find(f->err.code));
	}
	assert_int_equal(read_call(f, "Other", QUEUE("one", "1")), -1);
	assert_string_equal(f->err.code, "SMEV_PUSH");
	assert_int_equal(
	    smev_push_read("<x", 2, f->arena, &f->push, &f->err), -1);
	assert_int_equal(f->err.kind, ERR_REFUSE);
}

static void
queues_are_bounded(void **state)
{
	struct fixture *f = *state;
	struct buf list;

	buf_init(&list, 0);
	for (int i = 0; i < SMEV_PUSH_QUEUES; i++)
		buf_adds(&list, QUEUE("q", "1"));
	assert_int_equal(
	    read_call(f, "PushNotificationRequest", buf_text(&list)), 0);
	buf_adds(&list, QUEUE("q", "1"));
	assert_int_equal(
	    read_call(f, "PushNotificationRequest", buf_text(&list)), -1);
	buf_release(&list);
}

static void
answers_are_valid(void **state)
{
	struct fixture *f = *state;
	struct xsd_registry *registry;

	assert_int_equal(
	    xsd_registry_load(TOP_SRCDIR "/xsd/schemas", &registry, &f->err),
	    0);
	for (int fails = 0; fails < 2; fails++) {
		struct defects defects;
		struct xml_doc *doc;
		struct buf out;

		buf_init(&out, 0);
		defects_init(&defects, f->arena);
		smev_push_write_answer(
		    fails ? "неизвестный <вызов>" : NULL, &out);
		assert_int_equal(
		    xml_doc_parse(out.data, out.bytes, NULL, &doc, &f->err), 0);
		assert_int_equal(xsd_validate_tree(registry, xml_doc_root(doc),
				     &defects, &f->err),
		    0);
		assert_int_equal(
		    strstr(buf_text(&out), "<s:Fault>") != NULL, fails);
		xml_doc_free(doc);
		buf_release(&out);
	}
	xsd_registry_free(registry);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(call_tells_queues_and_their_sizes),
		T(other_calls_are_refused),
		T(queues_are_bounded),
		T(answers_are_valid),
	};

	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
