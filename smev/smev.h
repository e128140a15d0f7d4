/*
 * smev/smev.h - SMEV 3 message kinds, identifiers, states; no behaviour.
 */
#ifndef SMEV_SMEV_H
#define SMEV_SMEV_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

enum smev_version { SMEV_1_1, SMEV_1_2, SMEV_1_3 };

enum smev_op {
	SMEV_SEND_REQUEST,
	SMEV_SEND_RESPONSE,
	SMEV_GET_REQUEST,
	SMEV_GET_RESPONSE,
	SMEV_GET_STATUS,
	SMEV_ACK,
	SMEV_QUEUE_STATISTICS
};

/* What the answer to one of our calls turned out to be. */
enum smev_answer_kind {
	SMEV_ANSWER_EMPTY = 1, /* Get*: queue empty */
	SMEV_ANSWER_QUEUED, /* Send*: MessageMetadata, accepted */
	SMEV_ANSWER_ACKED,
	SMEV_ANSWER_REQUEST, /* GetRequest: a request for us */
	SMEV_ANSWER_RESPONSE, /* GetResponse: content for us */
	SMEV_ANSWER_REJECTED, /* GetResponse: RequestRejected */
	SMEV_ANSWER_STATUS, /* GetResponse: RequestStatus, not final */
	SMEV_ANSWER_ASYNC, /* AsyncProcessingStatus: SMEV's own failure */
	SMEV_ANSWER_CANCEL, /* tolerate and Ack */
	SMEV_ANSWER_STATISTICS,
	SMEV_ANSWER_FAULT /* SOAP fault: see fault_code, fault_text */
};

struct smev_answer {
	enum smev_answer_kind kind;
	enum smev_version version;
	const char *message_id; /* SenderProvided*Data/MessageID; "" */
	const char *ack_id; /* what to Ack: MessageMetadata/MessageId,
					   else MessageID; "" */
	const char *original_message_id; /* of our request; "" */
	const char *reference_message_id;
	const char *reply_to; /* opaque; "" */
	const char *sender; /* mnemonic; "" */
	const char *sending_timestamp; /* as given; "" */
	const char *node_id, *transaction_code, *eol; /* "" */
	bool test_message, broadcast;
	const char *status; /* MessageMetadata/Status; "" */
	const char *reject_code, *reject_text; /* first RequestRejected */
	const char *fault_code; /* row of codes.tsv: SMEV_... */
	const char *fault_text; /* as the server said; no personal data */
	xmlNode *content; /* root inside MessagePrimaryContent, or NULL */
	xmlNode *signed_element; /* Request, Response, MessageMetadata */
	xmlNode *smev_signature; /* ds:Signature over it, or NULL */
	xmlNode *sender_signature; /* ЭП-ОВ of the sender, or NULL */
	xmlNode *personal_signature; /* ЭП-СП, or NULL */
};

/* What a request or response of ours says; "" or NULL for what is absent. */
struct smev_send {
	enum smev_version version;
	enum smev_op op; /* SEND_REQUEST or SEND_RESPONSE */
	const char *message_id;
	const char *reference_message_id, *transaction_code, *node_id, *eol;
	const char *to; /* responses: ReplyTo */
	const char *content; /* business XML, no declaration */
	size_t content_bytes;
	const char *personal_signature; /* ready ds:Signature */
	const char *reject_code, *reject_text; /* instead of content */
	long status_code; /* with status_text: RequestStatus */
	const char *status_text;
	bool test_message;
};

#endif
