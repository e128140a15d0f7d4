/*
 * The rules M0 to M10 of registry/identity.h, one test each.
 */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "model/field.h"
#include "registry/key_mark.h"
#include "registry/letters.h"
#include "registry/regional_number.h"
#include "registry/registry.h"
#include "registry/work.h"
#include "test/lib/world.h"

#define PERSONS "SELECT COUNT(*) FROM person"
#define TASKS   "SELECT COUNT(*) FROM conflict"

/* A second source speaks of the learner of world_learner(). */
static struct record *
other_source(struct packet *packet, const char *surname, const char *given,
    const char *birth)
{
	return world_record(packet, RECORD_LEARNER, "x", "surname", surname,
	    "given_name", given, "patronymic", "Образцович", "sex", "1",
	    "birth_date", birth, NULL);
}

static void
a_placeholder_makes_nobody_and_matches_nobody(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");
	struct record *rec =
	    world_record(packet, RECORD_LEARNER, "1", "surname", "неизвестный",
		"given_name", "-", "birth_date", "2001-01-01", NULL);

	world_document(packet, rec, "kind", "21", "series", "0000", "number",
	    "000000", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_REJECTED);
	assert_int_equal(world_defects(packet, "ID_PLACEHOLDER"), 1);
	assert_int_equal(world_int(f, PERSONS), 0);
}

static void
an_echoed_number_links_when_names_or_birth_agree(struct fixture *f)
{
	const char *number = world_learner(f, "1");
	struct packet *packet = world_packet(f, "diary");

	(void)world_record(packet, RECORD_LEARNER, "d1", "regional_number",
	    number, "surname", "Новиков", "given_name", "Илья", "birth_date",
	    "2012-05-07", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_LINKED);
	assert_int_equal(world_int(f, PERSONS), 1);
}

static void
an_echoed_number_of_somebody_else_is_quarantined(struct fixture *f)
{
	const char *number = world_learner(f, "1");
	struct packet *packet = world_packet(f, "diary");

	(void)world_record(packet, RECORD_LEARNER, "d1", "regional_number",
	    number, "surname", "Новиков", "given_name", "Пётр", "birth_date",
	    "2010-01-02", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CONFLICT);
	assert_int_equal(world_defects(packet, "ID_ECHO_MISMATCH"), 1);
	assert_string_equal(
	    world_text(f, "SELECT surname FROM person"), "Примеров");
	assert_int_equal(world_int(f, TASKS), 1);
}

static void
a_key_used_again_for_another_child_is_quarantined(struct fixture *f)
{
	struct packet *packet;

	(void)world_learner(f, "1");
	packet = world_packet(f, "school");
	(void)world_record(packet, RECORD_LEARNER, "1", "surname", "Примеров",
	    "given_name", "Степан", "birth_date", "2014-02-03", "sex", "1",
	    NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CONFLICT);
	assert_int_equal(world_defects(packet, "ID_KEY_REUSED"), 1);
	assert_string_equal(
	    world_text(f, "SELECT given_name FROM person"), "Илья");
}

static void
a_key_with_only_a_new_name_is_the_same_child(struct fixture *f)
{
	struct packet *packet;

	(void)world_learner(f, "1");
	packet = world_packet(f, "school");
	packet->change->created_at = "2023-11-14T11:00:00Z";
	(void)world_record(packet, RECORD_LEARNER, "1", "surname", "Новиков",
	    "given_name", "Илья", "birth_date", "2012-05-07", "sex", "1", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_UPDATED);
	assert_string_equal(
	    world_text(f, "SELECT surname FROM person_name"), "Примеров");
	assert_int_equal(world_int(f, "SELECT version FROM person"), 2);
}

static void
a_snils_with_birth_and_a_name_links(struct fixture *f)
{
	struct packet *packet = world_packet(f, "diary");
	struct record *rec;

	(void)world_learner(f, "1");
	rec = other_source(packet, "Новиков", "Илья", "2012-05-07");
	rec->person->snils = value_of(f->arena, "11223344595");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_LINKED);
	assert_int_equal(world_int(f, PERSONS), 1);
}

