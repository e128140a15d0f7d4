/*
 * Answers of SMEV.  Every element that is decoded or verified is found by a
 * fixed path on which nothing may stand twice: who verifies the one must not
 * decode the other.  Source: smev PROTOCOL 2.1, 4, 5, 15.
 */
#include "smev/smev_codec.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "smev/smev_attach.h"
#include "smev/smev_fault.h"
#include "smev/smev_mime.h"
#include "smev/smev_names.h"
#include "smev/smev_origin.h"
#include "smev/smev_registry.h"
#include "smev/smev_tree.h"
#include "smev/smev_xop.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define REASONS_BYTES 1000 /* of reject_reasons */

static int
bad(struct err *err, const char *why)
{
	return err_set(err, ERR_RETRY, "SMEV_FORM", "%s", why);
}

/* No string of an answer is NULL. */
static void
clear(struct smev_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->message_id = a->ack_id = a->original_message_id = "";
	a->reference_message_id = a->reply_to = a->to = a->sender = "";
	a->sending_timestamp = a->node_id = a->transaction_code = "";
	a->eol = a->status = a->reject_code = a->reject_text = "";
	a->reject_reasons = a->guessed_id = "";
	a->status_text = a->fault_code = a->fault_text = "";
}

static void
read_metadata(
    const xmlNode *metadata, struct arena *arena, struct smev_answer *a)
{
	a->ack_id = smev_word(metadata, "MessageId", arena);
	a->sender =
	    smev_word(smev_child(metadata, "Sender"), "Mnemonic", arena);
	a->sending_timestamp = smev_word(metadata, "SendingTimestamp", arena);
	a->status = smev_word(metadata, "Status", arena);
	a->broadcast =
	    strcmp(smev_word(metadata, "MessageType", arena), "BROADCAST") == 0;
	if (*a->ack_id == '\0')
		a->ack_id = a->message_id;
}

static void
read_async(const xmlNode *status, struct arena *arena, struct smev_answer *a)
{
	const char *failed = smev_word(status, "OriginalMessageId", arena);

	a->kind = SMEV_ANSWER_ASYNC;
	if (*failed != '\0')
		a->original_message_id = failed;
	a->status = smev_word(status, "StatusCategory", arena);
	a->status_text = smev_text(status, "StatusDetails", arena);
	smev_fault_read_async(status, arena, a);
}

static const char *
reject_text(const xmlNode *node, struct arena *arena)
{
	const char *text = smev_text(node, "RejectionReasonDescription", arena);

	return *text != '\0'
	    ? text
	    : smev_text(node, "RejectionReason", arena); /* 2014 */
}

static void
read_rejected(const xmlNode *node, struct arena *arena, struct smev_answer *a)
{
	char *cut = arena_alloc(arena, REASONS_BYTES);
	const char *all = "";

	a->kind = SMEV_ANSWER_REJECTED;
	a->reject_code = smev_word(node, "RejectionReasonCode", arena);
	a->reject_text = reject_text(node, arena);
	for (; node != NULL && strlen(all) < REASONS_BYTES;
	     node = xml_next(node, NULL, "RequestRejected"))
		all = arena_printf(arena, "%s%s%s: %s", all,
		    *all == '\0' ? "" : "; ",
		    smev_word(node, "RejectionReasonCode", arena),
		    reject_text(node, arena));
	str_copy(cut, REASONS_BYTES, all);
	a->reject_reasons = smev_fault_mask(cut, arena);
}

static void
read_status(const xmlNode *node, struct arena *arena, struct smev_answer *a)
{
	int64_t code = 0;

	a->kind = SMEV_ANSWER_STATUS;
	(void)str_int(
	    smev_word(node, "StatusCode", arena), INT32_MIN, INT32_MAX, &code);
	a->status_code = (long)code;
	a->status_text = smev_text(node, "StatusDescription", arena);
}

