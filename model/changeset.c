#include "model/changeset.h"

#include <string.h>

#include "base/arena.h"

static const char *const kind_names[RECORD_KIND_END] = {
	[RECORD_LEARNER] = "LEARNER",
	[RECORD_ENROLMENT] = "ENROLMENT",
	[RECORD_MOVEMENT] = "MOVEMENT",
	[RECORD_ORG] = "ORG",
	[RECORD_GROUP] = "GROUP",
	[RECORD_CIVIL_ACT] = "CIVIL_ACT",
	[RECORD_QUERY] = "QUERY",
	[RECORD_ANSWER] = "ANSWER",
};

static const char *const op_names[] = { "UPSERT", "CLOSE", "DELETE", "LINK",
	"UNLINK" };

static const char *const mode_names[] = { "DELTA", "FULL_LIST", "QUERY",
	"COMMAND", "ANSWER" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct changeset *
changeset_new(struct arena *arena)
{
	struct changeset *change = arena_alloc(arena, sizeof(*change));

	change->packet_id = change->source = change->scope = "";
	change->kind = change->created_at = change->as_of = "";
	change->content_sha256 = change->root_id = "";
	change->their_id = change->reply_kind = "";
	defects_init(&change->defects, arena);
	return change;
}

void
changeset_records(struct changeset *change, struct arena *arena, size_t count)
{
	change->records = NULL;
	change->record_count = count;
	if (count != 0)
		change->records =
		    arena_alloc(arena, count * sizeof(*change->records));
	for (size_t i = 0; i < count; i++) {
		change->records[i].external_key = "";
		change->records[i].updated_at = "";
	}
}

struct answer *
answer_new(struct arena *arena)
{
	struct answer *answer = arena_alloc(arena, sizeof(*answer));

	answer->status = answer->code = "";
	answer->text = answer->federal_guid = "";
	return answer;
}

static int
word(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (names[i] != NULL && strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

const char *
record_kind_name(enum record_kind kind)
{
	if (kind <= 0 || kind >= RECORD_KIND_END)
		return "";
	return kind_names[kind];
}

enum record_kind
record_kind_parse(const char *name)
{
	int i = word(kind_names, COUNT(kind_names), name);

	return i < 0 ? (enum record_kind)0 : (enum record_kind)i;
}

const char *
record_op_name(enum record_op op)
{
	return op_names[op];
}

int
record_op_parse(const char *name, enum record_op *ret_op)
{
	int i = word(op_names, COUNT(op_names), name);

	if (i < 0)
		return -1;
	*ret_op = (enum record_op)i;
	return 0;
}

const char *
packet_mode_name(enum packet_mode mode)
{
	return mode_names[mode];
}

int
packet_mode_parse(const char *name, enum packet_mode *ret_mode)
{
	int i = word(mode_names, COUNT(mode_names), name);

	if (i < 0)
		return -1;
	*ret_mode = (enum packet_mode)i;
	return 0;
}
