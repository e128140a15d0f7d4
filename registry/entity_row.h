/*
 * registry/entity_row.h - entities as columns: every member of an entity is a
 * struct value, and its columns stand in the order of its members.
 *
 * NULL is what nobody has said, '' what a source says is absent.
 */
#ifndef REGISTRY_ENTITY_ROW_H
#define REGISTRY_ENTITY_ROW_H

#include <stddef.h>

#include "model/entity.h"
#include "store/store.h"

struct arena;
struct entity_type;

/* How many values an entity of the type struct has. */
#define ENTITY_VALUES(type) (sizeof(struct type) / sizeof(struct value))

/* Fill count values of an entity from the columns first, first + 1, ... */
void entity_read(struct row *row, int first, void *entity, size_t count,
    struct arena *arena);
/* Put count values of an entity into params. */
void entity_params(const void *entity, size_t count, struct param params[]);
struct param value_param(const struct value *value);
/* A copy of a text column in arena; NULL gives "". */
const char *column_text(struct row *row, int column, struct arena *arena);
/* All that entity says as a JSON object, in arena. */
const char *entity_json(
    const struct entity_type *type, const void *entity, struct arena *arena);

#endif
