#include "smev/smev_push.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "smev/smev_names.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

static int
bad(struct err *err, const char *why)
{
	return err_set(err, ERR_REFUSE, "SMEV_PUSH", "%s", why);
}

static const xmlNode *
child(const xmlNode *node, const char *ns, const char *name)
{
	return node == NULL ? NULL : xml_child(node, ns, name);
}

/* Whether QueueInformation at node says a name and a size; a nil one not. */
static bool
read_queue(
    const xmlNode *node, struct arena *arena, struct smev_queue *ret_queue)
{
	const char *name = xml_child_text(node, NULL, "QueueName", arena);
	const char *size = xml_child_text(node, NULL, "QueueSize", arena);

	if (name == NULL || *name == '\0' || size == NULL
	    || str_int(size, 0, INT32_MAX, &ret_queue->pending) == -1)
		return false;
	ret_queue->name = arena_strdup(arena, name);
	return true;
}

/* The schema is of two minds on namespaces, and so are clients: the call is in
 * SMEV's, what is within is taken by local name. */
static int
read_call(const xmlNode *envelope, struct arena *arena,
    struct smev_push *ret_push, struct err *err)
{
	const xmlNode *body = NULL, *push, *node;
	struct smev_push read = { .timestamp = "" };
	const char *timestamp;
	size_t count = 0;

	if (xml_is(envelope, SMEV_SOAP_NS, "Envelope"))
		body = child(envelope, SMEV_SOAP_NS, "Body");
	push = child(child(body, SMEV_PUSH_NS, "PushNotificationRequest"), NULL,
	    "PushNotification");
	if (push == NULL)
		return bad(err, "no PushNotification in the call");
	for (node = child(push, NULL, "QueueInformation"); node != NULL;
	     node = xml_next(node, NULL, "QueueInformation"))
		count++;
	if (count == 0 || count > SMEV_PUSH_QUEUES)
		return bad(err, "no queues in the call, or too many");
	read.queues = arena_alloc(arena, count * sizeof(*read.queues));
	for (node = child(push, NULL, "QueueInformation"); node != NULL;
	     node = xml_next(node, NULL, "QueueInformation")) {
		if (!read_queue(node, arena, &read.queues[read.queue_count++]))
			return bad(err, "a queue without name or size");
	}
	timestamp = xml_child_text(push, NULL, "InformationTimestamp", arena);
	if (timestamp != NULL)
		read.timestamp = arena_strdup(arena, timestamp);
	*ret_push = read;
	return 0;
}

int
smev_push_read(const void *body, size_t bytes, struct arena *arena,
    struct smev_push *ret_push, struct err *err)
{
	struct xml_doc *doc = NULL;
	int rc;

	if (xml_doc_parse(body, bytes, NULL, &doc, err) == -1)
		return -1;
	rc = read_call(xml_doc_root(doc), arena, ret_push, err);
	xml_doc_free(doc);
	return rc;
}

/* <p:name><inner><p:Description>text</...>; the schema's odd qualification. */
static void
write_description(
    struct xml_writer *w, const char *name, const char *inner, const char *text)
{
	xml_write_open(w, name);
	xml_write_ns(w, "p", SMEV_PUSH_NS);
	xml_write_open(w, inner);
	xml_write_leaf(w, "p:Description", text);
	xml_write_close(w);
	xml_write_close(w);
}

void
smev_push_write_answer(const char *why, struct buf *out)
{
	struct xml_writer w;

	xml_write_init(&w, out);
	xml_write_open(&w, "s:Envelope");
	xml_write_ns(&w, "s", SMEV_SOAP_NS);
	xml_write_open(&w, "s:Body");
	if (why == NULL) {
		write_description(&w, "p:PushNotificationResponse",
		    "DescriptionResponse", "OK");
	} else {
		xml_write_open(&w, "s:Fault");
		xml_write_leaf(&w, "faultcode", "s:Client");
		xml_write_leaf(&w, "faultstring", why);
		xml_write_open(&w, "detail");
		write_description(&w, "p:PushNotificationException",
		    "DescriptionException", why);
	}
	while (w.depth > 0)
		xml_write_close(&w);
}
