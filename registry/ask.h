/*
 * registry/ask.h - a neighbour asks about a person, or answers about one.
 *
 * Source: domain PACKETS P-OUT-01 and P-OUT-02.
 */
#ifndef REGISTRY_ASK_H
#define REGISTRY_ASK_H

struct work;

/*
 * The record at hand is a QUERY: by federal id, SNILS or combined identifier
 * exactly one person is found, or nobody, or "ambiguous"; never the first of
 * several.  An answer is owed (EVENT_ANSWER_OWED).
 */
void ask_apply(struct work *work);
/* The record at hand is an ANSWER of the federal segment about a record sent
 * to it. */
void answer_apply(struct work *work);

#endif
