/*
 * The promises of registry/enrolment.h, movement.h, organisation.h, group.h.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "model/field.h"
#include "test/lib/world.h"

#define STATE "SELECT state FROM enrolment"

/* Two schools, a class, and the learner "1" in the first one. */
static struct packet *
enrolled(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");

	(void)world_learner(f, "1");
	(void)world_record(packet, RECORD_ENROLMENT, "e1", "person_key", "1",
	    "org_key", "o1", "group_key", "g1", "level", "basic", "enrolled_on",
	    "01.09.2022", "order_number", "5", NULL);
	(void)world_record(packet, RECORD_GROUP, "g1", "org_key", "o1", "name",
	    "5А", "parallel", "5", NULL);
	(void)world_record(
	    packet, RECORD_ORG, "o1", "full_name", "Школа примеров", NULL);
	(void)world_record(
	    packet, RECORD_ORG, "o2", "full_name", "Школа образцов", NULL);
	world_apply(packet);
	return packet;
}

static struct packet *
move(struct fixture *f, const char *key, const char *kind, const char *date)
{
	struct packet *packet = world_packet(f, "school");

	(void)world_record(packet, RECORD_MOVEMENT, key, "person_key", "1",
	    "kind", kind, "effective_date", date, "order_number", "6", NULL);
	return packet;
}

static void
records_may_stand_in_any_order(struct fixture *f)
{
	struct packet *packet = enrolled(f);

	for (long i = 1; i <= 4; i++)
		assert_int_equal(world_result(packet, i), RESULT_CREATED);
	assert_non_null(world_event(packet, EVENT_ENROLMENT_CHANGED));
	assert_string_equal(
	    world_text(f, "SELECT enrolled_on FROM enrolment"), "2022-09-01");
	world_apply(packet);
	for (long i = 1; i <= 4; i++)
		assert_int_equal(world_result(packet, i), RESULT_UNCHANGED);
}

static void
an_unknown_school_or_learner_is_refused_alone(struct fixture *f)
{
	struct packet *packet;

	(void)enrolled(f);
	packet = world_packet(f, "school");
	(void)world_record(packet, RECORD_ENROLMENT, "e2", "person_key", "1",
	    "org_key", "no", "enrolled_on", "2023-09-01", NULL);
	(void)world_record(packet, RECORD_ENROLMENT, "e3", "person_key", "no",
	    "org_key", "o1", "enrolled_on", "2023-09-01", NULL);
	(void)world_record(
	    packet, RECORD_GROUP, "g2", "org_key", "o1", "name", "5Б", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_REJECTED);
	assert_int_equal(world_result(packet, 2), RESULT_REJECTED);
	assert_int_equal(world_result(packet, 3), RESULT_CREATED);
	assert_int_equal(world_defects(packet, "O_UNKNOWN_ORG"), 1);
	assert_int_equal(world_defects(packet, "E_NO_PERSON"), 1);
	assert_string_equal(packet->protocol.status, "PARTIAL");
}

static void
an_atomic_packet_is_applied_whole_or_not(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");

	packet->change->atomic = true;
	(void)world_record(
	    packet, RECORD_ORG, "o1", "full_name", "Школа примеров", NULL);
	(void)world_record(packet, RECORD_ENROLMENT, "e3", "person_key", "no",
	    "org_key", "o1", "enrolled_on", "2023-09-01", NULL);
	world_apply(packet);
	assert_string_equal(packet->err.code, "PKT_ATOMIC");
	assert_int_equal(world_int(f, "SELECT COUNT(*) FROM organisation"), 0);
	assert_int_equal(
	    world_int(f, "SELECT change_seq FROM registry_counter"), 0);
}

static void
dates_out_of_order_are_refused(struct fixture *f)
{
	struct packet *packet;

	(void)enrolled(f);
	packet = world_packet(f, "school");
	(void)world_record(packet, RECORD_ENROLMENT, "e1", "person_key", "1",
	    "org_key", "o1", "ended_on", "2022-08-31", NULL);
	world_apply(packet);
	assert_int_equal(world_defects(packet, "E_DATE_ORDER"), 1);
	assert_string_equal(world_text(f, STATE), "open");
}

static void
two_open_main_enrolments_are_kept_with_a_task(struct fixture *f)
{
	struct packet *packet;

	(void)enrolled(f);
	packet = world_packet(f, "school");
	(void)world_record(packet, RECORD_ENROLMENT, "e2", "person_key", "1",
	    "org_key", "o2", "level", "basic", "enrolled_on", "2023-09-01",
	    NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_defects(packet, "E_OVERLAP"), 1);
	assert_int_equal(world_defects(packet, "E_NO_ORDER"), 1);
	assert_string_equal(
	    world_text(f, "SELECT kind FROM conflict"), "enrolment_overlap");
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM enrolment"
			     " WHERE state = 'open'"),
	    2);
}