/* SenderProvided*Data in envelope, which is Request or Response. */
static int
read_data(const xmlNode *envelope, const char *name, struct arena *arena,
    struct smev_answer *a, struct err *err)
{
	xmlNode *data, *content, *metadata;

	if (smev_single(envelope, name, &data, err) == -1
	    || smev_single(envelope, "MessageMetadata", &metadata, err) == -1)
		return -1;
	if (data == NULL)
		return bad(err, "the message has no sender's data");
	if (smev_single(data, "MessagePrimaryContent", &content, err) == -1)
		return -1;
	a->sender_element = data;
	a->sender_signature =
	    smev_signature(envelope, "SenderInformationSystemSignature");
	a->message_id = smev_word(data, "MessageID", arena);
	a->content = content == NULL ? NULL : xml_only_child(content);
	a->personal_signature = smev_signature(data, "PersonalSignature");
	read_metadata(metadata, arena, a);
	return 0;
}

static int
read_request(const xmlNode *message, struct arena *arena, struct smev_answer *a,
    struct err *err)
{
	xmlNode *request;
	const xmlNode *data;

	if (smev_single(message, "Request", &request, err) == -1)
		return -1;
	if (request == NULL)
		return bad(err, "RequestMessage has no Request");
	if (read_data(request, "SenderProvidedRequestData", arena, a, err)
	    == -1)
		return -1;
	data = a->sender_element;
	a->kind = SMEV_ANSWER_REQUEST;
	a->signed_element = request;
	a->reply_to = smev_text(request, "ReplyTo", arena);
	a->reference_message_id = smev_word(data, "ReferenceMessageID", arena);
	a->transaction_code = smev_text(data, "TransactionCode", arena);
	a->node_id = smev_word(data, "NodeID", arena);
	a->eol = smev_word(data, "EOL", arena);
	a->test_message = smev_child(data, "TestMessage") != NULL;
	if (smev_attach_read(data, request, message, arena, a, err) == -1)
		return -1;
	return smev_registry_attachments(request, message, arena, a, err);
}

/* Old 1.1 had it; there is nothing to do with one but to confirm it. */
static int
read_cancel(xmlNode *cancel, struct arena *arena, struct smev_answer *a)
{
	a->kind = SMEV_ANSWER_CANCEL;
	a->signed_element = cancel;
	a->sender_signature =
	    smev_signature(cancel, "SenderInformationSystemSignature");
	a->message_id = smev_word(cancel, "MessageID", arena);
	a->reference_message_id = smev_word(cancel, "MessageReference", arena);
	a->original_message_id = a->reference_message_id;
	read_metadata(smev_child(cancel, "MessageMetadata"), arena, a);
	return 0;
}

/* What a response says: data, a rejection, a status or SMEV's own failure. */
static void
read_choice(const xmlNode *data, struct arena *arena, struct smev_answer *a)
{
	const xmlNode *node;

	a->kind = SMEV_ANSWER_RESPONSE;
	if ((node = smev_child(data, "RequestRejected")) != NULL)
		read_rejected(node, arena, a);
	else if ((node = smev_child(data, "RequestStatus")) != NULL)
		read_status(node, arena, a);
	else if ((node = smev_child(data, "AsyncProcessingStatus")) != NULL)
		read_async(node, arena, a);
}

static int
read_response(const xmlNode *message, struct arena *arena,
    struct smev_answer *a, struct err *err)
{
	xmlNode *response;

	if (smev_single(message, "Response", &response, err) == -1)
		return -1;
	if (response == NULL)
		return bad(err, "ResponseMessage has no Response");
	if (read_data(response, "SenderProvidedResponseData", arena, a, err)
	    == -1)
		return -1;
	a->signed_element = response;
	a->original_message_id =
	    smev_word(response, "OriginalMessageId", arena);
	a->transaction_code =
	    smev_text(response, "OriginalTransactionCode", arena);
	a->reference_message_id =
	    smev_word(response, "ReferenceMessageID", arena);
	a->to = smev_text(a->sender_element, "To", arena);
	if (*a->original_message_id == '\0')
		a->guessed_id = smev_origin_guess(a->to, arena);
	read_choice(a->sender_element, arena, a);
	if (smev_attach_read(
		a->sender_element, response, message, arena, a, err)
	    == -1)
		return -1;
	return smev_registry_attachments(response, message, arena, a, err);
}

