#include "smev/smev_mime.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "smev/smev_base64.h"

/* A run of bytes of the body that is read line by line. */
struct cursor {
	const char *at, *end;
};

static int
bad(struct err *err, const char *why)
{
	return err_set(err, ERR_RETRY, "SMEV_MIME", "%s", why);
}

bool
mime_is_multipart(const char *content_type)
{
	if (content_type == NULL)
		return false;
	content_type += strspn(content_type, " \t");
	return strncasecmp(content_type, "multipart/", 10) == 0;
}

/* A token or quoted string at *p, which moves behind it. */
static char *
read_value(const char **p, struct arena *arena)
{
	const char *s = *p;
	char *value = arena_alloc(arena, strlen(s) + 1);
	size_t length = 0;

	if (*s != '"') {
		length = strcspn(s, "; \t\r\n");
		memcpy(value, s, length);
		*p = s + length;
		return value;
	}
	for (s++; *s != '\0' && *s != '"'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		value[length++] = *s;
	}
	*p = *s == '"' ? s + 1 : s;
	return value;
}

/* The parameter name of a header value, or NULL. */
static char *
parameter(const char *value, const char *name, struct arena *arena)
{
	const char *p = value + strcspn(value, ";");

	while (*p == ';') {
		size_t length;
		char *found;

		p += 1 + strspn(p + 1, " \t\r\n");
		length = strcspn(p, "=; \t\r\n");
		found = NULL;
		if (length == strlen(name) && strncasecmp(p, name, length) == 0)
			found = arena_strndup(arena, "", 0);
		p += length;
		p += strspn(p, " \t\r\n");
		if (*p == '=') {
			char *text;

			p += 1 + strspn(p + 1, " \t\r\n");
			text = read_value(&p, arena);
			if (found != NULL)
				return text;
		}
		p += strcspn(p, ";");
	}
	return NULL;
}

