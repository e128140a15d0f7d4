#include "tools/smevemu/emu_wire_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/str.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_sign.h"
#include "tools/smevemu/emu_store.h"
#include "tools/smevemu/emu_wire_read.h"
#include "xsd/xml_write.h"

#define MOSCOW_MS (INT64_C(3) * 60 * 60 * 1000)

void
emu_write_time(int64_t ms, char ret_text[40])
{
	time_t seconds = (time_t)((ms + MOSCOW_MS) / 1000);
	struct tm tm;
	char date[24];

	gmtime_r(&seconds, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(ret_text, 40, "%s.%03d+03:00", date, (int)(ms % 1000));
}

/* Declarations that every answer makes: basic without a prefix, as SMEV. */
static void
add_namespaces(enum emu_version version, struct buf *out)
{
	buf_addf(out, " xmlns=\"%s\" xmlns:ns2=\"%s\"",
	    emu_ns(EMU_NS_BASIC, version), emu_ns(EMU_NS_TYPES, version));
}

void
emu_write_begin(const struct emu *emu, struct buf *out)
{
	const char *p = emu->speak.soap_env ? "SOAP-ENV" : "soap";

	buf_addf(out, "<%s:Envelope xmlns:%s=\"" EMU_NS_SOAP "\">", p, p);
	if (emu->speak.soap_env)
		buf_addf(out, "<%s:Header/>", p);
	buf_addf(out, "<%s:Body>", p);
}

void
emu_write_end(const struct emu *emu, struct buf *out)
{
	const char *p = emu->speak.soap_env ? "SOAP-ENV" : "soap";

	buf_addf(out, "</%s:Body></%s:Envelope>", p, p);
}

/* The envelope up to and with the start tag of the answer to op. */
static void
begin(const struct emu *emu, enum emu_op op, enum emu_version version,
    struct buf *out)
{
	emu_write_begin(emu, out);
	buf_addf(out, "<ns2:%sResponse", emu_op_name(op));
	add_namespaces(version, out);
	buf_addf(out, " xmlns:ns3=\"%s\">", emu_ns(EMU_NS_FAULTS, version));
}

static void
end(const struct emu *emu, enum emu_op op, struct buf *out)
{
	buf_addf(out, "</ns2:%sResponse>", emu_op_name(op));
	emu_write_end(emu, out);
}

static void
write_party(struct xml_writer *w, const char *element, const char *mnemonic,
    const char *title, enum emu_version version)
{
	xml_write_open(w, element);
	xml_write_leaf(w, "ns2:Mnemonic", mnemonic);
	if (version != EMU_V12) /* where SMEV leaves it out */
		xml_write_leaf(w, "ns2:HumanReadableName", title);
	xml_write_close(w);
}

/* Children of MessageMetadata.  Source: smev PROTOCOL 6, with real values. */
static void
write_metadata(
    const struct emu_message *msg, enum emu_version version, struct buf *out)
{
	static const char *const kinds[] = { "REQUEST", "BROADCAST", "RESPONSE",
		"RESPONSE", "CANCEL" };
	struct xml_writer w;
	char when[40];

	xml_write_init(&w, out);
	xml_write_leaf(&w, "ns2:MessageId", msg->meta_id);
	xml_write_leaf(&w, "ns2:MessageType", kinds[msg->kind]);
	if (msg->sender != NULL)
		write_party(&w, "ns2:Sender", msg->sender->name,
		    msg->sender->title, version);
	else
		write_party(&w, "ns2:Sender", "SMEV", "SMEV", version);
	emu_write_time(msg->accepted_ms, when);
	xml_write_leaf(&w, "ns2:SendingTimestamp", when);
	if (version == EMU_V11)
		xml_write_leaf(&w, "ns2:DestinationName", "unknown");
	if (msg->recipient != NULL && msg->kind != EMU_BROADCAST)
		write_party(&w, "ns2:Recipient", msg->recipient->name,
		    msg->recipient->title, version);
	if (version == EMU_V11) {
		xml_write_open(&w, "ns2:SupplementaryData");
		xml_write_leaf(
		    &w, "ns2:DetectedContentTypeName", "not detected");
		xml_write_leaf(&w, "ns2:InteractionType", "NotDetected");
		xml_write_close(&w);
	}
	if (msg->delivered > 0) {
		emu_write_time(msg->delivered_ms, when);
		xml_write_leaf(&w, "ns2:DeliveryTimestamp", when);
	}
	xml_write_leaf(&w, "ns2:Status",
	    msg->delivered == 0      ? "requestIsQueued"
		: version == EMU_V11 ? "responseIsDelivered"
				     : "messageIsDelivered");
}

/*
 * <ns2:name Id="SIGNED_BY_SMEV">inner</ns2:name> and its SMEVSignature.  The
 * signature is made over the element as a document of its own: exclusive
 * canonicalization gives the same octets there as inside the envelope.
 */
static int
write_signed(const struct emu *emu, const char *name, const struct buf *inner,
    const struct buf *after, enum emu_version version, bool wrong_signature,
    struct buf *out, struct err *err)
{
	struct buf alone, signature;
	int rc;

	buf_init(&alone, 0);
	buf_init(&signature, 0);
	buf_addf(&alone, "<ns2:%s", name);
	add_namespaces(version, &alone);
	buf_addf(&alone, " Id=\"SIGNED_BY_SMEV\">%s</ns2:%s>", buf_text(inner),
	    name);
	rc = emu_sign(emu->key, alone.data, alone.bytes, wrong_signature,
	    &signature, err);
	if (rc == 0) {
		buf_addf(out, "<ns2:%s Id=\"SIGNED_BY_SMEV\">", name);
		buf_add(out, inner->data, inner->bytes);
		buf_addf(out, "</ns2:%s>", name);
		if (after != NULL)
			buf_add(out, after->data, after->bytes);
		buf_adds(out, "<ns2:SMEVSignature>");
		buf_add(out, signature.data, signature.bytes);
		buf_adds(out, "</ns2:SMEVSignature>");
	}
	buf_release(&signature);
	buf_release(&alone);
	return rc;
}

int
emu_write_sent(const struct emu *emu, const struct emu_message *msg,
    enum emu_version version, bool wrong_signature, struct buf *out,
    struct err *err)
{
	enum emu_op op =
	    msg->kind == EMU_RESPONSE ? EMU_SEND_RESPONSE : EMU_SEND_REQUEST;
	struct buf inner;
	int rc;

	buf_init(&inner, 0);
	write_metadata(msg, version, &inner);
	begin(emu, op, version, out);
	rc = write_signed(emu, "MessageMetadata", &inner, NULL, version,
	    wrong_signature, out, err);
	end(emu, op, out);
	buf_release(&inner);
	return rc;
}

/* xml in the receiver's version. */
static void
add_converted(const struct emu_message *msg, const char *xml, size_t bytes,
    enum emu_version version, struct buf *out)
{
	const char *routing = NULL, *rest = NULL;

	if (msg->version == version) {
		buf_add(out, xml, bytes);
		return;
	}
	/* Only 1.3 has it, and only SMEV writes it. */
	if (msg->sender == NULL
	    && (routing = strstr(xml, "<r:Routing")) != NULL)
		rest = strstr(routing, "</r:RoutingStatus>");
	if (rest != NULL) {
		emu_convert(
		    xml, (size_t)(routing - xml), msg->version, version, out);
		rest += sizeof("</r:RoutingStatus>") - 1;
		bytes -= (size_t)(rest - xml);
		xml = rest;
	}
	emu_convert(xml, bytes, msg->version, version, out);
}

/* Where the files of this delivery are.  Source: smev PROTOCOL 8.2. */
static void
write_files(const struct emu_message *msg, struct xml_writer *w)
{
	const struct emu_file *file;
	struct buf name;

	if (msg->files == NULL || msg->ftp_user[0] == '\0')
		return;
	xml_write_open(w, "FSAttachmentsList");
	for (file = msg->files->first; file != NULL; file = file->next) {
		buf_init(&name, 0);
		buf_addf(&name, "/%s", file->name);
		xml_write_open(w, "FSAttachment");
		xml_write_leaf(w, "uuid", file->uuid);
		xml_write_leaf(w, "UserName", msg->ftp_user);
		xml_write_leaf(w, "Password", msg->ftp_password);
		xml_write_leaf(w, "FileName", buf_text(&name));
		xml_write_close(w);
		buf_release(&name);
	}
	xml_write_close(w);
}

/*
 * Children of Request or Response.  The sender's signature is left out after a
 * conversion: its digest belongs to the sender's version.
 */
static void
write_inner(
    const struct emu_message *msg, enum emu_version version, struct buf *out)
{
	const struct emu_message *request = msg->request;
	struct xml_writer w;

	xml_write_init(&w, out);
	if (request != NULL) {
		xml_write_leaf(&w, "ns2:OriginalMessageId", request->id);
		xml_write_leaf(
		    &w, "ns2:OriginalTransactionCode", request->transaction);
		xml_write_leaf(&w, "ns2:ReferenceMessageID",
		    request->reference_id != NULL ? request->reference_id
						  : request->id);
	}
	add_converted(msg, msg->body, msg->body_bytes, version, out);
	buf_adds(out, "<ns2:MessageMetadata>");
	write_metadata(msg, version, out);
	buf_adds(out, "</ns2:MessageMetadata>");
	write_files(msg, &w);
	if (msg->kind == EMU_REQUEST)
		xml_write_leaf(&w, "ns2:ReplyTo", msg->reply_to);
	if (msg->signature != NULL && msg->version == version) {
		buf_adds(out, "<ns2:SenderInformationSystemSignature>");
		buf_adds(out, msg->signature);
		buf_adds(out, "</ns2:SenderInformationSystemSignature>");
	}
}

int
emu_write_message(const struct emu *emu, enum emu_op op,
    const struct emu_message *msg, enum emu_version version,
    bool wrong_signature, struct buf *out, struct err *err)
{
	const char *envelope = op == EMU_GET_REQUEST ? "Request" : "Response";
	const char *kind =
	    msg != NULL && msg->kind == EMU_CANCEL ? "Cancel" : envelope;
	struct buf inner, after;
	int rc;

	begin(emu, op, version, out);
	if (msg == NULL) {
		end(emu, op, out);
		return 0;
	}
	buf_init(&inner, 0);
	buf_init(&after, 0);
	write_inner(msg, version, &inner);
	if (msg->attachments != NULL)
		add_converted(msg, msg->attachments, strlen(msg->attachments),
		    version, &after);
	buf_addf(out, "<ns2:%sMessage>", envelope);
	rc = write_signed(
	    emu, kind, &inner, &after, version, wrong_signature, out, err);
	buf_addf(out, "</ns2:%sMessage>", envelope);
	end(emu, op, out);
	buf_release(&after);
	buf_release(&inner);
	return rc;
}

int
emu_write_status(const struct emu *emu, const struct emu_message *msg,
    enum emu_version version, bool wrong_signature, struct buf *out,
    struct err *err)
{
	struct buf inner;
	int rc = 0;

	begin(emu, EMU_GET_STATUS, version, out);
	if (msg != NULL) {
		buf_init(&inner, 0);
		add_converted(msg, msg->body, msg->body_bytes, version, &inner);
		buf_adds(out, "<ns2:SmevAsyncProcessingMessage>");
		rc = write_signed(emu, "AsyncProcessingStatusData", &inner,
		    NULL, version, wrong_signature, out, err);
		buf_adds(out, "</ns2:SmevAsyncProcessingMessage>");
		buf_release(&inner);
	}
	end(emu, EMU_GET_STATUS, out);
	return rc;
}

void
emu_write_ack(const struct emu *emu, enum emu_version version, struct buf *out)
{
	emu_write_begin(emu, out);
	if (!emu->speak.empty_ack) {
		buf_adds(out, "<ns2:AckResponse");
		add_namespaces(version, out);
		buf_adds(out, "/>");
	}
	emu_write_end(emu, out);
}

void
emu_write_queue_name(const struct emu_participant *owner, const char *kind,
    const char *node, char *dst, size_t room)
{
	bool plain = node == NULL || *node == '\0';

	snprintf(dst, room, "delivery.%s._%s%s%.60s_", owner->name, kind,
	    plain ? "" : "_", plain ? "" : node);
}

static void
write_queue(struct xml_writer *w, const struct emu_participant *owner,
    const char *kind, const struct emu_queue *queue)
{
	char name[200], number[24];

	emu_write_queue_name(owner, kind, queue->node, name, sizeof(name));
	snprintf(number, sizeof(number), "%zu", queue->waiting.count);
	xml_write_open(w, "ns2:QueueStatistics");
	xml_write_attr(w, "queueName", name);
	xml_write_attr(w, "pendingMessageNumber", number);
	xml_write_close(w);
}

void
emu_write_statistics(const struct emu *emu,
    const struct emu_participant *participant, const char *node,
    enum emu_version version, struct buf *out)
{
	const struct emu_queue *queue = &participant->responses;
	struct xml_writer w;

	begin(emu, EMU_GET_STATISTICS, version, out);
	xml_write_init(&w, out);
	if (node == NULL) {
		write_queue(&w, participant, "REQUEST", &participant->requests);
		write_queue(&w, participant, "STATUS", &participant->statuses);
	}
	for (; queue != NULL; queue = queue->next) {
		if (node == NULL || strcmp(queue->node, node) == 0)
			write_queue(&w, participant, "RESPONSE", queue);
	}
	end(emu, EMU_GET_STATISTICS, out);
}
