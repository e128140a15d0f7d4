/*
 * Our calls as bytes.  Prefixes are fixed: s SOAP, t types, b basic.  The
 * order of elements is the schema's; what a version does not know is left out,
 * what it demands is filled.  Source: smev PROTOCOL 4, 5.
 */
#include "smev/smev_codec.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/uuid.h"
#include "smev/smev_attach.h"
#include "smev/smev_names.h"
#include "smev/smev_routing.h"
#include "smev/smev_sign.h"
#include "smev/smev_text.h"
#include "xsd/xml_write.h"

#define DESCRIPTION_CHARS 4000 /* basic:string-4000 */
#define REASON_2014_CHARS 500

static void
leaf(struct xml_writer *w, const char *name, const char *text)
{
	if (smev_given(text))
		xml_write_leaf(w, name, text);
}

/* The text, cut after max_chars characters; the schema allows no more. */
static void
leaf_cut(
    struct xml_writer *w, const char *name, const char *text, size_t max_chars)
{
	struct buf cut;
	size_t bytes = 0;

	if (text == NULL)
		text = "";
	for (size_t chars = 0; text[bytes] != '\0'; bytes++) {
		if (((unsigned char)text[bytes] & 0xC0) != 0x80
		    && chars++ == max_chars)
			break;
	}
	buf_init(&cut, 0);
	buf_add(&cut, text, bytes);
	xml_write_leaf(w, name, buf_text(&cut));
	buf_release(&cut);
}

static void
open_call(struct xml_writer *w, enum smev_version version, enum smev_op op,
    struct buf *out)
{
	char name[64];

	(void)snprintf(name, sizeof(name), "%sRequest",
	    op == SMEV_ACK ? "Ack" : smev_op_name(op));
	xml_write_init(w, out);
	xml_write_open(w, "s:Envelope");
	xml_write_ns(w, "s", SMEV_SOAP_NS);
	xml_write_open(w, "s:Header");
	xml_write_close(w);
	xml_write_open(w, "s:Body");
	xml_write_raw(w, "", 0); /* the tag ends */
	buf_addf(out, "<t:%s xmlns:t=\"%s\" xmlns:b=\"%s\">", name,
	    smev_ns_types(version), smev_ns_basic(version));
}

/* The wrapper stays empty for smev_sign_finish(), which looks for it. */
static void
write_wrapper(struct xml_writer *w)
{
	xml_write_raw(w, SMEV_EMPTY_WRAPPER, strlen(SMEV_EMPTY_WRAPPER));
}

static void
close_call(struct xml_writer *w, enum smev_op op)
{
	buf_addf(w->out, "</t:%sRequest>", smev_op_name(op));
	while (w->depth > 0)
		xml_write_close(w);
}

static int
bad(struct err *err, const char *why)
{
	return err_set(err, ERR_HOLD, "SMEV_UNSENDABLE", "%s", why);
}

/* basic:UUID has small letters only, and SMEV reads the time in it. */
static bool
sendable_id(const char *id)
{
	return smev_given(id) && uuid_version(id) == 1
	    && strspn(id, "0123456789abcdef-") == strlen(id);
}

static bool
sendable_code(const char *code, enum smev_version version)
{
	return version == SMEV_1_1_2014 || strcmp(code, "NO_DATA") == 0
	    || strcmp(code, "ACCESS_DENIED") == 0
	    || strcmp(code, "FAILURE") == 0
	    || strcmp(code, "UNKNOWN_REQUEST_DESCRIPTION") == 0;
}

static int
check_request(const struct smev_send *send, struct err *err)
{
	if (send->content_bytes == 0)
		return bad(err, "a request without content");
	if (smev_given(send->reference_message_id)
	    && (!uuid_valid(send->reference_message_id)
		|| strpbrk(send->reference_message_id, "ABCDEF") != NULL))
		return bad(err, "ReferenceMessageID is not a UUID");
	if (smev_given(send->transaction_code)
	    && smev_chars(send->transaction_code) > 1500)
		return bad(err, "TransactionCode is over 1500 characters");
	if (smev_given(send->node_id) && smev_chars(send->node_id) > 50)
		return bad(err, "NodeID is over 50 characters");
	return 0;
}

