#include "registry/work.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/rand.h"
#include "base/str.h"
#include "store/store.h"

static const char sql_take[] =
    "UPDATE registry_counter SET change_seq = change_seq WHERE id = 1"
    " RETURNING change_seq, regional_number";
static const char sql_put[] = "UPDATE registry_counter SET change_seq = $1,"
			      " regional_number = $2 WHERE id = 1";

/*
 * The counters of a transaction: read and locked with the first change, and
 * written once before the commit.  So numbers have no holes, and on PostgreSQL
 * a change with a lower number is never committed after a higher one.
 */
struct counters {
	bool taken;
	int64_t change_seq, regional_number;
};

static struct registry_settings settings;

void
registry_setup(const struct registry_settings *given)
{
	settings = *given;
}

const struct registry_settings *
work_settings(void)
{
	assert(settings.hmac != NULL && settings.trust != NULL);
	return &settings;
}

int
work_trust(struct work *work, const char *group)
{
	int rank = work_settings()->trust(work->said.source, group);

	return rank < 0 ? 0 : rank > 9 ? 9 : rank;
}

static void
counters_write(struct store_tx *tx, void *memory)
{
	const struct counters *counters = memory;

	if (counters->taken)
		store_exec(tx, sql_put,
		    PARAMS(P_INT(counters->change_seq),
			P_INT(counters->regional_number)));
}

static struct counters *
counters_of(struct work *work)
{
	static const struct store_memory type = { sizeof(struct counters),
		counters_write };
	struct counters *counters = store_memory(work->tx, &type);
	struct row *row;

	if (counters->taken)
		return counters;
	row = store_one(work->tx, sql_take, NO_PARAMS);
	if (row == NULL)
		return counters;
	counters->change_seq = row_int(row, 0);
	counters->regional_number = row_int(row, 1);
	counters->taken = true;
	return counters;
}

int64_t
work_next_change(struct work *work)
{
	return ++counters_of(work)->change_seq;
}

int64_t
work_next_number(struct work *work)
{
	return ++counters_of(work)->regional_number;
}

const char *
work_new_id(struct work *work)
{
	unsigned char raw[16];
	char hex[33];
	int64_t ms = clock_now_ms();

	rand_bytes(raw, sizeof(raw));
	for (int i = 0; i < 6; i++)
		raw[i] = (unsigned char)(ms >> (40 - 8 * i));
	raw[6] = (unsigned char)(0x70 | (raw[6] & 0x0f));
	raw[8] = (unsigned char)(0x80 | (raw[8] & 0x3f));
	str_hex(hex, raw, sizeof(raw));
	return arena_printf(work->arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex,
	    hex + 8, hex + 12, hex + 16, hex + 20);
}

/* An earlier stage has told the sender already. */
static bool
told_before(const struct work *work, const char *code)
{
	const struct defects *defects = &work->change->defects;

	for (size_t i = 0; i < defects->count; i++)
		if (defects->items[i].rec_no == work->rec->rec_no
		    && strcmp(defects->items[i].code, code) == 0)
			return true;
	return false;
}

void
work_defect(struct work *work, enum defect_level level, const char *code,
    const char *element, const char *value, const char *text)
{
	struct defect defect = { .level = level,
		.code = code,
		.rec_no = work->rec->rec_no,
		.value = value,
		.text = text };

	if (level > work->worst)
		work->worst = level;
	if (told_before(work, code))
		return;
	if (element == NULL)
		defect.path = arena_printf(
		    work->arena, "Packet/Record[%ld]", work->rec->rec_no);
	else
		defect.path = arena_printf(work->arena, "Packet/Record[%ld]/%s",
		    work->rec->rec_no, element);
	defects_add(&work->protocol->defects, &defect);
}

void
work_field_defect(struct work *work, enum defect_level level, const char *code,
    const struct entity_type *type, const char *name, const struct value *value,
    const char *text)
{
	const struct field *field = field_find(type, name);
	char shown[200] = "";

	if (value != NULL && value->state == VALUE_SET) {
		if (field != NULL && !field->personal)
			str_copy(shown, sizeof(shown), value->text);
		else
			str_mask(shown, sizeof(shown), value->text);
	}
	work_defect(work, level, code, field == NULL ? name : field->element,
	    shown, text);
}

void
work_outcome(struct work *work, enum record_result result,
    const char *entity_id, const char *regional_number)
{
	work->outcome->result = result;
	if (entity_id != NULL)
		work->outcome->entity_id = entity_id;
	if (regional_number != NULL)
		work->outcome->regional_number = regional_number;
}

static int
weight(enum domain_event_type type)
{
	switch (type) {
	case EVENT_PERSON_DIED:
		return 5;
	case EVENT_PERSON_CREATED:
		return 4;
	case EVENT_PERSON_CHANGED:
		return 3;
	case EVENT_ENROLMENT_CHANGED:
		return 2;
	case EVENT_MOVEMENT:
	case EVENT_ORG_CHANGED:
	case EVENT_ANSWER_OWED:
		break;
	}
	return 1;
}

void
work_touch(struct work *work, const char *person_id,
    enum domain_event_type type, int64_t change_seq)
{
	struct touched *touched;

	if (work->quiet)
		return;
	touched = map_get(work->touched_by_id, person_id);
	if (touched == NULL) {
		touched = arena_alloc(work->arena, sizeof(*touched));
		touched->person_id = arena_strdup(work->arena, person_id);
		touched->type = type;
		*work->touched_tail = touched;
		work->touched_tail = &touched->next;
		(void)map_put(work->touched_by_id, person_id, touched);
	}
	if (weight(type) > weight(touched->type))
		touched->type = type;
	if (change_seq > touched->change_seq)
		touched->change_seq = change_seq;
}

void
work_tell(struct work *work, enum domain_event_type type, const char *subject)
{
	struct domain_event event = { .type = type,
		.subject = arena_strdup(work->events->arena, subject),
		.change_seq = counters_of(work)->change_seq };

	domain_events_add(work->events, &event);
}
