#include "smev/smev_registry.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "smev/smev.h"
#include "smev/smev_attach.h"
#include "smev/smev_names.h"
#include "smev/smev_tree.h"
#include "xsd/xml_read.h"

#define NS_DIRECTIVE SMEV_NS_BEGIN "directive/"

static bool
is_record(const xmlNode *node)
{
	return xml_is(node, NULL, "RegistryRecord")
	    && str_begins(xml_ns(node), NS_DIRECTIVE);
}

/* The only child of that name in the directive's own namespace, or NULL. */
static xmlNode *
only(const xmlNode *parent, const char *name)
{
	xmlNode *node = xml_child(parent, NULL, name);

	if (node == NULL || xml_next(node, NULL, name) != NULL
	    || strcmp(xml_ns(node), xml_ns(parent)) != 0)
		return NULL;
	return node;
}

static void
read_personal(struct smev_record *record)
{
	xmlNode *node = xml_child(record->record, NULL, "PersonalSignature");

	for (; node != NULL; node = xml_next(node, NULL, "PersonalSignature")) {
		xmlNode *signature = xml_only_child(node);

		if (record->personal_count < SMEV_RECORD_PERSONAL_MAX)
			record->personal[record->personal_count] = signature;
		record->personal_count++;
		record->signed_badly |= signature == NULL
		    || !xml_is(signature, SMEV_DS_NS, "Signature");
	}
}

static void
read_record(xmlNode *element, struct arena *arena, struct smev_record *ret)
{
	xmlNode *wrapper = xml_child(element, NULL, "RecordSignature");
	const char *id = xml_child_text(element, NULL, "RecordId", arena);

	*ret = (struct smev_record){ .element = element };
	if (id == NULL
	    || str_int(id, INT32_MIN, INT32_MAX, &ret->record_id) == -1)
		ret->record_id = 0;
	ret->record = only(element, "Record");
	if (ret->record != NULL) {
		ret->content = only(ret->record, "RecordContent");
		read_personal(ret);
	}
	if (wrapper == NULL)
		return;
	ret->signature = xml_only_child(wrapper);
	ret->signed_badly |= xml_next(wrapper, NULL, "RecordSignature") != NULL
	    || ret->signature == NULL
	    || !xml_is(ret->signature, SMEV_DS_NS, "Signature");
}

int
smev_registry_read(xmlNode *root, struct arena *arena, struct smev_record **ret,
    size_t *ret_count, struct err *err)
{
	struct smev_record *records;
	size_t count = 0, i = 0;

	for (xmlNode *n = root; n != NULL; n = xml_following(root, n))
		count += is_record(n);
	if (count > SMEV_RECORDS_MAX)
		return err_set(err, ERR_REFUSE, "SMEV_RECORD",
		    "more than %d records", SMEV_RECORDS_MAX);
	records = arena_alloc(arena, (count + 1) * sizeof(*records));
	for (xmlNode *n = root; n != NULL; n = xml_following(root, n))
		if (is_record(n))
			read_record(n, arena, &records[i++]);
	*ret = records;
	*ret_count = count;
	return 0;
}

/* Add more to the list of answer, which has room for all once it has grown. */
static int
add_files(struct smev_answer *answer, const struct smev_answer *more,
    int64_t record_id, struct arena *arena, bool *grown, struct err *err)
{
	size_t have = answer->attachment_count;
	struct smev_attachment *all;

	if (have + more->attachment_count > SMEV_ATTACHMENTS_MAX)
		return err_set(err, ERR_RETRY, "SMEV_FORM",
		    "more than %d attachments", SMEV_ATTACHMENTS_MAX);
	if (!*grown) {
		all = arena_alloc(arena, SMEV_ATTACHMENTS_MAX * sizeof(*all));
		if (have != 0)
			memcpy(all, answer->attachments, have * sizeof(*all));
		answer->attachments = all;
		*grown = true;
	}
	for (size_t i = 0; i < more->attachment_count; i++) {
		answer->attachments[have + i] = more->attachments[i];
		answer->attachments[have + i].record_id = record_id;
	}
	answer->attachment_count += more->attachment_count;
	return 0;
}

int
smev_registry_attachments(const xmlNode *envelope, const xmlNode *outer,
    struct arena *arena, struct smev_answer *answer, struct err *err)
{
	struct smev_record *records;
	bool grown = false;
	struct err many;
	size_t count;

	if (answer->content == NULL
	    || smev_registry_read(
		   answer->content, arena, &records, &count, &many)
		== -1)
		return 0;
	for (size_t i = 0; i < count; i++) {
		struct smev_answer own = { .attachments = NULL };

		if (records[i].record == NULL)
			continue;
		if (smev_attach_read(
			records[i].record, envelope, outer, arena, &own, err)
		    == -1)
			return -1;
		if (own.attachment_count != 0
		    && add_files(answer, &own, records[i].record_id, arena,
			   &grown, err)
			== -1)
			return -1;
	}
	return 0;
}
