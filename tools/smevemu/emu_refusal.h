/*
 * tools/smevemu/emu_refusal.h - the last calls that were refused, with what
 * they were: for the page, and for a look at all that is wrong with them.
 */
#ifndef SMEVEMU_EMU_REFUSAL_H
#define SMEVEMU_EMU_REFUSAL_H

#include <stddef.h>
#include <stdint.h>

#define EMU_REFUSALS 20 /* kept */

struct emu;
struct emu_fault;
struct emu_refusals;

struct emu_refusal {
	uint64_t number; /* from 1; 0: none yet */
	int64_t at_ms;
	char *caller; /* mnemonic; NULL: not known by then */
	const char *op; /* NULL: not known by then */
	const struct emu_fault *fault;
	char *text;
	char *raw; /* the envelope; NULL: too large to keep */
	size_t raw_bytes;
};

/* Keep one more: copies what like has, and numbers it. */
void emu_refusal_add(struct emu *emu, const struct emu_refusal *like);
/* The one before the last is 1, and so on; NULL: there are not so many. */
const struct emu_refusal *emu_refusal_back(const struct emu *emu, size_t back);
const struct emu_refusal *
emu_refusal_find(const struct emu *emu, uint64_t number); /* or NULL */
void emu_refusals_free(struct emu_refusals *refusals); /* NULL is fine */

#endif
