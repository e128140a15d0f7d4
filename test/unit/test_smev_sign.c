/*
 * The promises of smev/smev_codec.h for the caller's signature.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "crypto/smev_transform.h"
#include "smev/smev_base64.h"
#include "smev/smev_codec.h"
#include "smev/smev_names.h"
#include "smev/smev_sign.h"
#include "test/lib/keys.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define ID   "5f0c4d3e-6c86-11ee-8c99-0242ac120002"
#define WHEN "2026-11-22T10:00:00.000+03:00"

struct fixture {
	struct arena *arena;
	struct buf call, sent;
	struct xml_doc *doc;
	struct err err;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->arena = arena_new();
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	xml_doc_free(f->doc);
	buf_release(&f->call);
	buf_release(&f->sent);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void
write_send(struct fixture *f, enum smev_version version, const char *content)
{
	struct smev_send send = { .version = version,
		.op = SMEV_SEND_REQUEST,
		.message_id = ID,
		.content = content,
		.content_bytes = strlen(content) };

	buf_clear(&f->call);
	assert_int_equal(smev_write_send(&send, &f->call, &f->err), 0);
}

typedef int prepare_fn(const char *, size_t, int, struct arena *,
    struct smev_unsigned **, const unsigned char **, size_t *, struct err *);

/* Sign f->call by the key called name into f->sent, and read that. */
static void
sign_by(struct fixture *f, const char *name, prepare_fn *prepare)
{
	const char *key = keys_path(arena_printf(f->arena, "%s.key", name));
	const char *cert = keys_path(arena_printf(f->arena, "%s.pem", name));
	struct smev_unsigned *call;
	struct keypair *pair;
	const unsigned char *digest;
	unsigned char value[128];
	size_t digest_bytes, value_bytes = sizeof(value);

	assert_int_equal(keypair_load(key, cert, &pair, &f->err), 0);
	assert_int_equal(
	    prepare(f->call.data, f->call.bytes, keypair_digest(pair), f->arena,
		&call, &digest, &digest_bytes, &f->err),
	    0);
	assert_int_equal(keypair_sign(pair, digest, digest_bytes, value,
			     &value_bytes, &f->err),
	    0);
	buf_clear(&f->sent);
	smev_sign_finish(
	    call, value, value_bytes, keypair_cert_base64(pair), &f->sent);
	keypair_free(pair);
	xml_doc_free(f->doc);
	f->doc = NULL;
	assert_int_equal(
	    xml_doc_parse(f->sent.data, f->sent.bytes, NULL, &f->doc, &f->err),
	    0);
}

static void
sign(struct fixture *f, const char *name)
{
	sign_by(f, name, smev_sign_prepare);
}

static xmlNode *
ds(const xmlNode *node, const char *name)
{
	xmlNode *child = xml_child(node, SMEV_DS_NS, name);

	assert_non_null(child);
	return child;
}

static xmlNode *
call_element(struct fixture *f)
{
	return xml_only_child(
	    xml_child(xml_doc_root(f->doc), SMEV_SOAP_NS, "Body"));
}

static xmlNode *
signature(struct fixture *f)
{
	return xml_only_child(xml_child(
	    call_element(f), NULL, "CallerInformationSystemSignature"));
}

static const char *
digest_text(struct fixture *f, const xmlNode *element, enum gost_digest which)
{
	unsigned char digest[GOST_DIGEST_MAX];
	struct buf octets;
	size_t bytes;

	buf_init(&octets, 0);
	assert_int_equal(
	    smev_transform_tree(element, NULL, &octets, &f->err), 0);
	gost_digest(which, octets.data, octets.bytes, digest);
	buf_release(&octets);
	return smev_base64(digest, gost_digest_bytes(which), f->arena, &bytes);
}

