#include "tools/smevemu/emu_sign.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/dsig.h"
#include "crypto/keystore.h"
#include "xsd/xml_doc.h"

int
emu_sign(const struct keypair *key, const char *xml, size_t bytes, bool spoil,
    struct buf *out, struct err *err)
{
	struct arena *arena = arena_new();
	struct xml_doc *doc = NULL;
	struct dsig_prepared prepared;
	unsigned char value[128];
	size_t value_bytes = sizeof(value);
	int rc = -1;

	if (xml_doc_parse(xml, bytes, NULL, &doc, err) == -1)
		goto out;
	if (dsig_prepare(xml_doc_root(doc), keypair_digest(key), false, arena,
		&prepared, err)
	    == -1)
		goto out;
	if (keypair_sign(key, prepared.digest, prepared.digest_bytes, value,
		&value_bytes, err)
	    == -1)
		goto out;
	if (spoil)
		value[value_bytes / 2] ^= 1;
	dsig_finish(
	    &prepared, value, value_bytes, keypair_cert_base64(key), out);
	rc = 0;
out:
	xml_doc_free(doc);
	arena_free(arena);
	return rc;
}

/*
 * A quoted value at xml, without its quotes: when it is an envelope namespace
 * of version from, append its twin and say so.
 */
static bool
renamed(const char *value, size_t bytes, enum emu_version from,
    enum emu_version to, struct buf *out)
{
	static const enum emu_ns which[] = { EMU_NS_TYPES, EMU_NS_BASIC,
		EMU_NS_FAULTS };
	const char *uri;

	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++) {
		uri = emu_ns(which[i], from);
		if (strlen(uri) == bytes && memcmp(uri, value, bytes) == 0) {
			buf_adds(out, emu_ns(which[i], to));
			return true;
		}
	}
	return false;
}

/* Whether the attribute that ends before at is a declaration. */
static bool
is_declaration(const char *tag, const char *at)
{
	const char *name = at;

	while (name > tag && strchr(" \t\r\n", name[-1]) == NULL)
		name--;
	return strncmp(name, "xmlns:", 6) == 0
	    || strncmp(name, "xmlns=", 6) == 0;
}

/* Append the tag or other markup that begins at xml; returns its end. */
static const char *
convert_tag(const char *xml, const char *end, enum emu_version from,
    enum emu_version to, struct buf *out)
{
	const char *at = xml, *close;
	char quote;

	while (at < end && *at != '>') {
		if (*at != '"' && *at != '\'') {
			buf_addc(out, *at++);
			continue;
		}
		quote = *at;
		close = memchr(at + 1, quote, (size_t)(end - at - 1));
		if (close == NULL)
			break;
		buf_addc(out, quote);
		if (!is_declaration(xml, at)
		    || !renamed(
			at + 1, (size_t)(close - at - 1), from, to, out))
			buf_add(out, at + 1, (size_t)(close - at - 1));
		buf_addc(out, quote);
		at = close + 1;
	}
	return at;
}

/* The end of a comment, CDATA section or PI at xml, or NULL: it is a tag. */
static const char *
opaque_end(const char *xml)
{
	static const char *const pairs[][2] = { { "<!--", "-->" },
		{ "<![CDATA[", "]]>" }, { "<?", "?>" } };
	const char *close;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (strncmp(xml, pairs[i][0], strlen(pairs[i][0])) != 0)
			continue;
		close = strstr(xml + strlen(pairs[i][0]), pairs[i][1]);
		return close == NULL ? NULL : close + strlen(pairs[i][1]);
	}
	return NULL;
}

void
emu_convert(const char *xml, size_t bytes, enum emu_version from,
    enum emu_version to, struct buf *out)
{
	const char *end = xml + bytes, *stop;

	while (xml < end) {
		if (*xml != '<') {
			stop = memchr(xml, '<', (size_t)(end - xml));
			stop = stop == NULL ? end : stop;
			buf_add(out, xml, (size_t)(stop - xml));
		} else if ((stop = opaque_end(xml)) != NULL) {
			buf_add(out, xml, (size_t)(stop - xml));
		} else {
			stop = convert_tag(xml, end, from, to, out);
			if (stop < end)
				buf_addc(out, *stop++);
		}
		xml = stop;
	}
}
