#include "crypto/dsig_form.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/dsig_names.h"
#include "crypto/smev_transform.h"

/* Certificates of GOST CAs are 1 to 3 KB. */
#define CERT_LIMIT_BYTES 65536

static int
bad_form(struct err *err, const char *why)
{
	return err_set(err, ERR_REFUSE, "DSIG_FORM", "signature: %s", why);
}

static int
bad_algorithm(struct err *err, const char *what)
{
	return err_set(err, ERR_REFUSE, "DSIG_ALGORITHM",
	    "signature: %s is not allowed", what);
}

static const char *
name_of(const xmlNode *node)
{
	return (const char *)node->name;
}

static bool
is_ds(const xmlNode *node, const char *name)
{
	return node != NULL && node->type == XML_ELEMENT_NODE
	    && node->ns != NULL
	    && strcmp((const char *)node->ns->href, DSIG_NS) == 0
	    && strcmp(name_of(node), name) == 0;
}

static const xmlNode *
next_element(const xmlNode *node)
{
	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

static const xmlNode *
first_child(const xmlNode *node)
{
	return next_element(node->children);
}

static const xmlNode *
sibling(const xmlNode *node)
{
	return next_element(node->next);
}

/* One text node, or nothing: "" then. */
static const char *
attr_text(const xmlAttr *attr)
{
	if (attr->children == NULL)
		return "";
	return attr->children->next == NULL
		&& attr->children->type == XML_TEXT_NODE
	    ? (const char *)attr->children->content
	    : NULL;
}

static const char *
attr_of(const xmlNode *node, const char *name)
{
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next)
		if (a->ns == NULL && strcmp((const char *)a->name, name) == 0)
			return attr_text(a);
	return NULL;
}

