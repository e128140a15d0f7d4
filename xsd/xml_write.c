#include "xsd/xml_write.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void
xml_write_init(struct xml_writer *w, struct buf *out)
{
	*w = (struct xml_writer){ .out = out };
}

static void
finish_tag(struct xml_writer *w)
{
	if (w->in_tag)
		buf_addc(w->out, '>');
	w->in_tag = 0;
}

void
xml_write_open(struct xml_writer *w, const char *qname)
{
	assert(w->depth < XML_WRITE_DEPTH);
	finish_tag(w);
	buf_addc(w->out, '<');
	buf_adds(w->out, qname);
	w->open[w->depth++] = qname;
	w->in_tag = 1;
}

/*
 * What stands for the byte c; NULL: itself.  A carriage return, and in an
 * attribute every break, would be changed by the reader's parser unless it is
 * written as a reference (XML 1.0, 2.11 and 3.3.3).
 */
static const char *
escape(unsigned char c, bool attr)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#xD;";
	case '"':
		return attr ? "&quot;" : NULL;
	case '\n':
		return attr ? "&#xA;" : NULL;
	case '\t':
		return attr ? "&#x9;" : NULL;
	default:
		return c < 0x20 ? REPLACEMENT : NULL;
	}
}

/* Bytes of the character at s, which is not ASCII; 0 when XML can't hold it. */
static size_t
wide_bytes(const char *s)
{
	size_t n = 1;

	while (n < 4 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	for (; n > 1; n--)
		if (str_utf8(s, n))
			break;
	if (n == 1 || memcmp(s, "\xef\xbf\xbe", 3) == 0
	    || memcmp(s, "\xef\xbf\xbf", 3) == 0)
		return 0;
	return n;
}

static void
add_escaped(struct buf *out, const char *text, bool attr)
{
	const char *from = text, *instead;
	size_t n;

	while (*text != '\0') {
		instead = NULL;
		n = 1;
		if ((unsigned char)*text < 0x80)
			instead = escape((unsigned char)*text, attr);
		else if ((n = wide_bytes(text)) == 0)
			instead = REPLACEMENT;
		if (instead != NULL) {
			buf_add(out, from, (size_t)(text - from));
			buf_adds(out, instead);
			n = n == 0 ? 1 : n;
			from = text + n;
		}
		text += n;
	}
	buf_add(out, from, (size_t)(text - from));
}

void
xml_write_attr(struct xml_writer *w, const char *qname, const char *value)
{
	assert(w->in_tag);
	buf_addc(w->out, ' ');
	buf_adds(w->out, qname);
	buf_adds(w->out, "=\"");
	add_escaped(w->out, value, true);
	buf_addc(w->out, '"');
}

void
xml_write_ns(struct xml_writer *w, const char *prefix, const char *uri)
{
	assert(w->in_tag);
	buf_adds(w->out, *prefix == '\0' ? " xmlns" : " xmlns:");
	buf_adds(w->out, prefix);
	buf_adds(w->out, "=\"");
	add_escaped(w->out, uri, true);
	buf_addc(w->out, '"');
}

void
xml_write_text(struct xml_writer *w, const char *text)
{
	finish_tag(w);
	add_escaped(w->out, text, false);
}

void
xml_write_raw(struct xml_writer *w, const char *xml, size_t bytes)
{
	finish_tag(w);
	buf_add(w->out, xml, bytes);
}

void
xml_write_close(struct xml_writer *w)
{
	const char *qname;

	assert(w->depth > 0);
	qname = w->open[--w->depth];
	if (w->in_tag) {
		buf_adds(w->out, "/>");
		w->in_tag = 0;
		return;
	}
	buf_adds(w->out, "</");
	buf_adds(w->out, qname);
	buf_addc(w->out, '>');
}

void
xml_write_leaf(struct xml_writer *w, const char *qname, const char *text)
{
	if (text == NULL)
		return;
	xml_write_open(w, qname);
	xml_write_text(w, text);
	xml_write_close(w);
}
