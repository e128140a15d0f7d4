#include "adapters/fieldmap.h"

#include <assert.h>
#include <string.h>

#include "adapters/decoder.h"
#include "base/str.h"
#include "model/field.h"
#include "xsd/xml_read.h"

#define STEP_BYTES 128 /* of an element's name in a path of ours */

const xmlNode *
fieldmap_find(const xmlNode *node, const char *path, const char **ret_attribute)
{
	char step[STEP_BYTES];

	*ret_attribute = NULL;
	while (node != NULL && *path != '\0') {
		size_t bytes = strcspn(path, "/");

		if (*path == '@') {
			*ret_attribute = path + 1;
			return node;
		}
		assert(bytes < sizeof(step));
		memcpy(step, path, bytes);
		step[bytes] = '\0';
		if (strcmp(step, ".") != 0)
			node = xml_child(node, NULL, step);
		path += bytes;
		path += *path == '/';
	}
	return node;
}

static const char *
text_at(struct decoder *d, const xmlNode *node, const char *attribute)
{
	if (node == NULL)
		return NULL;
	if (attribute != NULL)
		return xml_attr(node, attribute, d->arena);
	return xml_text(node, d->arena);
}

static struct value
read_row(struct decoder *d, const xmlNode *node, const struct fieldmap *row,
    bool personal)
{
	struct place at = { .personal = personal };
	const char *text;

	at.node = fieldmap_find(node, row->path, &at.attribute);
	text = text_at(d, at.node, at.attribute);
	if (text != NULL && *text != '\0')
		return form_read(d, &at, row->form, text);
	if (row->absent != NULL) {
		const char *attribute;
		const xmlNode *flag =
		    fieldmap_find(node, row->absent, &attribute);

		if (str_equal(text_at(d, flag, attribute), "1"))
			return value_absent();
	}
	return (struct value){ VALUE_UNSAID, "" };
}

void
fieldmap_read(struct decoder *d, const xmlNode *node,
    const struct fieldmap *rows, size_t count, const struct entity_type *type,
    void *entity)
{
	for (size_t i = 0; i < count; i++) {
		const struct field *field = field_find(type, rows[i].field);
		struct value value;

		assert(field != NULL);
		value = read_row(d, node, &rows[i], field->personal);
		if (value.state != VALUE_UNSAID)
			*field_value(field, entity) = value;
	}
}