static int
check_response(const struct smev_send *send, struct err *err)
{
	size_t to_max = send->version == SMEV_1_1_2014 ? 200 : 4000;

	if (!smev_given(send->to) || smev_chars(send->to) > to_max)
		return bad(err, "To is empty or longer than the schema allows");
	if (smev_given(send->status_text) && send->version == SMEV_1_1_2014)
		return bad(err, "the envelope of 2014 has no RequestStatus");
	if (smev_given(send->reject_code)
	    && !sendable_code(send->reject_code, send->version))
		return bad(err, "RejectionReasonCode is none of the schema");
	for (size_t i = 0; i < send->more_reject_count; i++)
		if (!sendable_code(send->more_rejects[i].code, send->version))
			return bad(
			    err, "RejectionReasonCode is none of the schema");
	return 0;
}

static int
check_send(const struct smev_send *send, struct err *err)
{
	bool response = send->op == SMEV_SEND_RESPONSE;
	int says = (send->content != NULL && send->content_bytes > 0)
	    + smev_given(send->reject_code) + smev_given(send->status_text);
	int rc;

	assert(response || send->op == SMEV_SEND_REQUEST);
	if (!sendable_id(send->message_id))
		return bad(err, "MessageID is not a UUID version 1");
	if (says != 1)
		return bad(err, "not one of content, rejection and status");
	rc = response ? check_response(send, err) : check_request(send, err);
	if (rc == -1 || smev_routing_check(send, err) == -1)
		return -1;
	return smev_attach_check(send, err);
}

static void
write_content(struct xml_writer *w, const struct smev_send *send)
{
	xml_write_open(w, "b:MessagePrimaryContent");
	xml_write_raw(w, send->content, send->content_bytes);
	xml_write_close(w);
	if (smev_given(send->personal_signature)) {
		xml_write_open(w, "t:PersonalSignature");
		xml_write_raw(w, send->personal_signature,
		    strlen(send->personal_signature));
		xml_write_close(w);
	}
	smev_attach_write_headers(w, send);
}

/*
 * The codes of the schema.  1.2 as published has no FAILURE; the old 1.1 has
 * free codes of ten characters, so a longer one is left to the text.
 */
static void
write_reject(struct xml_writer *w, enum smev_version version, const char *code,
    const char *text)
{
	xml_write_open(w, "t:RequestRejected");
	if (version == SMEV_1_1_2014) {
		if (strlen(code) <= 10)
			xml_write_leaf(w, "t:RejectionReasonCode", code);
		leaf_cut(w, "t:RejectionReason", smev_given(text) ? text : code,
		    REASON_2014_CHARS);
	} else {
		if (version == SMEV_1_2 && strcmp(code, "FAILURE") == 0)
			code = "UNKNOWN_REQUEST_DESCRIPTION";
		xml_write_leaf(w, "t:RejectionReasonCode", code);
		leaf_cut(
		    w, "t:RejectionReasonDescription", text, DESCRIPTION_CHARS);
	}
	xml_write_close(w);
}

static void
write_rejected(struct xml_writer *w, const struct smev_send *send)
{
	write_reject(w, send->version, send->reject_code, send->reject_text);
	for (size_t i = 0; i < send->more_reject_count; i++)
		write_reject(w, send->version, send->more_rejects[i].code,
		    send->more_rejects[i].text);
}

static void
write_status(struct xml_writer *w, const struct smev_send *send)
{
	char code[24];

	(void)snprintf(code, sizeof(code), "%ld", send->status_code);
	xml_write_open(w, "t:RequestStatus");
	xml_write_leaf(w, "t:StatusCode", code);
	for (size_t i = 0; i < send->parameter_count; i++) {
		xml_write_open(w, "t:StatusParameter");
		xml_write_leaf(w, "t:Key", send->parameters[i].key);
		xml_write_leaf(w, "t:Value", send->parameters[i].value);
		xml_write_close(w);
	}
	leaf_cut(
	    w, "t:StatusDescription", send->status_text, DESCRIPTION_CHARS);
	xml_write_close(w);
}

