/*
 * smevsign(1): transform, digest, sign and verify one file, by the same code
 * as the daemon.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "crypto/smev_transform.h"
#include "crypto/trust.h"
#include "tools/sign_place.h"
#include "tools/smevsign.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define DS_NS "http://www.w3.org/2000/09/xmldsig#"

int
complain(const struct err *err, int status)
{
	(void)fprintf(stderr, "smevsign: %s: %s\n", err->code, err->text);
	return status;
}

static int
usage(void)
{
	(void)fputs(
	    "usage: smevsign transform [FILE]\n"
	    "       smevsign digest [--algorithm NAME] [FILE]\n"
	    "       smevsign sign --id ID --key KEY --cert CERT [FILE]\n"
	    "       smevsign verify [--trust CA] [FILE]\n"
	    "       smevsign sign-cms --key KEY --cert CERT [FILE]\n"
	    "       smevsign verify-cms [--data FILE] [--trust CA] [FILE]\n",
	    stderr);
	return EXIT_USAGE;
}

int
put_out(const struct buf *out)
{
	if (fwrite(buf_text(out), 1, out->bytes, stdout) != out->bytes
	    || fflush(stdout) != 0) {
		(void)fputs("smevsign: standard output failed\n", stderr);
		return EXIT_UNABLE;
	}
	return EXIT_GOOD;
}

/* Read the file and transform it. */
static int
transformed(const struct options *opt, struct buf *out)
{
	struct buf xml;
	struct err err;
	int status = EXIT_GOOD;

	buf_init(&xml, 0);
	if (file_read(opt->file, FILE_LIMIT_BYTES, &xml, &err) == -1)
		status = complain(&err, EXIT_UNABLE);
	else if (smev_transform(buf_text(&xml), xml.bytes, out, &err) == -1)
		status = complain(&err, EXIT_BAD);
	buf_release(&xml);
	return status;
}

static int
do_transform(const struct options *opt)
{
	struct buf out;
	int status;

	buf_init(&out, 0);
	status = transformed(opt, &out);
	if (status == EXIT_GOOD)
		status = put_out(&out);
	buf_release(&out);
	return status;
}

static const struct {
	const char *name, *alias, *uri;
	enum gost_digest which;
} algorithms[] = {
	{ "streebog256", "md_gost12_256",
	    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256",
	    GOST_STREEBOG_256 },
	{ "streebog512", "md_gost12_512",
	    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-512",
	    GOST_STREEBOG_512 },
	{ "gost94", "md_gost94",
	    "http://www.w3.org/2001/04/xmldsig-more#gostr3411", GOST_34_11_94 },
	{ "gostr3411", "94",
	    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr3411",
	    GOST_34_11_94 },
	{ "256", "gostr34112012-256", "2012-256", GOST_STREEBOG_256 },
	{ "512", "gostr34112012-512", "2012-512", GOST_STREEBOG_512 },
};

static bool
algorithm_named(const char *name, enum gost_digest *ret)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (str_equal(name, algorithms[i].name)
		    || str_equal(name, algorithms[i].alias)
		    || str_equal(name, algorithms[i].uri)) {
			*ret = algorithms[i].which;
			return true;
		}
	return false;
}

static int
do_digest(const struct options *opt)
{
	unsigned char digest[GOST_DIGEST_MAX];
	char hex[2 * GOST_DIGEST_MAX + 1], base64[GOST_DIGEST_MAX * 2];
	size_t bytes = gost_digest_bytes(opt->algorithm);
	struct buf out;
	int status;

	buf_init(&out, 0);
	status = transformed(opt, &out);
	if (status == EXIT_GOOD) {
		gost_digest(opt->algorithm, buf_text(&out), out.bytes, digest);
		str_hex(hex, digest, bytes);
		EVP_EncodeBlock((unsigned char *)base64, digest, (int)bytes);
		(void)printf("algorithm=%s hex=%s base64=%s\n",
		    algorithms[opt->algorithm].name, hex, base64);
	}
	buf_release(&out);
	return status;
}

