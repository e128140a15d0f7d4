/*
 * The promises of model/changeset_codec.h.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/rand.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "model/field.h"

/* Every second field set, every third absent. */
static void *
filled(struct arena *arena, const struct entity_type *type, int salt)
{
	char *entity = entity_new(type, 1, arena);

	for (size_t i = 0; i < type->field_count; i++) {
		struct value *v = field_value(&type->fields[i], entity);

		if (i % 3 == 2)
			*v = value_absent();
		else if (i % 2 == 0)
			*v = value_of(arena,
			    arena_printf(arena, "%s-ё%d", type->name, salt));
	}
	return entity;
}

static void
fill_record(struct arena *arena, struct record *r, int salt)
{
	r->rec_no = salt + 1;
	r->kind = (enum record_kind)(salt % (RECORD_KIND_END - 1) + 1);
	r->op = OP_CLOSE;
	r->external_key = arena_printf(arena, "ключ-%d", salt);
	r->updated_at = "2024-09-01T10:00:00Z";
	r->change_seq = INT64_C(1) << 40;
	r->person = filled(arena, &person_type, salt);
	if (salt % 2 == 0) {
		r->organisation = filled(arena, &organisation_type, salt);
		r->group = filled(arena, &group_type, salt);
		r->enrolment = filled(arena, &enrolment_type, salt);
		r->movement = filled(arena, &movement_type, salt);
		r->act = filled(arena, &civil_act_type, salt);
		r->answer = answer_new(arena);
		r->answer->status = "error";
		r->answer->federal_guid = "g";
	}
	r->documents = filled(arena, &document_type, salt);
	r->document_count = 1;
	r->parties = arena_alloc(arena, sizeof(*r->parties));
	r->party_count = 1;
	r->parties->role =
	    *(struct representation *)filled(arena, &representation_type, 1);
	r->parties->person = *(struct person *)filled(arena, &person_type, 2);
	r->parties->documents = filled(arena, &document_type, 3);
	r->parties->document_count = 1;
}

static struct changeset *
sample(struct arena *arena)
{
	struct changeset *change = changeset_new(arena);
	struct defect defect = { DEFECT_FIELD, "ID_SNILS_CHECK", 2, 17,
		"Packet/Record[2]/Learner/Person/Snils", "*********95", NULL };

	change->packet_id = "p-1";
	change->source = "school";
	change->scope = "ALL";
	change->kind = "MIXED";
	change->mode = MODE_ANSWER;
	change->seq = 7;
	change->based_on = 5;
	change->created_at = "2024-09-01T00:00:00+03:00";
	change->as_of = "2024-09-01";
	change->atomic = true;
	change->content_sha256 = "00ff";
	change->their_id = "а";
	change->reply_kind = "zags-fataloiv";
	changeset_records(change, arena, 3);
	for (int i = 0; i < 3; i++)
		fill_record(arena, &change->records[i], i);
	defects_add(&change->defects, &defect);
	change->defects.total = 300; /* more were found than kept */
	change->defects.worst = DEFECT_ERROR;
	return change;
}

static void
what_is_encoded_is_decoded_the_same(void **state)
{
	struct arena *arena = arena_new();
	struct changeset *change = sample(arena), *back = NULL;
	struct buf first, second;
	struct err err;

	(void)state;
	buf_init(&first, 0);
	buf_init(&second, 0);
	changeset_encode(change, &first);
	assert_int_equal(
	    changeset_decode(first.data, first.bytes, arena, &back, &err), 0);
	changeset_encode(back, &second);
	assert_int_equal(first.bytes, second.bytes);
	assert_memory_equal(first.data, second.data, first.bytes);
	assert_string_equal(back->their_id, "а");
	assert_string_equal(back->content_sha256, "00ff");
	assert_int_equal(back->mode, MODE_ANSWER);
	assert_true(back->atomic);
	assert_int_equal(back->record_count, 3);
	assert_int_equal(back->records[2].rec_no, 3);
	assert_string_equal(back->records[1].external_key, "ключ-1");
	assert_null(back->records[1].act);
	assert_true(value_equal(&back->records[0].person->snils,
	    &change->records[0].person->snils));
	assert_int_equal(back->records[0].person->snils.state, VALUE_ABSENT);
	assert_string_equal(back->records[0].answer->status, "error");
	assert_int_equal(back->defects.total, 300);
	assert_int_equal(back->defects.worst, DEFECT_ERROR);
	assert_string_equal(back->defects.items[0].code, "ID_SNILS_CHECK");
	assert_int_equal(back->defects.items[0].line, 17);
	buf_release(&first);
	buf_release(&second);
	arena_free(arena);
}

