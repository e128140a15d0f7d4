/*
 * The promises of registry/civil_act.h, act_effect.h and death.h.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "model/field.h"
#include "test/lib/world.h"

#define LIFE  "SELECT life_status FROM person"
#define STATE "SELECT state FROM enrolment"

/* An act of death of the learner of world_learner(). */
static struct record *
death(struct packet *packet, const char *version, const char *date)
{
	struct record *rec = world_record(packet, RECORD_CIVIL_ACT, "a", "kind",
	    "death", "number", "100000000000000000001", "act_date",
	    "2023-11-10", "version", version, NULL);

	world_person(packet, rec, "surname", "Примеров", "given_name", "Илья",
	    "patronymic", "Образцович", "sex", "1", "birth_date", "2012-05-07",
	    "death_date", date, NULL);
	world_document(packet, rec, "kind", "03", "series", "I-АА", "number",
	    "123456", NULL);
	return rec;
}

static void
school(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");

	(void)world_record(packet, RECORD_ENROLMENT, "e1", "person_key", "1",
	    "org_key", "o1", "level", "basic", "enrolled_on", "2022-09-01",
	    "order_number", "5", NULL);
	(void)world_record(packet, RECORD_ORG, "o1", "full_name",
	    "Школа примеров", "inn", "7707083893", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
}

static void
a_death_closes_enrolments_on_its_day(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");

	(void)world_learner(f, "1");
	school(f);
	(void)death(packet, "1", "2023-11-08");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_UPDATED);
	assert_non_null(world_event(packet, EVENT_PERSON_DIED));
	assert_string_equal(world_text(f, LIFE), "dead");
	assert_string_equal(world_text(f, STATE), "closed");
	assert_string_equal(
	    world_text(f, "SELECT ended_on FROM enrolment"), "2023-11-08");
	assert_string_equal(world_text(f, "SELECT kind FROM movement"), "31");
	assert_int_equal(packet->events.count, 1); /* one a person a packet */
}

static void
an_annulment_undoes_the_death(struct fixture *f)
{
	struct packet *packet;
	struct record *rec;

	a_death_closes_enrolments_on_its_day(f);
	packet = world_packet(f, "zags");
	rec = death(packet, "2", "2023-11-08");
	rec->act->annulled = value_of(f->arena, "1");
	world_apply(packet);
	assert_string_equal(world_text(f, LIFE), "dead_annulled");
	assert_string_equal(world_text(f, STATE), "open");
	assert_string_equal(
	    world_text(f, "SELECT ended_on FROM enrolment"), "");
	assert_string_equal(world_text(f, "SELECT death_date FROM person"), "");
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM movement WHERE kind = '91'"
			     " AND paired_id IS NOT NULL"),
	    1);
}

static void
an_older_version_that_comes_later_never_wins(struct fixture *f)
{
	struct packet *packet;

	an_annulment_undoes_the_death(f);
	packet = world_packet(f, "zags");
	(void)death(packet, "0", "2023-11-01");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_STALE);
	assert_string_equal(world_text(f, LIFE), "dead_annulled");
	packet = world_packet(f, "zags");
	(void)death(packet, "1", "2023-11-08");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_UNCHANGED);
	assert_string_equal(world_text(f, LIFE), "dead_annulled");
}

static void
a_death_told_before_its_learner_is_found(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");

	(void)death(packet, "1", "2023-11-08");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_int(f, "SELECT COUNT(*) FROM person"), 0);
	(void)world_learner(f, "1");
	assert_string_equal(world_text(f, LIFE), "dead");
	assert_string_equal(
	    world_text(f, "SELECT death_date FROM person"), "2023-11-08");
	school(f);
	assert_string_equal(world_text(f, STATE), "closed");
	assert_string_equal(
	    world_text(f, "SELECT ended_on FROM enrolment"), "2023-11-08");
}

static void
a_weak_likeness_leaves_a_death_to_a_steward(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");
	struct record *rec;

	(void)world_learner(f, "1");
	rec = death(packet, "1", "2023-11-08");
	rec->document_count = 0;
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CONFLICT);
	assert_string_equal(world_text(f, LIFE), "alive");
	assert_int_equal(world_int(f, "SELECT COUNT(*) FROM conflict"), 1);
}

static void
a_partial_birth_date_never_matches_by_itself(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");
	struct record *rec;

	(void)world_learner(f, "1");
	rec = death(packet, "1", "2023-11-08");
	rec->person->birth_date = value_of(f->arena, "2012-05");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CONFLICT);
	assert_string_equal(world_text(f, LIFE), "alive");
}

static void
a_partial_death_date_closes_on_its_earliest_day(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");

	(void)world_learner(f, "1");
	school(f);
	(void)death(packet, "1", "2023-10");
	world_apply(packet);
	assert_string_equal(
	    world_text(f, "SELECT death_date FROM person"), "2023-10");
	assert_string_equal(
	    world_text(f, "SELECT ended_on FROM enrolment"), "2023-10-01");
}

