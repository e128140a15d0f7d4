/*
 * gateway/http/http_head.h - the head of an HTTP/1.1 request, read strictly.
 *
 * Pure: bytes in, struct out.  What two readers could understand in two ways
 * is refused, because there may be a proxy in front of us that understood the
 * other way (request smuggling): bare LF or CR, folded lines, a space before
 * the colon, several or odd Content-Length, any Transfer-Encoding but one
 * "chunked", both of them at once.  Source: RFC 9112, 2.2, 3, 5, 6, 11.2.
 */
#ifndef GATEWAY_HTTP_HTTP_HEAD_H
#define GATEWAY_HTTP_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

#define HTTP_HEADERS_MAX 100

enum http_framing { HTTP_NO_BODY, HTTP_LENGTH, HTTP_CHUNKED };

struct http_field {
	const char *name, *value;
};

struct http_head {
	const char *method;
	const char *path; /* as sent, without the query */
	const char *query; /* after '?', or "" */
	int minor; /* HTTP/1.minor */
	struct http_field fields[HTTP_HEADERS_MAX];
	size_t field_count;
	enum http_framing framing;
	int64_t length; /* of the body, for HTTP_LENGTH */
	bool keep_alive;
	bool expects_continue;
};

/*
 * How many of the bytes at p the head takes, its empty line included; 0: its
 * end is not there yet.
 */
size_t http_head_bytes(const char *p, size_t bytes);
/*
 * Read a whole head of bytes at p; its strings live in arena.
 *
 * Returns 0, or the HTTP status to refuse it with (400, 417, 431, 505) and in
 * *ret_why a few English words without anything the client sent.
 */
int http_head_parse(const char *p, size_t bytes, struct arena *arena,
    struct http_head *ret, const char **ret_why);
/* The first field called name (any case), or NULL. */
const char *http_head_get(const struct http_head *head, const char *name);
/* Whether the comma-separated list value holds word (any case). */
bool http_list_has(const char *value, const char *word);

#endif