/* Only the attributes named in allowed, a list that ends with NULL. */
static int
check_attrs(const xmlNode *node, const char *const *allowed, struct err *err)
{
	for (const xmlAttr *a = node->properties; a != NULL; a = a->next) {
		size_t i = 0;

		while (allowed[i] != NULL
		    && (a->ns != NULL
			|| strcmp((const char *)a->name, allowed[i]) != 0))
			i++;
		if (allowed[i] == NULL)
			return bad_form(err, "an attribute too many");
	}
	return 0;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
all_space(const char *s)
{
	while (is_space(*s))
		s++;
	return *s == '\0';
}

/*
 * Elements and text only: no comment, instruction, CDATA or entity; and text
 * between elements is white space.  Every element is xmldsig's.
 */
static int
check_nodes(const xmlNode *node, int depth, struct err *err)
{
	bool has_elements = first_child(node) != NULL;

	if (depth > 6)
		return bad_form(err, "too deep");
	for (const xmlNode *n = node->children; n != NULL; n = n->next) {
		if (n->type == XML_ELEMENT_NODE) {
			if (n->ns == NULL
			    || strcmp((const char *)n->ns->href, DSIG_NS) != 0)
				return bad_form(err, "a foreign element");
			if (check_nodes(n, depth + 1, err) == -1)
				return -1;
		} else if (n->type != XML_TEXT_NODE) {
			return bad_form(err, "a comment, CDATA or instruction");
		} else if (has_elements
		    && !all_space((const char *)n->content)) {
			return bad_form(err, "text between elements");
		}
	}
	return 0;
}

/* The text of a leaf that holds base64, decoded: room bytes at most. */
static int
decode_leaf(const xmlNode *leaf, unsigned char *ret, size_t room,
    size_t *ret_bytes, struct err *err)
{
	struct buf text;
	unsigned char *decoded = NULL;
	size_t padding = 0;
	int bytes, rc = -1;

	buf_init(&text, CERT_LIMIT_BYTES * 2);
	for (const xmlNode *n = leaf->children; n != NULL; n = n->next)
		for (const char *p = (const char *)n->content;
		     n->type == XML_TEXT_NODE && *p != '\0'; p++)
			if (!is_space(*p))
				buf_addc(&text, *p);
	if (first_child(leaf) != NULL || buf_full(&text) || text.bytes == 0
	    || text.bytes % 4 != 0) {
		bad_form(err, "not base64");
		goto out;
	}
	while (padding < 2 && text.data[text.bytes - 1 - padding] == '=')
		padding++;
	decoded = malloc(text.bytes);
	if (decoded == NULL)
		abort();
	bytes = memchr(text.data, '=', text.bytes - padding) != NULL
	    ? -1
	    : EVP_DecodeBlock(
		decoded, (const unsigned char *)text.data, (int)text.bytes);
	if (bytes < 0 || (size_t)bytes - padding > room) {
		bad_form(err, "not base64, or too long");
		goto out;
	}
	*ret_bytes = (size_t)bytes - padding;
	memcpy(ret, decoded, *ret_bytes);
	rc = 0;
out:
	free(decoded);
	buf_release(&text);
	return rc;
}

/* An element that has an Algorithm and nothing in it. */
static int
read_method(const xmlNode *node, const char *name, const char **ret_uri,
    struct err *err)
{
	static const char *const allowed[] = { "Algorithm", NULL };

	if (!is_ds(node, name))
		return bad_form(err, "an element is missing or out of place");
	if (check_attrs(node, allowed, err) == -1)
		return -1;
	/* HMACOutputLength, InclusiveNamespaces, XPath and their like. */
	if (first_child(node) != NULL)
		return bad_algorithm(err, "a parameter of an algorithm");
	*ret_uri = attr_of(node, "Algorithm");
	if (*ret_uri == NULL)
		return bad_form(err, "no Algorithm");
	return 0;
}

/*
 * The chains that SMEV takes: exc-c14n, smev; enveloped, exc-c14n, smev; and
 * enveloped, c14n, smev.
 */
static int
read_transforms(const xmlNode *transforms, bool *ret_enveloped, struct err *err)
{
	static const char *const none[] = { NULL };
	const char *uri[3];
	size_t count = 0, at;

	if (!is_ds(transforms, "Transforms"))
		return bad_form(err, "no Transforms");
	if (check_attrs(transforms, none, err) == -1)
		return -1;
	for (const xmlNode *n = first_child(transforms); n != NULL;
	     n = sibling(n)) {
		if (count == 3)
			return bad_algorithm(err, "a fourth transform");
		if (read_method(n, "Transform", &uri[count++], err) == -1)
			return -1;
	}
	*ret_enveloped = count == 3 && strcmp(uri[0], DSIG_ENVELOPED) == 0;
	at = *ret_enveloped ? 1 : 0;
	if (count != at + 2
	    || (strcmp(uri[at], DSIG_EXC_C14N) != 0
		&& !(*ret_enveloped && strcmp(uri[at], DSIG_C14N) == 0))
	    || strcmp(uri[at + 1], SMEV_TRANSFORM_URI) != 0)
		return bad_algorithm(err, "this chain of transforms");
	return 0;
}

struct reference {
	const char *uri;
	bool enveloped;
	unsigned char digest[GOST_DIGEST_MAX];
	size_t digest_bytes;
};

static int
read_reference(const xmlNode *node, const struct dsig_suite *suite,
    struct reference *ret, struct err *err)
{
	static const char *const allowed[] = { "Id", "URI", "Type", NULL };
	static const char *const none[] = { NULL };
	const xmlNode *transforms = first_child(node), *method, *value;
	const struct dsig_suite *digest;
	const char *uri;

	if (check_attrs(node, allowed, err) == -1)
		return -1;
	ret->uri = attr_of(node, "URI");
	if (ret->uri == NULL || ret->uri[0] != '#' || ret->uri[1] == '\0'
	    || strchr(ret->uri, '(') != NULL)
		return err_set(err, ERR_REFUSE, "DSIG_TARGET",
		    "signature: a reference is not to an Id of this document");
	if (read_transforms(transforms, &ret->enveloped, err) == -1)
		return -1;
	method = sibling(transforms);
	if (read_method(method, "DigestMethod", &uri, err) == -1)
		return -1;
	digest = dsig_suite_by_digest(uri);
	if (digest == NULL || digest->digest != suite->digest)
		return bad_algorithm(err, "this digest");
	value = sibling(method);
	if (!is_ds(value, "DigestValue") || sibling(value) != NULL)
		return bad_form(err, "DigestValue is missing or not the last");
	if (check_attrs(value, none, err) == -1)
		return -1;
	return decode_leaf(
	    value, ret->digest, sizeof(ret->digest), &ret->digest_bytes, err);
}

/* One reference, or two that say the same. */
static int
read_references(const xmlNode *first, struct dsig_form *form, struct err *err)
{
	struct reference one, two;
	const xmlNode *second;

	if (!is_ds(first, "Reference"))
		return bad_form(err, "no Reference");
	if (read_reference(first, form->suite, &one, err) == -1)
		return -1;
	second = sibling(first);
	if (second != NULL) {
		if (!is_ds(second, "Reference") || sibling(second) != NULL)
			return bad_form(err, "more than two references");
		if (read_reference(second, form->suite, &two, err) == -1)
			return -1;
		if (strcmp(one.uri, two.uri) != 0
		    || one.enveloped != two.enveloped
		    || one.digest_bytes != two.digest_bytes
		    || memcmp(one.digest, two.digest, one.digest_bytes) != 0)
			return bad_form(err, "two references that differ");
	}
	form->enveloped = one.enveloped;
	form->id = strdup(one.uri + 1);
	if (form->id == NULL)
		abort();
	return 0;
}

static int
read_signed_info(struct dsig_form *form, struct err *err)
{
	static const char *const allowed[] = { "Id", NULL };
	const xmlNode *c14n = first_child(form->signed_info), *method;
	const char *uri;

	if (check_attrs(form->signed_info, allowed, err) == -1)
		return -1;
	if (read_method(c14n, "CanonicalizationMethod", &uri, err) == -1)
		return -1;
	if (strcmp(uri, DSIG_EXC_C14N) != 0)
		return bad_algorithm(err, "this canonicalisation");
	method = sibling(c14n);
	if (read_method(method, "SignatureMethod", &uri, err) == -1)
		return -1;
	form->suite = dsig_suite_by_signature(uri);
	if (form->suite == NULL)
		return bad_algorithm(err, "this signature algorithm");
	return read_references(sibling(method), form, err);
}

static int
read_key_info(const xmlNode *key_info, struct dsig_form *form, struct err *err)
{
	static const char *const allowed[] = { "Id", NULL };
	static const char *const none[] = { NULL };
	const xmlNode *data, *cert;

	if (!is_ds(key_info, "KeyInfo") || sibling(key_info) != NULL)
		return bad_form(err, "KeyInfo is missing or not the last");
	data = first_child(key_info);
	if (!is_ds(data, "X509Data") || sibling(data) != NULL)
		return bad_form(err, "KeyInfo is not one X509Data");
	cert = first_child(data);
	if (!is_ds(cert, "X509Certificate") || sibling(cert) != NULL)
		return bad_form(err, "X509Data is not one certificate");
	if (check_attrs(key_info, allowed, err) == -1
	    || check_attrs(data, none, err) == -1
	    || check_attrs(cert, none, err) == -1)
		return -1;
	form->cert_der = malloc(CERT_LIMIT_BYTES);
	if (form->cert_der == NULL)
		abort();
	return decode_leaf(
	    cert, form->cert_der, CERT_LIMIT_BYTES, &form->cert_bytes, err);
}

static int
read_signature(
    const xmlNode *signature, struct dsig_form *form, struct err *err)
{
	static const char *const allowed[] = { "Id", NULL };
	const xmlNode *value;

	if (!is_ds(signature, "Signature"))
		return bad_form(err, "not a ds:Signature");
	if (check_attrs(signature, allowed, err) == -1
	    || check_nodes(signature, 0, err) == -1)
		return -1;
	form->signed_info = first_child(signature);
	if (!is_ds(form->signed_info, "SignedInfo"))
		return bad_form(err, "SignedInfo is not the first");
	if (read_signed_info(form, err) == -1)
		return -1;
	value = sibling(form->signed_info);
	if (!is_ds(value, "SignatureValue"))
		return bad_form(err, "SignatureValue is not the second");
	if (check_attrs(value, allowed, err) == -1
	    || decode_leaf(value, form->value, sizeof(form->value),
		   &form->value_bytes, err)
		== -1)
		return -1;
	return read_key_info(sibling(value), form, err);
}

int
dsig_form_read(const xmlNode *signature, struct dsig_form *ret, struct err *err)
{
	struct dsig_form form = { 0 };

	if (read_signature(signature, &form, err) == -1) {
		dsig_form_release(&form);
		return -1;
	}
	*ret = form;
	return 0;
}

void
dsig_form_release(struct dsig_form *form)
{
	free(form->id);
	free(form->cert_der);
	*form = (struct dsig_form){ 0 };
}
