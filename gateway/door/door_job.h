/*
 * gateway/door/door_job.h - what is said of a message of the door between
 * front, store, openers and sealers.
 *
 * As gateway/flow/job.h: each struct is bytes in one place only, and what comes
 * from an opener is checked as if a stranger had sent it.
 */
#ifndef GATEWAY_DOOR_DOOR_JOB_H
#define GATEWAY_DOOR_DOOR_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;

#define DOOR_SYSTEM_BYTES 50 /* of a mnemonic, as the settings allow */
#define DOOR_LIST_MAX     1000 /* rejections, parameters, of one message */
#define DOOR_FILES_MAX    100 /* attachments of one message */

enum door_op { DOOR_REFUSED, DOOR_SEND, DOOR_GET, DOOR_FIND, DOOR_OP_END };

/* An attachment, as a system names it. */
struct door_file {
	const char *path;
	bool reference; /* by SMEV's file store, however small */
	const char *signature; /* PKCS#7, base64 on one line; "" */
	const char *signer; /* fingerprint; "" */
	const char *digest; /* hex of what was signed; "" */
	bool by_512; /* digest is by Streebog-512, else -256 */
};

/* Opener to store: what a client of the door wants. */
struct door_call {
	enum door_op op;
	const char *code, *why; /* DOOR_REFUSED: row of codes.tsv, more words */
	const char *system; /* itSystem */
	/* DOOR_SEND */
	bool response; /* else a request */
	bool final; /* a response that ends its request */
	const char *client_id;
	const char *reply_to_client_id; /* of a response */
	const char *reference_client_id; /* of a request; "" */
	const char *node; /* DOOR_GET too; "" */
	const char
	    *datatype; /* in the settings; "" for a rejection, a status */
	const char *digest; /* Streebog-256 of body, hex */
	/* DOOR_GET, DOOR_FIND */
	const char *what; /* messageTypeCriteria, clientIdCriteria; "" */
	int64_t from_ms, to_ms; /* messagePeriodCriteria; what is "" then */
	const void *body; /* ClientMessage by itself */
	size_t body_bytes;
	struct door_file *files;
	size_t file_count;
	const void *message; /* the same as element Message, for Find */
	size_t message_bytes;
	const void *words; /* struct door_words, for the sealer */
	size_t words_bytes;
};

/* opener to store. */
void door_call_write(const struct door_call *call, struct buf *out);
bool door_call_read(
    const void *p, size_t bytes, struct arena *arena, struct door_call *ret);

struct door_pair { /* a rejection: code, text; a parameter: key, value */
	const char *name, *value;
};

/* Opener to sealer, through the outbox: what a system says to SMEV. */
struct door_words {
	const char *content; /* XML, "" for a rejection or a status */
	const char *personal_signature; /* ds:Signature; "" */
	const char *business_process; /* XML; "" */
	const char *eol; /* xs:dateTime; "" */
	bool test;
	int64_t status_code;
	const char *status_text; /* "" none */
	struct door_pair *parameters; /* of the status */
	size_t parameter_count;
	struct door_pair *rejects;
	size_t reject_count;
};

/* opener to sealer. */
void door_words_write(const struct door_words *words, struct buf *out);
bool door_words_read(
    const void *p, size_t bytes, struct arena *arena, struct door_words *ret);

/* Store to sealer: the same with what the store knows. */
struct door_outgoing {
	const char *reference_id, *transaction_code; /* "" */
	const void *words;
	size_t words_bytes;
};

/* store to sealer. */
void door_outgoing_write(const struct door_outgoing *outgoing, struct buf *out);
bool door_outgoing_read(const void *p, size_t bytes, struct arena *arena,
    struct door_outgoing *ret);

enum door_news_kind {
	DOOR_NEWS_REQUEST = 1,
	DOOR_NEWS_RESPONSE, /* data or a rejection */
	DOOR_NEWS_STATUS, /* of the provider, not final */
	DOOR_NEWS_ERROR, /* code, text */
	DOOR_NEWS_NOTE, /* SMEV's status that is no error: text */
	DOOR_NEWS_END
};

/* Opener to store: what SMEV said, if it is for a system behind the door. */
struct door_news {
	enum door_news_kind kind;
	const char *reference_id, *transaction_code; /* "" */
	const char *node, *eol, *business_process; /* of a request; "" */
	bool test;
	bool files; /* it has attachments */
	const char *code, *text;
	const char *content; /* RequestContent or ResponseContent; "" */
	int64_t files_at; /* in content: where its attachments go; 0 nowhere */
};

/* opener to store. */
void door_news_write(const struct door_news *news, struct buf *out);
bool door_news_read(
    const void *p, size_t bytes, struct arena *arena, struct door_news *ret);

#endif