static int
read_own_status(const xmlNode *message, struct arena *arena,
    struct smev_answer *a, struct err *err)
{
	xmlNode *data, *status;

	if (smev_single(message, "AsyncProcessingStatusData", &data, err) == -1
	    || smev_single(data, "AsyncProcessingStatus", &status, err) == -1)
		return -1;
	if (status == NULL)
		return bad(err, "a status message has no status");
	a->signed_element = data;
	read_async(status, arena, a);
	/* It has no id of its own that a confirmation could name. */
	a->ack_id = a->original_message_id;
	return 0;
}

/* GetRequest, GetResponse, GetStatus: one message or none. */
static int
read_get(enum smev_op op, const xmlNode *answer, struct arena *arena,
    struct smev_answer *a, struct err *err)
{
	const char *name = op == SMEV_GET_REQUEST ? "RequestMessage"
	    : op == SMEV_GET_RESPONSE             ? "ResponseMessage"
				      : "SmevAsyncProcessingMessage";
	xmlNode *message, *wrapper;
	int rc;

	if (smev_single(answer, name, &message, err) == -1)
		return -1;
	if (message == NULL) {
		a->kind = SMEV_ANSWER_EMPTY;
		return 0;
	}
	if (smev_single(message, "SMEVSignature", &wrapper, err) == -1)
		return -1;
	if (op == SMEV_GET_RESPONSE)
		rc = read_response(message, arena, a, err);
	else if (op == SMEV_GET_STATUS)
		rc = read_own_status(message, arena, a, err);
	else if (smev_child(message, "Cancel") != NULL
	    && smev_child(message, "Request") == NULL)
		rc = read_cancel(smev_child(message, "Cancel"), arena, a);
	else
		rc = read_request(message, arena, a, err);
	a->smev_signature = smev_signature(message, "SMEVSignature");
	return rc;
}

static int
read_queued(const xmlNode *answer, struct arena *arena, struct smev_answer *a,
    struct err *err)
{
	xmlNode *metadata, *wrapper;

	if (smev_single(answer, "MessageMetadata", &metadata, err) == -1
	    || smev_single(answer, "SMEVSignature", &wrapper, err) == -1)
		return -1;
	if (metadata == NULL)
		return bad(err, "the answer has no MessageMetadata");
	a->kind = SMEV_ANSWER_QUEUED;
	a->signed_element = metadata;
	a->smev_signature = smev_signature(answer, "SMEVSignature");
	read_metadata(metadata, arena, a);
	a->message_id = a->ack_id;
	return 0;
}

static void
read_statistics(
    const xmlNode *answer, struct arena *arena, struct smev_answer *a)
{
	const xmlNode *first = smev_child(answer, "QueueStatistics"), *node;
	struct smev_queue *queue;
	size_t count = 0;

	a->kind = SMEV_ANSWER_STATISTICS;
	for (node = first; node != NULL;
	     node = xml_next(node, NULL, "QueueStatistics"))
		count++;
	if (count == 0)
		return;
	queue = a->queues = arena_alloc(arena, count * sizeof(*queue));
	a->queue_count = count;
	for (node = first; node != NULL;
	     node = xml_next(node, NULL, "QueueStatistics"), queue++) {
		const char *name = xml_attr(node, "queueName", arena);
		const char *pending =
		    xml_attr(node, "pendingMessageNumber", arena);

		queue->name = name == NULL ? "" : name;
		if (pending == NULL
		    || str_int(pending, INT64_MIN, INT64_MAX, &queue->pending)
			== -1)
			queue->pending = 0;
	}
}

