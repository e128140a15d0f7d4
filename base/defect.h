/*
 * base/defect.h - all that is wrong with one packet, at once.
 *
 * A stage that finds a packet wrong goes on looking and adds a defect for each
 * fault, so that its sender gets one protocol with all of them.
 */
#ifndef BASE_DEFECT_H
#define BASE_DEFECT_H

#include <stddef.h>

struct arena;

/* More are counted, not kept; those that refuse a record are kept first. */
#define DEFECTS_MAX 200

/* How far a defect reaches; words of the protocol.  domain: PACKETS 1.4. */
enum defect_level {
	DEFECT_INFO, /* a note */
	DEFECT_WARN, /* applied, suspicious */
	DEFECT_FIELD, /* the record is applied without the field */
	DEFECT_QUARANTINE, /* the record waits for a person */
	DEFECT_ERROR, /* the record is not applied */
	DEFECT_FATAL, /* the packet is refused whole */
};

struct defect {
	enum defect_level level;
	const char *code; /* a row of doc/codes.tsv */
	long rec_no; /* record, from 1; 0: the packet */
	long line; /* in the packet as received; 0 unknown */
	const char *path; /* readable: Packet/Record[2]/BirthDate; "" */
	const char *value; /* masked when personal; "" */
	const char *text; /* one more sentence in Russian; "" */
};

struct defects {
	struct arena *arena;
	struct defect *items;
	size_t count; /* kept */
	size_t room;
	size_t total; /* found, kept or not */
	enum defect_level worst; /* of all found; see total */
};

/* None yet; all that is added lives in arena. */
void defects_init(struct defects *defects, struct arena *arena);
/* Copy what defect points to into the arena; NULL strings become "". */
void defects_add(struct defects *defects, const struct defect *defect);
/* "FATAL", "ERROR" ... and back; an unknown word is DEFECT_ERROR. */
const char *defect_level_name(enum defect_level level);
enum defect_level defect_level_parse(const char *name);

#endif