/* The signature of f->doc names the first child of the call and is right. */
static void
check_signature(struct fixture *f, enum gost_digest which)
{
	xmlNode *target = xml_child(call_element(f), NULL, NULL);
	const xmlNode *info = ds(signature(f), "SignedInfo");
	const xmlNode *reference = ds(info, "Reference");
	struct dsig_verdict verdict;

	assert_int_equal(
	    dsig_verify(f->doc, signature(f), target, NULL, &verdict, &f->err),
	    0);
	assert_true(verdict.digest_ok);
	assert_true(verdict.value_ok);
	assert_string_equal(xml_attr(reference, "URI", f->arena),
	    arena_printf(f->arena, "#%s", xml_attr(target, "Id", f->arena)));
	assert_string_equal(xml_text(ds(reference, "DigestValue"), f->arena),
	    digest_text(f, target, which));
}

static void
every_call_is_signed_over_its_first_element(void **state)
{
	static const enum smev_op ops[] = { SMEV_GET_REQUEST, SMEV_GET_RESPONSE,
		SMEV_GET_STATUS, SMEV_QUEUE_STATISTICS };
	struct fixture *f = *state;

	for (int v = SMEV_1_1; v <= SMEV_1_1_2014; v++) {
		enum smev_version version = (enum smev_version)v;

		write_send(f, version, "<q xmlns=\"urn://q\">тест</q>");
		sign(f, "caller");
		check_signature(f, GOST_STREEBOG_256);
		for (size_t i = 0; i < 4; i++) {
			if (version == SMEV_1_3
			    && ops[i] == SMEV_QUEUE_STATISTICS)
				continue;
			buf_clear(&f->call);
			smev_write_get(version, ops[i], "urn://q", "q", NULL,
			    WHEN, &f->call);
			sign(f, "caller");
			check_signature(f, GOST_STREEBOG_256);
		}
		buf_clear(&f->call);
		smev_write_ack(version, ID, true, &f->call);
		sign(f, "caller");
		check_signature(f, GOST_STREEBOG_256);
	}
}

static void
keys_of_512_bits_sign_too(void **state)
{
	struct fixture *f = *state;

	write_send(f, SMEV_1_3, "<q xmlns=\"urn://q\"/>");
	sign(f, "caller512");
	check_signature(f, GOST_STREEBOG_512);
}

static void
nothing_but_the_signature_is_added(void **state)
{
	struct fixture *f = *state;
	const char *at, *end, *sent;
	struct buf rest;

	write_send(f, SMEV_1_1, "<q xmlns=\"urn://q\"  a='&gt;' ><b/>\n</q>");
	sign(f, "caller");
	sent = buf_text(&f->sent);
	at = strstr(sent, SMEV_WRAPPER_OPEN "<ds:Signature");
	end = strstr(sent, "</ds:Signature>" SMEV_WRAPPER_CLOSE);
	assert_non_null(at);
	assert_non_null(end);
	buf_init(&rest, 0);
	buf_add(&rest, sent, (size_t)(at - sent) + strlen(SMEV_WRAPPER_OPEN));
	buf_adds(&rest, end + strlen("</ds:Signature>"));
	assert_string_equal(buf_text(&rest), buf_text(&f->call));
	buf_release(&rest);
}

static void
no_white_space_stands_between_elements_of_the_signature(void **state)
{
	struct fixture *f = *state;
	const char *at;

	write_send(f, SMEV_1_1, "<q xmlns=\"urn://q\"/>");
	sign(f, "caller");
	at = strstr(buf_text(&f->sent), "<ds:Signature");
	for (; *at != '\0'; at++)
		assert_false(*at == '>' && strchr(" \t\r\n", at[1]) != NULL
		    && at[1] != '\0');
}

