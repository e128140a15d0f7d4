/* Documents that try what canonical forms differ in. */
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "test/unit/c14n_model.h"

#define PREFIXES 4 /* the first is the default */
#define DEPTH    6

static const char *const prefixes[PREFIXES] = { "", "p", "Q", "ю" };
/* libxml2 takes absolute ones only, and leaves "&" in them unescaped; those
 * have tests of their own. */
static const char *const uris[] = { "urn://t/a", "urn://t/b", "urn://t/B",
	"urn:t:%D1%8F", "http://t/%20'x'?a=1;b", "urn://t/a/", "x:u" };
static const char *const names[] = { "a", "B", "b", "Id", "ё", "я", "_x.1",
	"\xf0\x90\x80\x80n", "\xef\xbc\x81z", "Z-1" };
static const char *const pieces[] = { "&lt;", "&gt;", ">", "]", "&amp;", "]]",
	"\r\n", "\n", "\t", " ", "&#13;", "&#9;", "&#10;", "\"", "'", "&quot;",
	"\xc2\x85", "\x7f", "\xc2\x9f", "\xc2\xa0", "\xe2\x80\x83", "я",
	"\xf0\x9f\x98\x80", "text", "<![CDATA[<]]>", "<![CDATA[ ]]>", "0",
	"<!-- c -->", "<?pi d?>", "]&gt;", "&lt;>", "&#x7f;>" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MARKUP_FROM  24 /* of pieces: not in attributes */

struct writer {
	uint64_t state;
	struct buf *out;
	bool plain; /* everything has a namespace */
};

/* splitmix64, so that a seed means the same everywhere. */
static size_t
below(struct writer *w, size_t limit)
{
	uint64_t z = (w->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (size_t)((z ^ (z >> 31)) % limit);
}

static void
add_text(struct writer *w, bool markup)
{
	size_t count = below(w, 8), choice = COUNT(pieces);

	if (!markup) {
		choice = MARKUP_FROM;
	} else if (below(w, 12) == 0) { /* one node beyond a block or two */
		count = below(w, 1200);
		choice = MARKUP_FROM;
	}
	for (size_t i = 0; i < count; i++) {
		size_t piece = below(w, choice);

		if (!markup && strchr("\"", *pieces[piece]) != NULL)
			continue;
		/* "]]>" must not stand in text, wherever it comes from. */
		if (*pieces[piece] == '>' && w->out->bytes > 0
		    && w->out->data[w->out->bytes - 1] == ']')
			continue;
		buf_adds(w->out, pieces[piece]);
		if (below(w, 3) == 0)
			buf_adds(w->out, "xyz");
	}
}

static void
add_name(struct writer *w, size_t prefix, size_t name)
{
	buf_addf(w->out, "%s%s%s", prefixes[prefix],
	    *prefixes[prefix] == '\0' ? "" : ":", names[name]);
}

/* Declare some prefixes anew; bound[] is -1 or an index of uris. */
static void
add_declarations(struct writer *w, int bound[PREFIXES])
{
	for (size_t i = 0; i < PREFIXES; i++) {
		if (bound[i] >= 0 && below(w, 5) > 0)
			continue;
		if (i == 0 && below(w, 4) == 0 && !w->plain) {
			bound[0] = -1;
			buf_adds(w->out, " xmlns=\"\"");
			continue;
		}
		if (i > 0 && bound[i] < 0 && below(w, 2) == 0)
			continue;
		bound[i] = (int)below(w, COUNT(uris));
		buf_addf(w->out, " xmlns%s%s=\"%s\"", i == 0 ? "" : ":",
		    prefixes[i], uris[bound[i]]);
	}
}

static void
add_attributes(struct writer *w, const int bound[PREFIXES])
{
	unsigned used = 0;

	for (size_t count = below(w, 6); count > 0; count--) {
		size_t name = below(w, COUNT(names));
		size_t prefix = below(w, PREFIXES);

		if ((used & (1u << name)) != 0
		    || (prefix > 0 && bound[prefix] < 0))
			continue;
		used |= 1u << name;
		buf_addc(w->out, ' ');
		add_name(w, prefix, name);
		buf_adds(w->out, "=\"");
		add_text(w, false);
		buf_addc(w->out, '"');
	}
	if (!w->plain && below(w, 10) == 0)
		buf_adds(w->out, " xml:lang='ru'");
}

/* A prefix for an element, after its declarations. */
static size_t
choose(struct writer *w, const int bound[PREFIXES])
{
	size_t prefix = below(w, PREFIXES);

	return bound[prefix] < 0 ? 0 : prefix;
}

static void
add_element(struct writer *w, const int outer[PREFIXES], int depth)
{
	int bound[PREFIXES];
	size_t name = below(w, COUNT(names)), prefix;
	struct buf declarations, *out = w->out;

	memcpy(bound, outer, sizeof(bound));
	buf_init(&declarations, 0);
	w->out = &declarations;
	add_declarations(w, bound);
	w->out = out;
	prefix = choose(w, bound);
	buf_addc(w->out, '<');
	add_name(w, prefix, name);
	buf_adds(w->out, buf_text(&declarations));
	buf_release(&declarations);
	add_attributes(w, bound);
	buf_addc(w->out, '>');
	for (size_t count = depth == 0 ? 0 : below(w, 5); count > 0; count--) {
		add_text(w, true);
		add_element(w, bound, depth - 1);
	}
	add_text(w, true);
	buf_adds(w->out, "</");
	add_name(w, prefix, name);
	buf_addc(w->out, '>');
}

void
model_document(uint64_t seed, struct buf *out)
{
	struct writer w = { .state = seed, .out = out };
	int bound[PREFIXES] = { -1, -1, -1, -1 };

	w.plain = below(&w, 8) > 0;
	add_element(&w, bound, 1 + (int)below(&w, DEPTH));
}
