/*
 * registry/movement_kind.h - the kinds of movement and what each does.
 *
 * Source: domain MODEL 6.4.
 */
#ifndef REGISTRY_MOVEMENT_KIND_H
#define REGISTRY_MOVEMENT_KIND_H

enum movement_effect {
	EFFECT_OPENS = 1,
	EFFECT_REOPENS, /* what had been closed */
	EFFECT_RESUMES, /* what had been suspended */
	EFFECT_MOVES, /* another group of the same organisation */
	EFFECT_CLOSES,
	EFFECT_REPLACES, /* closes one, opens another: reorganisation */
	EFFECT_SUSPENDS,
	EFFECT_CHANGES, /* a fact of the enrolment that is told elsewhere */
	EFFECT_CANCELS, /* another movement */
};

struct movement_kind {
	const char *code; /* two digits */
	enum movement_effect effect;
	/* What it is met by: codes between spaces, "" for none. */
	const char *pairs;
};

/* The kind of code, or NULL. */
const struct movement_kind *movement_kind_find(const char *code);

#endif