static void
a_snils_with_another_birth_takes_no_field(struct fixture *f)
{
	struct packet *packet = world_packet(f, "zags");
	struct record *rec;

	(void)world_learner(f, "1");
	rec = other_source(packet, "Новиков", "Илья", "2012-05-08");
	rec->person->snils = value_of(f->arena, "112-233-445 95");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CONFLICT);
	assert_int_equal(world_defects(packet, "ID_SNILS_CONFLICT"), 1);
	assert_string_equal(
	    world_text(f, "SELECT surname FROM person"), "Примеров");
	assert_string_equal(
	    world_text(f, "SELECT kind FROM conflict"), "snils");
	assert_int_equal(world_int(f, PERSONS), 1);
}

static void
a_certificate_with_names_and_birth_links(struct fixture *f)
{
	struct packet *packet = world_packet(f, "diary");
	struct record *rec;

	(void)world_learner(f, "1");
	/* Latin letters that look Cyrillic, lower case, yo. */
	rec = other_source(packet, "ПPИМЕPOB", "илья", "2012-05-07");
	world_document(packet, rec, "kind", "03", "series", "1-АА", "number",
	    "123456", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_LINKED);
	assert_int_equal(world_int(f, PERSONS), 1);
}

static void
a_document_matches_without_the_sex(struct fixture *f)
{
	struct packet *packet = world_packet(f, "diary");
	struct record *rec;

	(void)world_learner(f, "1");
	rec = world_record(packet, RECORD_LEARNER, "d1", "surname", "Примеров",
	    "given_name", "Илья", "patronymic", "Образцович", "birth_date",
	    "2012-05-07", NULL);
	world_document(packet, rec, "kind", "03", "series", "I-АА", "number",
	    "123456", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_LINKED);
}

static void
names_and_birth_alone_never_link(struct fixture *f)
{
	struct packet *packet = world_packet(f, "diary");

	(void)world_learner(f, "1");
	(void)other_source(packet, "Примеров", "Илья", "2012-05-07");
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_PROVISIONAL);
	assert_int_equal(world_defects(packet, "ID_CANDIDATES"), 1);
	assert_int_equal(world_int(f, PERSONS), 2);
	assert_int_equal(world_int(f, TASKS), 1);
	assert_null(packet->events.first); /* not pushed until confirmed */
}

static void
one_wrong_letter_or_digit_is_a_candidate(struct fixture *f)
{
	static const struct {
		const char *surname, *given, *birth;
		int candidate;
	} cases[] = {
		{ "Приверов", "Илья", "2012-05-07", 1 }, /* replaced */
		{ "Пример", "Илья", "2012-05-07", 0 }, /* two left out */
		{ "Примеров", "Илия", "2012-05-07", 1 },
		{ "Рпимеров", "Илья", "2012-05-07", 1 }, /* exchanged */
		{ "Иримеров", "Илья", "2012-05-07", 1 }, /* first letter */
		{ "Примеров", "Илья", "2012-07-05", 1 }, /* day and month */
		{ "Примеров", "Илья", "2012-05-08", 0 },
		{ "Примеров", "Илья", "2012-05", 1 }, /* partial */
	};

	(void)world_learner(f, "1");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet *packet =
		    world_packet(f, arena_printf(f->arena, "source%zu", i));

		(void)other_source(
		    packet, cases[i].surname, cases[i].given, cases[i].birth);
		world_apply(packet);
		if ((world_defects(packet, "ID_CANDIDATES") != 0)
		    != (cases[i].candidate != 0))
			fail_msg("case %zu", i);
		assert_int_equal(world_result(packet, 1), RESULT_PROVISIONAL);
	}
}

static void
twins_are_two_people(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");
	struct record *rec;

	for (int i = 0; i < 2; i++) {
		rec = world_record(packet, RECORD_LEARNER, i == 0 ? "1" : "2",
		    "surname", "Примерова", "given_name",
		    i == 0 ? "Алина" : "Арина", "birth_date", "2012-05-07",
		    "sex", "2", NULL);
		world_document(packet, rec, "kind", "03", "series", "I-АА",
		    "number", i == 0 ? "123456" : "123457", NULL);
		world_party(packet, rec, "mother", "surname", "Примерова",
		    "given_name", "Анна", "birth_date", "1985-01-02", NULL);
	}
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	assert_int_equal(world_result(packet, 2), RESULT_CREATED);
	assert_int_equal(world_defects(packet, "ID_TWIN_GUARD"), 1);
	assert_int_equal(world_defects(packet, "ID_CANDIDATES"), 1);
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM person"
			     " WHERE birth_date = '2012-05-07'"),
	    2);
}

