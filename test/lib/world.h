/*
 * test/lib/world.h - made-up people and schools for tests of the registry.
 *
 * A packet is built record by record and applied in a transaction of its own.
 * Fields are named as in model/field.h: "surname", "Примеров", ..., NULL; the
 * value "-" stands for "absent".
 */
#ifndef TEST_LIB_WORLD_H
#define TEST_LIB_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include "model/changeset.h"
#include "model/domain_event.h"
#include "model/protocol.h"
#include "test/lib/fixture.h"

#define WORLD_RECORDS 64

/* One packet, and what became of it. */
struct packet {
	struct fixture *f;
	struct changeset *change;
	struct protocol protocol;
	struct domain_events events;
	struct err err; /* of the commit, or of the refused part */
};

/* Once before the tests: the region 77, a keyed hash, and trust: zags 9,
 * operator 7, school 4, other 3. */
void world_setup(void);

struct packet *world_packet(struct fixture *f, const char *source);
/* One more record; its fields follow, then NULL. */
struct record *world_record(struct packet *packet, enum record_kind kind,
    const char *external_key, ...);
/* Fields of the entities that a record holds beside its main one. */
void world_person(struct packet *packet, struct record *rec, ...);
void world_document(struct packet *packet, struct record *rec, ...);
void
world_party(struct packet *packet, struct record *rec, const char *kind, ...);
/* Apply it in a part of a transaction, and commit. */
void world_apply(struct packet *packet);
/* The result of record rec_no. */
enum record_result world_result(const struct packet *packet, long rec_no);
/* How many defects with this code there are. */
size_t world_defects(const struct packet *packet, const char *code);
/* The first event of type, or NULL. */
const struct domain_event *
world_event(const struct packet *packet, enum domain_event_type type);
/* The first column of the first row of sql, or -1. */
int64_t world_int(struct fixture *f, const char *sql);
/* The same as text, "" when there is none; lives as long as the test. */
const char *world_text(struct fixture *f, const char *sql);
/* A learner most tests begin with: applied, his regional number returned. */
const char *world_learner(struct fixture *f, const char *key);

#endif
