#include "smev/smev_attach.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "smev/smev_base64.h"
#include "smev/smev_names.h"
#include "smev/smev_text.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

/* basic:RFC2046MimeTypesType. */
static bool
mime_ok(const char *type)
{
	static const char *const kinds[] = { "text/", "image/", "audio/",
		"video/", "application/" };
	const char *rest = NULL;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (str_begins(type, kinds[i]))
			rest = type + strlen(kinds[i]);
	}
	if (rest == NULL)
		return false;
	return strspn(rest,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789-+.")
	    == strlen(rest);
}

/* Element Id of AttachmentContent is an xs:ID; SMEV wants a Latin letter or
 * '_' first, and our Ids of signatures are taken. */
static bool
id_ok(const char *id)
{
	if (!isascii((unsigned char)*id)
	    || (!isalpha((unsigned char)*id) && *id != '_'))
		return false;
	return strspn(id,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789-_.")
	    == strlen(id)
	    && strcmp(id, "SIGNED_BY_CONSUMER") != 0
	    && strcmp(id, "SIGNED_BY_PROVIDER") != 0;
}

int
smev_attach_check(const struct smev_send *send, struct err *err)
{
	for (size_t i = 0; i < send->attachment_count; i++) {
		const struct smev_attachment *a = &send->attachments[i];

		if (!smev_given(a->id) || !smev_given(a->mime_type)
		    || !mime_ok(a->mime_type)
		    || (!a->by_ftp && (!id_ok(a->id) || a->content == NULL))
		    || (a->by_ftp && !smev_given(a->hash)))
			return err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
			    "attachment %zu: id, MIME type, content or hash is "
			    "missing or malformed",
			    i + 1);
		for (size_t j = 0; j < i; j++) {
			if (str_equal(a->id, send->attachments[j].id))
				return err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
				    "attachment %zu: its id is used twice",
				    i + 1);
		}
	}
	if (send->attachment_count > 0 && send->content_bytes == 0)
		return err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
		    "attachments go with content only");
	return 0;
}

static void
leaf(struct xml_writer *w, const char *name, const char *text)
{
	if (smev_given(text))
		xml_write_leaf(w, name, text);
}

static void
write_header(struct xml_writer *w, const struct smev_attachment *a,
    enum smev_version version)
{
	bool rich = version == SMEV_1_3;

	xml_write_open(
	    w, a->by_ftp ? "b:RefAttachmentHeader" : "b:AttachmentHeader");
	xml_write_leaf(w, a->by_ftp ? "b:uuid" : "b:contentId", a->id);
	if (a->by_ftp && rich)
		leaf(w, "b:FileName", a->file_name);
	if (rich)
		leaf(w, "b:NamespaceUri", a->namespace_uri);
	if (a->by_ftp)
		xml_write_leaf(w, "b:Hash", a->hash);
	xml_write_leaf(w, "b:MimeType", a->mime_type);
	leaf(w, "b:SignaturePKCS7", a->signature);
	xml_write_close(w);
}

static void
write_header_list(struct xml_writer *w, const struct smev_send *send,
    bool by_ftp, const char *list)
{
	bool open = false;

	for (size_t i = 0; i < send->attachment_count; i++) {
		if (send->attachments[i].by_ftp != by_ftp)
			continue;
		if (!open)
			xml_write_open(w, list);
		open = true;
		write_header(w, &send->attachments[i], send->version);
	}
	if (open)
		xml_write_close(w);
}

void
smev_attach_write_headers(struct xml_writer *w, const struct smev_send *send)
{
	write_header_list(w, send, false, "b:AttachmentHeaderList");
	write_header_list(w, send, true, "b:RefAttachmentHeaderList");
}

/* Ids are of letters, digits, '.', '-' and '_': no escaping in an URL. */
static void
write_include(struct xml_writer *w, const struct smev_attachment *a)
{
	xml_write_open(w, "x:Include");
	xml_write_ns(w, "x", SMEV_XOP_NS);
	buf_addf(w->out, " href=\"cid:%s\"", a->id);
	xml_write_close(w);
}

static void
write_base64(struct xml_writer *w, const struct smev_attachment *a)
{
	struct arena *arena = arena_new();
	size_t bytes;
	char *text = smev_base64(a->content, a->content_bytes, arena, &bytes);

	xml_write_raw(w, text, bytes);
	arena_free(arena);
}