static const char *
without_brackets(char *id)
{
	size_t length;

	id += strspn(id, " \t\r\n");
	length = strlen(id);
	while (length > 0 && strchr(" \t\r\n", id[length - 1]) != NULL)
		length--;
	if (length >= 2 && id[0] == '<' && id[length - 1] == '>') {
		id++;
		length -= 2;
	}
	id[length] = '\0';
	return id;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* %41 to A; what is no escape stays, and so does %00. */
static char *
percent_decode(const char *s, struct arena *arena)
{
	char *out = arena_alloc(arena, strlen(s) + 1);
	size_t length = 0;

	while (*s != '\0') {
		int high = *s == '%' ? hex_value(s[1]) : -1;
		int low = high < 0 ? -1 : hex_value(s[2]);

		if (low >= 0 && high * 16 + low != 0) {
			out[length++] = (char)(high * 16 + low);
			s += 3;
		} else {
			out[length++] = *s++;
		}
	}
	return out;
}

/* The line at c, without its end; false at the end of the bytes. */
static bool
next_line(struct cursor *c, const char **ret_line, size_t *ret_length)
{
	const char *newline;

	if (c->at >= c->end)
		return false;
	newline = memchr(c->at, '\n', (size_t)(c->end - c->at));
	*ret_line = c->at;
	*ret_length = (size_t)((newline == NULL ? c->end : newline) - c->at);
	c->at = newline == NULL ? c->end : newline + 1;
	if (*ret_length > 0 && (*ret_line)[*ret_length - 1] == '\r')
		--*ret_length;
	return true;
}

struct part_headers {
	char *content_id, *content_type, *encoding;
};

/* Remember value, once. */
static int
keep(char **slot, char *value, struct err *err)
{
	if (*slot != NULL)
		return bad(err, "a MIME part says a header twice");
	*slot = value;
	return 0;
}

/* One unfolded header, "Name: value". */
static int
take_header(char *line, struct part_headers *headers, struct err *err)
{
	char *colon = strchr(line, ':');

	if (colon == NULL)
		return 0;
	*colon++ = '\0';
	if (strcasecmp(line, "Content-ID") == 0)
		return keep(&headers->content_id, colon, err);
	if (strcasecmp(line, "Content-Type") == 0)
		return keep(&headers->content_type, colon, err);
	if (strcasecmp(line, "Content-Transfer-Encoding") == 0)
		return keep(&headers->encoding, colon, err);
	return 0;
}

/*
 * Read headers up to the empty line; c stands on the content then.  They are
 * copied unfolded into one piece of memory: header is the one at work.
 */
static int
read_headers(struct cursor *c, struct arena *arena,
    struct part_headers *headers, struct err *err)
{
	size_t room = (size_t)(c->end - c->at), length;
	const char *line, *start = c->at;
	char *header, *tail;

	if (room > MIME_HEADER_BYTES_MAX)
		room = MIME_HEADER_BYTES_MAX;
	header = tail = arena_alloc(arena, room + 2);
	while (next_line(c, &line, &length)) {
		if ((size_t)(c->at - start) > MIME_HEADER_BYTES_MAX)
			return bad(err, "headers of a MIME part are too long");
		if (memchr(line, '\0', length) != NULL)
			return bad(err, "a MIME header has a zero byte");
		if (length == 0 || (*line != ' ' && *line != '\t')) {
			*tail++ = '\0';
			if (take_header(header, headers, err) == -1)
				return -1;
			header = tail;
		}
		if (length == 0)
			return 0;
		memcpy(tail, line, length);
		tail += length;
	}
	/* No empty line: headers only (RFC 2046, body-part). */
	*tail = '\0';
	return take_header(header, headers, err);
}

static int
decode_part(struct mime_part *part, char *encoding, struct arena *arena,
    struct err *err)
{
	const char *name = encoding == NULL ? "" : without_brackets(encoding);

	if (*name == '\0' || strcasecmp(name, "binary") == 0
	    || strcasecmp(name, "8bit") == 0 || strcasecmp(name, "7bit") == 0)
		return 0;
	if (strcasecmp(name, "base64") != 0)
		return bad(err, "Content-Transfer-Encoding is not supported");
	part->data =
	    smev_unbase64(part->data, part->bytes, arena, &part->bytes);
	return part->data == NULL ? bad(err, "a base64 part is damaged") : 0;
}

/* bytes of a part, between two delimiters. */
static int
add_part(struct mime_message *m, const char *data, size_t bytes,
    struct arena *arena, struct err *err)
{
	struct part_headers headers = { NULL, NULL, NULL };
	struct cursor c = { data, data + bytes };
	struct mime_part *part;

	if (m->count == MIME_PARTS_MAX)
		return bad(err, "too many MIME parts");
	part = &m->parts[m->count];
	if (read_headers(&c, arena, &headers, err) == -1)
		return -1;
	if (mime_is_multipart(headers.content_type))
		return bad(err, "a MIME part is multipart itself");
	part->content_id = headers.content_id == NULL
	    ? ""
	    : without_brackets(headers.content_id);
	if (strlen(part->content_id) > MIME_ID_BYTES_MAX)
		return bad(err, "a Content-ID is too long");
	part->decoded_id = percent_decode(part->content_id, arena);
	part->data = c.at;
	part->bytes = (size_t)(c.end - c.at);
	for (size_t i = 0; i < m->count && *part->content_id != '\0'; i++) {
		if (strcmp(m->parts[i].decoded_id, part->decoded_id) == 0)
			return bad(err, "a Content-ID stands twice");
	}
	m->count++;
	return decode_part(part, headers.encoding, arena, err);
}

/* What a delimiter line turned out to be. */
enum delimiter { DELIMITER_NONE, DELIMITER_PART, DELIMITER_END };

/* Whether "--boundary" stands at at as a whole line; *ret_next behind it. */
static enum delimiter
delimiter_at(const char *at, const char *end, const char *boundary,
    const char **ret_next)
{
	size_t length = strlen(boundary);
	bool last;

	if ((size_t)(end - at) < length + 2 || memcmp(at, "--", 2) != 0
	    || memcmp(at + 2, boundary, length) != 0)
		return DELIMITER_NONE;
	at += 2 + length;
	last = end - at >= 2 && memcmp(at, "--", 2) == 0;
	if (last)
		at += 2;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	if (at < end && *at == '\r')
		at++;
	if (at < end && *at == '\n')
		at++;
	else if (at < end || !last)
		return DELIMITER_NONE; /* a longer word, or cut off */
	*ret_next = at;
	return last ? DELIMITER_END : DELIMITER_PART;
}

/*
 * The next delimiter at or behind from, which is the start of a line.  The line
 * end before it belongs to the delimiter: *ret_stop is where content stops.
 */
static enum delimiter
find_delimiter(const char *from, const char *end, const char *boundary,
    bool crlf, const char **ret_stop, const char **ret_next)
{
	const char *line = from;

	while (line < end) {
		enum delimiter kind =
		    delimiter_at(line, end, boundary, ret_next);
		const char *newline;
		bool whole = line == from || !crlf
		    || (line - from >= 2 && line[-2] == '\r');

		if (kind != DELIMITER_NONE && whole) {
			*ret_stop = line;
			if (line > from)
				*ret_stop = line - (crlf ? 2 : 1);
			return kind;
		}
		newline = memchr(line, '\n', (size_t)(end - line));
		if (newline == NULL)
			break;
		line = newline + 1;
	}
	return DELIMITER_NONE;
}

static int
find_root(struct mime_message *m, char *start, struct err *err)
{
	const char *id;

	if (start == NULL || *start == '\0')
		return 0;
	id = without_brackets(start);
	for (size_t i = 0; i < m->count; i++) {
		if (strcmp(m->parts[i].content_id, id) == 0) {
			m->root = i;
			return 0;
		}
	}
	return bad(err, "the part that start names is missing");
}

int
mime_parse(const char *content_type, const void *body, size_t bytes,
    struct arena *arena, struct mime_message *ret_message, struct err *err)
{
	const char *at = body, *end = at + bytes, *stop, *next;
	struct mime_message *m =
	    arena_alloc(arena, sizeof(*m)); /* untouched on failure */
	enum delimiter kind;
	char *boundary;
	bool crlf;

	if (strlen(content_type) > MIME_TYPE_BYTES_MAX)
		return bad(err, "Content-Type is too long");
	boundary = parameter(content_type, "boundary", arena);
	if (boundary == NULL || *boundary == '\0' || strlen(boundary) > 200)
		return bad(err, "multipart without a boundary");
	kind = find_delimiter(at, end, boundary, false, &stop, &next);
	if (kind != DELIMITER_PART)
		return bad(err, "the first MIME part is missing");
	crlf = next - at >= 2 && next[-2] == '\r';
	while (kind == DELIMITER_PART) {
		at = next;
		kind = find_delimiter(at, end, boundary, crlf, &stop, &next);
		if (kind == DELIMITER_NONE)
			return bad(err, "the last MIME part is cut off");
		if (add_part(m, at, (size_t)(stop - at), arena, err) == -1)
			return -1;
	}
	m->body_bytes = bytes;
	if (find_root(m, parameter(content_type, "start", arena), err) == -1)
		return -1;
	*ret_message = *m;
	return 0;
}

const struct mime_part *
mime_part_by_cid(
    const struct mime_message *message, const char *url, struct arena *arena)
{
	const struct mime_part *part;
	const char *cid;

	if (url == NULL || strncasecmp(url, "cid:", 4) != 0)
		return NULL;
	cid = percent_decode(url + 4, arena);
	if (*cid == '\0')
		return NULL;
	for (part = message->parts; part < message->parts + message->count;
	     part++) {
		/* CXF escapes in both places, and others in neither. */
		if (strcmp(part->content_id, cid) == 0
		    || strcmp(part->decoded_id, cid) == 0)
			return part;
	}
	return NULL;
}
