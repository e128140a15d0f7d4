/*
 * tools/kontingent-load/load_body.h - one record of a generated packet.
 */
#ifndef LOAD_BODY_H
#define LOAD_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/kontingent-load/load_gen.h"

struct xml_writer;

struct load_body {
	uint64_t seed;
	size_t org_count;
	size_t rec_no;
	size_t subject; /* number of the learner, or of the school */
	bool wrong_snils;
};

/* Write <Record>; what belongs to a subject is always the same for it. */
void load_body_write(
    struct xml_writer *w, enum load_kind kind, const struct load_body *body);
/* A SNILS of 11 digits with the right check number for nine of them. */
void load_body_snils(uint32_t number, char ret_text[12]);

#endif
