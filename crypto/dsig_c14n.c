/*
 * Exclusive c14n as an xmlsec klass over crypto/exc_c14n.
 *
 * xmlsec's own asks for every node of the whole document whether it belongs to
 * the subtree: most of the time of a large packet went there.  What a reference
 * covers is known from its form, so ours walks that alone.
 */
#include "crypto/dsig_klass.h"

#include <stdint.h>

#include <xmlsec/list.h>
#include <xmlsec/nodeset.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/exc_c14n.h"

/* The element that nodes begin with: what the reference named. */
static const xmlNode *
first_node(xmlSecNodeSetPtr nodes)
{
	if (nodes == NULL || nodes->nodes == NULL || nodes->nodes->nodeNr != 1)
		return NULL;
	return nodes->nodes->nodeTab[0];
}

/*
 * The only sets that our chains make: a subtree, or a subtree and then, from
 * enveloped-signature, all but another one.
 */
static int
read_sets(xmlSecNodeSetPtr nodes, const xmlNode **ret_element,
    const xmlNode **ret_skip)
{
	xmlSecNodeSetPtr without = nodes == NULL ? NULL : nodes->next;

	*ret_element = first_node(nodes);
	*ret_skip = NULL;
	if (*ret_element == NULL || (*ret_element)->type != XML_ELEMENT_NODE
	    || (nodes->type != xmlSecNodeSetTree
		&& nodes->type != xmlSecNodeSetTreeWithoutComments))
		return -1;
	if (without == nodes)
		return 0;
	*ret_skip = first_node(without);
	if (*ret_skip == NULL || *ret_skip == *ret_element
	    || without->next != nodes
	    || without->type != xmlSecNodeSetTreeInvert
	    || without->op != xmlSecNodeSetIntersection)
		return -1;
	return 0;
}

static int
c14n_push(xmlSecTransformPtr transform, xmlSecNodeSetPtr nodes,
    xmlSecTransformCtxPtr ctx)
{
	const xmlNode *element, *skip;
	struct err ignored;
	struct buf out;
	int rc = -1;

	if (transform->next == NULL || read_sets(nodes, &element, &skip) == -1)
		return -1;
	buf_init(&out, 0);
	if (exc_c14n(element, skip, &out, &ignored) == 0)
		rc = xmlSecTransformPushBin(transform->next,
		    (const xmlSecByte *)buf_text(&out), (xmlSecSize)out.bytes,
		    1, ctx);
	buf_release(&out);
	transform->status =
	    rc < 0 ? xmlSecTransformStatusFail : xmlSecTransformStatusFinished;
	return rc;
}

/* xmlsec pushes here; it only wants to know that octets come out. */
static int
c14n_pop(xmlSecTransformPtr transform, xmlSecByte *data, xmlSecSize room,
    xmlSecSize *ret_bytes, xmlSecTransformCtxPtr ctx)
{
	(void)transform;
	(void)data;
	(void)room;
	(void)ret_bytes;
	(void)ctx;
	return -1;
}

static xmlSecTransformKlass c14n_klass = {
	.klassSize = sizeof(xmlSecTransformKlass),
	.objSize = sizeof(xmlSecTransform),
	.name = (const xmlChar *)"exc-c14n",
	.href = (const xmlChar *)"http://www.w3.org/2001/10/xml-exc-c14n#",
	.usage =
	    xmlSecTransformUsageC14NMethod | xmlSecTransformUsageDSigTransform,
	.getDataType = xmlSecTransformDefaultGetDataType,
	.popBin = c14n_pop,
	.pushXml = c14n_push,
};

int
dsig_klass_c14n_register(void)
{
	xmlSecPtrListPtr ids = xmlSecTransformIdsGet();

	for (xmlSecSize i = 0; i < xmlSecPtrListGetSize(ids); i++)
		if (xmlSecPtrListGetItem(ids, i)
		    == (const void *)xmlSecTransformExclC14NId)
			return xmlSecPtrListSet(
			    ids, (xmlSecPtr)(uintptr_t)&c14n_klass, i);
	return -1;
}

xmlSecTransformId
dsig_klass_c14n(void)
{
	return &c14n_klass;
}
