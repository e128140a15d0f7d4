#include "xsd/xsd_catalog.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#define CATALOG_BYTES (1 << 20)
#define FIELDS        4

static int
parse_line(
    char *line, long number, struct xsd_entry *ret_entry, struct err *err)
{
	char *fields[FIELDS], *save = NULL;
	size_t count = 0;

	for (char *word = strtok_r(line, " \t\r", &save); word != NULL;
	     word = strtok_r(NULL, " \t\r", &save)) {
		if (count == FIELDS)
			return err_set(err, ERR_FATAL, "XSD_CATALOG",
			    "catalog.conf, строка %ld: лишнее поле", number);
		fields[count++] = word;
	}
	if (count != FIELDS)
		return err_set(err, ERR_FATAL, "XSD_CATALOG",
		    "catalog.conf, строка %ld: нужно %d поля", number, FIELDS);
	if (*fields[0] == '/' || strstr(fields[0], "..") != NULL)
		return err_set(err, ERR_FATAL, "XSD_CATALOG",
		    "catalog.conf, строка %ld: файл вне папки схем", number);
	*ret_entry = (struct xsd_entry){
		.file = fields[0],
		.namespace_uri = fields[1],
		.roots = fields[2],
		.origin = fields[3],
	};
	return 0;
}

static size_t
count_lines(const char *text)
{
	size_t lines = 1;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

static int
parse(char *text, struct arena *arena, struct xsd_entry **ret_entries,
    size_t *ret_count, struct err *err)
{
	struct xsd_entry *entries =
	    arena_alloc(arena, count_lines(text) * sizeof(*entries));
	size_t count = 0;
	long number = 1;
	char *next;

	for (char *line = text; line != NULL; line = next, number++) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		line += strspn(line, " \t\r");
		if (*line == '#' || *line == '\0')
			continue;
		if (parse_line(line, number, &entries[count++], err) == -1)
			return -1;
	}
	if (count == 0)
		return err_set(
		    err, ERR_FATAL, "XSD_CATALOG", "catalog.conf пуст");
	*ret_entries = entries;
	*ret_count = count;
	return 0;
}

int
xsd_catalog_read(const char *folder, struct arena *arena,
    struct xsd_entry **ret_entries, size_t *ret_count, struct err *err)
{
	const char *path = arena_printf(arena, "%s/catalog.conf", folder);
	struct err why = { 0 };
	struct buf buf;
	char *text;
	int rc;

	buf_init(&buf, 0);
	rc = file_read(path, CATALOG_BYTES, &buf, &why);
	text = arena_strdup(arena, buf_text(&buf));
	buf_release(&buf);
	if (rc == -1)
		return err_set(
		    err, ERR_FATAL, "XSD_CATALOG", "%.200s", why.text);
	return parse(text, arena, ret_entries, ret_count, err);
}

int
xsd_catalog_match(const char *roots, const char *root)
{
	size_t n = strlen(root), bytes;

	if (strcmp(roots, "*") == 0)
		return 0;
	for (; *roots != '\0'; roots += bytes + (roots[bytes] == ',')) {
		bytes = strcspn(roots, ",");
		if (bytes == n && memcmp(roots, root, n) == 0)
			return 1;
	}
	return -1;
}
