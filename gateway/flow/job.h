/*
 * gateway/flow/job.h - what store, openers and sealers say to one another.
 *
 * Each struct is one message of gateway/ipc.h, and its two functions the only
 * place that knows how it lies in bytes.  What comes from an opener is checked
 * as if a stranger had sent it: a read that does not fit returns false.
 */
#ifndef GATEWAY_FLOW_JOB_H
#define GATEWAY_FLOW_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct ipc_message;

/* How bytes came to us, and so what an opener may expect of them. */
enum channel {
	CHANNEL_HTTP,
	CHANNEL_SMEV,
	CHANNEL_DOOR, /* SOAP of the adapter's service */
	CHANNEL_FOLDER, /* a ClientMessage by itself, from a system's folder */
	CHANNEL_PUSH, /* a notification of SMEV */
	CHANNEL_END
};

/* IPC_OPEN, IPC_DECODE: look at these bytes.  body NULL in IPC_DECODE means
 * the tree that IPC_OPEN of the same id left behind. */
struct open_job {
	enum channel channel;
	int op; /* enum smev_op, for CHANNEL_SMEV */
	const char *source; /* name in the settings; "" for SMEV */
	const char *content_type;
	const char *digest; /* Streebog-256 of body, hex */
	const void *body;
	size_t body_bytes;
};

/* store to opener: read this. */
void open_job_write(const struct open_job *job, struct buf *out);
bool open_job_read(
    const struct ipc_message *msg, struct arena *arena, struct open_job *ret);

/* IPC_OPENED: what the packet calls itself.  changeset holds the defects that
 * end it here; empty when there are none. */
struct opened {
	const char *packet_id;
	const char *kind;
	const void *changeset;
	size_t changeset_bytes;
	/* CHANNEL_DOOR, CHANNEL_FOLDER: struct door_call, and nothing else. */
	const void *door;
	size_t door_bytes;
};

/* opener to store: what the packet says of itself, or why not. */
void opened_write(const struct opened *opened, struct buf *out);
bool opened_read(
    const struct ipc_message *msg, struct arena *arena, struct opened *ret);

/* IPC_DECODED: what it says.  For SMEV the facts of its envelope too. */
struct decoded {
	bool need_body; /* the tree is gone: send IPC_DECODE with the body */
	int answer; /* enum smev_answer_kind; 0 for HTTP */
	bool signature_ok; /* SMEV's own */
	const char *message_id, *ack_id, *original_message_id, *reply_to;
	const char *sender, *sending_timestamp;
	const char *guessed_id; /* smev_origin.h */
	const char *eol, *status; /* as in struct smev_answer */
	int64_t status_code;
	bool test, broadcast, failed;
	const char *queues; /* statistics: lines "name<tab>count"; "" */
	const char *datatype; /* name in the settings of what content is; "" */
	const char *source; /* whose words they are, by the data type; "" */
	const char *code, *why; /* of a fault, a rejection, a bad signature */
	const void *changeset; /* empty: there is no content */
	size_t changeset_bytes;
	const void *door; /* struct door_news; empty: not for the door */
	size_t door_bytes;
	const void *files; /* struct enclosed_list; empty: there are none */
	size_t files_bytes;
};

/* opener to store: the changeset and its defects. */
void decoded_write(const struct decoded *decoded, struct buf *out);
bool decoded_read(
    const struct ipc_message *msg, struct arena *arena, struct decoded *ret);

/*
 * A file of a message to be sealed.  digest is over its content, by the
 * algorithm of the key that signs; by MTOM the sealer takes it itself.
 */
struct seal_file {
	bool by_ftp;
	const char *id; /* contentId, or uuid of the folder in the store */
	const char *name, *mime, *namespace_uri;
	const char *signature; /* base64 PKCS#7; "": the sealer has it made */
	const void *digest; /* by_ftp */
	size_t digest_bytes;
	int64_t bytes; /* of the content */
	const void *content; /* by MTOM only */
	size_t content_bytes;
};

/* IPC_SEAL: make these bytes for SMEV, signed. */
struct seal_job {
	int op; /* enum smev_op */
	const char *message_id; /* Send*, or the one to Ack */
	const char *kind; /* adapter that encodes the content */
	const char *to; /* SendResponse: ReplyTo */
	const char *namespace_uri, *root; /* Get*: selector; "" none */
	const char *timestamp; /* Get*, GetStatus: xs:dateTime */
	bool accepted; /* Ack */
	bool test; /* SendRequest: TestMessage */
	int64_t eol_ms; /* SendRequest: EOL; 0 none */
	size_t body_count; /* changesets, merged in this order */
	const void **bodies;
	size_t *body_bytes;
	struct seal_file *files;
	size_t file_count;
	bool mtom; /* contents beside the envelope, not as base64 in it */
};

