/*
 * registry/death.h - a person has died, or has not.
 *
 * Source: domain MODEL 5.5.
 */
#ifndef REGISTRY_DEATH_H
#define REGISTRY_DEATH_H

struct claim;
struct person_row;
struct work;

/*
 * person is dead by an act of act_date: enrolments close by movement 31 on the
 * day of death, representations end.  claim is what the act says of him.
 */
void death_apply(struct work *work, struct person_row *person,
    struct claim *claim, const char *act_id, const char *act_date);
/* That act was annulled: all of it is undone by movement 91 and so on. */
void death_annul(struct work *work, struct person_row *person,
    struct claim *claim, const char *act_id, const char *date);

#endif
