#include "tools/smevemu/emu_mime.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"
#include "tools/smevemu/emu_base64.h"
#include "tools/smevemu/emu_wire.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

/* Takes base64 out of an answer and makes parts of it. */
struct packer {
	struct arena *arena;
	char boundary[UUID_BYTES], id[UUID_BYTES];
	unsigned count;
	struct buf parts;
};

/* Whether node holds base64Binary of the envelope. */
static bool
is_binary(const xmlNode *node)
{
	enum emu_version version;

	return (xml_is(node, NULL, "SignaturePKCS7")
		   || xml_is(node, NULL, "Content"))
	    && emu_ns_find(xml_ns(node), &version) == EMU_NS_BASIC;
}

/* ':' and '/' as %3A and %2F, as CXF writes them into href only. */
static const char *
escaped(const char *uri, struct arena *arena)
{
	struct buf out;
	const char *copy;

	buf_init(&out, 0);
	for (; *uri != '\0'; uri++) {
		if (*uri == ':' || *uri == '/')
			buf_addf(&out, "%%%02X", (unsigned)*uri);
		else
			buf_addc(&out, *uri);
	}
	copy = arena_strdup(arena, buf_text(&out));
	buf_release(&out);
	return copy;
}

/*
 * Move the octets of node into a part.  Only text that comes out the same when
 * it is put back: the sender's signature covers it.
 */
static void
take_out(struct packer *packer, xmlNode *node)
{
	const char *text = xml_text(node, packer->arena), *ns = xml_ns(node);
	unsigned char *octets;
	xmlNode *include;
	size_t bytes;
	char *href;

	octets = emu_base64_decode(text, packer->arena, &bytes);
	if (octets == NULL
	    || strcmp(emu_base64_encode(octets, bytes, packer->arena), text)
		!= 0)
		return;
	packer->count++;
	buf_addf(&packer->parts,
	    "\r\n--uuid:%s\r\nContent-Type: application/octet-stream\r\n"
	    "Content-Transfer-Encoding: binary\r\nContent-ID: <%s-%u@%s>"
	    "\r\n\r\n",
	    packer->boundary, packer->id, packer->count, ns);
	buf_add(&packer->parts, octets, bytes);
	href = arena_printf(packer->arena, "cid:%s-%u@%s", packer->id,
	    packer->count, escaped(ns, packer->arena));
	xmlNodeSetContent(node, NULL);
	include = xmlNewChild(node, NULL, (const xmlChar *)"Include", NULL);
	xmlSetNs(include,
	    xmlNewNs(
		include, (const xmlChar *)EMU_NS_XOP, (const xmlChar *)"xop"));
	xmlNewProp(include, (const xmlChar *)"href", (const xmlChar *)href);
}

static void
walk(struct packer *packer, xmlNode *node)
{
	xmlNode *child;

	if (is_binary(node)) {
		take_out(packer, node);
		return;
	}
	for (child = xml_child(node, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL))
		walk(packer, child);
}

/* xml with its binaries taken out; false: it has none. */
static bool
pack(struct packer *packer, const struct buf *xml, struct buf *out)
{
	struct xml_doc *doc = NULL;
	struct err err = { 0 };
	xmlBuffer *dump;

	if (memmem(xml->data, xml->bytes, "SignaturePKCS7>", 15) == NULL
	    && memmem(xml->data, xml->bytes, "AttachmentContent>", 18) == NULL)
		return false;
	if (xml_doc_parse(xml->data, xml->bytes, NULL, &doc, &err) == -1)
		return false;
	walk(packer, xml_doc_root(doc));
	if (packer->count > 0) {
		dump = xmlBufferCreate();
		if (xml_doc_raw(doc)->encoding == NULL)
			xml_doc_raw(doc)->encoding =
			    xmlStrdup((const xmlChar *)"UTF-8");
		xmlNodeDump(dump, xml_doc_raw(doc), xml_doc_root(doc), 0, 0);
		buf_add(
		    out, xmlBufferContent(dump), (size_t)xmlBufferLength(dump));
		xmlBufferFree(dump);
	}
	xml_doc_free(doc);
	return packer->count > 0;
}

void
emu_mime_wrap(
    const struct buf *xml, bool xop, struct buf *out, char *type, size_t room)
{
	struct packer packer = { .arena = arena_new() };
	struct buf packed;

	uuid_v4(packer.boundary);
	uuid_v4(packer.id);
	buf_init(&packer.parts, 0);
	buf_init(&packed, 0);
	if (!xop || xml->bytes == 0 || !pack(&packer, xml, &packed))
		buf_add(&packed, xml->data, xml->bytes);
	snprintf(type, room,
	    "multipart/related; type=\"application/xop+xml\"; "
	    "boundary=\"uuid:%s\"; start=\"<root.message@cxf.apache.org>\"; "
	    "start-info=\"text/xml\"",
	    packer.boundary);
	buf_addf(out,
	    "--uuid:%s\r\n"
	    "Content-Type: application/xop+xml; charset=UTF-8; "
	    "type=\"text/xml\"\r\n"
	    "Content-Transfer-Encoding: binary\r\n"
	    "Content-ID: <root.message@cxf.apache.org>\r\n\r\n",
	    packer.boundary);
	buf_add(out, packed.data, packed.bytes);
	buf_add(out, packer.parts.data, packer.parts.bytes);
	buf_addf(out, "\r\n--uuid:%s--", packer.boundary);
	buf_release(&packed);
	buf_release(&packer.parts);
	arena_free(packer.arena);
}
