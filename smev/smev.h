/*
 * smev/smev.h - SMEV 3 message kinds, identifiers, states; no behaviour.
 */
#ifndef SMEV_SMEV_H
#define SMEV_SMEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

/*
 * SMEV_1_1_2014 is what we may write to an old 1.1 system: the same namespace,
 * without the novelties.  A reader says SMEV_1_1 for both.
 */
enum smev_version { SMEV_1_1, SMEV_1_2, SMEV_1_3, SMEV_1_1_2014 };

enum smev_op {
	SMEV_SEND_REQUEST,
	SMEV_SEND_RESPONSE,
	SMEV_GET_REQUEST,
	SMEV_GET_RESPONSE,
	SMEV_GET_STATUS,
	SMEV_ACK,
	SMEV_QUEUE_STATISTICS /* 1.1 and 1.2 only */
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

/*
 * A file of a message.  Strings are never NULL in what a reader gives, and may
 * be NULL or "" for what is absent when writing.
 */
struct smev_attachment {
	bool by_ftp; /* in the file store, not in the envelope */
	int64_t record_id; /* received, of a record of a registry; 0 none */
	const char *id; /* contentId, or uuid of the folder in the store */
	const char *mime_type;
	const char *namespace_uri; /* 1.3 */
	const char *signature; /* detached PKCS#7, one line of base64 */
	const char *hash; /* by_ftp: base64 of the digest */
	const char *file_name; /* by_ftp, as given: may begin with '/' */
	const char *user, *password; /* by_ftp, received: of this delivery */
	const void *content; /* not by_ftp; NULL: header without content */
	size_t content_bytes;
};

struct smev_queue {
	const char *name;
	int64_t pending;
};

struct smev_answer {
	enum smev_answer_kind kind;
	enum smev_version version;
	const char *message_id; /* SenderProvided*Data/MessageID; "" */
	const char *ack_id; /* what to Ack: MessageMetadata/MessageId,
					   else MessageID; "" */
	const char *original_message_id; /* of our request; CANCEL: of the
					    request it is about; "" */
	const char *guessed_id; /* RESPONSE without that: smev_origin.h */
	const char *reference_message_id;
	const char *reply_to; /* opaque; "" */
	const char *to; /* of a response, as we once said it; "" */
	const char *sender; /* mnemonic; "" */
	const char *sending_timestamp; /* as given; "" */
	const char *node_id, *transaction_code, *eol; /* "" */
	bool test_message, broadcast;
	const char *status; /* MessageMetadata/Status; ASYNC: StatusCategory */
	const char *reject_code, *reject_text; /* first RequestRejected */
	const char *reject_reasons; /* all of them, in one line to be shown */
	long status_code; /* STATUS: RequestStatus/StatusCode */
	const char *status_text; /* STATUS, ASYNC: description; "" */
	bool failed; /* ASYNC: the message came to nothing */
	const char *fault_code; /* FAULT, ASYNC: row of codes.tsv; "" */
	const char *fault_text; /* as the server said; no personal data */
	xmlNode *content; /* root inside MessagePrimaryContent, or NULL */
	xmlNode *signed_element; /* Request, Response, MessageMetadata */
	xmlNode *smev_signature; /* ds:Signature over it, or NULL */
	xmlNode *sender_element; /* SenderProvided*Data, or NULL */
	xmlNode *sender_signature; /* ЭП-ОВ of the sender over it, or NULL */
	xmlNode *personal_signature; /* ЭП-СП over content, or NULL */
	struct smev_attachment *attachments;
	size_t attachment_count;
	struct smev_queue *queues; /* STATISTICS */
	size_t queue_count;
};

struct smev_values {
	const char *const *items; /* 1 to 1000, each up to 500 characters */
	size_t count;
};

struct smev_record_routing {
	int32_t record_id; /* of the registry message */
	bool use_general; /* what is said for the message goes for it too */
	struct smev_values dynamic, identifiers;
};

/* Who is to get a request, 1.3.  Source: smev PROTOCOL 11.3. */
struct smev_routing {
	struct smev_values dynamic, identifiers;
	const struct smev_record_routing *records;
	size_t record_count;
};

struct smev_reject {
	const char *code, *text;
};

/* A value beside a RequestStatus. */
struct smev_parameter {
	const char *key, *value;
};

/* What a request or response of ours says; "" or NULL for what is absent. */
struct smev_send {
	enum smev_version version;
	enum smev_op op; /* SEND_REQUEST or SEND_RESPONSE */
	const char *message_id; /* UUID v1 */
	const char *reference_message_id, *transaction_code, *node_id, *eol;
	const char *to; /* responses: ReplyTo */
	const char *content; /* business XML, no declaration */
	size_t content_bytes;
	const char *personal_signature; /* ready ds:Signature */
	const char *reject_code, *reject_text; /* instead of content */
	const struct smev_reject *more_rejects; /* after that one */
	size_t more_reject_count;
	long status_code; /* with status_text: RequestStatus */
	const char *status_text;
	const struct smev_parameter *parameters; /* of that */
	size_t parameter_count;
	const char *business_process; /* ready XML of BusinessProcessMetadata:
					   CaseInfo, frgu; requests */
	bool test_message;
	const struct smev_routing *routing; /* requests, 1.3; or NULL */
	const struct smev_attachment *attachments;
	size_t attachment_count;
	bool mtom; /* contents go beside the envelope: smev_multipart.h */
};

#endif