static void
twins_of_two_packets_are_told_apart_by_their_mother(struct fixture *f)
{
	for (int i = 0; i < 2; i++) {
		struct packet *packet = world_packet(f, "school");
		struct record *rec = world_record(packet, RECORD_LEARNER,
		    i == 0 ? "1" : "2", "surname", "Примерова", "given_name",
		    i == 0 ? "Алина" : "Арина", "birth_date", "2012-05-07",
		    "sex", "2", NULL);

		world_document(packet, rec, "kind", "03", "series", "I-АА",
		    "number", i == 0 ? "123456" : "123457", NULL);
		world_party(packet, rec, "mother", "surname", "Примерова",
		    "given_name", "Анна", "snils", "112-233-445 95", NULL);
		world_apply(packet);
		assert_int_equal(world_result(packet, 1), RESULT_CREATED);
	}
}

static void
names_birth_and_mother_link_for_review(struct fixture *f)
{
	static const char *const sources[] = { "school", "operator" };
	struct packet *packet = NULL;

	for (int i = 0; i < 2; i++) {
		struct record *rec;

		packet = world_packet(f, sources[i]);
		rec = world_record(packet, RECORD_LEARNER, "k", "surname",
		    "Примеров", "given_name", "Илья", "birth_date",
		    "2012-05-07", "sex", "1", NULL);
		world_party(packet, rec, "mother", "surname", "Примерова",
		    "given_name", "Анна", "birth_date", "1985-01-02", NULL);
		world_apply(packet);
	}
	assert_int_equal(world_result(packet, 1), RESULT_LINKED);
	assert_int_equal(world_defects(packet, "ID_MEDIUM"), 1);
	assert_string_equal(
	    world_text(f, "SELECT kind FROM conflict"), "medium");
}

static void
nobody_known_is_provisional_without_a_paper(struct fixture *f)
{
	struct packet *packet = world_packet(f, "school");

	(void)world_record(packet, RECORD_LEARNER, "1", "surname", "Примеров",
	    "given_name", "Илья", "birth_date", "2012-05-07", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_PROVISIONAL);
	assert_null(packet->events.first);

	packet = world_packet(f, "school");
	(void)world_record(packet, RECORD_LEARNER, "1", "surname", "Примеров",
	    "given_name", "Илья", "birth_date", "2012-05-07", "snils",
	    "112-233-445 95", NULL);
	world_apply(packet);
	assert_int_equal(world_result(packet, 1), RESULT_UPDATED);
	assert_non_null(world_event(packet, EVENT_PERSON_CREATED));
	assert_string_equal(
	    world_text(f, "SELECT state FROM person"), "active");
}

static void
the_index_and_tasks_hold_no_personal_text(struct fixture *f)
{
	names_and_birth_alone_never_link(f);
	assert_int_equal(world_int(f,
			     "SELECT COUNT(*) FROM conflict WHERE evidence"
			     " LIKE '%римеров%' OR candidates LIKE '%римеров%'"
			     " OR dedup_key LIKE '%римеров%'"),
	    0);
	assert_int_equal(
	    world_int(f,
		f->kind == STORE_SQLITE
		    ? "SELECT MAX(LENGTH(hash)) FROM identity_key"
		    : "SELECT MAX(OCTET_LENGTH(hash)) FROM identity_key"),
	    16);
}

static void
a_regional_number_with_a_wrong_digit_is_not_valid(void **state)
{
	char number[REGIONAL_NUMBER_BYTES], wrong[REGIONAL_NUMBER_BYTES];

	(void)state;
	for (int64_t serial = 1; serial < 2000; serial += 7) {
		regional_number_make("77", serial, number);
		assert_true(regional_number_valid(number));
		for (int i = 0; i < 14; i++) {
			memcpy(wrong, number, sizeof(wrong));
			wrong[i] = (char)('0' + (wrong[i] - '0' + 1) % 10);
			assert_false(regional_number_valid(wrong));
		}
	}
}

