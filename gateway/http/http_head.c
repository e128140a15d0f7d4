#include "gateway/http/http_head.h"

#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/str.h"

/* What may stand in a name: RFC 9110, 5.6.2. */
static bool
token_char(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')
	    || (c >= 'a' && c <= 'z')
	    || (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_token(const char *p, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		if (!token_char((unsigned char)p[i]))
			return false;
	return bytes > 0;
}

/* Visible characters, blanks and bytes above ASCII; no control characters. */
static bool
is_value(const char *p, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++) {
		unsigned char c = (unsigned char)p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/*
 * A bare LF ends a line for some readers, so an empty line made of two ends
 * the head here as well, and http_head_parse() then refuses it: waiting for
 * more would leave a client without an answer.
 */
size_t
http_head_bytes(const char *p, size_t bytes)
{
	const char *at = p, *end = p + bytes, *lf;

	while (
	    at < end && (lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		if (lf + 1 < end && lf[1] == '\n')
			return (size_t)(lf + 2 - p);
		if (lf + 2 < end && lf[1] == '\r' && lf[2] == '\n')
			return (size_t)(lf + 3 - p);
		at = lf + 1;
	}
	return 0;
}

/*
 * The line at *at, which moves behind its CRLF.
 * Returns its bytes, or -1: no CRLF, or a CR or LF inside.
 */
static long
take_line(const char **at, const char *end, const char **ret_line)
{
	const char *cr = memchr(*at, '\r', (size_t)(end - *at));
	const char *line = *at;

	if (cr == NULL || cr + 1 >= end || cr[1] != '\n'
	    || memchr(line, '\n', (size_t)(cr - line)) != NULL)
		return -1;
	*ret_line = line;
	*at = cr + 2;
	return cr - line;
}

/* "/path?query", or the same behind "http://authority" (RFC 9112, 3.2.2). */
static bool
take_target(
    const char *p, size_t bytes, struct arena *arena, struct http_head *head)
{
	char *text = arena_strndup(arena, p, bytes);
	char *mark;

	for (size_t i = 0; i < bytes; i++)
		if ((unsigned char)text[i] <= 0x20
		    || (unsigned char)text[i] >= 0x7f || text[i] == '#')
			return false;
	if (strncasecmp(text, "http://", 7) == 0
	    || strncasecmp(text, "https://", 8) == 0) {
		text = strchr(strchr(text, ':') + 3, '/');
		if (text == NULL)
			text = arena_strdup(arena, "/");
	}
	if (text[0] != '/' && strcmp(text, "*") != 0)
		return false;
	mark = strchr(text, '?');
	head->query = mark != NULL ? mark + 1 : "";
	if (mark != NULL)
		*mark = '\0';
	head->path = text;
	return true;
}

static int
take_request_line(const char *line, size_t bytes, struct arena *arena,
    struct http_head *head, const char **ret_why)
{
	const char *end = line + bytes;
	const char *target = memchr(line, ' ', bytes), *version;

	*ret_why = "the request line has another form";
	if (target == NULL || !is_token(line, (size_t)(target - line)))
		return 400;
	head->method = arena_strndup(arena, line, (size_t)(target - line));
	target++;
	version = memchr(target, ' ', (size_t)(end - target));
	if (version == NULL || version == target)
		return 400;
	if (!take_target(target, (size_t)(version - target), arena, head))
		return 400;
	version++;
	if (end - version != 8 || memcmp(version, "HTTP/", 5) != 0
	    || version[6] != '.')
		return 400;
	if (version[5] != '1' || (version[7] != '0' && version[7] != '1')) {
		*ret_why = "HTTP/1.1 wanted";
		return 505;
	}
	head->minor = version[7] - '0';
	return 0;
}

static int
take_field(const char *line, size_t bytes, struct arena *arena,
    struct http_head *head, const char **ret_why)
{
	const char *colon = memchr(line, ':', bytes), *value, *end;
	struct http_field *field;

	*ret_why = "a header has another form";
	if (colon == NULL || !is_token(line, (size_t)(colon - line)))
		return 400; /* folded lines and blanks before ':' too */
	value = colon + 1;
	end = line + bytes;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (!is_value(value, (size_t)(end - value)))
		return 400;
	if (head->field_count == HTTP_HEADERS_MAX) {
		*ret_why = "too many headers";
		return 431;
	}
	field = &head->fields[head->field_count++];
	field->name = arena_strndup(arena, line, (size_t)(colon - line));
	field->value = arena_strndup(arena, value, (size_t)(end - value));
	return 0;
}

static size_t
count_of(const struct http_head *head, const char *name)
{
	size_t count = 0;

	for (size_t i = 0; i < head->field_count; i++)
		count += strcasecmp(head->fields[i].name, name) == 0;
	return count;
}

/* Fields of which a second one would be a second opinion. */
static bool
single_fields(const struct http_head *head)
{
	static const char *const single[] = { "Host", "Content-Length",
		"Transfer-Encoding", "Content-Type", "Authorization",
		"Expect" };

	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++)
		if (count_of(head, single[i]) > 1)
			return false;
	return true;
}

static int
take_framing(struct http_head *head, const char **ret_why)
{
	const char *length = http_head_get(head, "Content-Length");
	const char *coding = http_head_get(head, "Transfer-Encoding");

	*ret_why = "the length of the body is not clear";
	if (coding != NULL) {
		if (length != NULL || head->minor == 0
		    || strcasecmp(coding, "chunked") != 0)
			return 400;
		head->framing = HTTP_CHUNKED;
	} else if (length != NULL) {
		size_t digits = strspn(length, "0123456789");

		if (digits == 0 || digits > 18 || length[digits] != '\0'
		    || str_int(length, 0, INT64_MAX, &head->length) == -1)
			return 400;
		if (head->length > 0)
			head->framing = HTTP_LENGTH;
	}
	return 0;
}

static int
take_options(struct http_head *head, const char **ret_why)
{
	const char *expect = http_head_get(head, "Expect");
	bool close = false, keep = false;

	for (size_t i = 0; i < head->field_count; i++) {
		const struct http_field *field = &head->fields[i];

		if (strcasecmp(field->name, "Connection") != 0)
			continue;
		close |= http_list_has(field->value, "close");
		keep |= http_list_has(field->value, "keep-alive");
	}
	head->keep_alive = !close && (head->minor == 1 || keep);
	if (expect != NULL && strcasecmp(expect, "100-continue") != 0) {
		*ret_why = "an expectation nobody knows";
		return 417;
	}
	head->expects_continue =
	    expect != NULL && head->minor == 1 && head->framing != HTTP_NO_BODY;
	if (head->minor == 1 && http_head_get(head, "Host") == NULL) {
		*ret_why = "no Host";
		return 400;
	}
	return 0;
}

int
http_head_parse(const char *p, size_t bytes, struct arena *arena,
    struct http_head *ret, const char **ret_why)
{
	const char *at = p, *end = p + bytes, *line = NULL;
	long line_bytes;
	int status;

	memset(ret, 0, sizeof(*ret));
	*ret_why = "a line does not end with CR LF";
	if ((line_bytes = take_line(&at, end, &line)) == -1)
		return 400;
	status =
	    take_request_line(line, (size_t)line_bytes, arena, ret, ret_why);
	while (status == 0) {
		*ret_why = "a line does not end with CR LF";
		if ((line_bytes = take_line(&at, end, &line)) == -1)
			return 400;
		if (line_bytes == 0)
			break;
		status =
		    take_field(line, (size_t)line_bytes, arena, ret, ret_why);
	}
	if (status == 0 && !single_fields(ret)) {
		*ret_why = "a header stands twice";
		status = 400;
	}
	if (status == 0)
		status = take_framing(ret, ret_why);
	if (status == 0)
		status = take_options(ret, ret_why);
	return status;
}

const char *
http_head_get(const struct http_head *head, const char *name)
{
	for (size_t i = 0; i < head->field_count; i++)
		if (strcasecmp(head->fields[i].name, name) == 0)
			return head->fields[i].value;
	return NULL;
}

bool
http_list_has(const char *value, const char *word)
{
	size_t bytes = strlen(word);

	while (*value != '\0') {
		value += strspn(value, " \t,");
		if (strncasecmp(value, word, bytes) == 0
		    && strchr(" \t,;", value[bytes]) != NULL)
			return true; /* '\0' counts as found by strchr() */
		value += strcspn(value, ",");
	}
	return false;
}
