/*
 * The transform is a scan over canonical octets: every tag is complete, every
 * value quoted, nothing but the five entities and character references stands
 * for something else.  So no parser is needed a second time.
 *
 * Two name spaces live side by side while scanning: the bindings of the input
 * (prefix to URI) and the scopes of the output (URI to nsN).  Both are stacks,
 * and what an element added is dropped at its end tag.
 */
#include "crypto/smev_transform.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "crypto/smev_text.h"

/* More namespaces at one place are an attack: each is searched a name. */
#define SCOPE_MAX 1024

struct binding {
	struct slice prefix, uri;
	size_t depth;
};

struct scope {
	struct slice uri;
	unsigned number;
	size_t depth;
};

struct attr {
	struct slice prefix, local, uri, value;
};

struct open_tag {
	struct slice local;
	unsigned number;
};

struct scan {
	const char *p, *end;
	struct buf *out;
	struct err *err;
	char *pool, *pool_at; /* values without their entities */
	struct binding *bindings;
	size_t binding_count, binding_room;
	struct scope *scopes;
	size_t scope_count, scope_room;
	struct attr *attrs; /* of the tag at hand */
	size_t attr_count, attr_room;
	struct open_tag *tags;
	size_t depth, tag_room;
	unsigned next_number;
};

/* Room for one more in an array that grows by doubling. */
#define GROW(array, count, room)                                          \
	do {                                                              \
		if ((count) == (room)) {                                  \
			(room) = (room)*2 + 16;                           \
			(array) =                                         \
			    xrealloc((array), (room) * sizeof(*(array))); \
		}                                                         \
	} while (0)

static int
fail(struct scan *scan, const char *why)
{
	return err_set(scan->err, ERR_REFUSE, "DSIG_TRANSFORM", "%s", why);
}

/* ---- Reading ---- */

/*
 * raw without its references.  loose: a lone '&' stands for itself, because
 * libxml2's canonicalisation writes namespace names as they are.
 */
static int
resolve(struct scan *scan, struct slice raw, bool loose, struct slice *ret)
{
	const char *p = raw.p, *end = raw.p + raw.bytes;
	char *dst = scan->pool_at;

	if (memchr(raw.p, '&', raw.bytes) == NULL) {
		*ret = raw;
		return 0;
	}
	ret->p = dst;
	while (p < end) {
		size_t bytes = 1, written = 0;

		if (*p == '&')
			written = smev_read_reference(p, end, dst, &bytes);
		if (written == 0 && *p == '&' && !loose)
			return fail(scan, "an entity that was not expanded");
		if (written == 0) {
			*dst = *p;
			written = bytes = 1;
		}
		dst += written;
		p += bytes;
	}
	ret->bytes = (size_t)(dst - ret->p);
	scan->pool_at = dst;
	return 0;
}

/* Split a qualified name at its colon; prefix is empty without one. */
static void
split_name(struct slice name, struct slice *ret_prefix, struct slice *ret_local)
{
	const char *colon = memchr(name.p, ':', name.bytes);

	if (colon == NULL) {
		*ret_prefix = (struct slice){ "", 0 };
		*ret_local = name;
		return;
	}
	*ret_prefix = (struct slice){ name.p, (size_t)(colon - name.p) };
	ret_local->p = colon + 1;
	ret_local->bytes = name.bytes - ret_prefix->bytes - 1;
}

static struct slice
take_name(struct scan *scan)
{
	struct slice name = { scan->p, 0 };

	while (scan->p < scan->end && *scan->p != ' ' && *scan->p != '>'
	    && *scan->p != '=')
		scan->p++;
	name.bytes = (size_t)(scan->p - name.p);
	return name;
}

/* ="value" */
static int
take_value(struct scan *scan, struct slice *ret_raw)
{
	const char *close;

	if (scan->end - scan->p < 3 || scan->p[0] != '='
	    || (scan->p[1] != '"' && scan->p[1] != '\''))
		return fail(scan, "not canonical: a value without quotes");
	close =
	    memchr(scan->p + 2, scan->p[1], (size_t)(scan->end - scan->p - 2));
	if (close == NULL)
		return fail(scan, "not canonical: a value has no end");
	*ret_raw = (struct slice){ scan->p + 2, (size_t)(close - scan->p - 2) };
	scan->p = close + 1;
	return 0;
}