static void
an_empty_changeset_is_one_too(void **state)
{
	struct arena *arena = arena_new();
	struct changeset *back = NULL;
	struct buf buf;
	struct err err;

	(void)state;
	buf_init(&buf, 0);
	changeset_encode(changeset_new(arena), &buf);
	assert_int_equal(
	    changeset_decode(buf.data, buf.bytes, arena, &back, &err), 0);
	assert_int_equal(back->record_count, 0);
	assert_string_equal(back->packet_id, "");
	buf_release(&buf);
	arena_free(arena);
}

static void
every_shortened_changeset_is_refused(void **state)
{
	struct arena *arena = arena_new(), *work = arena_new();
	struct changeset *back = NULL;
	struct buf buf;
	struct err err;

	(void)state;
	buf_init(&buf, 0);
	changeset_encode(sample(arena), &buf);
	for (size_t n = 0; n < buf.bytes; n++) {
		/* A block of its own, so that a sanitizer sees a step over. */
		char *cut = malloc(n == 0 ? 1 : n);

		memcpy(cut, buf.data, n);
		assert_int_equal(
		    changeset_decode(cut, n, work, &back, &err), -1);
		assert_string_equal(err.code, "CHG_FORMAT");
		assert_int_equal(err.kind, ERR_HOLD);
		arena_reset(work);
		free(cut);
	}
	buf_addc(&buf, 'x');
	assert_int_equal(
	    changeset_decode(buf.data, buf.bytes, work, &back, &err), -1);
	buf.data[3]++;
	assert_int_equal(
	    changeset_decode(buf.data, buf.bytes - 1, work, &back, &err), -1);
	assert_null(back);
	buf_release(&buf);
	arena_free(work);
	arena_free(arena);
}

/* Whatever is accepted after damage must encode to the very same bytes. */
static void
damaged_changesets_are_refused_or_mean_what_they_say(void **state)
{
	struct arena *arena = arena_new(), *work = arena_new();
	struct changeset *back;
	struct buf buf, again;
	struct err err;
	int accepted = 0;

	(void)state;
	rand_seed(42);
	buf_init(&buf, 0);
	buf_init(&again, 0);
	changeset_encode(sample(arena), &buf);
	for (int i = 0; i < 20000; i++) {
		size_t at = (size_t)rand_below(buf.bytes);
		char was = buf.data[at];

		buf.data[at] = (char)rand_below(i % 2 == 0 ? 256 : 4);
		if (changeset_decode(buf.data, buf.bytes, work, &back, &err)
		    == 0) {
			accepted++;
			buf_clear(&again);
			changeset_encode(back, &again);
			assert_int_equal(again.bytes, buf.bytes);
			assert_memory_equal(again.data, buf.data, buf.bytes);
		}
		buf.data[at] = was;
		arena_reset(work);
	}
	assert_true(accepted > 0);
	rand_seed(0);
	buf_release(&buf);
	buf_release(&again);
	arena_free(work);
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_encoded_is_decoded_the_same),
		cmocka_unit_test(an_empty_changeset_is_one_too),
		cmocka_unit_test(every_shortened_changeset_is_refused),
		cmocka_unit_test(
		    damaged_changesets_are_refused_or_mean_what_they_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