static void
an_unlikely_age_is_applied_with_a_warning(struct fixture *f)
{
	struct packet *packet;

	(void)enrolled(f);
	packet = world_packet(f, "school");
	(void)world_record(packet, RECORD_ENROLMENT, "e2", "person_key", "1",
	    "org_key", "o2", "level", "spo", "enrolled_on", "2023-09-01",
	    "order_number", "1", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_defects(packet, "P_AGE_LEVEL"), 1);
}

static void
a_departure_closes_and_meets_its_arrival(struct fixture *f)
{
	struct packet *packet;

	(void)enrolled(f);
	packet = move(f, "m1", "21", "2023-05-01");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_defects(packet, "M_UNPAIRED"), 1);
	assert_string_equal(world_text(f, STATE), "closed");
	packet = move(f, "m2", "11", "2023-05-03");
	packet->change->records[0].movement->to_org_key =
	    value_of(f->arena, "o2");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM movement WHERE"
			     " status = 'confirmed'"
			     " AND paired_id IS NOT NULL"),
	    2);
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM enrolment"
			     " WHERE state = 'open'"),
	    1);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_UNCHANGED);
}

static void
each_kind_has_its_effect(struct fixture *f)
{
	static const struct {
		const char *key, *kind, *date, *state;
	} steps[] = {
		{ "1", "33", "2022-10-01", "suspended" },
		{ "2", "16", "2022-11-01", "open" },
		{ "3", "36", "2022-11-02", "open" },
		{ "4", "39", "2022-11-03", "suspended" },
		{ "5", "16", "2022-11-04", "open" },
		{ "6", "32", "2022-11-05", "open" },
		{ "7", "27", "2022-12-01", "closed" },
		{ "8", "15", "2022-12-20", "open" },
		{ "9", "29", "2023-06-20", "closed" },
		{ "10", "90", "2023-06-21", "open" }, /* undoes the last */
	};

	(void)enrolled(f);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct packet *packet =
		    move(f, steps[i].key, steps[i].kind, steps[i].date);

		world_apply(packet);
		if (world_result(packet, 1) != RESULT_CREATED)
			fail_msg("step %s", steps[i].key);
		assert_string_equal(world_text(f, STATE), steps[i].state);
	}
}

static void
a_movement_without_its_enrolment_is_refused(struct fixture *f)
{
	struct packet *packet;

	(void)world_learner(f, "1");
	packet = move(f, "m1", "26", "2023-05-01");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_REJECTED);
	assert_int_equal(world_defects(packet, "M_NO_ENROLMENT"), 1);
}

static void
wrong_requisites_cost_a_school_only_that_field(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");

	(void)world_record(packet, RECORD_ORG, "o1", "full_name",
	    "Школа примеров", "inn", "7707083894", "ogrn", "1027700132196",
	    "kpp", "77", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_defects(packet, "O_INN"), 1);
	assert_int_equal(world_defects(packet, "O_OGRN"), 1);
	assert_int_equal(world_defects(packet, "O_KPP"), 1);
	assert_string_equal(world_text(f, "SELECT full_name FROM organisation"),
	    "Школа примеров");
	assert_string_equal(world_text(f, "SELECT inn FROM organisation"), "");
}

static void
the_dead_are_not_enrolled_after_their_death(struct fixture *f)
{
	struct packet *packet;
	struct record *rec;

	(void)enrolled(f);
	packet = world_packet(f, "zags");
	rec = world_record(packet, RECORD_CIVIL_ACT, "", "kind", "death",
	    "number", "1", "act_date", "2023-05-05", NULL);
	world_person(packet, rec, "surname", "Примеров", "given_name", "Илья",
	    "birth_date", "2012-05-07", "snils", "112-233-445 95", "death_date",
	    "2023-05-04", NULL);
	world_apply(packet);
	assert_string_equal(world_text(f, STATE), "closed");
	packet = world_packet(f, "school");
	(void)world_record(packet, RECORD_ENROLMENT, "e2", "person_key", "1",
	    "org_key", "o2", "enrolled_on", "2023-09-01", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_REJECTED);
	assert_int_equal(world_defects(packet, "E_DEAD"), 1);
	assert_string_equal(
	    world_text(f, "SELECT kind FROM conflict"), "dead_active");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(records_may_stand_in_any_order),
		FIXTURE_BOTH(an_unknown_school_or_learner_is_refused_alone),
		FIXTURE_BOTH(an_atomic_packet_is_applied_whole_or_not),
		FIXTURE_BOTH(dates_out_of_order_are_refused),
		FIXTURE_BOTH(two_open_main_enrolments_are_kept_with_a_task),
		FIXTURE_BOTH(an_unlikely_age_is_applied_with_a_warning),
		FIXTURE_BOTH(a_departure_closes_and_meets_its_arrival),
		FIXTURE_BOTH(each_kind_has_its_effect),
		FIXTURE_BOTH(a_movement_without_its_enrolment_is_refused),
		FIXTURE_BOTH(wrong_requisites_cost_a_school_only_that_field),
		FIXTURE_BOTH(the_dead_are_not_enrolled_after_their_death),
	};

	world_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
