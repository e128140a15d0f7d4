/*
 * The parse.  xml_scan() has looked at the bytes; here SAX callbacks count
 * while libxml2 builds its tree, and stop it at the first limit or error: the
 * rest of a bad document costs nothing.
 */
#include "xsd/xml_doc.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include "base/err.h"
#include "base/mem.h"
#include "xsd/xml_fault.h"
#include "xsd/xml_scan.h"

/* libxml2 keeps 16 bits of a line number in an element. */
#define LINE_SHORT 65535
/*
 * Different names in a document, namespaces included.  libxml2's dictionary
 * stops growing at 16 384 chains: a flood of names makes each look-up slow.
 */
#define NAMES_MAX 10000
/* What libxml2 allows of itself without XML_PARSE_HUGE. */
#define TEXT_BYTES_PLAIN 10000000
#define DEPTH_PLAIN      256

/*
 * NOENT: without it libxml2 leaves "&amp;" in a namespace name undecoded.  It
 * expands entities too, but there are none: a DOCTYPE does not get this far.
 */
#define OPTIONS                                                              \
	(XML_PARSE_NOENT | XML_PARSE_NONET | XML_PARSE_NOCDATA               \
	    | XML_PARSE_COMPACT | XML_PARSE_BIG_LINES | XML_PARSE_IGNORE_ENC \
	    | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

const struct xml_limits xml_limits_default = {
	.body_bytes = 10 << 20,
	.depth = 64,
	.elements = 200000,
	.attributes = 256,
	.name_bytes = 256,
	.text_bytes = 8 << 20,
};

struct xml_doc {
	xmlDoc *tree;
};

/* Travels in xmlParserCtxt._private. */
struct parse {
	const struct xml_limits *limits;
	struct err *err;
	bool failed; /* *err is filled */
	int nodes; /* elements, comments and instructions so far */
	int attributes; /* of the whole document so far */
	size_t run_bytes; /* of the text node that grows */
	int *scope; /* by depth: namespace declarations in scope */
};

/* Nothing is ever fetched, whatever a document or a library asks for. */
static xmlParserInput *
load_nothing(const char *url, const char *id, xmlParserCtxt *ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	return NULL;
}

void
xml_doc_setup(void)
{
	xmlInitParser();
	xmlSetExternalEntityLoader(load_nothing);
}

static void
refuse(xmlParserCtxt *ctxt, const char *what, long most)
{
	struct parse *parse = ctxt->_private;

	if (!parse->failed)
		err_set(parse->err, ERR_REFUSE, "PKT_XML_LIMIT",
		    "строка %d: %s, предел %ld", ctxt->input->line, what, most);
	parse->failed = true;
	xmlStopParser(ctxt);
}

/* Whether attribute values and names are short enough. */
static bool
names_fit(
    const struct parse *parse, const xmlChar *local, const xmlChar *prefix)
{
	const size_t most = parse->limits->name_bytes;

	return strnlen((const char *)local, most + 1) <= most
	    && (prefix == NULL
		|| strnlen((const char *)prefix, most + 1) <= most);
}

/* attributes: five pointers each, local, prefix, URI, value, end of value. */
static const char *
attributes_fault(struct parse *parse, int count, const xmlChar **attributes)
{
	for (int i = 0; i < count; i++, attributes += 5) {
		if (!names_fit(parse, attributes[0], attributes[1]))
			return "имя атрибута длиннее допустимого";
		if ((size_t)(attributes[4] - attributes[3])
		    > parse->limits->text_bytes)
			return "значение атрибута длиннее допустимого";
	}
	return NULL;
}

/* namespaces: two pointers each, prefix and URI. */
static bool
namespaces_fit(const struct parse *parse, int count, const xmlChar **namespaces)
{
	for (int i = 0; i < count; i++, namespaces += 2)
		if (namespaces[0] != NULL
		    && !names_fit(parse, namespaces[0], NULL))
			return false;
	return true;
}

static bool
count_node(xmlParserCtxt *ctxt)
{
	struct parse *parse = ctxt->_private;

	if (++parse->nodes <= parse->limits->elements)
		return true;
	refuse(ctxt, "слишком много элементов", parse->limits->elements);
	return false;
}

static bool
element_fits(xmlParserCtxt *ctxt, int depth, int declarations, int attributes)
{
	struct parse *parse = ctxt->_private;
	const struct xml_limits *limits = parse->limits;

	if (depth > limits->depth) {
		refuse(ctxt, "слишком глубокая вложенность", limits->depth);
		return false;
	}
	parse->scope[depth] = parse->scope[depth - 1] + declarations;
	if (declarations + attributes > limits->attributes) {
		refuse(ctxt, "слишком много атрибутов у элемента",
		    limits->attributes);
		return false;
	}
	if (parse->scope[depth] > limits->attributes) {
		refuse(ctxt, "слишком много объявлений пространств имён",
		    limits->attributes);
		return false;
	}
	parse->attributes += declarations + attributes;
	if (parse->attributes / 2 > limits->elements) {
		refuse(ctxt, "слишком много атрибутов в документе",
		    limits->elements * 2L);
		return false;
	}
	if (xmlDictSize(ctxt->dict) > NAMES_MAX) {
		refuse(ctxt, "слишком много разных имён", NAMES_MAX);
		return false;
	}
	return count_node(ctxt);
}

static void
start_element(void *ctx, const xmlChar *local, const xmlChar *prefix,
    const xmlChar *uri, int nb_namespaces, const xmlChar **namespaces,
    int nb_attributes, int nb_defaulted, const xmlChar **attributes)
{
	xmlParserCtxt *ctxt = ctx;
	struct parse *parse = ctxt->_private;
	const char *fault;

	if (!element_fits(ctxt, ctxt->nodeNr + 1, nb_namespaces, nb_attributes))
		return;
	fault = attributes_fault(parse, nb_attributes, attributes);
	if (fault == NULL
	    && (!names_fit(parse, local, prefix)
		|| !namespaces_fit(parse, nb_namespaces, namespaces)))
		fault = "имя длиннее допустимого";
	if (fault != NULL) {
		refuse(ctxt, fault, (long)parse->limits->name_bytes);
		return;
	}
	xmlSAX2StartElementNs(ctxt, local, prefix, uri, nb_namespaces,
	    namespaces, nb_attributes, nb_defaulted, attributes);
	if (ctxt->input->line >= LINE_SHORT && ctxt->node != NULL)
		ctxt->node->psvi = (void *)(intptr_t)ctxt->input->line;
}

/* Text comes in pieces; those of one node are counted together. */
static void
characters(void *ctx, const xmlChar *text, int bytes)
{
	xmlParserCtxt *ctxt = ctx;
	struct parse *parse = ctxt->_private;
	const xmlNode *last = ctxt->node == NULL ? NULL : ctxt->node->last;

	if (last == NULL || last->type != XML_TEXT_NODE)
		parse->run_bytes = 0;
	parse->run_bytes += (size_t)bytes;
	if (parse->run_bytes > parse->limits->text_bytes) {
		refuse(ctxt, "текст элемента длиннее допустимого",
		    (long)parse->limits->text_bytes);
		return;
	}
	xmlSAX2Characters(ctxt, text, bytes);
}

static void
comment(void *ctx, const xmlChar *text)
{
	if (count_node(ctx))
		xmlSAX2Comment(ctx, text);
}

static void
instruction(void *ctx, const xmlChar *target, const xmlChar *data)
{
	if (count_node(ctx))
		xmlSAX2ProcessingInstruction(ctx, target, data);
}

/* xml_scan() sees every DOCTYPE first; this is the second lock on the door. */
static void
doctype(void *ctx, const xmlChar *name, const xmlChar *external_id,
    const xmlChar *system_id)
{
	xmlParserCtxt *ctxt = ctx;
	struct parse *parse = ctxt->_private;

	(void)name;
	(void)external_id;
	(void)system_id;
	if (!parse->failed)
		err_set(
		    parse->err, ERR_REFUSE, "PKT_XML_DTD", "DOCTYPE запрещён");
	parse->failed = true;
	xmlStopParser(ctxt);
}

/*
 * The first error ends the parse.  A prefix that nobody declared is an error
 * to us; a namespace name that is not an URI is none, as other parsers don't
 * look.
 */
static void
library_error(void *ctx, xmlError *error)
{
	xmlParserCtxt *ctxt = ctx;
	struct parse *parse = ctxt->_private;

	if (error->level < XML_ERR_ERROR || parse->failed
	    || (error->domain != XML_FROM_PARSER
		&& error->domain != XML_FROM_NAMESPACE)
	    || error->code == XML_WAR_NS_URI
	    || error->code == XML_WAR_NS_URI_RELATIVE)
		return;
	parse->failed = true;
	xml_fault(error, parse->err);
	xmlStopParser(ctxt);
}

static void
take_callbacks(xmlParserCtxt *ctxt, struct parse *parse)
{
	xmlSAXHandler *sax = ctxt->sax;

	ctxt->_private = parse;
	sax->startElementNs = start_element;
	sax->characters = characters;
	sax->ignorableWhitespace = characters;
	sax->comment = comment;
	sax->processingInstruction = instruction;
	sax->internalSubset = doctype;
	sax->serror = library_error;
}

static xmlDoc *
build_tree(const void *p, size_t bytes, struct parse *parse)
{
	const struct xml_limits *limits = parse->limits;
	xmlParserCtxt *ctxt = xmlNewParserCtxt();
	xmlDoc *tree;
	int options = OPTIONS;

	if (ctxt == NULL)
		abort();
	if (limits->text_bytes > TEXT_BYTES_PLAIN
	    || limits->depth > DEPTH_PLAIN)
		options |= XML_PARSE_HUGE; /* our limits are the bound */
	take_callbacks(ctxt, parse);
	tree = xmlCtxtReadMemory(ctxt, p, (int)bytes, NULL, NULL, options);
	if (!parse->failed && (tree == NULL || ctxt->wellFormed == 0)) {
		parse->failed = true;
		xml_fault(&ctxt->lastError, parse->err);
	}
	if (parse->failed && tree != NULL) {
		xmlFreeDoc(tree);
		tree = NULL;
	}
	xmlFreeParserCtxt(ctxt);
	return tree;
}

int
xml_doc_parse(const void *p, size_t bytes, const struct xml_limits *limits,
    struct xml_doc **ret_doc, struct err *err)
{
	struct parse parse = {
		.limits = limits == NULL ? &xml_limits_default : limits,
		.err = err,
	};
	struct xml_doc *doc;
	xmlDoc *tree;

	assert(parse.limits->depth > 0);
	if (xml_scan(p, bytes, parse.limits, err) == -1)
		return -1;
	parse.scope =
	    xcalloc((size_t)parse.limits->depth + 1, sizeof(*parse.scope));
	tree = build_tree(p, bytes, &parse);
	free(parse.scope);
	if (tree == NULL)
		return -1;
	doc = xcalloc(1, sizeof(*doc));
	doc->tree = tree;
	*ret_doc = doc;
	return 0;
}

void
xml_doc_free(struct xml_doc *doc)
{
	if (doc == NULL)
		return;
	xmlFreeDoc(doc->tree);
	free(doc);
}

xmlNode *
xml_doc_root(const struct xml_doc *doc)
{
	return xmlDocGetRootElement(doc->tree);
}

xmlDoc *
xml_doc_raw(const struct xml_doc *doc)
{
	return doc->tree;
}

long
xml_node_line(const xmlNode *node)
{
	for (; node != NULL; node = node->parent) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		if (node->line < LINE_SHORT)
			return node->line;
		return node->psvi == NULL ? LINE_SHORT
					  : (long)(intptr_t)node->psvi;
	}
	return 0;
}
