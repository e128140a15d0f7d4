/*
 * crypto/smev_text.h - how the SMEV transform writes text and orders names.
 *
 * The escaping is that of the operator's reference, a Java program on top of
 * Woodstox: it looks at UTF-16 units and at blocks of 512 of them.
 * Source: smev PROTOCOL 13, rule 7 and step 9.
 */
#ifndef CRYPTO_SMEV_TEXT_H
#define CRYPTO_SMEV_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

struct slice {
	const char *p;
	size_t bytes;
};

/* The same bytes. */
bool slice_equal(struct slice a, struct slice b);
/* Order by UTF-16 units, as java.lang.String.compareTo(); both are UTF-8. */
int slice_compare_utf16(struct slice a, struct slice b);
/* Whether no character is above U+0020: such a text node is dropped. */
bool smev_text_blank(struct slice text);
/* Append one text node, or one attribute value (or namespace name). */
void smev_put_text(struct buf *out, struct slice text);
void smev_put_attr(struct buf *out, struct slice value);
/*
 * The reference at p ("&lt;", "&#xD;") as UTF-8 to dst; *ret_bytes is its
 * length in the input.  Returns the bytes written, never more than it had, or
 * 0 when none of those that canonical XML knows stands there.
 */
size_t smev_read_reference(
    const char *p, const char *end, char *dst, size_t *ret_bytes);

#endif
