/*
 * tools/kontingent-load/load_gen.h - packets from a seed.
 *
 * The same seed gives the same packets, byte for byte: a second run is a run
 * of repetitions.  Names are made of syllables and can't be mistaken for real
 * ones; every SNILS begins with 9 and has a right check number.
 */
#ifndef LOAD_GEN_H
#define LOAD_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct keypair;

enum load_kind {
	LOAD_LEARNER,
	LOAD_REPEAT, /* a learner sent before, changed */
	LOAD_ENROLMENT,
	LOAD_MOVEMENT,
	LOAD_ORG,
	LOAD_GROUP,
	LOAD_KINDS
};

struct load_packet {
	char *xml;
	size_t bytes;
	char id[37]; /* PacketId */
	enum load_kind kind;
	bool bad; /* meant to be refused, whole or in part */
};

struct load_plan {
	uint64_t seed;
	size_t count;
	size_t org_count; /* schools that everything refers to */
	size_t records; /* in a packet */
	int kind; /* enum load_kind, or -1: the mix */
	double bad_share; /* 0..1 */
	const char *source; /* SourceSystem */
	const struct keypair *key; /* signs each packet; NULL: unsigned */
};

/*
 * Make plan->count packets; prelude: those of schools and classes instead, two
 * for each school.  The caller frees the array by load_gen_free().
 *
 * Errors: those of signing.
 */
int load_gen(const struct load_plan *plan, bool prelude,
    struct load_packet **ret_packets, size_t *ret_count, struct err *err);
void load_gen_free(struct load_packet *packets, size_t count);
/* "learner", "repeat", "enrolment", "movement", "org", "group". */
const char *load_kind_name(enum load_kind kind);
/* By its name; -1 unknown. */
int load_kind_find(const char *name);

#endif
