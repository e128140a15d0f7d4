#include "test/unit/conformance_schema.h"

#include "test/lib/unit.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <libxml/xmlschemas.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "smev/smev_names.h"
#include "test/unit/smev_samples.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define WSDL_NS "http://schemas.xmlsoap.org/wsdl/"

static const struct {
	enum smev_version version;
	const char *folder, *number;
} published[] = {
	{ SMEV_1_1_2014, "1.1-2014-client1.11", "1.1" },
	{ SMEV_1_1, "1.1", "1.1" },
	{ SMEV_1_1, "1.1-mimic", "1.1" },
	{ SMEV_1_1, "1.1-voskhod", "1.1" },
	{ SMEV_1_2, "1.2", "1.2" },
	{ SMEV_1_3, "1.3", "1.3" },
	{ SMEV_1_3, "1.3-mimic", "1.3" },
};
#define PUBLISHED (sizeof(published) / sizeof(published[0]))

static xmlSchema *schemas[PUBLISHED];

void
schema_setup(void)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < PUBLISHED; i++) {
		const char *path = sample_name(arena,
		    arena_printf(arena,
			"xsd/%s/smev-message-exchange-types-%s.xsd",
			published[i].folder, published[i].number));
		xmlSchemaParserCtxt *ctxt;

		if (access(path, R_OK) != 0)
			continue;
		ctxt = xmlSchemaNewParserCtxt(path);
		schemas[i] = xmlSchemaParse(ctxt);
		xmlSchemaFreeParserCtxt(ctxt);
	}
	arena_free(arena);
}

void
schema_drop(void)
{
	for (size_t i = 0; i < PUBLISHED; i++)
		xmlSchemaFree(schemas[i]);
}

bool
schema_there(void)
{
	for (size_t i = 0; i < PUBLISHED; i++) {
		if (schemas[i] == NULL)
			return false;
	}
	return true;
}

unsigned
schema_valid(enum smev_version version, const char *xml, size_t bytes)
{
	struct err err = { 0 };
	struct xml_doc *doc;
	xmlNode *call;
	unsigned count = 0;

	assert_int_equal(xml_doc_parse(xml, bytes, NULL, &doc, &err), 0);
	call =
	    xml_only_child(xml_child(xml_doc_root(doc), SMEV_SOAP_NS, "Body"));
	for (size_t i = 0; i < PUBLISHED; i++) {
		xmlSchemaValidCtxt *ctxt;
		int rc;

		if (published[i].version != version || schemas[i] == NULL)
			continue;
		ctxt = xmlSchemaNewValidCtxt(schemas[i]);
		rc = xmlSchemaValidateOneElement(ctxt, call);
		xmlSchemaFreeValidCtxt(ctxt);
		if (rc != 0)
			fail_msg("not valid by %s:\n%.*s", published[i].folder,
			    (int)bytes, xml);
		count++;
	}
	xml_doc_free(doc);
	return count;
}

/* The element of the wsdl:message called name (with a prefix), without its
 * prefix; or NULL. */
static const char *
message_element(const xmlNode *root, const char *name, struct arena *arena)
{
	const char *colon = strchr(name, ':');
	const xmlNode *message = xml_child(root, WSDL_NS, "message");

	if (colon != NULL)
		name = colon + 1;
	for (; message != NULL;
	     message = xml_next(message, WSDL_NS, "message")) {
		const xmlNode *part = xml_child(message, WSDL_NS, "part");
		const char *element;

		if (part == NULL
		    || strcmp(xml_attr(message, "name", arena), name) != 0)
			continue;
		element = xml_attr(part, "element", arena);
		colon = element == NULL ? NULL : strchr(element, ':');
		return arena_strdup(arena, colon == NULL ? element : colon + 1);
	}
	return NULL;
}

static size_t
collect(const xmlNode *root, const char *op, struct arena *arena,
    const char **names, size_t room)
{
	const xmlNode *port = xml_child(root, WSDL_NS, "portType");
	const xmlNode *operation =
	    port == NULL ? NULL : xml_child(port, WSDL_NS, "operation");
	size_t count = 0;

	for (; operation != NULL;
	     operation = xml_next(operation, WSDL_NS, "operation")) {
		const xmlNode *fault = xml_child(operation, WSDL_NS, "fault");

		if (strcmp(xml_attr(operation, "name", arena), op) != 0)
			continue;
		for (; fault != NULL && count < room;
		     fault = xml_next(fault, WSDL_NS, "fault"))
			names[count++] = message_element(
			    root, xml_attr(fault, "message", arena), arena);
	}
	return count;
}

static const char *
wsdl_name(size_t i, struct arena *arena)
{
	return sample_name(arena,
	    arena_printf(arena, "xsd/%s/smev-message-exchange-service-%s.wsdl",
		published[i].folder, published[i].number));
}

size_t
schema_faults(enum smev_version version, enum smev_op op, struct arena *arena,
    const char ***ret_names)
{
	const char **names = arena_alloc(arena, 64 * sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; i < PUBLISHED && count == 0; i++) {
		struct err err = { 0 };
		struct buf file;
		xmlDoc *doc;

		if (published[i].version != version || schemas[i] == NULL)
			continue;
		buf_init(&file, 0);
		assert_int_equal(
		    file_read(wsdl_name(i, arena), 1 << 20, &file, &err), 0);
		doc = xmlReadMemory(
		    file.data, (int)file.bytes, NULL, NULL, XML_PARSE_NONET);
		assert_non_null(doc);
		count = collect(xmlDocGetRootElement(doc), smev_op_name(op),
		    arena, names, 64);
		xmlFreeDoc(doc);
		buf_release(&file);
	}
	*ret_names = names;
	return count;
}
