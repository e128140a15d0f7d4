/*
 * smev/smev_mime.h - multipart/related answers and the parts they carry.
 *
 * Parts point into the body.  At most 64 parts, 32 KiB of headers a part, no
 * multipart within a part, no Content-ID twice.  Lines end with CR LF, or all
 * with LF.  Source: RFC 2046 5.1, RFC 2387, RFC 2392; smev PROTOCOL 2.1.
 */
#ifndef SMEV_SMEV_MIME_H
#define SMEV_SMEV_MIME_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct err;

#define MIME_PARTS_MAX        64
#define MIME_HEADER_BYTES_MAX 32768
#define MIME_TYPE_BYTES_MAX   4096 /* the Content-Type of the whole */
#define MIME_ID_BYTES_MAX     1000

struct mime_part {
	const char *content_id; /* without <>; "" if none */
	const char *decoded_id; /* the same, percent-decoded */
	const char *data;
	size_t bytes;
};

struct mime_message {
	struct mime_part parts[MIME_PARTS_MAX];
	size_t count;
	size_t root; /* index of the part that has the envelope */
	size_t body_bytes; /* of all together */
};

/* Whether content_type (NULL is fine) says multipart. */
bool mime_is_multipart(const char *content_type);
/*
 * Take body of content_type apart.
 *
 * Errors: ERR_RETRY SMEV_MIME: no boundary, cut off, over a limit, nested,
 * a Content-ID twice, no root.
 */
int mime_parse(const char *content_type, const void *body, size_t bytes,
    struct arena *arena, struct mime_message *ret_message, struct err *err);
/* The part that the URL "cid:..." names, or NULL. */
const struct mime_part *mime_part_by_cid(
    const struct mime_message *message, const char *url, struct arena *arena);

#endif
