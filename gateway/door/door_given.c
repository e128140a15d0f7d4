#include "gateway/door/door_given.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"
#include "queue/file.h"

#define NAME_BYTES_MAX 200
#define EXTENSION_MAX  16 /* of a name that has to be cut */

const char *
door_given_shelf(const char *message_id, struct arena *arena)
{
	char *word = arena_strndup(arena, message_id, strnlen(message_id, 100));

	str_plain(word, "");
	return *word == '\0' ? "_" : word;
}

/* The first bytes of name that end with a whole character. */
static size_t
cut(const char *name, size_t bytes)
{
	while (bytes > 0 && ((unsigned char)name[bytes] & 0xc0) == 0x80)
		bytes--;
	return bytes;
}

/* Where the extension begins, or the end. */
static const char *
extension(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot == NULL || dot == name || strlen(dot) > EXTENSION_MAX
	    ? name + strlen(name)
	    : dot;
}

static const char *
plain(const struct file *file, struct arena *arena)
{
	const char *slash = strrchr(file->name, '/'), *dot;
	char *name =
	    arena_strdup(arena, slash == NULL ? file->name : slash + 1);

	for (char *p = name; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f
		    || strchr("\\:*?\"<>|", *p) != NULL)
			*p = '_';
	/* Not hidden, and no trailing dot or space, which some drop. */
	if (*name == '.')
		*name = '_';
	for (size_t n = strlen(name);
	     n > 0 && (name[n - 1] == '.' || name[n - 1] == ' '); n--)
		name[n - 1] = '_';
	if (*name == '\0' || !str_utf8(name, strlen(name)))
		return arena_printf(
		    arena, "file-%lld", (long long)file->ordinal);
	if (strlen(name) <= NAME_BYTES_MAX)
		return name;
	dot = extension(name);
	return arena_printf(arena, "%.*s%s",
	    (int)cut(name, NAME_BYTES_MAX - strlen(dot)), name, dot);
}

static bool
used(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	return false;
}

const char **
door_given_names(const struct file_list *files, struct arena *arena)
{
	const char **names =
	    arena_alloc(arena, (files->count + 1) * sizeof(*names));

	for (size_t i = 0; i < files->count; i++) {
		const char *name = plain(&files->files[i], arena), *dot;

		names[i] = name;
		dot = extension(name);
		for (int number = 2; used(names, i, names[i]); number++)
			names[i] = arena_printf(arena, "%.*s~%d%s",
			    (int)(dot - name), name, number, dot);
	}
	return names;
}
