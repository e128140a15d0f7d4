#include "smev/smev_origin.h"

#include <string.h>

#include "base/arena.h"
#include "base/uuid.h"
#include "smev/smev_base64.h"

#define UUID_CHARS (UUID_BYTES - 1)

/* The UUID that stands at p, in arena, or "". */
static const char *
uuid_at(const char *p, struct arena *arena)
{
	const char *id;

	if (strlen(p) < UUID_CHARS)
		return "";
	id = arena_strndup(arena, p, UUID_CHARS);
	return uuid_valid(id) ? id : "";
}

static const char *
skip(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/* The string member "mid" of an object as JSON writes it. */
static const char *
json_mid(const char *json, struct arena *arena)
{
	static const char name[] = "\"mid\"";
	const char *p = strstr(json, name);

	if (*skip(json) != '{' || p == NULL)
		return "";
	p = skip(p + strlen(name));
	if (*p != ':')
		return "";
	p = skip(p + 1);
	if (*p != '"' || strlen(p) < UUID_CHARS + 2 || p[UUID_CHARS + 1] != '"')
		return "";
	return uuid_at(p + 1, arena);
}

const char *
smev_origin_guess(const char *to, struct arena *arena)
{
	const char *bar = strrchr(to, '|');
	const void *bytes;
	size_t count;

	if (bar != NULL)
		return strlen(bar + 1) == UUID_CHARS ? uuid_at(bar + 1, arena)
						     : "";
	bytes = smev_unbase64(to, strlen(to), arena, &count);
	if (bytes == NULL)
		return "";
	return json_mid(arena_strndup(arena, bytes, count), arena);
}