void
smev_attach_write_contents(struct xml_writer *w, const struct smev_send *send)
{
	bool open = false;

	for (size_t i = 0; i < send->attachment_count; i++) {
		const struct smev_attachment *a = &send->attachments[i];

		if (a->by_ftp)
			continue;
		if (!open)
			xml_write_open(w, "b:AttachmentContentList");
		open = true;
		xml_write_open(w, "b:AttachmentContent");
		xml_write_leaf(w, "b:Id", a->id);
		xml_write_open(w, "b:Content");
		if (send->mtom)
			write_include(w, a);
		else
			write_base64(w, a);
		xml_write_close(w);
		xml_write_close(w);
	}
	if (open)
		xml_write_close(w);
}

static const char *
child_text(const xmlNode *node, const char *name, struct arena *arena)
{
	const char *text = xml_child_text(node, NULL, name, arena);

	return text == NULL ? "" : text;
}

static void
read_header(const xmlNode *node, struct arena *arena, struct smev_attachment *a)
{
	a->id = child_text(node, a->by_ftp ? "uuid" : "contentId", arena);
	a->mime_type = child_text(node, "MimeType", arena);
	a->namespace_uri = child_text(node, "NamespaceUri", arena);
	a->signature = child_text(node, "SignaturePKCS7", arena);
	a->hash = child_text(node, "Hash", arena);
	a->file_name = child_text(node, "FileName", arena);
	a->user = a->password = "";
}

/* The entry of list whose name is id, or NULL. */
static const xmlNode *
find_entry(const xmlNode *list, const char *entry, const char *key,
    const char *id, struct arena *arena)
{
	const xmlNode *node;

	if (list == NULL)
		return NULL;
	for (node = xml_child(list, NULL, entry); node != NULL;
	     node = xml_next(node, NULL, entry)) {
		if (strcmp(child_text(node, key, arena), id) == 0)
			return node;
	}
	return NULL;
}

static void
read_store_access(
    const xmlNode *list, struct arena *arena, struct smev_attachment *a)
{
	const xmlNode *node =
	    find_entry(list, "FSAttachment", "uuid", a->id, arena);

	if (node == NULL)
		return;
	a->user = child_text(node, "UserName", arena);
	a->password = child_text(node, "Password", arena);
	a->file_name = child_text(node, "FileName", arena);
}

static void
read_content(
    const xmlNode *list, struct arena *arena, struct smev_attachment *a)
{
	const xmlNode *node =
	    find_entry(list, "AttachmentContent", "Id", a->id, arena);
	const char *text;

	if (node == NULL)
		return;
	text = child_text(node, "Content", arena);
	a->content =
	    smev_unbase64(text, strlen(text), arena, &a->content_bytes);
}

static size_t
count_children(const xmlNode *list, const char *name)
{
	size_t count = 0;
	const xmlNode *node;

	if (list == NULL)
		return 0;
	for (node = xml_child(list, NULL, name); node != NULL;
	     node = xml_next(node, NULL, name))
		count++;
	return count;
}

static const xmlNode *
child_or_null(const xmlNode *node, const char *name)
{
	return node == NULL ? NULL : xml_child(node, NULL, name);
}

int
smev_attach_read(const xmlNode *data, const xmlNode *envelope,
    const xmlNode *outer, struct arena *arena, struct smev_answer *ret_answer,
    struct err *err)
{
	const xmlNode *mtom = child_or_null(data, "AttachmentHeaderList");
	const xmlNode *ftp = child_or_null(data, "RefAttachmentHeaderList");
	const xmlNode *access = child_or_null(envelope, "FSAttachmentsList");
	const xmlNode *contents = child_or_null(outer, "AttachmentContentList");
	size_t count = count_children(mtom, "AttachmentHeader")
	    + count_children(ftp, "RefAttachmentHeader");
	struct smev_attachment *a;
	const xmlNode *node;

	if (count == 0)
		return 0;
	if (count > SMEV_ATTACHMENTS_MAX)
		return err_set(err, ERR_RETRY, "SMEV_FORM",
		    "more than %d attachments", SMEV_ATTACHMENTS_MAX);
	a = arena_alloc(arena, count * sizeof(*a));
	ret_answer->attachments = a;
	ret_answer->attachment_count = count;
	for (node = child_or_null(mtom, "AttachmentHeader"); node != NULL;
	     node = xml_next(node, NULL, "AttachmentHeader"), a++) {
		read_header(node, arena, a);
		read_content(contents, arena, a);
	}
	for (node = child_or_null(ftp, "RefAttachmentHeader"); node != NULL;
	     node = xml_next(node, NULL, "RefAttachmentHeader"), a++) {
		a->by_ftp = true;
		read_header(node, arena, a);
		read_store_access(access, arena, a);
	}
	return 0;
}
