/*
 * The promises of registry/provenance.h, history.h, query.h and ask.h.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/rand.h"
#include "model/field.h"
#include "registry/query.h"
#include "registry/registry.h"
#include "test/lib/world.h"

static struct packet *
say(struct fixture *f, const char *source, const char *when,
    const char *surname, const char *place)
{
	struct packet *packet = world_packet(f, source);
	struct record *rec = world_record(packet, RECORD_LEARNER, source,
	    "surname", surname, "given_name", "Илья", "birth_date",
	    "2012-05-07", "sex", "1", "snils", "112-233-445 95", NULL);

	rec->updated_at = when;
	if (place != NULL)
		rec->person->birth_place = strcmp(place, "-") == 0
		    ? value_absent()
		    : value_of(f->arena, place);
	return packet;
}

static void
tell(struct fixture *f, const char *source, const char *when,
    const char *surname, const char *place)
{
	world_apply(say(f, source, when, surname, place));
}

#define SURNAME "SELECT surname FROM person"
#define PLACE   "SELECT birth_place FROM person"

static void
a_weaker_source_never_overwrites_and_disputes_once(struct fixture *f)
{
	struct packet *packet;

	tell(f, "zags", "2023-01-01T00:00:00Z", "Примеров", NULL);
	packet =
	    say(f, "school", "2023-06-01T00:00:00Z", "Образцов", "г. Образец");
	world_apply(packet);
	assert_string_equal(world_text(f, SURNAME), "Примеров");
	assert_string_equal(world_text(f, PLACE), "г. Образец");
	assert_int_equal(world_defects(packet, "P_DISPUTE"), 1);
	world_apply(packet);
	tell(f, "school", "2023-06-02T00:00:00Z", "Образцов", NULL);
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM conflict"
			     " WHERE kind = 'value'"),
	    1);
	assert_string_equal(world_text(f,
				"SELECT status FROM field_provenance WHERE"
				" field = 'surname' AND source = 'school'"),
	    "disputed");
	assert_string_equal(world_text(f,
				"SELECT source FROM field_provenance WHERE"
				" field = 'surname' AND status = 'current'"),
	    "zags");
}

static void
what_is_not_said_erases_nothing(struct fixture *f)
{
	tell(f, "school", "2023-01-01T00:00:00Z", "Примеров", "г. Образец");
	tell(f, "school", "2023-02-01T00:00:00Z", "Примеров", NULL);
	assert_string_equal(world_text(f, PLACE), "г. Образец");
	tell(f, "school", "2023-03-01T00:00:00Z", "Примеров", "-");
	assert_string_equal(world_text(f, PLACE), "");
	tell(f, "zags", "2023-01-01T00:00:00Z", "Примеров", "г. Пример");
	tell(f, "school", "2023-04-01T00:00:00Z", "Примеров", "-");
	assert_string_equal(world_text(f, PLACE), "г. Пример");
}

static void
of_equals_the_later_word_wins(struct fixture *f)
{
	tell(f, "school", "2023-02-01T00:00:00Z", "Примеров", "г. Второй");
	tell(f, "school", "2023-01-01T00:00:00Z", "Примеров", "г. Первый");
	assert_string_equal(world_text(f, PLACE), "г. Второй");
	tell(f, "school", "2023-02-01T00:00:00Z", "Примеров", "г. Тот же");
	assert_string_equal(world_text(f, PLACE), "г. Второй");
	tell(f, "school", "2023-03-01T00:00:00+03:00", "Примеров", "г. Третий");
	assert_string_equal(world_text(f, PLACE), "г. Третий");
}

static void
letters_that_mean_the_same_are_no_dispute(struct fixture *f)
{
	struct packet *packet;

	tell(f, "zags", "2023-01-01T00:00:00Z", "Ёлкин", NULL);
	packet = say(f, "school", "2023-06-01T00:00:00Z", "ЕЛКИН", NULL);
	world_apply(packet);
	assert_int_equal(world_defects(packet, "P_DISPUTE"), 0);
	assert_string_equal(world_text(f, SURNAME), "Ёлкин");
}

static void
history_says_what_was_known_when(struct fixture *f)
{
	tell(f, "school", "2023-01-01T00:00:00Z", "Примеров", "г. Первый");
	tell(f, "school", "2023-02-01T00:00:00Z", "Примеров", "г. Второй");
	assert_int_equal(
	    world_int(f, "SELECT COUNT(*) FROM entity_version"), 2);
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM entity_version"
			     " WHERE superseded_ms IS NULL"
			     " AND version = 2"),
	    1);
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM entity_version"
			     " WHERE valid_to IS NOT NULL"
			     " AND version = 1"),
	    1);
	/* No holes. */
	assert_int_equal(
	    world_int(f, "SELECT MAX(change_seq) - COUNT(*) FROM change"), 0);
}

