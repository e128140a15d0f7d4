/*
 * registry/work.h - one changeset while it is applied; included by registry/
 * only.
 *
 * Everything a record's stage needs is here, so that a stage is a function of
 * (work, what it is about).  Lives as long as registry_apply() runs.
 */
#ifndef REGISTRY_WORK_H
#define REGISTRY_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defect.h"
#include "model/changeset.h"
#include "model/domain_event.h"
#include "model/field.h"
#include "model/protocol.h"
#include "registry/registry.h"
#include "store/store.h"

#define ID_BYTES   37 /* text of an entity's id, and NUL */
#define HASH_BYTES 16 /* of a keyed hash, as kept */

/* Bits of person.roles. */
enum role {
	ROLE_LEARNER = 1,
	ROLE_REPRESENTATIVE = 2,
	ROLE_DOUBTFUL = 4, /* made beside likely doubles: only a steward may
			    * take "provisional" away */
	ROLE_CHILD = 8, /* born here, in no school yet */
};

/* Who says what is applied now, and how much later claims outrank it. */
struct said {
	const char *source, *packet_id;
	long rec_no;
	int64_t asserted_ms;
	int64_t seq;
	const char *valid_from; /* YYYY-MM-DD, or "": does not say */
};

/* A person this packet has changed: one event for all of it. */
struct touched {
	struct touched *next;
	const char *person_id;
	enum domain_event_type type;
	int64_t change_seq;
};

struct map;

struct work {
	struct store_tx *tx;
	struct arena *arena;
	const struct changeset *change;
	struct domain_events *events;
	struct protocol *protocol;
	int64_t now_ms;
	char today[11];
	struct said said;
	const struct record *rec;
	struct record_outcome *outcome;
	enum defect_level worst; /* of this record's defects */
	struct touched *touched, **touched_tail;
	struct map *touched_by_id; /* person id to struct touched */
	struct map *linked; /* person id to external key, this packet */
	bool quiet; /* changes made now are not told to others */
};

/* What registry_setup() was given. */
const struct registry_settings *work_settings(void);
/* How much the packet's source counts for group, 0..9. */
int work_trust(struct work *work, const char *group);

/* A new id: a UUID that begins with the time, so rows of one day lie close. */
const char *work_new_id(struct work *work);
/* The next number of the one sequence of changes. */
int64_t work_next_change(struct work *work);
/* The next serial of a regional number. */
int64_t work_next_number(struct work *work);

/* A defect of the record at hand; element and value may be NULL. */
void work_defect(struct work *work, enum defect_level level, const char *code,
    const char *element, const char *value, const char *text);
/* The same about field of what the record says, masked when personal. */
void work_field_defect(struct work *work, enum defect_level level,
    const char *code, const struct entity_type *type, const char *field,
    const struct value *value, const char *text);
void work_outcome(struct work *work, enum record_result result,
    const char *entity_id, const char *regional_number);

/* Note that person_id has changed; the strongest type of a packet is told. */
void work_touch(struct work *work, const char *person_id,
    enum domain_event_type type, int64_t change_seq);
/* Tell of subject, which is no person, at once. */
void
work_tell(struct work *work, enum domain_event_type type, const char *subject);

#endif