static void
content_that_looks_like_the_wrapper_does_not_attract_it(void **state)
{
#define DECOY                                                          \
	"<q xmlns=\"urn://q\" xmlns:t=\"urn://t\">" SMEV_EMPTY_WRAPPER \
	"<!--" SMEV_EMPTY_WRAPPER "--><![CDATA[" SMEV_EMPTY_WRAPPER "]]></q>"
	struct fixture *f = *state;

	write_send(f, SMEV_1_1, DECOY);
	sign(f, "caller");
	assert_non_null(signature(f));
	assert_non_null(strstr(buf_text(&f->sent), DECOY));
	check_signature(f, GOST_STREEBOG_256);
}

static void
refuse(struct fixture *f, const char *code)
{
	struct smev_unsigned *call;
	const unsigned char *digest;
	size_t bytes;

	assert_int_equal(
	    smev_sign_prepare(buf_text(&f->call), f->call.bytes,
		GOST_STREEBOG_256, f->arena, &call, &digest, &bytes, &f->err),
	    -1);
	assert_string_equal(f->err.code, code);
	assert_int_equal(f->err.kind, ERR_HOLD);
}

static void
what_can_not_be_signed_is_held(void **state)
{
	struct fixture *f = *state;

	write_send(f, SMEV_1_1, "<q xmlns=\"urn://q\">");
	refuse(f, "PKT_XML_SYNTAX");
	write_send(f, SMEV_1_1,
	    "<q xmlns=\"urn://q\"><b Id=\"SIGNED_BY_CONSUMER\"/></q>");
	refuse(f, "SMEV_UNSENDABLE");
	write_send(f, SMEV_1_1, "<q/>");
	refuse(f, "DSIG_TRANSFORM");
	buf_clear(&f->call);
	buf_adds(&f->call, "<x/>");
	refuse(f, "SMEV_UNSENDABLE");
	buf_clear(&f->call);
	smev_write_ack(SMEV_1_1, ID, true, &f->call);
	sign(f, "caller");
	buf_clear(&f->call);
	buf_add(&f->call, f->sent.data, f->sent.bytes);
	refuse(f, "SMEV_UNSENDABLE"); /* it is signed already */
}

static void
a_changed_call_does_not_verify(void **state)
{
	struct fixture *f = *state;
	struct dsig_verdict verdict;

	write_send(f, SMEV_1_1, "<q xmlns=\"urn://q\">тест</q>");
	sign(f, "caller");
	xmlNodeSetContent(xml_child(xml_child(call_element(f), NULL, NULL),
			      NULL, "MessageID"),
	    (const xmlChar *)"other");
	assert_int_equal(dsig_verify(f->doc, signature(f),
			     xml_child(call_element(f), NULL, NULL), NULL,
			     &verdict, &f->err),
	    0);
	assert_false(verdict.digest_ok);
}

/* Append to *out what finish makes of content, signed by the key personal. */
static void
sign_personally(struct fixture *f, const char *content, struct buf *out)
{
	struct smev_unsigned *call;
	struct keypair *pair;
	const unsigned char *digest;
	unsigned char value[128];
	size_t digest_bytes, value_bytes = sizeof(value);

	assert_int_equal(keypair_load(keys_path("personal.key"),
			     keys_path("personal.pem"), &pair, &f->err),
	    0);
	assert_int_equal(smev_personal_prepare(content, strlen(content),
			     keypair_digest(pair), f->arena, &call, &digest,
			     &digest_bytes, &f->err),
	    0);
	assert_int_equal(keypair_sign(pair, digest, digest_bytes, value,
			     &value_bytes, &f->err),
	    0);
	smev_personal_finish(
	    call, value, value_bytes, keypair_cert_base64(pair), out);
	keypair_free(pair);
}

