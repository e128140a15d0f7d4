#include "tools/smevemu/emu_federal.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_wire.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

void
emu_federal_guid(const char *regional_number, char ret_guid[37])
{
	unsigned char digest[GOST_DIGEST_MAX];
	char hex[33];

	gost_digest(GOST_STREEBOG_256, regional_number, strlen(regional_number),
	    digest);
	digest[6] = (unsigned char)((digest[6] & 0x0f) | 0x50); /* by name */
	digest[8] = (unsigned char)((digest[8] & 0x3f) | 0x80);
	str_hex(hex, digest, 16);
	snprintf(ret_guid, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8,
	    hex + 12, hex + 16, hex + 20);
}

static const struct emu_verdict *
verdict_of(const struct emu *emu, const char *regional_number)
{
	static const struct emu_verdict ok = { "ok", "", "" };
	const struct emu_verdict *found =
	    map_get(emu->federal_errors, regional_number);

	return found == NULL ? &ok : found;
}

static void
answer_record(const struct emu *emu, const xmlNode *record, struct arena *arena,
    struct xml_writer *w)
{
	const char *ns = EMU_NS_FEDERAL;
	const char *number =
	    xml_child_text(record, ns, "RegionalNumber", arena);
	const struct emu_verdict *verdict =
	    verdict_of(emu, number == NULL ? "" : number);
	char guid[37];

	xml_write_open(w, "f:Record");
	xml_write_leaf(
	    w, "f:RecNo", xml_child_text(record, ns, "RecNo", arena));
	xml_write_leaf(w, "f:Status", verdict->status);
	if (strcmp(verdict->status, "error") != 0 && number != NULL) {
		emu_federal_guid(number, guid);
		xml_write_leaf(w, "f:FederalGuid", guid);
	}
	if (*verdict->code != '\0')
		xml_write_leaf(w, "f:Code", verdict->code);
	if (*verdict->text != '\0')
		xml_write_leaf(w, "f:Text", verdict->text);
	xml_write_close(w);
}

/* The verdict that rejects the push whole, or NULL. */
static const struct emu_verdict *
rejects(const struct emu *emu, const xmlNode *push, struct arena *arena)
{
	const xmlNode *record = xml_child(push, EMU_NS_FEDERAL, "Record");
	const struct emu_verdict *verdict;
	const char *number;

	for (; record != NULL;
	     record = xml_next(record, EMU_NS_FEDERAL, "Record")) {
		number = xml_child_text(
		    record, EMU_NS_FEDERAL, "RegionalNumber", arena);
		verdict = verdict_of(emu, number == NULL ? "" : number);
		if (strcmp(verdict->status, "reject") == 0)
			return verdict;
	}
	return NULL;
}

static int
answer_push(struct emu *emu, struct emu_message *request, const xmlNode *push,
    struct arena *arena, struct err *err)
{
	const char *ns = EMU_NS_FEDERAL;
	const xmlNode *record = xml_child(push, ns, "Record");
	const struct emu_verdict *verdict = rejects(emu, push, arena);
	struct xml_writer w;
	struct buf out;
	int rc;

	if (verdict != NULL)
		return emu_compose_rejection(emu, request,
		    *verdict->code == '\0' ? "FAILURE" : verdict->code,
		    *verdict->text == '\0' ? "Отклонено" : verdict->text, err);
	buf_init(&out, 0);
	xml_write_init(&w, &out);
	xml_write_open(&w, "f:PushChangesResponse");
	xml_write_ns(&w, "f", ns);
	xml_write_leaf(
	    &w, "f:BatchId", xml_child_text(push, ns, "BatchId", arena));
	for (; record != NULL; record = xml_next(record, ns, "Record"))
		answer_record(emu, record, arena, &w);
	xml_write_close(&w);
	rc = emu_compose_response(
	    emu, request, ns, "PushChangesResponse", buf_text(&out), err);
	buf_release(&out);
	return rc;
}

int
emu_federal_answer(
    struct emu *emu, struct emu_message *request, struct err *err)
{
	const char *basic = emu_ns(EMU_NS_BASIC, request->version);
	struct arena *arena = arena_new();
	struct xml_doc *doc = NULL;
	const xmlNode *root;
	int rc = -1;

	if (xml_doc_parse(request->body, request->body_bytes, NULL, &doc, err)
	    == 0) {
		root = xml_only_child(xml_child(
		    xml_doc_root(doc), basic, "MessagePrimaryContent"));
		if (xml_is(root, EMU_NS_FEDERAL, "PushChangesRequest"))
			rc = answer_push(emu, request, root, arena, err);
		else
			rc = emu_compose_rejection(emu, request,
			    "UNKNOWN_REQUEST_DESCRIPTION",
			    "Вид сведений не поддерживается", err);
	}
	xml_doc_free(doc);
	arena_free(arena);
	return rc;
}
