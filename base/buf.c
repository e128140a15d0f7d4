#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
buf_init(struct buf *buf, size_t limit_bytes)
{
	*buf = (struct buf){ .limit_bytes = limit_bytes };
}

void
buf_release(struct buf *buf)
{
	free(buf->data);
	buf_init(buf, buf->limit_bytes);
}

void
buf_clear(struct buf *buf)
{
	buf->bytes = 0;
	buf->full = false;
	if (buf->data != NULL)
		buf->data[0] = '\0';
}

void
buf_add(struct buf *buf, const void *p, size_t bytes)
{
	if (buf->full
	    || (buf->limit_bytes != 0
		&& bytes > buf->limit_bytes - buf->bytes)) {
		buf->full = true;
		return;
	}
	if (buf->bytes + bytes + 1 > buf->room) {
		buf->room = (buf->bytes + bytes + 1) * 2;
		if (buf->room < 256)
			buf->room = 256;
		buf->data = xrealloc(buf->data, buf->room);
	}
	if (bytes != 0)
		memcpy(buf->data + buf->bytes, p, bytes);
	buf->bytes += bytes;
	buf->data[buf->bytes] = '\0';
}

void
buf_adds(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void
buf_addc(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void
buf_addf(struct buf *buf, const char *fmt, ...)
{
	char small[512], *big;
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	if ((size_t)n < sizeof(small)) {
		buf_add(buf, small, (size_t)n);
	} else {
		big = xcalloc(1, (size_t)n + 1);
		(void)vsnprintf(big, (size_t)n + 1, fmt, again);
		buf_add(buf, big, (size_t)n);
		free(big);
	}
	va_end(again);
}

bool
buf_full(const struct buf *buf)
{
	return buf->full;
}

const char *
buf_text(const struct buf *buf)
{
	return buf->data == NULL ? "" : buf->data;
}
