/*
 * model/changeset.h - what a packet says about the world, before anyone knows
 * about whom.
 *
 * An opener makes it from a packet; store applies it.  The same struct goes
 * the other way: what we owe to a neighbour is a changeset that a sealer
 * encodes.  Everything lives in one arena.
 */
#ifndef MODEL_CHANGESET_H
#define MODEL_CHANGESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/defect.h"
#include "model/entity.h"

struct arena;

enum record_kind {
	RECORD_LEARNER = 1, /* person, documents, parties */
	RECORD_ENROLMENT,
	RECORD_MOVEMENT,
	RECORD_ORG,
	RECORD_GROUP,
	RECORD_CIVIL_ACT, /* act, person, documents, parties */
	RECORD_QUERY, /* whom a neighbour asks about: person, documents */
	RECORD_ANSWER, /* what a neighbour answered about a record */
	RECORD_KIND_END
};

enum record_op { OP_UPSERT, OP_CLOSE, OP_DELETE, OP_LINK, OP_UNLINK };

/* An adult of the packet: who, what papers, and what he is to the child. */
struct party {
	struct representation role;
	struct person person;
	struct document *documents;
	size_t document_count;
};

/* What a neighbour says about one record we sent, or we about one of his. */
struct answer {
	const char *status; /* ok, error, no_data, ambiguous, rejected */
	const char *code; /* theirs or ours; "" */
	const char *text; /* one line without personal data; "" */
	const char *federal_guid; /* given by the federal segment; "" */
};

struct record {
	long rec_no; /* 1.. in the packet */
	enum record_kind kind;
	enum record_op op;
	const char *external_key; /* of the source; "" if none */
	const char *updated_at; /* as the source says; "" */
	int64_t change_seq; /* outgoing: our cursor; else 0 */
	struct person *person;
	struct document *documents;
	size_t document_count;
	struct party *parties;
	size_t party_count;
	struct organisation *organisation;
	struct group *group;
	struct enrolment *enrolment;
	struct movement *movement;
	struct civil_act *act;
	struct answer *answer;
};

enum packet_mode {
	MODE_DELTA,
	MODE_FULL_LIST,
	MODE_QUERY,
	MODE_COMMAND,
	MODE_ANSWER
};

struct changeset {
	const char *packet_id; /* PacketId, MessageID: theirs */
	const char *source; /* our name of the source */
	const char *scope; /* organisation key, OKTMO, ALL; "" */
	const char *kind; /* LEARNER, ..., CIVIL_ACT, QUERY */
	enum packet_mode mode;
	int64_t seq; /* per (source, scope, kind); 0: none */
	int64_t based_on; /* last full list; 0: none */
	const char *created_at; /* "" */
	const char *as_of; /* "" */
	bool atomic; /* one bad record refuses all */
	const char *content_sha256; /* of the header, lower case; "" */
	const char *their_id; /* ИдСвед and the like, for the answer; "" */
	const char *root_id; /* Id that the root is written with; "": none.  Not
				kept: only for an encoder */
	const char *reply_kind; /* encoder of the answer owed; "": none */
	struct record *records;
	size_t record_count;
	struct defects defects; /* found by verify, validate, decode */
};

/* An empty changeset in arena, its strings "". */
struct changeset *changeset_new(struct arena *arena);
/* Room for count records, all strings "" and pointers NULL. */
void
changeset_records(struct changeset *change, struct arena *arena, size_t count);
/* "LEARNER" ... and back; 0 for an unknown word. */
const char *record_kind_name(enum record_kind kind);
enum record_kind record_kind_parse(const char *name);
/* "UPSERT" ... and back: 0 with *ret_op, or -1 for an unknown word. */
const char *record_op_name(enum record_op op);
int record_op_parse(const char *name, enum record_op *ret_op);
/* "DELTA" ... and back: 0 with *ret_mode, or -1 for an unknown word. */
const char *packet_mode_name(enum packet_mode mode);
int packet_mode_parse(const char *name, enum packet_mode *ret_mode);
/* An answer in arena, its strings "". */
struct answer *answer_new(struct arena *arena);

#endif