static int
take_attr(struct scan *scan)
{
	struct slice name = take_name(scan), raw, value;
	struct attr *attr;
	bool is_default = slice_equal(name, (struct slice){ "xmlns", 5 });

	if (name.bytes == 0 || take_value(scan, &raw) == -1)
		return fail(scan, "not canonical: an attribute");
	if (is_default
	    || (name.bytes > 6 && memcmp(name.p, "xmlns:", 6) == 0)) {
		struct binding *binding;

		if (resolve(scan, raw, true, &value) == -1)
			return -1;
		if (scan->binding_count == SCOPE_MAX)
			return fail(scan, "too many namespaces at one place");
		GROW(scan->bindings, scan->binding_count, scan->binding_room);
		binding = &scan->bindings[scan->binding_count++];
		binding->prefix = is_default
		    ? (struct slice){ "", 0 }
		    : (struct slice){ name.p + 6, name.bytes - 6 };
		binding->uri = value;
		binding->depth = scan->depth;
		return 0;
	}
	if (resolve(scan, raw, false, &value) == -1)
		return -1;
	GROW(scan->attrs, scan->attr_count, scan->attr_room);
	attr = &scan->attrs[scan->attr_count++];
	split_name(name, &attr->prefix, &attr->local);
	attr->value = value;
	return 0;
}

static int
uri_of(struct scan *scan, struct slice prefix, struct slice *ret)
{
	for (size_t i = scan->binding_count; i-- > 0;)
		if (slice_equal(scan->bindings[i].prefix, prefix)) {
			*ret = scan->bindings[i].uri;
			return 0;
		}
	*ret = (struct slice){ "", 0 };
	if (prefix.bytes == 0)
		return 0;
	if (slice_equal(prefix, (struct slice){ "xml", 3 }))
		return fail(scan, "an attribute xml:*, which SMEV can't sign");
	return fail(scan, "a prefix without a namespace");
}

/* ---- Writing ---- */

/* The number of uri, a new one when it is in no scope. */
static int
number_of(struct scan *scan, struct slice uri, unsigned *ret)
{
	for (size_t i = scan->scope_count; i-- > 0;)
		if (slice_equal(scan->scopes[i].uri, uri)) {
			*ret = scan->scopes[i].number;
			return 0;
		}
	if (scan->scope_count == SCOPE_MAX)
		return fail(scan, "too many namespaces at one place");
	GROW(scan->scopes, scan->scope_count, scan->scope_room);
	*ret = scan->next_number++;
	scan->scopes[scan->scope_count++] =
	    (struct scope){ uri, *ret, scan->depth };
	return 0;
}

static void
put_prefix(struct scan *scan, unsigned number)
{
	char digits[16], *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	buf_add(scan->out, "ns", 2);
	buf_add(scan->out, p, (size_t)(digits + sizeof(digits) - p));
}

static int
by_namespace(const void *a, const void *b)
{
	const struct attr *left = a, *right = b;
	int order;

	if ((left->uri.bytes == 0) != (right->uri.bytes == 0))
		return left->uri.bytes == 0 ? 1 : -1;
	order = slice_compare_utf16(left->uri, right->uri);
	return order != 0 ? order
			  : slice_compare_utf16(left->local, right->local);
}

static int
put_start_tag(
    struct scan *scan, unsigned number, struct slice local, size_t first_scope)
{
	buf_addc(scan->out, '<');
	put_prefix(scan, number);
	buf_addc(scan->out, ':');
	buf_add(scan->out, local.p, local.bytes);
	for (size_t i = first_scope; i < scan->scope_count; i++) {
		buf_add(scan->out, " xmlns:", 7);
		put_prefix(scan, scan->scopes[i].number);
		buf_add(scan->out, "=\"", 2);
		smev_put_attr(scan->out, scan->scopes[i].uri);
		buf_addc(scan->out, '"');
	}
	for (size_t i = 0; i < scan->attr_count; i++) {
		const struct attr *attr = &scan->attrs[i];
		unsigned attr_number;

		buf_addc(scan->out, ' ');
		if (attr->uri.bytes != 0) {
			if (number_of(scan, attr->uri, &attr_number) == -1)
				return -1;
			put_prefix(scan, attr_number);
			buf_addc(scan->out, ':');
		}
		buf_add(scan->out, attr->local.p, attr->local.bytes);
		buf_add(scan->out, "=\"", 2);
		smev_put_attr(scan->out, attr->value);
		buf_addc(scan->out, '"');
	}
	buf_addc(scan->out, '>');
	return 0;
}

