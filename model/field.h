/*
 * model/field.h - the fields of each entity as a table.
 */
#ifndef MODEL_FIELD_H
#define MODEL_FIELD_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct value;

struct field {
	const char *name; /* "birth_date": provenance, codec, JSON */
	const char *element; /* "BirthDate": canonical packet */
	size_t offset; /* of its struct value in the entity */
	bool personal; /* masked in protocols */
};

struct entity_type {
	const char *name; /* "person" */
	size_t bytes; /* of the struct */
	const struct field *fields;
	size_t field_count;
};

extern const struct entity_type person_type, document_type, representation_type,
    organisation_type, group_type, enrolment_type, movement_type,
    civil_act_type;

/* The value of field in entity, which is of the type the field belongs to. */
struct value *field_value(const struct field *field, void *entity);
const struct value *field_read(const struct field *field, const void *entity);
/* Field by its name or its element name, or NULL. */
const struct field *
field_find(const struct entity_type *type, const char *name);

/* count entities of type in arena, every field unsaid with the text "". */
void *
entity_new(const struct entity_type *type, size_t count, struct arena *arena);
/* Make every field of entity unsaid with the text "". */
void entity_clear(const struct entity_type *type, void *entity);

/* A value that holds a copy of text; NULL or "" gives VALUE_UNSAID. */
struct value value_of(struct arena *arena, const char *text);
struct value value_absent(void);
/* The text, or NULL unless it is set. */
const char *value_text(const struct value *value);
/* Equal in state and text. */
bool value_equal(const struct value *a, const struct value *b);

#endif
