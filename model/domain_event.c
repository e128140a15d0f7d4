#include "model/domain_event.h"

#include "base/arena.h"

void
domain_events_init(struct domain_events *events, struct arena *arena)
{
	*events = (struct domain_events){ .arena = arena };
	events->tail = &events->first;
}

void
domain_events_add(
    struct domain_events *events, const struct domain_event *event)
{
	struct domain_event *copy =
	    arena_memdup(events->arena, event, sizeof(*event));

	copy->next = NULL;
	*events->tail = copy;
	events->tail = &copy->next;
	events->count++;
}