static void
write_request_data(struct xml_writer *w, const struct smev_send *send)
{
	const char *reference = send->reference_message_id;
	const char *transaction = send->transaction_code;

	/* 1.2 demands both; "ignore" is what live systems say for none. */
	if (send->version == SMEV_1_2) {
		if (!smev_given(reference))
			reference = send->message_id;
		if (!smev_given(transaction))
			transaction = "ignore";
	}
	xml_write_open(w, "t:SenderProvidedRequestData");
	xml_write_attr(w, "Id", "SIGNED_BY_CONSUMER");
	xml_write_leaf(w, "t:MessageID", send->message_id);
	if (send->version != SMEV_1_1_2014) {
		leaf(w, "t:ReferenceMessageID", reference);
		leaf(w, "t:TransactionCode", transaction);
		leaf(w, "t:NodeID", send->node_id);
		leaf(w, "t:EOL", send->eol);
	}
	write_content(w, send);
	if (smev_given(send->business_process)) {
		xml_write_open(w, "t:BusinessProcessMetadata");
		xml_write_raw(
		    w, send->business_process, strlen(send->business_process));
		xml_write_close(w);
	}
	if (send->test_message) {
		xml_write_open(w, "t:TestMessage");
		xml_write_close(w);
	}
	xml_write_close(w);
}

static void
write_response_data(struct xml_writer *w, const struct smev_send *send)
{
	xml_write_open(w, "t:SenderProvidedResponseData");
	xml_write_attr(w, "Id", "SIGNED_BY_PROVIDER");
	xml_write_leaf(w, "t:MessageID", send->message_id);
	xml_write_leaf(w, "t:To", send->to);
	if (smev_given(send->reject_code))
		write_rejected(w, send);
	else if (smev_given(send->status_text))
		write_status(w, send);
	else
		write_content(w, send);
	xml_write_close(w);
}

int
smev_write_send(const struct smev_send *send, struct buf *out, struct err *err)
{
	struct xml_writer w;

	if (check_send(send, err) == -1)
		return -1;
	open_call(&w, send->version, send->op, out);
	if (send->op == SMEV_SEND_REQUEST)
		write_request_data(&w, send);
	else
		write_response_data(&w, send);
	smev_attach_write_contents(&w, send);
	write_wrapper(&w);
	smev_routing_write(&w, send);
	close_call(&w, send->op);
	if (buf_full(out))
		return err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
		    "the envelope does not fit into %zu bytes",
		    out->limit_bytes);
	return 0;
}

void
smev_write_get(enum smev_version version, enum smev_op op,
    const char *namespace_uri, const char *root, const char *node_id,
    const char *timestamp, struct buf *out)
{
	struct xml_writer w;
	bool selects = smev_given(namespace_uri) && smev_given(root);

	assert(op != SMEV_SEND_REQUEST && op != SMEV_SEND_RESPONSE
	    && op != SMEV_ACK);
	assert(op != SMEV_QUEUE_STATISTICS || version != SMEV_1_3);
	open_call(&w, version, op, out);
	if (op == SMEV_GET_STATUS || op == SMEV_QUEUE_STATISTICS) {
		if (op == SMEV_QUEUE_STATISTICS && version != SMEV_1_1_2014)
			leaf(&w, "t:NodeID", node_id);
		xml_write_open(&w, "b:Timestamp");
		xml_write_attr(&w, "Id", "SIGNED_BY_CALLER");
		xml_write_text(&w, timestamp);
		xml_write_close(&w);
	} else {
		xml_write_open(&w, "b:MessageTypeSelector");
		xml_write_attr(&w, "Id", "SIGNED_BY_CALLER");
		leaf(&w, "b:NamespaceURI", selects ? namespace_uri : NULL);
		leaf(&w, "b:RootElementLocalName", selects ? root : NULL);
		xml_write_leaf(&w, "b:Timestamp", timestamp);
		if (version != SMEV_1_1_2014)
			leaf(&w, "b:NodeID", node_id);
		xml_write_close(&w);
	}
	write_wrapper(&w);
	close_call(&w, op);
}

void
smev_write_ack(enum smev_version version, const char *message_id, bool accepted,
    struct buf *out)
{
	struct xml_writer w;

	open_call(&w, version, SMEV_ACK, out);
	xml_write_open(&w, "b:AckTargetMessage");
	xml_write_attr(&w, "Id", "SIGNED_BY_CALLER");
	xml_write_attr(&w, "accepted", accepted ? "true" : "false");
	xml_write_text(&w, message_id);
	xml_write_close(&w);
	write_wrapper(&w);
	close_call(&w, SMEV_ACK);
}
