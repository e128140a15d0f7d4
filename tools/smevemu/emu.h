/*
 * tools/smevemu/emu.h - the state of the emulator: participants, data types,
 * messages and the queues they stand in.
 *
 * Everything lives in one process and one thread.  A message is made once, when
 * SMEV accepts it, and is kept until the end: the state dump has to name every
 * message that ever came in.
 */
#ifndef SMEVEMU_EMU_H
#define SMEVEMU_EMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct emu_files;
struct emu_ftpd;
struct emu_participant;
struct emu_refusals;
struct emu_reply;
struct emu_script;
struct emu_slices;
struct emu_type;
struct event_base;
struct keypair;
struct map;
struct trust;
struct xsd_registry;

enum emu_version { EMU_V11, EMU_V12, EMU_V13, EMU_VERSIONS };

enum emu_role {
	EMU_ROLE_CLIENT, /* calls us over HTTP */
	EMU_ROLE_ZAGS, /* built in: sends files, notes the answers */
	EMU_ROLE_FEDERAL, /* built in: answers pushes of changes */
	EMU_ROLE_CONSUMER, /* built in: as ZAGS */
	EMU_ROLE_PROVIDER, /* built in: the answers of the type */
};

enum emu_message_kind {
	EMU_REQUEST,
	EMU_BROADCAST,
	EMU_RESPONSE,
	EMU_STATUS,
	EMU_CANCEL, /* of a request; 1.1 and 1.2 only */
};

enum emu_message_state {
	EMU_QUEUED, /* in a queue */
	EMU_DELIVERED, /* given out, waits for its Ack */
	EMU_ACKED, /* done */
	EMU_EXPIRED, /* its end of life came first */
	EMU_REJECTED, /* refused after it was accepted */
	EMU_CHECKING, /* accepted, its files are being checked */
};

/* What becomes of SignaturePKCS7 of files. */
enum emu_file_signatures {
	EMU_FILES_SIGNED, /* has to be there and right */
	EMU_FILES_EITHER, /* right, if it is there */
	EMU_FILES_UNSIGNED, /* is not looked at */
};

struct emu_list {
	struct emu_message *head, *tail;
	size_t count;
};

/* How SMEV writes to somebody. */
struct emu_manner {
	bool soap_env; /* newer dialect of answers */
	bool multipart; /* Get* answers as multipart/related */
	bool empty_details; /* fault details without Code and Description */
	bool empty_ack; /* an empty Body after a confirmation */
	bool xop; /* base64Binary as parts of multipart/related */
};

/* One message in SMEV's hands. */
struct emu_message {
	struct emu_message *prev, *next; /* in the list `in` */
	struct emu_list *in; /* queue or unconfirmed; NULL neither */
	struct emu_message *made_next; /* in the order of acceptance */

	enum emu_message_kind kind;
	enum emu_message_state state;
	enum emu_version version; /* of the sender's envelope */
	char id[37]; /* MessageID, the sender's */
	char meta_id[37]; /* MessageMetadata/MessageId: what Ack names */
	struct emu_participant *sender; /* NULL: SMEV itself */
	struct emu_participant *recipient;
	const struct emu_type *type; /* NULL for what has no content */
	char *content_ns, *content_name; /* root of the content, or NULL */
	char *reference_id, *transaction, *node, *reply_to, *to; /* or NULL */
	const struct emu_message *request; /* a response: what it answers */
	const char *answer; /* response: data, rejected, status, async */
	bool test; /* TestMessage */
	unsigned answers; /* request: final responses accepted */
	int64_t eol_ms; /* 0 none */

	char *
	    body; /* SenderProvided*Data, namespaces declared; NULL once done */
	size_t body_bytes;
	char *signature; /* ds:Signature of the sender; NULL none */
	char *attachments; /* AttachmentContentList; NULL none */
	char *raw; /* the envelope as it came; NULL when not kept */
	size_t raw_bytes;
	size_t file_bytes; /* of the attachments, in the store too */
	struct emu_files *files; /* in the store; NULL none */
	struct emu_message *wait_next; /* for the same files */
	char ftp_user[31], ftp_password[31]; /* of this delivery; "" none */
	char digest[65]; /* Streebog-256 of body */
	char content_digest[65]; /* of the root element inside; "" none */

	int64_t accepted_ms, delivered_ms, acked_ms; /* UTC, 0 not yet */
	int64_t due_ms; /* monotonic: back to the queue */
	unsigned received; /* times sent with this id */
	unsigned differing; /* of those, with other bytes */
	unsigned delivered; /* times given out */
	unsigned repeat; /* deliveries owed in spite of an Ack */
};

/* Where messages of one owner wait: by node for responses. */
struct emu_queue {
	struct emu_queue *next;
	char *node; /* "" the common one */
	struct emu_list waiting;
};

