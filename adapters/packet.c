#include "adapters/packet.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "adapters/decoder.h"
#include "adapters/packet_record.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "base/uuid.h"
#include "model/changeset.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define WORD_BYTES  256
#define KIND_MIXED  "MIXED"
#define DIGITS_ROOM 24
#define REC_NO_MAX  1000000000

struct header {
	struct decoder *d;
	const xmlNode *node;
	struct err *err;
};

static int
bad_header(const struct header *h, const char *name)
{
	return err_set(h->err, ERR_REFUSE, "PKT_SCHEMA",
	    "Header/%s is missing or has no value that may stand there "
	    "(line %ld)",
	    name, xml_node_line(h->node));
}

/* The text of a child of the header in the arena; "" if there is none. */
static const char *
header_text(const struct header *h, const char *name)
{
	const char *text = xml_child_text(h->node, NULL, name, h->d->arena);

	return text == NULL ? "" : arena_strdup(h->d->arena, text);
}

/* A word of the header that must be there, of a length that is a word's. */
static int
header_word(const struct header *h, const char *name, const char **ret_word)
{
	const char *text = header_text(h, name);

	if (*text == '\0' || strlen(text) > WORD_BYTES)
		return bad_header(h, name);
	*ret_word = text;
	return 0;
}

/* A number of the header; 0 if it is not there. */
static int
header_number(const struct header *h, const char *name, int64_t *ret_number)
{
	const char *text = header_text(h, name);

	if (*text == '\0')
		return 0;
	if (str_int(text, 0, INT64_MAX, ret_number) == -1)
		return bad_header(h, name);
	return 0;
}

static int
header_identity(const struct header *h, struct changeset *change)
{
	const char *mode;

	if (header_word(h, "PacketId", &change->packet_id) == -1
	    || header_word(h, "SourceSystem", &change->source) == -1
	    || header_word(h, "Kind", &change->kind) == -1
	    || header_word(h, "Mode", &mode) == -1)
		return -1;
	if (!uuid_valid(change->packet_id))
		return bad_header(h, "PacketId");
	if (strcmp(change->kind, KIND_MIXED) != 0
	    && record_kind_parse(change->kind) == 0)
		return bad_header(h, "Kind");
	if (packet_mode_parse(mode, &change->mode) == -1)
		return bad_header(h, "Mode");
	return 0;
}

static int
header_rest(const struct header *h, struct changeset *change)
{
	const char *atomic = header_text(h, "Atomic");

	change->scope = header_text(h, "Scope");
	change->created_at = header_text(h, "CreatedAt");
	change->as_of = header_text(h, "AsOf");
	change->content_sha256 = header_text(h, "ContentSha256");
	change->atomic = str_equal(atomic, "true") || str_equal(atomic, "1");
	if (!change->atomic && *atomic != '\0' && !str_equal(atomic, "false")
	    && !str_equal(atomic, "0"))
		return bad_header(h, "Atomic");
	if (header_number(h, "Seq", &change->seq) == -1
	    || header_number(h, "BasedOn", &change->based_on) == -1)
		return -1;
	return 0;
}

/* SHA-256 as 64 hex digits, in lower case; another text is a fault. */
static void
check_digest(const struct header *h, struct changeset *change)
{
	char *digest = arena_strdup(h->d->arena, change->content_sha256);
	struct place at = { .node = xml_child(h->node, NULL, "ContentSha256") };

	if (*digest == '\0')
		return;
	for (char *p = digest; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'F')
			*p = (char)(*p - 'A' + 'a');
	if (strlen(digest) != 64 || strspn(digest, "0123456789abcdef") != 64)
		decoder_fault(h->d, &at, DEFECT_FATAL, "PKT_HASH",
		    change->content_sha256, NULL);
	change->content_sha256 = digest;
}

/* The sender counted as we did, or the packet lost something on its way. */
static int
check_count(const struct header *h, size_t seen)
{
	int64_t said = -1;
	struct place at = { .node = xml_child(h->node, NULL, "RecordCount") };
	const char *text = header_text(h, "RecordCount");

	if (str_int(text, 0, INT64_MAX, &said) == -1)
		return bad_header(h, "RecordCount");
	if (said != (int64_t)seen)
		decoder_fault(h->d, &at, DEFECT_FATAL, "PKT_COUNT", text,
		    arena_printf(h->d->arena, "В пакете записей: %zu", seen));
	return 0;
}

/* The RecNo of node, or 0 when it is no number from 1. */
static long
record_number(struct decoder *d, const xmlNode *node)
{
	int64_t number;
	const xmlNode *child = xml_child(node, NULL, "RecNo");

	if (str_int(xml_text(child, d->arena), 1, REC_NO_MAX, &number) == -1)
		return 0;
	return (long)number;
}

/*
 * RecNo of node, which no other record may have.  One that it can't have is
 * told under the number *spare, which is above all others, and counted on.
 */
static void
number_record(struct decoder *d, const xmlNode *node, struct map *seen,
    long *spare, struct record *record)
{
	const xmlNode *child = xml_child(node, NULL, "RecNo");
	struct place at = { .node = child == NULL ? node : child };
	char key[DIGITS_ROOM];

	record->rec_no = record_number(d, node);
	(void)snprintf(key, sizeof(key), "%ld", record->rec_no);
	if (record->rec_no != 0 && map_put(seen, key, d) == NULL) {
		d->rec_no = record->rec_no;
		return;
	}
	d->rec_no = record->rec_no = ++*spare;
	decoder_fault(
	    d, &at, DEFECT_ERROR, "PKT_RECNO", xml_text(child, d->arena), NULL);
}

static void
read_records(struct decoder *d, const xmlNode *root, struct changeset *change,
    size_t count)
{
	enum record_kind kind = record_kind_parse(change->kind);
	struct map *seen = map_new();
	size_t kept = 0;
	long spare = 0;

	changeset_records(change, d->arena, count);
	for (const xmlNode *node = xml_child(root, NULL, "Record");
	     node != NULL; node = xml_next(node, NULL, "Record"))
		if (record_number(d, node) > spare)
			spare = record_number(d, node);
	for (const xmlNode *node = xml_child(root, NULL, "Record");
	     node != NULL; node = xml_next(node, NULL, "Record")) {
		struct record *record = &change->records[kept];

		number_record(d, node, seen, &spare, record);
		if (packet_record_read(d, node, kind, record))
			kept++;
		else
			*record = (struct record){ .external_key = "",
				.updated_at = "" };
	}
	change->record_count = kept;
	d->rec_no = 0;
	map_free(seen, NULL);
}

int
packet_decode(const xmlNode *root, struct arena *arena,
    struct changeset **ret_change, struct err *err)
{
	struct changeset *change = changeset_new(arena);
	struct decoder d = { arena, change, 0 };
	struct header h = { &d, xml_child(root, NULL, "Header"), err };
	size_t count = 0;

	if (h.node == NULL)
		return err_set(
		    err, ERR_REFUSE, "PKT_SCHEMA", "a packet without Header");
	for (const xmlNode *node = xml_child(root, NULL, "Record");
	     node != NULL; node = xml_next(node, NULL, "Record"))
		count++;
	if (header_identity(&h, change) == -1 || header_rest(&h, change) == -1
	    || check_count(&h, count) == -1)
		return -1;
	check_digest(&h, change);
	read_records(&d, root, change, count);
	*ret_change = change;
	return 0;
}
