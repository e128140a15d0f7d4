/*
 * registry/waiting_act.h - a death that was told before its learner.
 */
#ifndef REGISTRY_WAITING_ACT_H
#define REGISTRY_WAITING_ACT_H

struct key_hit;
struct person_row;
struct work;

/*
 * person is new; acts found under the same strong keys as his, that have waited
 * for him, take effect now as if they had come after him.
 */
void waiting_act_apply(
    struct work *work, struct person_row *person, struct key_hit *acts);

#endif
