/*
 * The transform of trees and of XML that nobody has parsed yet.
 */
#include "crypto/smev_transform.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include <libxml/parser.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/exc_c14n.h"

int
smev_transform_tree(const xmlNode *element, const xmlNode *skip,
    struct buf *out, struct err *err)
{
	struct buf canonical;
	int rc;

	buf_init(&canonical, 0);
	rc = exc_c14n(element, skip, &canonical, err);
	if (rc == 0)
		rc = smev_transform_canonical(
		    buf_text(&canonical), canonical.bytes, out, err);
	buf_release(&canonical);
	return rc;
}

/* Whether a document named something outside of itself, and needed it. */
static bool asked_outside;

/* Nothing that a document names is fetched, not even a local file. */
static xmlParserInput *
load_nothing(const char *url, const char *id, xmlParserCtxt *ctxt)
{
	(void)url;
	(void)id;
	(void)ctxt;
	asked_outside = true;
	return NULL;
}

int
smev_transform(const void *xml, size_t bytes, struct buf *out, struct err *err)
{
	static const int options = XML_PARSE_NOENT | XML_PARSE_DTDATTR
	    | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	xmlExternalEntityLoader loader = xmlGetExternalEntityLoader();
	xmlParserCtxt *ctxt = xmlNewParserCtxt();
	xmlDoc *doc = NULL;
	int rc = -1;

	if (ctxt == NULL)
		abort();
	/* Defaults of attributes count, an external subset does not. */
	ctxt->sax->externalSubset = NULL;
	asked_outside = false;
	xmlSetExternalEntityLoader(load_nothing);
	if (bytes <= INT_MAX)
		doc = xmlCtxtReadMemory(
		    ctxt, xml, (int)bytes, NULL, NULL, options);
	xmlSetExternalEntityLoader(loader);
	if (doc == NULL || ctxt->wellFormed != 1 || asked_outside)
		err_set(err, ERR_REFUSE, "DSIG_TRANSFORM",
		    "not well-formed XML, or not whole: line %d",
		    ctxt->lastError.line);
	else
		rc = smev_transform_tree(
		    xmlDocGetRootElement(doc), NULL, out, err);
	xmlFreeDoc(doc);
	xmlFreeParserCtxt(ctxt);
	return rc;
}
