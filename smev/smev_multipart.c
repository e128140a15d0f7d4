#include "smev/smev_multipart.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "smev/smev.h"

#define ROOT_ID "envelope@kontingent"

/* A part and the line end that belongs to the next delimiter. */
static bool
add_part(struct buf *out, const char *boundary, const char *headers,
    const char *content_id, const void *p, size_t bytes)
{
	if (memmem(p, bytes, boundary, strlen(boundary)) != NULL)
		return false;
	buf_addf(out, "--%s\r\n%s\r\nContent-ID: <%s>\r\n\r\n", boundary,
	    headers, content_id);
	buf_add(out, p, bytes);
	buf_adds(out, "\r\n");
	return true;
}

int
smev_write_multipart(const struct smev_send *send, const char *envelope,
    size_t bytes, const char *boundary, struct buf *out, struct buf *type,
    struct err *err)
{
	bool ok;

	assert(send->mtom);
	assert(*boundary != '\0' && strlen(boundary) <= 70);
	ok = add_part(out, boundary,
	    "Content-Type: application/xop+xml; charset=UTF-8; "
	    "type=\"text/xml\"\r\nContent-Transfer-Encoding: binary",
	    ROOT_ID, envelope, bytes);
	for (size_t i = 0; ok && i < send->attachment_count; i++) {
		const struct smev_attachment *a = &send->attachments[i];

		/* Its own type is in the signed header; this one is of XOP. */
		if (!a->by_ftp)
			ok = add_part(out, boundary,
			    "Content-Type: application/octet-stream\r\n"
			    "Content-Transfer-Encoding: binary",
			    a->id, a->content, a->content_bytes);
	}
	buf_addf(out, "--%s--\r\n", boundary);
	buf_addf(type,
	    "multipart/related; type=\"application/xop+xml\"; "
	    "start=\"<" ROOT_ID ">\"; start-info=\"text/xml\"; "
	    "boundary=\"%s\"",
	    boundary);
	if (!ok || buf_full(out) || buf_full(type))
		return err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
		    "the message can't be put into parts");
	return 0;
}