/* store to sealer: make an envelope of this. */
void seal_job_write(const struct seal_job *job, struct buf *out);
bool seal_job_read(
    const struct ipc_message *msg, struct arena *arena, struct seal_job *ret);

/* IPC_SEALED: the signed call, or why there is none (kind of enum err_kind). */
struct sealed {
	int kind; /* 0: it is there */
	const char *code, *why;
	const char *soap_action;
	const char *content_type; /* of call, as HTTP wants it */
	const void *call;
	size_t call_bytes;
};

/* sealer to store: the signed bytes, or why not. */
void sealed_write(const struct sealed *sealed, struct buf *out);
bool sealed_read(
    const struct ipc_message *msg, struct arena *arena, struct sealed *ret);

/* IPC_CALL: send this.  IPC_CALLED: what came of it. */
struct call_job {
	const char *url, *soap_action, *content_type;
	int64_t timeout_ms, max_bytes;
	const void *body;
	size_t body_bytes;
};

/* store to courier: send this there. */
void call_job_write(const struct call_job *job, struct buf *out);
bool call_job_read(
    const struct ipc_message *msg, struct arena *arena, struct call_job *ret);

struct called {
	int http; /* status; 0: no answer */
	const char *content_type, *error;
	int64_t took_ms;
	const void *body;
	size_t body_bytes;
};

/* courier to store: what came back, as bytes. */
void called_write(const struct called *called, struct buf *out);
bool called_read(
    const struct ipc_message *msg, struct arena *arena, struct called *ret);

/* What a key is for: «ЭП-ОВ» of the system, «ЭП-СП» of an official. */
enum key_use { KEY_SYSTEM, KEY_PERSONAL, KEY_USES };

/* What is made of a digest: the bare value for XMLDSig, or a detached PKCS#7
 * over the file whose digest it is. */
enum sign_form { SIGN_VALUE, SIGN_PKCS7, SIGN_FORMS };

/*
 * IPC_SIGN, IPC_SIGNED.  An empty digest asks who signs.  A file is signed by
 * the key of the system where there is none for the use that was asked.
 */
struct sign_job {
	int use; /* enum key_use */
	int form; /* enum sign_form */
	const void *digest;
	size_t digest_bytes;
	int64_t at_ms; /* SIGN_PKCS7: the signing time it states */
};

struct signed_value {
	int use; /* as asked */
	int algorithm; /* enum gost_digest that the key signs now, even when
			  there is no value: the digest may be the wrong one */
	const char *cert_base64;
	const char *code, *why; /* "" when value is there */
	const void *value;
	size_t value_bytes;
};

/* sealer to signer and back: a digest, its signature. */
void sign_job_write(const struct sign_job *job, struct buf *out);
bool sign_job_read(const struct ipc_message *msg, struct sign_job *ret);
void signed_write(const struct signed_value *value, struct buf *out);
bool signed_read(const struct ipc_message *msg, struct arena *arena,
    struct signed_value *ret);

/* IPC_ACCEPT, IPC_VALIDATE, IPC_STATUS, IPC_CHANGES, IPC_DOOR, IPC_PUSH from
 * front. */
struct ask {
	const char *source;
	const char *content_type;
	const char *digest;
	const char *packet_id; /* IPC_STATUS; IPC_DOOR: names the question */
	int64_t wait_ms; /* IPC_ACCEPT; 0: do not wait */
	int64_t after; /* IPC_CHANGES */
	const void *body;
	size_t body_bytes;
};

/* front to store: what a client wants. */
void ask_write(int type, const struct ask *ask, struct buf *out);
bool
ask_read(const struct ipc_message *msg, struct arena *arena, struct ask *ret);

/* IPC_ANSWER to front. */
struct reply {
	int http;
	const char *content_type;
	int64_t retry_after_s; /* 0: none */
	const void *body;
	size_t body_bytes;
};

/* store to front: what the client is told. */
void reply_write(const struct reply *reply, struct buf *out);
bool reply_read(
    const struct ipc_message *msg, struct arena *arena, struct reply *ret);

#endif
