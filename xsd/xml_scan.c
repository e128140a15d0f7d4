#include "xsd/xml_scan.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/err.h"
#include "base/str.h"
#include "xsd/xml_doc.h"

struct scan {
	const char *start, *at, *end;
	const struct xml_limits *limits;
};

static long
line_of(const struct scan *scan, const char *where)
{
	long line = 1;

	for (const char *p = scan->start; p < where; p++)
		line += *p == '\n';
	return line;
}

static bool
begins(const struct scan *scan, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(scan->end - scan->at) >= n
	    && memcmp(scan->at, word, n) == 0;
}

/* Go behind the next word, or to the end when there is none. */
static void
skip_behind(struct scan *scan, const char *word)
{
	size_t left = (size_t)(scan->end - scan->at);
	const char *found = memmem(scan->at, left, word, strlen(word));

	scan->at = found == NULL ? scan->end : found + strlen(word);
}

/*
 * UTF-16 and UTF-32 begin with a mark or have a NUL among their first four
 * bytes, which no UTF-8 document has (XML 1.0, appendix F).
 */
static int
check_start(const struct scan *scan, struct err *err)
{
	size_t bytes = (size_t)(scan->end - scan->start);
	const unsigned char *p = (const unsigned char *)scan->start;

	if (bytes >= 2
	    && ((p[0] == 0xfe && p[1] == 0xff)
		|| (p[0] == 0xff && p[1] == 0xfe)))
		return err_set(err, ERR_REFUSE, "PKT_ENCODING",
		    "документ в UTF-16, принимается только UTF-8");
	if (memchr(p, 0, bytes < 4 ? bytes : 4) != NULL)
		return err_set(err, ERR_REFUSE, "PKT_ENCODING",
		    "документ в UTF-16 или UTF-32, принимается только UTF-8");
	return 0;
}

/* Runs of ASCII are passed over eight bytes at a time. */
static int
check_utf8(const struct scan *scan, struct err *err)
{
	const char *p = scan->start, *run;
	uint64_t word;

	while (p < scan->end) {
		while (scan->end - p >= 8) {
			memcpy(&word, p, 8);
			if ((word & UINT64_C(0x8080808080808080)) != 0)
				break;
			p += 8;
		}
		while (p < scan->end && (unsigned char)*p < 0x80)
			p++;
		for (run = p; p < scan->end && (unsigned char)*p >= 0x80;)
			p++;
		if (!str_utf8(run, (size_t)(p - run)))
			return err_set(err, ERR_REFUSE, "PKT_ENCODING",
			    "строка %ld: байты не в UTF-8", line_of(scan, run));
	}
	return 0;
}

/* Copy the value after the word encoding; "" when it is not readable. */
static void
read_encoding(const char *p, const char *end, char *ret_name, size_t room)
{
	size_t n = 0;
	char quote;

	*ret_name = '\0';
	while (p < end && strchr(" \t\r\n=", *p) != NULL)
		p++;
	if (p == end || (*p != '"' && *p != '\''))
		return;
	for (quote = *p++; p < end && *p != quote && n + 1 < room; p++)
		ret_name[n++] = *p;
	ret_name[n] = '\0';
}

static int
check_declaration(struct scan *scan, struct err *err)
{
	static const char word[] = "encoding";
	const char *from, *found;
	char name[32];

	if (begins(scan, "\xef\xbb\xbf"))
		scan->at += 3;
	if (!begins(scan, "<?xml"))
		return 0;
	from = scan->at;
	skip_behind(scan, "?>");
	found = memmem(from, (size_t)(scan->at - from), word, sizeof(word) - 1);
	if (found == NULL)
		return 0;
	read_encoding(found + sizeof(word) - 1, scan->at, name, sizeof(name));
	if (strcasecmp(name, "utf-8") != 0 && strcasecmp(name, "utf8") != 0)
		return err_set(err, ERR_REFUSE, "PKT_ENCODING",
		    "объявлена кодировка «%s», принимается только UTF-8",
		    str_utf8(name, strlen(name)) ? name : "?");
	return 0;
}

/*
 * From behind '<' to behind '>', counting '=' outside of quotes: in a document
 * that is well-formed so far there is one for each attribute.
 */
static int
check_tag(struct scan *scan, struct err *err)
{
	const char *from = scan->at, *close;
	int attributes = 0;

	for (; scan->at < scan->end && *scan->at != '>'; scan->at++) {
		if (*scan->at == '=' && ++attributes > scan->limits->attributes)
			return err_set(err, ERR_REFUSE, "PKT_XML_LIMIT",
			    "строка %ld: больше %d атрибутов у элемента",
			    line_of(scan, from), scan->limits->attributes);
		if (*scan->at != '"' && *scan->at != '\'')
			continue;
		close = memchr(scan->at + 1, *scan->at,
		    (size_t)(scan->end - scan->at - 1));
		if (close == NULL)
			return 0;
		scan->at = close;
	}
	return 0;
}

/* One piece of markup; scan->at stands behind its '<'. */
static int
check_markup(struct scan *scan, struct err *err)
{
	if (begins(scan, "!--")) {
		scan->at += 3;
		skip_behind(scan, "-->");
	} else if (begins(scan, "![CDATA[")) {
		skip_behind(scan, "]]>");
	} else if (begins(scan, "!")) {
		return err_set(err, ERR_REFUSE, "PKT_XML_DTD",
		    "строка %ld: DOCTYPE запрещён", line_of(scan, scan->at));
	} else if (begins(scan, "?")) {
		skip_behind(scan, "?>");
	} else {
		return check_tag(scan, err);
	}
	return 0;
}

int
xml_scan(const void *p, size_t bytes, const struct xml_limits *limits,
    struct err *err)
{
	struct scan scan = { .start = p, .at = p, .limits = limits };
	const char *open;

	if (bytes > limits->body_bytes || bytes > INT_MAX)
		return err_set(err, ERR_REFUSE, "PKT_XML_LIMIT",
		    "документ больше %zu байт", limits->body_bytes);
	if (bytes == 0)
		return err_set(
		    err, ERR_REFUSE, "PKT_XML_SYNTAX", "документ пуст");
	scan.end = scan.start + bytes;
	if (check_start(&scan, err) == -1 || check_utf8(&scan, err) == -1
	    || check_declaration(&scan, err) == -1)
		return -1;
	while ((open = memchr(scan.at, '<', (size_t)(scan.end - scan.at)))
	    != NULL) {
		scan.at = open + 1;
		if (check_markup(&scan, err) == -1)
			return -1;
	}
	return 0;
}
