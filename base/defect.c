#include "base/defect.h"

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"

static const char *const names[] = { "INFO", "WARN", "FIELD", "QUARANTINE",
	"ERROR", "FATAL" };

void
defects_init(struct defects *defects, struct arena *arena)
{
	*defects = (struct defects){ .arena = arena };
}

static const char *
keep(struct arena *arena, const char *s)
{
	return s == NULL ? "" : arena_strdup(arena, s);
}

/* What refuses a record is kept before what does not: it has to be known. */
static bool
make_room(struct defects *defects, enum defect_level level)
{
	if (defects->count < DEFECTS_MAX)
		return true;
	if (level < DEFECT_QUARANTINE)
		return false;
	for (size_t i = defects->count; i > 0; i--) {
		if (defects->items[i - 1].level >= DEFECT_QUARANTINE)
			continue;
		memmove(&defects->items[i - 1], &defects->items[i],
		    (defects->count - i) * sizeof(*defects->items));
		defects->count--;
		return true;
	}
	return false;
}

void
defects_add(struct defects *defects, const struct defect *defect)
{
	struct defect *more, *slot;

	if (defects->total++ == 0 || defect->level > defects->worst)
		defects->worst = defect->level;
	if (!make_room(defects, defect->level))
		return;
	if (defects->count == defects->room) {
		defects->room = defects->room == 0 ? 8 : defects->room * 2;
		more =
		    arena_alloc(defects->arena, defects->room * sizeof(*more));
		if (defects->count != 0)
			memcpy(more, defects->items,
			    defects->count * sizeof(*more));
		defects->items = more;
	}
	slot = &defects->items[defects->count++];
	*slot = *defect;
	slot->code = keep(defects->arena, defect->code);
	slot->path = keep(defects->arena, defect->path);
	slot->value = keep(defects->arena, defect->value);
	slot->text = keep(defects->arena, defect->text);
}

const char *
defect_level_name(enum defect_level level)
{
	return names[level];
}

enum defect_level
defect_level_parse(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return (enum defect_level)i;
	return DEFECT_ERROR;
}
