/*
 * registry/group.h - classes and groups of a school year.
 *
 * Owner of the table learning_group.  Source: domain MODEL 3.2.
 */
#ifndef REGISTRY_GROUP_H
#define REGISTRY_GROUP_H

struct work;

/* Apply the record at hand, of the kind GROUP. */
void group_apply(struct work *work);
/* The group behind a key of the source, in arena, or NULL. */
const char *group_find(struct work *work, const char *key);
/* Its parallel (year of study), in arena; "" if not known. */
const char *group_parallel(struct work *work, const char *id);

#endif