static void
hard_refusals_cost_only_the_field(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");

	(void)world_record(packet, RECORD_LEARNER, "1", "surname", "Примеров",
	    "given_name", "Илья", "birth_date", "2031-01-01", "snils",
	    "112-233-445 96", NULL);
	(void)world_record(packet, RECORD_LEARNER, "2", "surname", "Образцов",
	    "given_name", "Глеб", "birth_date", "1812-01-01", "sex", "2",
	    "patronymic", "Ильич", NULL);
	world_apply(packet);
	assert_int_equal(world_defects(packet, "P_DATE_FUTURE"), 1);
	assert_int_equal(world_defects(packet, "P_DATE_OLD"), 1);
	assert_int_equal(world_defects(packet, "ID_SNILS_CHECK"), 1);
	assert_int_equal(
	    world_int(f,
		"SELECT COUNT(*) FROM person WHERE birth_date IS NULL"
		" AND snils IS NULL"),
	    2);
}

/* One of some packets that may come in any order. */
static struct packet *
shuffled(struct fixture *f, int which)
{
	struct packet *packet;
	struct record *rec;

	switch (which) {
	case 0:
		return say(
		    f, "zags", "2023-01-01T00:00:00Z", "Примеров", "г. Пример");
	case 1:
		return say(f, "school", "2023-02-01T00:00:00Z", "Образцов",
		    "г. Образец");
	case 2:
		return say(
		    f, "school", "2023-03-01T00:00:00Z", "Примеров", NULL);
	case 3:
		return say(
		    f, "diary", "2023-09-01T00:00:00Z", "Новиков", "г. Новый");
	case 4:
		packet = say(
		    f, "operator", "2023-04-01T00:00:00Z", "Примеров", NULL);
		packet->change->records[0].person->citizenship =
		    value_of(f->arena, "643");
		return packet;
	default:
		break;
	}
	packet = world_packet(f, "zags");
	rec = world_record(packet, RECORD_CIVIL_ACT, "", "kind", "death",
	    "number", "100000000000000000001", "version",
	    which == 5 ? "1" : "2", "act_date", "2023-10-10", "version_date",
	    which == 5 ? "2023-10-10" : "2023-10-20", NULL);
	world_person(packet, rec, "surname", "Примеров", "given_name", "Илья",
	    "birth_date", "2012-05-07", "sex", "1", "snils", "112-233-445 95",
	    "death_date", which == 5 ? "2023-10-08" : "2023-10-09", NULL);
	return packet;
}

static void
packets_in_any_order_give_the_same_person(struct fixture *f)
{
	static const char golden[] =
	    "SELECT surname || '/' || birth_place || '/' || citizenship"
	    " || '/' || life_status || '/' || death_date FROM person";
	static const char *const wipe[] = { "DELETE FROM person",
		"DELETE FROM xref", "DELETE FROM identity_key",
		"DELETE FROM civil_act", "DELETE FROM field_provenance",
		"DELETE FROM conflict", "DELETE FROM entity_version" };

	rand_seed(7);
	for (int round = 0; round < 20; round++) {
		int order[7] = { 0, 1, 2, 3, 4, 5, 6 };
		struct store_tx *tx = fixture_begin(f);

		for (size_t i = 0; i < sizeof(wipe) / sizeof(wipe[0]); i++)
			store_exec(tx, wipe[i], NO_PARAMS);
		fixture_commit(f, tx);
		for (size_t i = 6; i > 0; i--) {
			size_t j = (size_t)rand_below(i + 1);
			int swap = order[i];

			order[i] = order[j];
			order[j] = swap;
		}
		for (int i = 0; i < 7; i++)
			world_apply(shuffled(f, order[i]));
		assert_int_equal(
		    world_int(f, "SELECT COUNT(*) FROM person"), 1);
		assert_string_equal(world_text(f, golden),
		    "Примеров/г. Пример/643/dead/2023-10-09");
	}
	rand_seed(0);
}

static void
a_person_is_found_by_every_key(struct fixture *f)
{
	const char *number = world_learner(f, "1");
	const char *const keys[] = { number, "112-233-445 95", "school:1",
		"примеров", "Примеров Ил", "ПРИМЕРОВ ИЛЬЯ ОБРАЗЦОВИЧ" };
	struct store_tx *tx = fixture_begin(f);
	struct person_line line[3];
	const char *json;
	json_t *object;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (registry_find(tx, keys[i], 3, f->arena, line) != 1)
			fail_msg("key %zu", i);
		assert_string_equal(line[0].regional_number, number);
	}
	assert_int_equal(registry_find(tx, "school:2", 3, f->arena, line), 0);
	assert_int_equal(registry_find(tx, "Иной", 3, f->arena, line), 0);
	(void)registry_find(tx, number, 3, f->arena, line);
	json = registry_person_json(tx, line[0].id, f->arena);
	object = json_loads(json, 0, NULL);
	assert_non_null(object);
	assert_string_equal(
	    json_string_value(json_object_get(
		json_array_get(json_object_get(object, "provenance"), 0),
		"source")),
	    "school");
	json_decref(object);
	fixture_commit(f, tx);
}

