/*
 * libxml2 resolves imports by URL through one loader of the process, which
 * xml_doc_setup() made refuse everything.  While a schema is compiled another
 * one stands in its place that knows a single scheme, "schemas:", whose root
 * is the folder: "../../etc/passwd" and "http://..." have no meaning there.
 */
#include "xsd/xsd_compile.h"

#include <stdio.h>
#include <string.h>

#include <libxml/parserInternals.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "xsd/xml_doc.h"

#define SCHEME       "schemas:/"
#define SCHEMA_BYTES (8 << 20)

/* The folder of the compilation that runs; NULL outside of one. */
static const char *current_folder;

struct first_error {
	char text[160];
};

/* The path of url in the folder; -1 when it is not of it. */
static int
local_path(const char *url, char *ret_path, size_t room)
{
	const char *rest = url;
	int n;

	if (current_folder == NULL || !str_begins(url, SCHEME))
		return -1;
	rest += strlen(SCHEME);
	rest += strspn(rest, "/");
	if (strstr(rest, "..") != NULL || strchr(rest, '%') != NULL)
		return -1;
	n = snprintf(ret_path, room, "%s/%s", current_folder, rest);
	return n < 0 || (size_t)n >= room ? -1 : 0;
}

static xmlParserInput *
load_from_folder(const char *url, const char *id, xmlParserCtxt *ctxt)
{
	xmlParserInput *input = NULL;
	xmlParserInputBuffer *bytes;
	struct err err = { 0 };
	char path[4096];
	struct buf buf;

	(void)id;
	if (url == NULL || local_path(url, path, sizeof(path)) == -1)
		return NULL;
	buf_init(&buf, 0);
	if (file_read(path, SCHEMA_BYTES, &buf, &err) == 0) {
		bytes = xmlParserInputBufferCreateMem(
		    buf_text(&buf), (int)buf.bytes, XML_CHAR_ENCODING_NONE);
		if (bytes != NULL)
			input = xmlNewIOInputStream(
			    ctxt, bytes, XML_CHAR_ENCODING_NONE);
	}
	if (input != NULL)
		input->filename = (char *)xmlStrdup((const xmlChar *)url);
	buf_release(&buf);
	return input;
}

static void
note_error(void *arg, xmlError *error)
{
	struct first_error *first = arg;
	const char *file = error->file == NULL ? "" : error->file;

	if (*first->text != '\0')
		return;
	snprintf(first->text, sizeof(first->text), "%s:%d: %s",
	    str_begins(file, SCHEME) ? file + strlen(SCHEME) : file,
	    error->line, error->message == NULL ? "" : error->message);
	first->text[strcspn(first->text, "\r\n")] = '\0';
}

static int
read_schema(const char *folder, const char *file, struct xml_doc **ret_doc,
    struct err *err)
{
	char path[4096], url[4096];
	struct err why = { 0 };
	struct buf buf;
	int rc;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	snprintf(url, sizeof(url), SCHEME "%s", file);
	buf_init(&buf, 0);
	rc = file_read(path, SCHEMA_BYTES, &buf, &why);
	if (rc == 0)
		rc = xml_doc_parse(buf.data, buf.bytes, NULL, ret_doc, &why);
	buf_release(&buf);
	if (rc == -1)
		return err_set(err, ERR_FATAL, "XSD_SCHEMA", "%.80s: %.140s",
		    file, why.text);
	xml_doc_raw(*ret_doc)->URL = xmlStrdup((const xmlChar *)url);
	return 0;
}

/* An import that could not be read is only a warning to libxml2. */
static xmlSchema *
parse_schema(struct xml_doc *doc, struct first_error *first)
{
	xmlSchemaParserCtxt *ctxt = xmlSchemaNewDocParserCtxt(xml_doc_raw(doc));
	xmlSchema *schema;

	xmlSchemaSetParserStructuredErrors(ctxt, note_error, first);
	xmlSetStructuredErrorFunc(first, note_error);
	schema = xmlSchemaParse(ctxt);
	xmlSetStructuredErrorFunc(NULL, NULL);
	xmlSchemaFreeParserCtxt(ctxt);
	if (schema != NULL && *first->text != '\0') {
		xmlSchemaFree(schema);
		schema = NULL;
	}
	return schema;
}

int
xsd_compile(const char *folder, const char *file,
    struct xsd_compiled *ret_compiled, struct err *err)
{
	xmlExternalEntityLoader before = xmlGetExternalEntityLoader();
	struct first_error first = { "" };
	struct xml_doc *doc = NULL;
	xmlSchema *schema;

	if (read_schema(folder, file, &doc, err) == -1)
		return -1;
	current_folder = folder;
	xmlSetExternalEntityLoader(load_from_folder);
	schema = parse_schema(doc, &first);
	xmlSetExternalEntityLoader(before);
	current_folder = NULL;
	if (schema == NULL) {
		xml_doc_free(doc);
		return err_set(err, ERR_FATAL, "XSD_SCHEMA", "%.60s: %s", file,
		    first.text);
	}
	ret_compiled->doc = doc;
	ret_compiled->schema = schema;
	ret_compiled->valid = xmlSchemaNewValidCtxt(schema);
	return 0;
}

void
xsd_compiled_release(struct xsd_compiled *compiled)
{
	xmlSchemaFreeValidCtxt(compiled->valid);
	xmlSchemaFree(compiled->schema);
	xml_doc_free(compiled->doc);
}