static void
personal_signature_is_within_what_the_caller_signs(void **state)
{
#define OFFICIAL                                                                 \
	"<q:Q xmlns:q=\"urn://q\" Id=\"PERSONAL_SIGNATURE\"><q:b a='1'>тест" \
	"</q:b>\n</q:Q>"
	struct fixture *f = *state;
	struct smev_send send = { .version = SMEV_1_3,
		.op = SMEV_SEND_RESPONSE,
		.message_id = ID,
		.to = "1",
		.content = OFFICIAL,
		.content_bytes = strlen(OFFICIAL) };
	struct dsig_verdict verdict;
	struct buf personal;
	xmlNode *data;

	buf_init(&personal, 0);
	sign_personally(f, OFFICIAL, &personal);
	send.personal_signature = buf_text(&personal);
	assert_int_equal(smev_write_send(&send, &f->call, &f->err), 0);
	buf_release(&personal);
	sign(f, "caller");
	check_signature(f, GOST_STREEBOG_256);
	data = xml_child(call_element(f), NULL, "SenderProvidedResponseData");
	assert_int_equal(
	    dsig_verify(f->doc,
		xml_only_child(xml_child(data, NULL, "PersonalSignature")),
		xml_only_child(xml_child(data, NULL, "MessagePrimaryContent")),
		NULL, &verdict, &f->err),
	    0);
	assert_true(verdict.digest_ok);
	assert_true(verdict.value_ok);
}

static void
content_without_an_id_can_not_be_signed_personally(void **state)
{
	struct fixture *f = *state;
	struct smev_unsigned *call;
	const unsigned char *digest;
	size_t bytes;

	assert_int_equal(
	    smev_personal_prepare("<q xmlns=\"urn://q\"/>", 20,
		GOST_STREEBOG_256, f->arena, &call, &digest, &bytes, &f->err),
	    -1);
	assert_string_equal(f->err.code, "SMEV_UNSENDABLE");
}

static void
routing_is_signed_apart_in_any_order(void **state)
{
	static const char *const values[] = { "45000000",
		"</r:RoutingInformation>" SMEV_EMPTY_WRAPPER };
	static const struct smev_routing routing = { .dynamic = { values, 2 } };
	struct fixture *f = *state;
	struct smev_send send = { .version = SMEV_1_3,
		.op = SMEV_SEND_REQUEST,
		.message_id = ID,
		.routing = &routing };
	struct dsig_verdict verdict;
	xmlNode *node;

	send.content =
	    "<q xmlns=\"urn://q\" xmlns:r=\"urn://r\">" SMEV_ROUTING_WRAPPER
	    "</q>";
	send.content_bytes = strlen(send.content);
	for (int routing_first = 0; routing_first < 2; routing_first++) {
		buf_clear(&f->call);
		assert_int_equal(smev_write_send(&send, &f->call, &f->err), 0);
		sign_by(f, "caller",
		    routing_first ? smev_routing_prepare : smev_sign_prepare);
		buf_clear(&f->call);
		buf_add(&f->call, f->sent.data, f->sent.bytes);
		sign_by(f, "caller",
		    routing_first ? smev_sign_prepare : smev_routing_prepare);
		check_signature(f, GOST_STREEBOG_256);
		node = xml_child(call_element(f), NULL, "Routing");
		assert_int_equal(
		    dsig_verify(f->doc,
			xml_only_child(
			    xml_child(node, NULL, "RoutingSignature")),
			xml_child(node, NULL, "RoutingInformation"), NULL,
			&verdict, &f->err),
		    0);
		assert_true(verdict.digest_ok && verdict.value_ok);
	}
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		T(every_call_is_signed_over_its_first_element),
		T(keys_of_512_bits_sign_too),
		T(nothing_but_the_signature_is_added),
		T(no_white_space_stands_between_elements_of_the_signature),
		T(content_that_looks_like_the_wrapper_does_not_attract_it),
		T(what_can_not_be_signed_is_held),
		T(a_changed_call_does_not_verify),
		T(personal_signature_is_within_what_the_caller_signs),
		T(content_without_an_id_can_not_be_signed_personally),
		T(routing_is_signed_apart_in_any_order),
	};

	struct err err;

	keys_setup();
	if (dsig_setup(&err) == -1)
		return 1;
	xml_doc_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
