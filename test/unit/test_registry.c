/*
 * The promises of registry/registry.h, one test each.
 */
#include "test/lib/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/defect.h"
#include "registry/registry.h"
#include "registry/regional_number.h"
#include "test/lib/world.h"

static void
a_new_learner_gets_a_regional_number_and_an_event(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");
	struct record *rec = world_record(packet, RECORD_LEARNER, "1",
	    "surname", "Примеров", "given_name", "Илья", "birth_date",
	    "2012-05-07", "sex", "1", NULL);
	const struct domain_event *event;

	world_document(packet, rec, "kind", "03", "series", "I-АА", "number",
	    "123456", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_true(regional_number_valid(
	    packet->protocol.outcomes[0].regional_number));
	assert_string_equal(packet->protocol.status, "ACCEPTED");
	event = world_event(packet, EVENT_PERSON_CREATED);
	assert_non_null(event);
	assert_int_equal(event->snapshot->records[0].document_count, 1);
	assert_string_equal(
	    event->snapshot->records[0].person->surname.text, "Примеров");
}

static void
the_same_changeset_again_changes_nothing(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");
	struct record *rec = world_record(packet, RECORD_LEARNER, "1",
	    "surname", "Примеров", "given_name", "Илья", "birth_date",
	    "2012-05-07", "sex", "1", NULL);
	int64_t seq;

	world_document(packet, rec, "kind", "03", "series", "I-АА", "number",
	    "123456", NULL);
	world_party(packet, rec, "mother", "surname", "Примерова", "given_name",
	    "Анна", "birth_date", "1980-01-02", NULL);
	world_apply(packet);
	seq = world_int(f, "SELECT MAX(change_seq) FROM change");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_UNCHANGED);
	assert_int_equal(
	    world_int(f, "SELECT MAX(change_seq) FROM change"), seq);
	assert_int_equal(world_int(f, "SELECT COUNT(*) FROM person"), 2);
	assert_null(packet->events.first);
}

/* Calls that reach the database while packet is applied. */
static int64_t
statements(struct packet *packet)
{
	int64_t before = store_fail_nth(packet->f->store, 0);

	world_apply(packet);
	return store_fail_nth(packet->f->store, 0) - before;
}

static void
a_record_costs_few_statements(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");
	struct record *rec = world_record(packet, RECORD_LEARNER, "1",
	    "surname", "Примеров", "given_name", "Илья", "birth_date",
	    "2012-05-07", "sex", "1", "snils", "112-233-445 95", NULL);

	world_document(packet, rec, "kind", "03", "series", "I-АА", "number",
	    "123456", NULL);
	assert_in_range(statements(packet), 1, 25);
	assert_in_range(statements(packet), 1, 8);
}

/* More records are refused than defects are kept: none of them is applied. */
static void
a_record_whose_defect_is_not_kept_is_not_applied(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");
	char key[8];

	for (int i = 1; i <= 3; i++) {
		struct record *rec;

		(void)snprintf(key, sizeof(key), "%d", i);
		rec = world_record(packet, RECORD_LEARNER, key, "surname",
		    "Примеров", "given_name", "Илья", "birth_date",
		    "2012-05-07", "sex", "1", NULL);
		world_document(packet, rec, "kind", "03", "series", "I-АА",
		    "number", "123456", NULL);
	}
	defects_init(&packet->change->defects, f->arena);
	for (int i = 0; i < DEFECTS_MAX - 1; i++)
		defects_add(&packet->change->defects,
		    &(struct defect){
			.level = DEFECT_WARN, .code = "E_OLD", .rec_no = 1 });
	for (int i = 0; i < DEFECTS_MAX + 9; i++)
		defects_add(&packet->change->defects,
		    &(struct defect){ .level = DEFECT_ERROR,
			.code = "PKT_BODY",
			.rec_no = i < DEFECTS_MAX ? 2 : 3 });
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_result(packet, 2), RESULT_REJECTED);
	assert_int_equal(world_result(packet, 3), RESULT_REJECTED);
	assert_int_equal(world_int(f, "SELECT COUNT(*) FROM person"), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(a_new_learner_gets_a_regional_number_and_an_event),
		FIXTURE_BOTH(the_same_changeset_again_changes_nothing),
		FIXTURE_BOTH(a_record_costs_few_statements),
		FIXTURE_BOTH(a_record_whose_defect_is_not_kept_is_not_applied),
	};

	world_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