static void
one_edit_is_told_from_two(void **state)
{
	(void)state;
	assert_int_equal(letters_distance("ИВАНОВ", "ИВАНОВ"), 0);
	assert_int_equal(letters_distance("ИВАНОВ", "ИВНОВ"), 1);
	assert_int_equal(letters_distance("ИВАНОВ", "ИВААНОВ"), 1);
	assert_int_equal(letters_distance("ИВАНОВ", "ИВОНОВ"), 1);
	assert_int_equal(letters_distance("ИВАНОВ", "ИАВНОВ"), 1);
	assert_int_equal(letters_distance("ИВАНОВ", "ВИАНВО"), 2);
	assert_int_equal(letters_distance("ИВАНОВ", "ИВАНОВСК"), 2);
	assert_int_equal(letters_distance("", "А"), 1);
	assert_int_equal(letters_distance("", "АБ"), 2);
}

static void
other_hash(const unsigned char *key, const void *p, size_t bytes,
    unsigned char ret[32])
{
	(void)key;
	(void)p;
	memset(ret, (int)bytes, 32);
}

/* And it is never made anew where there is one. */
static void
a_database_wants_the_key_it_was_written_with(struct fixture *f)
{
	struct registry_settings settings = *work_settings(), other = settings;
	struct store_tx *tx = fixture_begin(f);

	other.hmac = other_hash;
	assert_false(key_mark_known(tx));
	assert_true(key_mark_fits(tx));
	fixture_commit(f, tx);
	tx = fixture_begin(f);
	assert_true(key_mark_known(tx));
	registry_setup(&other);
	assert_false(key_mark_fits(tx));
	registry_setup(&settings);
	assert_true(key_mark_fits(tx));
	fixture_commit(f, tx);
}

/* Two regions, two schemas of one database; the same child comes to both. */
static void
a_region_does_not_wait_for_another_of_its_database(struct fixture *f)
{
	struct fixture *other = fixture_new(f->kind);
	struct packet *packet = world_packet(f, "school");
	struct store_tx *tx;

	(void)world_record(packet, RECORD_LEARNER, "1", "surname", "Примеров",
	    "given_name", "Илья", "patronymic", "Образцович", "sex", "1",
	    "birth_date", "2012-05-07", "snils", "112-233-445 95", NULL);
	(void)world_text(
	    other, "SELECT set_config('lock_timeout', '5s', false)");
	tx = fixture_begin(f);
	domain_events_init(&packet->events, f->arena);
	registry_apply(
	    tx, packet->change, f->arena, &packet->events, &packet->protocol);
	assert_int_equal(store_error(tx)->kind, ERR_NONE);
	(void)world_learner(other, "1"); /* while that is not committed */
	fixture_commit(f, tx);
	assert_int_equal(world_int(f, PERSONS), 1);
	assert_int_equal(world_int(other, PERSONS), 1);
	fixture_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(a_placeholder_makes_nobody_and_matches_nobody),
		FIXTURE_BOTH(an_echoed_number_links_when_names_or_birth_agree),
		FIXTURE_BOTH(an_echoed_number_of_somebody_else_is_quarantined),
		FIXTURE_BOTH(a_key_used_again_for_another_child_is_quarantined),
		FIXTURE_BOTH(a_key_with_only_a_new_name_is_the_same_child),
		FIXTURE_BOTH(a_snils_with_birth_and_a_name_links),
		FIXTURE_BOTH(a_snils_with_another_birth_takes_no_field),
		FIXTURE_BOTH(a_certificate_with_names_and_birth_links),
		FIXTURE_BOTH(a_document_matches_without_the_sex),
		FIXTURE_BOTH(names_and_birth_alone_never_link),
		FIXTURE_BOTH(one_wrong_letter_or_digit_is_a_candidate),
		FIXTURE_BOTH(twins_are_two_people),
		FIXTURE_BOTH(
		    twins_of_two_packets_are_told_apart_by_their_mother),
		FIXTURE_BOTH(names_birth_and_mother_link_for_review),
		FIXTURE_BOTH(nobody_known_is_provisional_without_a_paper),
		FIXTURE_BOTH(a_database_wants_the_key_it_was_written_with),
		FIXTURE_BOTH(the_index_and_tasks_hold_no_personal_text),
		FIXTURE_PGSQL(
		    a_region_does_not_wait_for_another_of_its_database),
		cmocka_unit_test(
		    a_regional_number_with_a_wrong_digit_is_not_valid),
		cmocka_unit_test(one_edit_is_told_from_two),
	};

	world_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