struct emu_participant {
	struct emu_participant *next;
	char *name; /* mnemonic */
	char *title; /* HumanReadableName */
	char fingerprint[65]; /* of its certificate; "" none */
	enum emu_role role;
	struct keypair *key; /* built-in ones sign with it; NULL unsigned */
	struct emu_queue requests, statuses;
	struct emu_queue responses; /* head of a list by node */
	char *ftp_user, *ftp_password; /* where it uploads files */
	struct emu_manner manner, has_manner; /* of its own, where it has one */
	char *push_url; /* where notices go; NULL: none are sent */
	bool push_due, push_running;
	bool vip; /* its requests go before those of others */
	unsigned pushes, push_failures;
	size_t capacity; /* most messages in a queue; 0 no limit */
	size_t quota; /* bytes of files not confirmed; 0 no limit */
	unsigned limit; /* calls a second; 0 no limit */
	unsigned calls; /* of the second second_ms */
	int64_t second_ms;
	uint64_t call_count;
};

/* One registered version of a data type. */
struct emu_type_version {
	struct emu_type_version *next;
	struct emu_type *type;
	char *ns, *request, *response; /* response NULL for a broadcast */
	bool registry; /* SMEV gives each request an id of its own */
	bool personal; /* requests have to have ЭП-СП */
};

/* A value in Routing (1.3) and who gets what has it. */
struct emu_route {
	struct emu_route *next;
	char *value;
	struct emu_participant *to;
};

struct emu_type {
	struct emu_type *next;
	char *name;
	struct emu_participant *provider;
	struct emu_participant *consumers[16]; /* none: everybody */
	size_t consumer_count;
	bool broadcast; /* to all consumers, without an answer */
	struct emu_type_version *versions;
	struct emu_route *routes;
	struct emu_reply *replies; /* of a built-in provider */
};

struct emu_counters {
	uint64_t calls, faults, accepted, repeated, delivered, acked, returned;
};

struct emu {
	struct event_base *base;
	struct keypair *key; /* SMEV's own */
	struct trust *trust; /* certificates of participants */
	struct xsd_registry *schemas; /* NULL: content is not validated */
	struct map *by_name, *by_fingerprint; /* participants */
	struct map *by_qname; /* "ns name" to struct emu_type_version */
	struct map *by_id; /* MessageID to message */
	struct map *by_ack; /* unconfirmed: participant, id */
	struct map *by_reply_to; /* requests */
	struct map *federal_errors; /* regional number to struct */
	struct emu_participant *participants, *last_participant;
	struct emu_type *types, *last_type;
	struct emu_message *made_first, *made_last;
	struct emu_list unconfirmed; /* oldest first */
	struct emu_list checking; /* accepted, in no queue yet */
	struct emu_script *script;
	struct trust *persons; /* who may sign besides participants */
	bool persons_known; /* somebody was named; or else anybody may */
	struct emu_slices *slices; /* digests being taken; NULL none */
	struct emu_ftpd *ftpd; /* NULL: not running */
	struct emu_refusals *refusals; /* the last ones; NULL none */
	struct emu_counters counters;
	size_t message_count;
	int64_t started_ms;

	/* settings */
	char *listen_address;
	int port;
	int64_t unconfirmed_ms, max_age_ms;
	size_t attachment_limit; /* bytes of files in a message; 0 none */
	char *ftp_address, *ftp_folder; /* of the store; NULL: there is none */
	int ftp_port;
	size_t ftp_limit; /* bytes of files in the store, of a message */
	bool files_first; /* check files in the store before the answer */
	enum emu_file_signatures file_signatures;
	int64_t federal_delay_ms;
	struct emu_manner manner; /* with who has none of his own */
	struct emu_manner speak; /* with who calls now */
	bool content_later; /* tell after the answer what a schema says */
	bool transaction_codes; /* check the form of TransactionCode */
	bool verify; /* check signatures of participants */
	bool keep_raw;
};

/* With default settings and nothing registered. */
struct emu *emu_new(void);
void emu_free(struct emu *emu); /* NULL is fine */
struct emu_participant *
emu_participant(const struct emu *emu, const char *name); /* or NULL */
/* A new one at the end of the list. */
struct emu_participant *emu_participant_add(struct emu *emu, const char *name);
struct emu_type *emu_type_add(
    struct emu *emu, const char *name, struct emu_participant *provider);
/* Add a version to type; NULL when its names are taken by another type. */
struct emu_type_version *
emu_type_version_add(struct emu *emu, struct emu_type *type, const char *ns,
    const char *request, const char *response);
/* By the root of a request or a response, of any version; or NULL. */
struct emu_type_version *
emu_type_find(const struct emu *emu, const char *ns, const char *name);
/* Whether participant may send requests of type. */
bool emu_type_allows(
    const struct emu_type *type, const struct emu_participant *participant);
/* Speak from now on as to participant; NULL: as to anybody. */
void emu_speak_to(struct emu *emu, const struct emu_participant *participant);
const char *emu_version_name(enum emu_version version); /* "1.1" */

#endif
