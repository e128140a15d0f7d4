/*
 * registry/subject.h - a claim applied to the person it is about: fields,
 * documents, and the index by which he will be found.
 */
#ifndef REGISTRY_SUBJECT_H
#define REGISTRY_SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "registry/identity.h"

struct claim;
struct person_row;
struct work;

/* A new person for claim: active when a document or a SNILS speaks for him
 * and nobody looks like him, else provisional.  Not yet stored. */
struct person_row *subject_new(struct work *work, const struct claim *claim,
    enum rule rule, int64_t roles);
/* Apply claim to person; returns whether anything of him changed. */
bool subject_apply(struct work *work, struct person_row *person,
    const struct claim *claim, int64_t roles);

#endif
