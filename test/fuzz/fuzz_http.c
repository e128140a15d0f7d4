/*
 * Fuzz target: a request from bytes: its head, and what follows as a chunked
 * body.  A body that comes byte by byte is the same as one that comes whole.
 */
#include "test/fuzz/fuzz.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/http/http_chunk.h"
#include "gateway/http/http_head.h"

#define BODY_MAX 4096

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
no_control(const char *s)
{
	for (; *s != '\0'; s++)
		must((unsigned char)*s >= 0x20 || *s == '\t');
}

/* What a head that was taken promises. */
static void
check_head(const char *p, size_t bytes, const struct http_head *head)
{
	const char *length = http_head_get(head, "Content-Length");
	const char *coding = http_head_get(head, "Transfer-Encoding");

	must(bytes >= 4 && memcmp(p + bytes - 4, "\r\n\r\n", 4) == 0);
	must(*head->method != '\0');
	must(head->path[0] == '/' || strcmp(head->path, "*") == 0);
	must(head->minor == 0 || head->minor == 1);
	must(head->field_count <= HTTP_HEADERS_MAX);
	no_control(head->path);
	no_control(head->query);
	for (size_t i = 0; i < head->field_count; i++) {
		must(*head->fields[i].name != '\0');
		no_control(head->fields[i].name);
		no_control(head->fields[i].value);
	}
	must((head->framing == HTTP_CHUNKED) == (coding != NULL));
	must(coding == NULL || length == NULL);
	must(head->length >= 0);
	must((head->framing == HTTP_LENGTH) == (head->length > 0));
}

static size_t
take_head(const char *p, size_t bytes)
{
	size_t head_bytes = http_head_bytes(p, bytes);
	struct arena *arena = arena_new();
	const char *why = NULL;
	struct http_head head;
	int status;

	must(head_bytes <= bytes);
	status = http_head_parse(
	    p, head_bytes != 0 ? head_bytes : bytes, arena, &head, &why);
	if (status == 0)
		check_head(p, head_bytes, &head);
	else
		must(status >= 400 && status <= 505 && why != NULL);
	arena_free(arena);
	return head_bytes;
}

static void
take_chunks(const char *p, size_t bytes)
{
	struct http_chunk whole, slow;
	struct buf body, slow_body;
	size_t taken, at = 0, n = 1;

	http_chunk_init(&whole);
	http_chunk_init(&slow);
	buf_init(&body, BODY_MAX);
	buf_init(&slow_body, BODY_MAX);
	taken = http_chunk_feed(&whole, p, bytes, &body);
	must(taken <= bytes);
	must(taken == bytes || whole.state == CHUNK_DONE
	    || whole.state == CHUNK_BAD || buf_full(&body));
	for (; at < bytes && n != 0; at += n)
		n = http_chunk_feed(&slow, p + at, 1, &slow_body);
	must(buf_full(&body) == buf_full(&slow_body));
	if (!buf_full(&body))
		must(at == taken && whole.state == slow.state
		    && body.bytes == slow_body.bytes
		    && memcmp(buf_text(&body), buf_text(&slow_body), body.bytes)
			== 0);
	buf_release(&body);
	buf_release(&slow_body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	const char *p = (const char *)data;
	size_t head_bytes = take_head(p, bytes);

	take_chunks(p + head_bytes, bytes - head_bytes);
	return 0;
}