static void
a_death_of_nobody_known_is_kept_unusable(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");
	struct record *rec = world_record(packet, RECORD_CIVIL_ACT, "", "kind",
	    "death", "number", "281", "act_date", "2023-11-10", NULL);

	world_person(packet, rec, "surname", "неизвестный", "given_name", "-",
	    "birth_date", "2001-01-01", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_string_equal(
	    world_text(f, "SELECT outcome FROM civil_act"), "unusable");
	assert_int_equal(world_int(f, "SELECT COUNT(*) FROM person"), 0);
}

static struct record *
birth(struct packet *packet, const char *number, const char *given)
{
	struct record *rec = world_record(packet, RECORD_CIVIL_ACT, "", "kind",
	    "birth", "number", number, "act_date", "2023-10-20", "version", "1",
	    "cert_series", "I-АБ", "cert_number", "512345", NULL);

	world_person(packet, rec, "surname", "Образцова", "given_name", given,
	    "sex", "2", "birth_date", "2023-10-15", NULL);
	world_party(packet, rec, "mother", "surname", "Образцова", "given_name",
	    "Вера", "birth_date", "1990-03-04", NULL);
	world_party(packet, rec, "father", "surname", "Образцов", "given_name",
	    "Глеб", NULL);
	return rec;
}

static void
a_birth_makes_a_child_with_its_parents(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");
	const struct domain_event *event;

	(void)birth(packet, "200000000000000000002", "Дарья");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	event = world_event(packet, EVENT_PERSON_CREATED);
	assert_non_null(event);
	assert_int_equal(packet->events.count, 1); /* parents are not told */
	assert_int_equal(event->snapshot->records[0].party_count, 2);
	assert_string_equal(world_text(f,
				"SELECT valid_from FROM person"
				" WHERE given_name = 'Дарья'"),
	    "2023-10-20");
	assert_string_equal(world_text(f,
				"SELECT state FROM person"
				" WHERE given_name = 'Глеб'"),
	    "provisional");
	assert_int_equal(world_int(f, "SELECT COUNT(*) FROM document"), 1);
}

static void
twins_of_one_packet_of_acts_are_two_children(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");
	struct record *rec;

	(void)birth(packet, "200000000000000000002", "Дарья");
	rec = birth(packet, "200000000000000000003", "Марья");
	rec->act->cert_number = value_of(f->arena, "512346");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_result(packet, 2), RESULT_CREATED);
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM person"
			     " WHERE birth_date = '2023-10-15'"
			     " AND state = 'active'"),
	    2);
}

static void
a_stillbirth_is_an_act_without_a_person(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");
	struct record *rec = birth(packet, "200000000000000000009", "Дарья");

	rec->act->stillborn = value_of(f->arena, "1");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_int(f, "SELECT COUNT(*) FROM person"), 0);
	assert_int_equal(world_int(f, "SELECT COUNT(*) FROM civil_act"), 1);
}

static void
a_school_knows_the_child_of_an_act_by_its_certificate(struct fixture *f)
{
	struct packet *packet;
	struct record *rec;

	a_birth_makes_a_child_with_its_parents(f);
	packet = world_packet(f, "school");
	rec = world_record(packet, RECORD_LEARNER, "7", "surname", "Образцова",
	    "given_name", "Дарья", "sex", "2", "birth_date", "2023-10-15",
	    NULL);
	world_document(packet, rec, "kind", "03", "series", "I-АБ", "number",
	    "512345", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_LINKED);
}

static void
a_dead_parent_leaves_a_task_for_each_child(struct fixture *f)
{
	struct packet *packet;
	struct record *rec;

	packet = world_packet(f, "zags");
	rec = birth(packet, "200000000000000000002", "Дарья");
	rec->parties[0].person.snils = value_of(f->arena, "112-233-445 95");
	world_apply(packet);
	packet = world_packet(f, "zags");
	rec = world_record(packet, RECORD_CIVIL_ACT, "", "kind", "death",
	    "number", "300", "act_date", "2023-11-11", NULL);
	world_person(packet, rec, "surname", "Образцова", "given_name", "Вера",
	    "birth_date", "1990-03-04", "snils", "112-233-445 95", "death_date",
	    "2023-11-09", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_UPDATED);
	assert_string_equal(world_text(f,
				"SELECT state FROM representation"
				" WHERE kind = 'mother'"),
	    "ended");
	assert_string_equal(
	    world_text(f, "SELECT kind FROM conflict"), "guardianship");
	assert_null(packet->events.first); /* she was no learner */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(a_death_closes_enrolments_on_its_day),
		FIXTURE_BOTH(an_annulment_undoes_the_death),
		FIXTURE_BOTH(an_older_version_that_comes_later_never_wins),
		FIXTURE_BOTH(a_death_told_before_its_learner_is_found),
		FIXTURE_BOTH(a_weak_likeness_leaves_a_death_to_a_steward),
		FIXTURE_BOTH(a_partial_birth_date_never_matches_by_itself),
		FIXTURE_BOTH(a_partial_death_date_closes_on_its_earliest_day),
		FIXTURE_BOTH(a_death_of_nobody_known_is_kept_unusable),
		FIXTURE_BOTH(a_birth_makes_a_child_with_its_parents),
		FIXTURE_BOTH(twins_of_one_packet_of_acts_are_two_children),
		FIXTURE_BOTH(a_stillbirth_is_an_act_without_a_person),
		FIXTURE_BOTH(
		    a_school_knows_the_child_of_an_act_by_its_certificate),
		FIXTURE_BOTH(a_dead_parent_leaves_a_task_for_each_child),
	};

	world_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