/* Namespaces of the tag at hand: the element's first, then the attributes'. */
static int
number_tag(struct scan *scan, struct slice prefix, unsigned *ret_number)
{
	struct slice uri;
	unsigned ignored;

	if (uri_of(scan, prefix, &uri) == -1)
		return -1;
	if (uri.bytes == 0)
		return fail(scan, "an element in no namespace");
	for (size_t i = 0; i < scan->attr_count; i++) {
		struct attr *attr = &scan->attrs[i];

		attr->uri = (struct slice){ "", 0 };
		if (attr->prefix.bytes != 0
		    && uri_of(scan, attr->prefix, &attr->uri) == -1)
			return -1;
	}
	if (scan->attr_count > 1)
		qsort(scan->attrs, scan->attr_count, sizeof(scan->attrs[0]),
		    by_namespace);
	if (number_of(scan, uri, ret_number) == -1)
		return -1;
	for (size_t i = 0; i < scan->attr_count; i++)
		if (scan->attrs[i].uri.bytes != 0
		    && number_of(scan, scan->attrs[i].uri, &ignored) == -1)
			return -1;
	return 0;
}

static int
scan_start(struct scan *scan)
{
	struct slice name, prefix, local;
	size_t first_scope = scan->scope_count;
	unsigned number;

	scan->p++;
	scan->depth++;
	scan->attr_count = 0;
	name = take_name(scan);
	split_name(name, &prefix, &local);
	if (local.bytes == 0)
		return fail(scan, "not canonical: an element without a name");
	while (scan->p < scan->end && *scan->p == ' ') {
		scan->p++;
		if (take_attr(scan) == -1)
			return -1;
	}
	if (scan->p == scan->end || *scan->p != '>')
		return fail(scan, "not canonical: a tag has no end");
	scan->p++;
	if (number_tag(scan, prefix, &number) == -1
	    || put_start_tag(scan, number, local, first_scope) == -1)
		return -1;
	GROW(scan->tags, scan->depth - 1, scan->tag_room);
	scan->tags[scan->depth - 1] = (struct open_tag){ local, number };
	return 0;
}

static int
scan_end(struct scan *scan)
{
	const char *close = memchr(scan->p, '>', (size_t)(scan->end - scan->p));

	if (close == NULL || scan->depth == 0)
		return fail(scan, "not canonical: an end tag");
	scan->p = close + 1;
	buf_add(scan->out, "</", 2);
	put_prefix(scan, scan->tags[scan->depth - 1].number);
	buf_addc(scan->out, ':');
	buf_add(scan->out, scan->tags[scan->depth - 1].local.p,
	    scan->tags[scan->depth - 1].local.bytes);
	buf_addc(scan->out, '>');
	while (scan->binding_count != 0
	    && scan->bindings[scan->binding_count - 1].depth == scan->depth)
		scan->binding_count--;
	while (scan->scope_count != 0
	    && scan->scopes[scan->scope_count - 1].depth == scan->depth)
		scan->scope_count--;
	scan->depth--;
	return 0;
}

static int
scan_text(struct scan *scan)
{
	const char *next = memchr(scan->p, '<', (size_t)(scan->end - scan->p));
	struct slice raw = { scan->p, 0 }, text;

	scan->p = next == NULL ? scan->end : next;
	raw.bytes = (size_t)(scan->p - raw.p);
	if (resolve(scan, raw, false, &text) == -1)
		return -1;
	if (smev_text_blank(text))
		return 0;
	if (scan->depth == 0)
		return fail(scan, "not canonical: text outside the element");
	smev_put_text(scan->out, text);
	return 0;
}

static int
scan_pi(struct scan *scan)
{
	const char *close =
	    memmem(scan->p, (size_t)(scan->end - scan->p), "?>", 2);

	if (close == NULL)
		return fail(scan, "not canonical: an instruction has no end");
	scan->p = close + 2;
	return 0;
}

static int
scan_all(struct scan *scan)
{
	while (scan->p < scan->end) {
		int rc;

		if (*scan->p != '<')
			rc = scan_text(scan);
		else if (scan->end - scan->p < 2)
			rc = fail(scan, "not canonical: it is cut off");
		else if (scan->p[1] == '/')
			rc = scan_end(scan);
		else if (scan->p[1] == '?')
			rc = scan_pi(scan);
		else if (scan->p[1] == '!')
			rc = fail(scan, "not canonical: a comment or DOCTYPE");
		else
			rc = scan_start(scan);
		if (rc == -1)
			return -1;
	}
	if (scan->depth != 0)
		return fail(scan, "not canonical: it is cut off");
	return 0;
}

int
smev_transform_canonical(
    const void *octets, size_t bytes, struct buf *out, struct err *err)
{
	struct scan scan = { .p = octets,
		.end = (const char *)octets + bytes,
		.out = out,
		.err = err,
		.next_number = 1 };
	int rc;

	/* Every value without its references is at most as long as with. */
	scan.pool = scan.pool_at = xcalloc(1, bytes + 8);
	rc = scan_all(&scan);
	free(scan.pool);
	free(scan.bindings);
	free(scan.scopes);
	free(scan.attrs);
	free(scan.tags);
	return rc;
}
