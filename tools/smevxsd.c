/*
 * smevxsd - validate files against the schema catalogue, all defects at once.
 *
 * smevxsd(1) is the reference.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/defect.h"
#include "base/err.h"
#include "base/file.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

#define FILE_BYTES (64 << 20)

enum exit_status {
	EXIT_VALID = 0,
	EXIT_INVALID = 1,
	EXIT_USAGE = 2,
	EXIT_NOT_ASKED = 3, /* a file or the catalogue can't be read */
};

/* What became of one file. */
struct verdict {
	const char *path;
	const char *root; /* its local name; "" when it was not parsed */
	const char *ns;
	enum exit_status status;
	struct err err; /* why it could not be validated */
	struct defects defects;
};

static const struct xml_limits limits = {
	.body_bytes = FILE_BYTES,
	.depth = 64,
	.elements = 2000000,
	.attributes = 256,
	.name_bytes = 256,
	.text_bytes = FILE_BYTES,
};

static int
usage(void)
{
	fputs("usage: smevxsd [-s SCHEMADIR] [--json] FILE...\n", stderr);
	return EXIT_USAGE;
}

static void
print_text(const struct verdict *verdict)
{
	if (verdict->err.kind != ERR_NONE) {
		printf("%s: %s: %s\n", verdict->path, verdict->err.code,
		    verdict->err.text);
		return;
	}
	if (verdict->status == EXIT_VALID) {
		printf("%s: соответствует схеме (%s)\n", verdict->path,
		    verdict->root);
		return;
	}
	for (size_t i = 0; i < verdict->defects.count; i++) {
		const struct defect *defect = &verdict->defects.items[i];

		printf("%s:%ld: %s: %s: %s", verdict->path, defect->line,
		    defect->code, defect->path, defect->text);
		if (*defect->value != '\0')
			printf(" [%s]", defect->value);
		putchar('\n');
	}
}

static json_t *
defect_json(const struct defect *defect)
{
	return json_pack("{s:s, s:s, s:I, s:I, s:s, s:s, s:s}", "level",
	    defect_level_name(defect->level), "code", defect->code, "line",
	    (json_int_t)defect->line, "record", (json_int_t)defect->rec_no,
	    "path", defect->path, "value", defect->value, "text", defect->text);
}

/* One object a line; fields are only ever added. */
static void
print_json(const struct verdict *verdict)
{
	json_t *defects = json_array(), *line;
	bool failed = verdict->err.kind != ERR_NONE;

	for (size_t i = 0; i < verdict->defects.count; i++)
		json_array_append_new(
		    defects, defect_json(&verdict->defects.items[i]));
	line = json_pack("{s:s, s:b, s:s, s:s, s:s, s:s, s:o}", "file",
	    verdict->path, "valid", verdict->status == EXIT_VALID, "root",
	    verdict->root, "namespace", verdict->ns, "code",
	    failed ? verdict->err.code : "", "text",
	    failed ? verdict->err.text : "", "defects", defects);
	if (line == NULL) { /* a file name that is not UTF-8 */
		json_decref(defects);
		fprintf(stderr, "smevxsd: %s: not printable as JSON\n",
		    verdict->path);
		return;
	}
	json_dumpf(line, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(line);
}

static void
validate_doc(const struct xsd_registry *registry, const struct xml_doc *doc,
    struct arena *arena, struct verdict *verdict)
{
	xmlNode *root = xml_doc_root(doc);
	int rc =
	    xsd_validate_tree(registry, root, &verdict->defects, &verdict->err);

	verdict->root = arena_strdup(arena, xml_name(root));
	verdict->ns = arena_strdup(arena, xml_ns(root));
	verdict->status = rc == 0 ? EXIT_VALID : EXIT_INVALID;
}

static enum exit_status
check_file(const struct xsd_registry *registry, const char *path, bool json)
{
	struct verdict verdict = { .path = path, .root = "", .ns = "" };
	struct arena *arena = arena_new();
	struct xml_doc *doc = NULL;
	struct buf buf;

	buf_init(&buf, 0);
	defects_init(&verdict.defects, arena);
	verdict.status = EXIT_INVALID;
	if (file_read(path, FILE_BYTES, &buf, &verdict.err) == -1) {
		verdict.status = EXIT_NOT_ASKED;
		fprintf(stderr, "smevxsd: %s\n", verdict.err.text);
	} else if (xml_doc_parse(
		       buf_text(&buf), buf.bytes, &limits, &doc, &verdict.err)
	    == 0) {
		validate_doc(registry, doc, arena, &verdict);
	}
	if (json)
		print_json(&verdict);
	else if (verdict.status != EXIT_NOT_ASKED)
		print_text(&verdict);
	xml_doc_free(doc);
	buf_release(&buf);
	arena_free(arena);
	return verdict.status;
}

int
main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "schemas", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ NULL, 0, NULL, 0 },
	};
	const char *folder = xsd_registry_folder();
	struct xsd_registry *registry = NULL;
	enum exit_status worst = EXIT_VALID, status;
	struct err err = { 0 };
	bool json = false;
	int option;

	while ((option = getopt_long(argc, argv, "s:", options, NULL)) != -1) {
		if (option == 's')
			folder = optarg;
		else if (option == 'j')
			json = true;
		else
			return usage();
	}
	if (optind == argc)
		return usage();
	xml_doc_setup();
	if (xsd_registry_load(folder, &registry, &err) == -1) {
		fprintf(stderr, "smevxsd: %s: %s\n", err.code, err.text);
		return EXIT_NOT_ASKED;
	}
	for (int i = optind; i < argc; i++) {
		status = check_file(registry, argv[i], json);
		worst = status > worst ? status : worst;
	}
	xsd_registry_free(registry);
	return fflush(stdout) == 0 ? (int)worst : EXIT_NOT_ASKED;
}