/* Parse the file hardened, as the daemon does. */
static int
parse_file(const struct options *opt, struct buf *xml, struct xml_doc **ret)
{
	struct err err;

	if (file_read(opt->file, FILE_LIMIT_BYTES, xml, &err) == -1)
		return complain(&err, EXIT_UNABLE);
	if (xml_doc_parse(buf_text(xml), xml->bytes, NULL, ret, &err) == -1)
		return complain(&err, EXIT_BAD);
	return EXIT_GOOD;
}

static int
sign_at(struct xml_doc *doc, struct sign_place *place,
    const struct keypair *key, struct buf *ret_signature, struct err *err)
{
	struct arena *arena = arena_new();
	struct dsig_prepared prepared;
	unsigned char value[GOST_SIGNATURE_MAX];
	size_t value_bytes = sizeof(value);
	int rc = -1;

	(void)doc;
	if (dsig_prepare(place->element, keypair_digest(key), place->enveloped,
		arena, &prepared, err)
		== 0
	    && keypair_sign(key, prepared.digest, prepared.digest_bytes, value,
		   &value_bytes, err)
		== 0) {
		dsig_finish(&prepared, value, value_bytes,
		    keypair_cert_base64(key), ret_signature);
		rc = 0;
	}
	arena_free(arena);
	return rc;
}

static int
do_sign(const struct options *opt)
{
	struct xml_doc *doc = NULL;
	struct keypair *key = NULL;
	struct sign_place place;
	struct buf xml, signature, out;
	struct err err;
	int status;

	buf_init(&xml, 0);
	buf_init(&signature, 0);
	buf_init(&out, 0);
	if (keypair_load(opt->key, opt->cert, &key, &err) == -1) {
		status = complain(&err, EXIT_UNABLE);
		goto out;
	}
	status = parse_file(opt, &xml, &doc);
	if (status != EXIT_GOOD)
		goto out;
	if (sign_place_find(doc, opt->id, &place, &err) == -1
	    || sign_at(doc, &place, key, &signature, &err) == -1
	    || sign_place_put(doc, &place, buf_text(&signature),
		   signature.bytes, buf_text(&xml), &out, &err)
		== -1)
		status = complain(&err, EXIT_BAD);
	else
		status = put_out(&out);
out:
	buf_release(&out);
	buf_release(&signature);
	buf_release(&xml);
	xml_doc_free(doc);
	keypair_free(key);
	return status;
}

int
load_trust(const struct options *opt, struct trust **ret)
{
	struct err err;

	*ret = NULL;
	if (opt->trust == NULL)
		return EXIT_GOOD;
	*ret = trust_new();
	if (trust_add_ca(*ret, opt->trust, &err) == -1)
		return complain(&err, EXIT_UNABLE);
	return EXIT_GOOD;
}

/* The element after node in the order of the document, or NULL. */
static xmlNode *
next_in_order(xmlNode *node)
{
	if (node->children != NULL)
		return node->children;
	while (node != NULL && node->next == NULL)
		node = node->parent;
	return node == NULL ? NULL : node->next;
}

static xmlNode *
next_signature(xmlNode *node)
{
	while (node != NULL && !xml_is(node, DS_NS, "Signature"))
		node = next_in_order(node);
	return node;
}

/* What the first reference names, without '#'; "" when it names nothing. */
static const char *
reference_id(const xmlNode *signature, struct arena *arena)
{
	const xmlNode *info = xml_child(signature, DS_NS, "SignedInfo");
	const xmlNode *ref =
	    info == NULL ? NULL : xml_child(info, DS_NS, "Reference");
	const char *uri = ref == NULL ? NULL : xml_attr(ref, "URI", arena);

	return uri == NULL || uri[0] != '#' ? "" : uri + 1;
}

const char *
ok_bad(bool good)
{
	return good ? "ok" : "bad";
}

/* One line for one signature; returns whether it is what was asked for. */
static bool
verify_one(struct xml_doc *doc, xmlNode *signature, int number,
    struct trust *trust, struct arena *arena)
{
	const char *id = reference_id(signature, arena);
	const xmlNode *target = sign_find_id(xml_doc_root(doc), id);
	const xmlNode *around = signature->parent;
	struct dsig_verdict verdict = { 0 };
	char shown[256];

