/*
 * base/codes.h - the one catalogue of codes, doc/codes.tsv, as a table.
 *
 * scripts/gen-codes makes base/codes_table.inc from it while building.
 */
#ifndef BASE_CODES_H
#define BASE_CODES_H

#include <stddef.h>

#include "base/err.h"

struct code {
	const char *code; /* "ID_SNILS_CHECK" */
	enum err_kind kind; /* what becomes of the packet; NONE: goes on */
	const char *actor; /* sender, operator, smev, federal, nobody */
	int http; /* status of the answer; 0: none of its own */
	const char *smev; /* RejectionReasonCode, or "" */
	const char *title; /* Russian, one line */
	const char *cause; /* Russian: why it happens */
	const char *next; /* Russian: what to do */
	const char *wait; /* RETRY: how pauses grow, "network"; or "" */
};

/* The row of code, or NULL. */
const struct code *code_find(const char *code);
/* Row i of the catalogue in its order, or NULL past its end. */
const struct code *code_at(size_t i);

#endif
