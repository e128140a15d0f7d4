/*
 * registry/learner.h - a personal file applied: the learner, his documents and
 * who speaks for him.
 */
#ifndef REGISTRY_LEARNER_H
#define REGISTRY_LEARNER_H

struct work;

/* Apply the record at hand, of the kind LEARNER. */
void learner_apply(struct work *work);

#endif