	if (target == NULL)
		err_set(&verdict.why, ERR_REFUSE, "DSIG_TARGET",
		    "no element has the Id that the signature names");
	else if (dsig_verify(
		     doc, signature, target, trust, &verdict, &verdict.why)
	    == -1)
		verdict.digest_ok = verdict.value_ok = verdict.trusted = false;
	sign_printable(shown, sizeof(shown), id);
	(void)printf("signature=%d by=%s id=%s target=%s digest=%s value=%s"
		     " trust=%s\n",
	    number,
	    around != NULL && around->type == XML_ELEMENT_NODE
		? xml_name(around)
		: "-",
	    shown, target == NULL ? "-" : xml_name(target),
	    ok_bad(verdict.digest_ok), ok_bad(verdict.value_ok),
	    verdict.trusted ? "yes" : "no");
	if (!verdict.digest_ok || !verdict.value_ok
	    || (trust != NULL && !verdict.trusted)) {
		(void)fprintf(stderr, "smevsign: signature %d: %s: %s\n",
		    number, verdict.why.code, verdict.why.text);
		return false;
	}
	return true;
}

static int
do_verify(const struct options *opt)
{
	struct arena *arena = arena_new();
	struct xml_doc *doc = NULL;
	struct trust *trust = NULL;
	struct buf xml;
	int number = 0, status;

	buf_init(&xml, 0);
	status = load_trust(opt, &trust);
	if (status == EXIT_GOOD)
		status = parse_file(opt, &xml, &doc);
	if (status != EXIT_GOOD)
		goto out;
	for (xmlNode *n = next_signature(xml_doc_root(doc)); n != NULL;
	     n = next_signature(next_in_order(n)))
		if (!verify_one(doc, n, ++number, trust, arena))
			status = EXIT_BAD;
	if (number == 0) {
		(void)fputs("smevsign: no ds:Signature found\n", stderr);
		status = EXIT_BAD;
	}
out:
	buf_release(&xml);
	xml_doc_free(doc);
	trust_free(trust);
	arena_free(arena);
	return status;
}

/* A command and the options it takes: i k c t d a, capital when it must. */
static const struct command {
	const char *name, *takes;
	int (*run)(const struct options *opt);
} commands[] = {
	{ "transform", "", do_transform },
	{ "digest", "a", do_digest },
	{ "sign", "IKC", do_sign },
	{ "verify", "t", do_verify },
	{ "sign-cms", "KC", do_sign_cms },
	{ "verify-cms", "dt", do_verify_cms },
};

static int
set_option(struct options *opt, int letter, const char *value)
{
	switch (letter) {
	case 'i':
		opt->id = value;
		return 0;
	case 'k':
		opt->key = value;
		return 0;
	case 'c':
		opt->cert = value;
		return 0;
	case 't':
		opt->trust = value;
		return 0;
	case 'd':
		opt->data = value;
		return 0;
	default:
		return algorithm_named(value, &opt->algorithm) ? 0 : -1;
	}
}

static int
read_options(
    const struct command *command, int argc, char **argv, struct options *opt)
{
	static const struct option known[] = {
		{ "id", required_argument, NULL, 'i' },
		{ "key", required_argument, NULL, 'k' },
		{ "cert", required_argument, NULL, 'c' },
		{ "trust", required_argument, NULL, 't' },
		{ "data", required_argument, NULL, 'd' },
		{ "algorithm", required_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (letter == '?'
		    || (strchr(command->takes, letter) == NULL
			&& strchr(command->takes, letter - 'a' + 'A') == NULL)
		    || set_option(opt, letter, optarg) == -1)
			return -1;
	}
	if (argc - optind > 1)
		return -1;
	opt->file = argc == optind ? "-" : argv[optind];
	if ((strchr(command->takes, 'I') != NULL && opt->id == NULL)
	    || (strchr(command->takes, 'K') != NULL
		&& (opt->key == NULL || opt->cert == NULL)))
		return -1;
	return 0;
}

int
main(int argc, char **argv)
{
	struct options opt = { .algorithm = GOST_STREEBOG_256 };
	struct err err;

	if (argc < 2)
		return usage();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!str_equal(argv[1], commands[i].name))
			continue;
		if (read_options(&commands[i], argc - 1, argv + 1, &opt) == -1)
			return usage();
		if (gost_setup(NULL, &err) == -1 || dsig_setup(&err) == -1)
			return complain(&err, EXIT_UNABLE);
		return commands[i].run(&opt);
	}
	return usage();
}
