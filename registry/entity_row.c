#include "registry/entity_row.h"

#include "base/arena.h"
#include "base/buf.h"
#include "model/field.h"

void
entity_read(
    struct row *row, int first, void *entity, size_t count, struct arena *arena)
{
	struct value *values = entity;

	for (size_t i = 0; i < count; i++) {
		const char *text = row_text(row, first + (int)i);

		values[i].state = text == NULL ? VALUE_UNSAID
		    : *text == '\0'            ? VALUE_ABSENT
					       : VALUE_SET;
		values[i].text = text == NULL || *text == '\0'
		    ? ""
		    : arena_strdup(arena, text);
	}
}

struct param
value_param(const struct value *value)
{
	struct param param = { .type = P_TYPE_TEXT };

	if (value->state == VALUE_SET)
		param.ptr = value->text;
	else if (value->state == VALUE_ABSENT)
		param.ptr = "";
	return param;
}

void
entity_params(const void *entity, size_t count, struct param params[])
{
	const struct value *values = entity;

	for (size_t i = 0; i < count; i++)
		params[i] = value_param(&values[i]);
}

const char *
column_text(struct row *row, int column, struct arena *arena)
{
	const char *text = row_text(row, column);

	return text == NULL ? "" : arena_strdup(arena, text);
}

static void
add_string(struct buf *buf, const char *text)
{
	buf_addc(buf, '"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			buf_addc(buf, '\\');
		if (c < 0x20)
			buf_addf(buf, "\\u%04x", (unsigned)c);
		else
			buf_addc(buf, (char)c);
	}
	buf_addc(buf, '"');
}

const char *
entity_json(
    const struct entity_type *type, const void *entity, struct arena *arena)
{
	struct buf buf;
	const char *json;

	buf_init(&buf, 0);
	buf_addc(&buf, '{');
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		const struct value *value = field_read(field, entity);

		if (value->state == VALUE_UNSAID)
			continue;
		if (buf.bytes > 1)
			buf_addc(&buf, ',');
		add_string(&buf, field->name);
		buf_addc(&buf, ':');
		if (value->state == VALUE_SET)
			add_string(&buf, value->text);
		else
			buf_adds(&buf, "null");
	}
	buf_addc(&buf, '}');
	json = arena_strdup(arena, buf_text(&buf));
	buf_release(&buf);
	return json;
}