static void
the_feed_of_a_source_tells_its_own_objects_in_order(struct fixture *f)
{
	struct change_line lines[10];
	struct registry_totals totals;
	struct store_tx *tx;
	size_t count;

	(void)world_learner(f, "1");
	tx = fixture_begin(f);
	count = registry_changes(tx, "school", 0, 10, f->arena, lines);
	assert_true(count >= 1);
	assert_string_equal(lines[0].external_key, "1");
	assert_int_equal(registry_changes(tx, "school",
			     lines[count - 1].change_seq, 10, f->arena, lines),
	    0);
	assert_int_equal(
	    registry_changes(tx, "diary", 0, 10, f->arena, lines), 0);
	registry_totals(tx, &totals);
	assert_int_equal(totals.persons, 1);
	fixture_commit(f, tx);
}

static const struct changeset *
ask(struct fixture *f, const char *field, const char *value)
{
	struct packet *packet = world_packet(f, "federal");

	packet->change->reply_kind = "federal-learner";
	packet->change->their_id = "q1";
	(void)world_record(packet, RECORD_QUERY, "", field, value, NULL);
	world_apply(packet);
	assert_non_null(world_event(packet, EVENT_ANSWER_OWED));
	return world_event(packet, EVENT_ANSWER_OWED)->snapshot;
}

static const char *
status_of(const struct changeset *reply)
{
	return reply->records[0].answer->status;
}

static void
a_question_is_answered_with_one_person_or_none(struct fixture *f)
{
	const struct changeset *reply;

	(void)world_learner(f, "1");
	reply = ask(f, "snils", "112-233-445 95");
	assert_string_equal(status_of(reply), "ok");
	assert_string_equal(reply->records[0].person->surname.text, "Примеров");
	assert_string_equal(reply->their_id, "q1");
	assert_string_equal(reply->reply_kind, "federal-learner");
	assert_string_equal(
	    status_of(ask(f, "snils", "087-654-303 00")), "no_data");
	assert_string_equal(
	    status_of(ask(f, "surname", "неизвестный")), "no_data");
}

static void
several_are_ambiguous_and_never_the_first(struct fixture *f)
{
	struct packet *packet;

	(void)world_learner(f, "1");
	packet = world_packet(f, "diary");
	(void)world_record(packet, RECORD_LEARNER, "d", "surname", "Примеров",
	    "given_name", "Илья", "patronymic", "Образцович", "sex", "1",
	    "birth_date", "2012-05-07", NULL);
	world_apply(packet);
	packet = world_packet(f, "federal");
	(void)world_record(packet, RECORD_QUERY, "", "surname", "Примеров",
	    "given_name", "Илья", "patronymic", "Образцович", "sex", "1",
	    "birth_date", "2012-05-07", NULL);
	world_apply(packet);
	assert_string_equal(
	    status_of(world_event(packet, EVENT_ANSWER_OWED)->snapshot),
	    "ambiguous");
	assert_null(world_event(packet, EVENT_ANSWER_OWED)
			->snapshot->records[0]
			.person);
}

static void
the_federal_answer_gives_the_guid_once(struct fixture *f)
{
	const char *number = world_learner(f, "1");
	static const char guid[] = "3b241101-e2bb-4255-8caf-4136c566a962";
	struct packet *packet = world_packet(f, "federal");
	struct record *rec = world_record(packet, RECORD_ANSWER, number, NULL);

	rec->answer = arena_alloc(f->arena, sizeof(*rec->answer));
	*rec->answer = (struct answer){ "ok", "", "", guid };
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_UPDATED);
	assert_null(packet->events.first); /* or it would be pushed again */
	assert_string_equal(
	    world_text(f, "SELECT federal_guid FROM person"), guid);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_UNCHANGED);
	assert_string_equal(status_of(ask(f, "federal_guid", guid)), "ok");
	*rec->answer = (struct answer){ "error", "X", "", "" };
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CONFLICT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(
		    a_weaker_source_never_overwrites_and_disputes_once),
		FIXTURE_BOTH(what_is_not_said_erases_nothing),
		FIXTURE_BOTH(of_equals_the_later_word_wins),
		FIXTURE_BOTH(letters_that_mean_the_same_are_no_dispute),
		FIXTURE_BOTH(history_says_what_was_known_when),
		FIXTURE_BOTH(hard_refusals_cost_only_the_field),
		FIXTURE_BOTH(packets_in_any_order_give_the_same_person),
		FIXTURE_BOTH(a_person_is_found_by_every_key),
		FIXTURE_BOTH(
		    the_feed_of_a_source_tells_its_own_objects_in_order),
		FIXTURE_BOTH(a_question_is_answered_with_one_person_or_none),
		FIXTURE_BOTH(several_are_ambiguous_and_never_the_first),
		FIXTURE_BOTH(the_federal_answer_gives_the_guid_once),
	};

	world_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
