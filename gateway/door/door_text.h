/*
 * gateway/door/door_text.h - what the door says, as XML.
 *
 * Plain writing, no tree: store and front may use it.  All texts in the
 * namespace of the adapter's service; the order of elements is its schema's.
 */
#ifndef GATEWAY_DOOR_DOOR_TEXT_H
#define GATEWAY_DOOR_DOOR_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct door_news;
struct letter;

/* Of the adapter's service, its types, and its faults. */
#define DOOR_SERVICE_NS "urn://x-artefacts-smev-gov-ru/services/service-adapter"
#define DOOR_NS         DOOR_SERVICE_NS "/types"
#define DOOR_FAULT_NS   DOOR_NS "/faults"
#define DOOR_TYPE       "text/xml; charset=utf-8"

/* A whole answer over HTTP: SOAP around ready XML, which may be empty. */
void door_text_envelope(const void *xml, size_t bytes, struct buf *out);
/*
 * The SOAP fault for a row of codes.tsv with a sentence more, or "".  What may
 * be sent again later is a SystemFault, what has to be changed first a
 * ValidationFault.
 */
void door_text_fault(const char *code, const char *text, struct buf *out);
/* MessageResult: the message is kept under this id. */
void
door_text_result(const char *system, const char *message_id, struct buf *out);

/* QueryResult around a Message, with the ids of letter and of the message that
 * it answers ("" none). */
void door_text_letter(const struct letter *letter, const char *original_id,
    const void *message, size_t bytes, struct buf *out);
/*
 * A whole QueryResult with an ErrorMessage of our own: a file of a system was
 * not taken, for the reason that code is in codes.tsv, with a sentence more, or
 * "".  client_id of the message in it; "" if it could not be read.
 */
void door_text_refusal(const char *code, const char *text,
    const char *client_id, int64_t now_ms, struct buf *out);
/* An attachment as the system finds it. */
struct door_enclosure {
	const char *path;
	const char *signature; /* PKCS#7, base64; "" */
};
/* Message for what SMEV said, under the names that letter gives it, with its
 * attachments. */
void door_text_news(const struct letter *letter, const struct door_news *news,
    const struct door_enclosure *files, size_t file_count, int64_t now_ms,
    struct buf *out);

#endif
