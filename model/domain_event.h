/*
 * model/domain_event.h - what changed in the registry, for whoever routes it.
 *
 * Not "struct event": libevent has it.
 */
#ifndef MODEL_DOMAIN_EVENT_H
#define MODEL_DOMAIN_EVENT_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct changeset;

enum domain_event_type {
	EVENT_PERSON_CREATED = 1,
	EVENT_PERSON_CHANGED,
	EVENT_PERSON_DIED,
	EVENT_ENROLMENT_CHANGED,
	EVENT_MOVEMENT,
	EVENT_ORG_CHANGED,
	EVENT_ANSWER_OWED, /* answer holds what to say to the asker */
};

struct domain_event {
	struct domain_event *next;
	enum domain_event_type type;
	const char *subject; /* id of the entity */
	int64_t change_seq;
	const struct changeset *snapshot; /* canonical state to tell, or NULL */
};

struct domain_events {
	struct arena *arena; /* set by the caller */
	struct domain_event *first, **tail;
	size_t count;
};

/* None yet; the list lives in arena. */
void domain_events_init(struct domain_events *events, struct arena *arena);
/* Append a copy of event; its strings and snapshot must live in the arena. */
void domain_events_add(
    struct domain_events *events, const struct domain_event *event);

#endif
