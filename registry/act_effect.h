/*
 * registry/act_effect.h - what a civil act does to the people it is about.
 *
 * Source: domain MODEL 4.4 (M0), 5.5; PACKETS 2.1.
 */
#ifndef REGISTRY_ACT_EFFECT_H
#define REGISTRY_ACT_EFFECT_H

#include <stdbool.h>

struct act_row;
struct work;

/* Whether acts of this kind are known here. */
bool act_kind_known(const char *kind);
/*
 * act, which is stored and the newest of its number, takes effect.  before is
 * the newest version known so far, or NULL.
 */
void act_take_effect(
    struct work *work, const struct act_row *act, const struct act_row *before);

#endif