/* The element in Body; NULL with 0 for an empty Body. */
static int
find_answer(const xmlNode *envelope, xmlNode **ret_answer, struct err *err)
{
	const xmlNode *body;

	if (!xml_is(envelope, SMEV_SOAP_NS, "Envelope"))
		return bad(err, "the answer is not a SOAP envelope");
	body = xml_child(envelope, SMEV_SOAP_NS, "Body");
	if (body == NULL || xml_next(body, SMEV_SOAP_NS, "Body") != NULL)
		return bad(err, "the envelope has no Body, or two");
	*ret_answer = xml_child(body, NULL, NULL);
	if (*ret_answer != NULL && xml_next(*ret_answer, NULL, NULL) != NULL)
		return bad(err, "Body has more than one element");
	return 0;
}

static int
read_body(enum smev_op op, const xmlNode *node, struct arena *arena,
    struct smev_answer *a, struct err *err)
{
	char name[64];

	if (node == NULL && op == SMEV_ACK) { /* seen in 2020 */
		a->kind = SMEV_ANSWER_ACKED;
		return 0;
	}
	if (node == NULL)
		return bad(err, "Body is empty");
	if (xml_is(node, SMEV_SOAP_NS, "Fault")) {
		smev_fault_read(node, arena, a);
		return 0;
	}
	str_copy(name, sizeof(name), smev_op_name(op));
	str_copy(name + strlen(name), sizeof(name) - strlen(name), "Response");
	if (!smev_version_of(xml_ns(node), &a->version)
	    || strcmp(xml_name(node), name) != 0)
		return err_set(err, ERR_RETRY, "SMEV_FORM",
		    "Body has no %s of a known version", name);
	switch (op) {
	case SMEV_SEND_REQUEST:
	case SMEV_SEND_RESPONSE:
		return read_queued(node, arena, a, err);
	case SMEV_ACK:
		a->kind = SMEV_ANSWER_ACKED;
		return 0;
	case SMEV_QUEUE_STATISTICS:
		read_statistics(node, arena, a);
		return 0;
	case SMEV_GET_REQUEST:
	case SMEV_GET_RESPONSE:
	case SMEV_GET_STATUS:
		break;
	}
	return read_get(op, node, arena, a, err);
}

/* Parse the envelope, with the parts of a multipart answer in their places. */
static int
parse(const char *content_type, const void *body, size_t bytes,
    struct arena *arena, struct xml_doc **ret_doc, struct err *err)
{
	bool multipart = mime_is_multipart(content_type);
	struct mime_message *mime = NULL;
	struct xml_doc *doc = NULL;

	if (multipart) {
		const struct mime_part *root;

		mime = arena_alloc(arena, sizeof(*mime));
		if (mime_parse(content_type, body, bytes, arena, mime, err)
		    == -1)
			return -1;
		root = &mime->parts[mime->root];
		body = root->data;
		bytes = root->bytes;
	}
	if (xml_doc_parse(body, bytes, NULL, &doc, err) == -1) {
		char why[sizeof(err->text)];

		str_copy(why, sizeof(why), err->text);
		return bad(err, why);
	}
	if (multipart
	    && smev_xop_inline(mime, xml_doc_root(doc), arena, err) == -1) {
		xml_doc_free(doc);
		return -1;
	}
	*ret_doc = doc;
	return 0;
}

int
smev_read_answer(enum smev_op op, const char *content_type, const void *body,
    size_t bytes, struct arena *arena, struct xml_doc **ret_doc,
    struct smev_answer *ret_answer, struct err *err)
{
	struct smev_answer answer;
	struct xml_doc *doc = NULL;
	xmlNode *node;

	if (parse(content_type, body, bytes, arena, &doc, err) == -1)
		return -1;
	clear(&answer);
	if (find_answer(xml_doc_root(doc), &node, err) == -1
	    || read_body(op, node, arena, &answer, err) == -1) {
		xml_doc_free(doc);
		return -1;
	}
	*ret_doc = doc;
	*ret_answer = answer;
	return 0;
}
