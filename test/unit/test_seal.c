/* The promises of gateway/flow/seal.h. */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "crypto/cms.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "gateway/config.h"
#include "gateway/door/door_job.h"
#include "gateway/flow/seal.h"
#include "smev/smev.h"
#include "test/lib/signer.h"
#include "xsd/xml_doc.h"

#define ID      "d6a1fb20-7a5c-11f0-8000-02420a000001"
#define CONTENT "<a:Q xmlns:a=\"urn:x-made-up\"><a:v>1</a:v></a:Q>"

struct scene {
	struct arena *arena;
	struct config config;
	struct keypair *key;
	struct trust *trust;
	int64_t now_ms; /* stands still */
	int algorithms[KEY_USES];
	struct sign_job asked[8]; /* digests are gone */
	size_t asked_count;
	struct buf out, type;
};

static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	scene->now_ms = clock_now_ms();
	clock_freeze_ms(scene->now_ms);
	scene->arena = arena_new();
	scene->config.smev.version = "1.3";
	scene->config.smev.node_id = "";
	scene->key = signer_key("caller");
	scene->trust = signer_trust();
	buf_init(&scene->out, 0);
	buf_init(&scene->type, 0);
	*state = scene;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	clock_freeze_ms(0);
	buf_release(&scene->out);
	buf_release(&scene->type);
	keypair_free(scene->key);
	trust_free(scene->trust);
	arena_free(scene->arena);
	free(scene);
	return 0;
}

/* What a system behind the door says: content as it is. */
static struct seal_job
job_of(struct scene *scene, const char *content)
{
	const struct door_words words = { .content = content,
		.personal_signature = "",
		.business_process = "",
		.eol = "",
		.status_text = "" };
	struct door_outgoing outgoing = { "", "", NULL, 0 };
	struct buf bytes, body;
	struct seal_job job = { .op = SMEV_SEND_REQUEST,
		.message_id = ID,
		.kind = CONFIG_DOOR,
		.to = "",
		.namespace_uri = "",
		.root = "",
		.timestamp = "",
		.body_count = 1 };

	buf_init(&bytes, 0);
	buf_init(&body, 0);
	door_words_write(&words, &bytes);
	outgoing.words = bytes.data;
	outgoing.words_bytes = bytes.bytes;
	door_outgoing_write(&outgoing, &body);
	job.bodies = arena_alloc(scene->arena, sizeof(*job.bodies));
	job.body_bytes = arena_alloc(scene->arena, sizeof(*job.body_bytes));
	job.bodies[0] = arena_memdup(scene->arena, body.data, body.bytes);
	job.body_bytes[0] = body.bytes;
	buf_release(&body);
	buf_release(&bytes);
	return job;
}

static struct seal_file
file_of(struct scene *scene, const char *id, const char *content)
{
	struct seal_file file = { .id = id,
		.name = "",
		.mime = "text/plain",
		.namespace_uri = "",
		.signature = "",
		.bytes = (int64_t)strlen(content),
		.content = content,
		.content_bytes = strlen(content) };
	unsigned char digest[GOST_DIGEST_MAX];

	gost_digest(GOST_STREEBOG_256, content, strlen(content), digest);
	file.digest = arena_memdup(scene->arena, digest, 32);
	file.digest_bytes = 32;
	return file;
}

/* As the signer does it. */
static void
sign(struct scene *scene, const struct sign_job *ask, struct buf *out)
{
	unsigned char value[GOST_SIGNATURE_MAX];
	size_t bytes = sizeof(value);
	struct err err;

	if (ask->form == SIGN_PKCS7) {
		assert_int_equal(cms_sign(scene->key, ask->digest,
				     ask->digest_bytes, ask->at_ms, out, &err),
		    0);
		return;
	}
	assert_int_equal(keypair_sign(scene->key, ask->digest,
			     ask->digest_bytes, value, &bytes, &err),
	    0);
	buf_add(out, value, bytes);
}

/* All rounds, as a sealer runs them. */
static int
run(struct scene *scene, const struct seal_job *job, struct err *err)
{
	struct signed_value value = { .code = "", .why = "" };
	struct sign_job ask;
	struct seal *seal;
	struct buf bytes;
	int more;

	value.cert_base64 = keypair_cert_base64(scene->key);
	if (seal_begin(&scene->config, job, scene->arena, &seal, err) == -1)
		return -1;
	while ((more = seal_ask(seal, scene->algorithms, &ask, err)) == 1) {
		assert_true(scene->asked_count < 8);
		scene->asked[scene->asked_count++] = ask;
		buf_init(&bytes, 0);
		sign(scene, &ask, &bytes);
		value.value = bytes.data;
		value.value_bytes = bytes.bytes;
		assert_int_equal(seal_take(seal, &value, err), 0);
		buf_release(&bytes);
	}
	return more == -1 ? -1 : seal_end(seal, &scene->out, &scene->type, err);
}

static struct xml_doc *
parse(const char *text, size_t bytes)
{
	struct xml_doc *doc;
	struct err err;

	assert_int_equal(xml_doc_parse(text, bytes, NULL, &doc, &err), 0);
	return doc;
}

/* The signature in wrapper is good and covers element. */
static void
covers(struct scene *scene, struct xml_doc *doc, const char *wrapper,
    const char *element)
{
	xmlNode *root = xml_doc_root(doc);
	xmlNode *signature =
	    find_element(find_element(root, wrapper), "Signature");
	struct dsig_verdict verdict;
	struct err err = { 0 };

	assert_non_null(signature);
	if (dsig_require(doc, signature, find_element(root, element),
		scene->trust, &verdict, &err)
	    == -1)
		fail_msg("%s: %s", err.code, err.text);
}

/* The PKCS#7 as it stands in the message is good for content. */
static void
signs_file(struct scene *scene, const xmlNode *header, const char *content)
{
	xmlChar *text =
	    xmlNodeGetContent(find_element(header->children, "SignaturePKCS7"));
	size_t chars = strlen((const char *)text);
	unsigned char *der = calloc(1, chars + 1);
	int bytes = EVP_DecodeBlock(der, text, (int)chars);
	struct err err = { 0 };

	while (bytes > 0 && text[--chars] == '=')
		bytes--;
	if (cms_verify_detached(content, strlen(content), der, (size_t)bytes,
		scene->trust, &err)
	    == -1)
		fail_msg("%s: %s", err.code, err.text);
	free(der);
	xmlFree(text);
}

static void
call_without_files_is_signed_once_by_the_system(void **state)
{
	struct scene *scene = *state;
	struct seal_job job = job_of(scene, CONTENT);
	struct xml_doc *doc;
	struct err err;

	assert_int_equal(run(scene, &job, &err), 0);
	assert_int_equal(scene->asked_count, 1);
	assert_int_equal(scene->asked[0].use, KEY_SYSTEM);
	assert_int_equal(scene->asked[0].form, SIGN_VALUE);
	assert_string_equal(buf_text(&scene->type), "text/xml; charset=utf-8");
	doc = parse(scene->out.data, scene->out.bytes);
	covers(scene, doc, "CallerInformationSystemSignature",
	    "SenderProvidedRequestData");
	xml_doc_free(doc);
}

static void
each_file_without_a_signature_has_a_round_before_the_callers(void **state)
{
	struct scene *scene = *state;
	struct seal_job job = job_of(scene, CONTENT);
	struct seal_file files[] = { file_of(scene, "a", "first"),
		file_of(scene, "b", "second"), file_of(scene, "u", "third") };
	struct xml_doc *doc;
	xmlNode *header;
	struct err err;

	files[1].signature = "TUlJ"; /* its own */
	files[2].by_ftp = true;
	files[2].content = NULL;
	files[2].content_bytes = 0;
	job.files = files;
	job.file_count = 3;
	assert_int_equal(run(scene, &job, &err), 0);
	assert_int_equal(scene->asked_count, 3);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(scene->asked[i].use, KEY_PERSONAL);
		assert_int_equal(scene->asked[i].form, SIGN_PKCS7);
		assert_true(scene->asked[i].at_ms == scene->now_ms);
	}
	assert_int_equal(scene->asked[2].use, KEY_SYSTEM);
	doc = parse(scene->out.data, scene->out.bytes);
	covers(scene, doc, "CallerInformationSystemSignature",
	    "SenderProvidedRequestData");
	header = find_element(xml_doc_root(doc), "AttachmentHeader");
	signs_file(scene, header, "first");
	signs_file(scene,
	    find_element(xml_doc_root(doc), "RefAttachmentHeader"), "third");
	xml_doc_free(doc);
}

/* The data type of CONTENT, whose definition demands an official's signature. */
static void
demand(struct scene *scene)
{
	static struct config_datatype type = { .namespace_uri = "urn:x-made-up",
		.request_root = "Q",
		.response_root = "S",
		.adapter = "x",
		.personal_request = true };

	scene->config.datatypes = &type;
	scene->config.datatype_count = 1;
}

static void
official_signs_the_content_before_the_system_signs_all(void **state)
{
	struct scene *scene = *state;
	struct seal_job job = job_of(scene,
	    "<a:Q xmlns:a=\"urn:x-made-up\" Id=\"R\"><a:v>1</a:v></a:Q>");
	struct seal_file file = file_of(scene, "a", "first");
	struct xml_doc *doc;
	struct err err;

	demand(scene);
	job.files = &file;
	job.file_count = 1;
	assert_int_equal(run(scene, &job, &err), 0);
	assert_int_equal(scene->asked_count, 3);
	assert_int_equal(scene->asked[0].form, SIGN_PKCS7);
	assert_int_equal(scene->asked[1].use, KEY_PERSONAL);
	assert_int_equal(scene->asked[1].form, SIGN_VALUE);
	assert_int_equal(scene->asked[2].use, KEY_SYSTEM);
	doc = parse(scene->out.data, scene->out.bytes);
	covers(scene, doc, "PersonalSignature", "Q");
	covers(scene, doc, "CallerInformationSystemSignature",
	    "SenderProvidedRequestData");
	xml_doc_free(doc);
}

static void
content_that_no_official_can_sign_is_held(void **state)
{
	struct scene *scene = *state;
	struct seal_job job = job_of(scene, CONTENT);
	struct err err;

	demand(scene);
	assert_int_equal(run(scene, &job, &err), -1);
	assert_int_equal(err.kind, ERR_HOLD);
	assert_string_equal(err.code, "SMEV_PERSONAL_NO_ID");
	/* Only what the definition demands. */
	job.op = SMEV_SEND_RESPONSE;
	job.to = "to";
	assert_int_equal(run(scene, &job, &err), 0);
	assert_int_equal(scene->asked_count, 1);
}

static void
mtom_puts_contents_beside_the_signed_envelope(void **state)
{
	struct scene *scene = *state;
	struct seal_job job = job_of(scene, CONTENT);
	struct seal_file file = file_of(scene, "a", "made-up content");
	const char *text, *begin, *end;
	struct xml_doc *doc;
	struct err err;

	job.files = &file;
	job.file_count = 1;
	job.mtom = true;
	assert_int_equal(run(scene, &job, &err), 0);
	assert_int_equal(
	    strncmp(buf_text(&scene->type),
		"multipart/related; type=\"application/xop+xml\"", 44),
	    0);
	text = buf_text(&scene->out);
	assert_non_null(strstr(text, "\r\n\r\nmade-up content\r\n--"));
	begin = strstr(text, "<s:Envelope");
	end = strstr(text, "</s:Envelope>");
	assert_non_null(begin);
	assert_non_null(end);
	doc = parse(begin, (size_t)(end - begin) + strlen("</s:Envelope>"));
	covers(scene, doc, "CallerInformationSystemSignature",
	    "SenderProvidedRequestData");
	xml_doc_free(doc);
}

static void
answer_without_a_value_is_tried_again_later(void **state)
{
	struct scene *scene = *state;
	struct seal_job job = job_of(scene, CONTENT);
	const struct signed_value no = { .code = "KEY_SIGN", .why = "no" };
	const struct signed_value empty = { .code = "", .why = "" };
	struct sign_job ask;
	struct seal *seal;
	struct err err;

	assert_int_equal(
	    seal_begin(&scene->config, &job, scene->arena, &seal, &err), 0);
	assert_int_equal(seal_ask(seal, scene->algorithms, &ask, &err), 1);
	assert_int_equal(seal_take(seal, &no, &err), -1);
	assert_int_equal(err.kind, ERR_RETRY);
	assert_string_equal(err.code, "KEY_SIGN");
	assert_int_equal(seal_take(seal, &empty, &err), -1);
	assert_int_equal(err.kind, ERR_RETRY);
}

static void
file_of_the_store_that_the_key_can_not_sign_is_held(void **state)
{
	const struct signed_value no = {
		.algorithm = GOST_STREEBOG_512, .code = "KEY_SIGN", .why = "no"
	};
	struct scene *scene = *state;
	struct seal_job job = job_of(scene, CONTENT);
	struct seal_file file = file_of(scene, "u", "third");
	struct sign_job ask;
	struct seal *seal;
	struct err err;

	job.files = &file;
	job.file_count = 1;
	for (int by_ftp = 0; by_ftp < 2; by_ftp++) {
		file.by_ftp = by_ftp == 1;
		assert_int_equal(
		    seal_begin(&scene->config, &job, scene->arena, &seal, &err),
		    0);
		assert_int_equal(
		    seal_ask(seal, scene->algorithms, &ask, &err), 1);
		assert_int_equal(seal_take(seal, &no, &err), -1);
		/* One that is here is digested anew. */
		assert_int_equal(err.kind, by_ftp ? ERR_HOLD : ERR_RETRY);
	}
}

static void
call_that_is_no_message_is_signed_too(void **state)
{
	struct scene *scene = *state;
	struct seal_job job = { .op = SMEV_ACK,
		.message_id = ID,
		.kind = "",
		.to = "",
		.namespace_uri = "",
		.root = "",
		.timestamp = "",
		.accepted = true };
	struct xml_doc *doc;
	struct err err;

	assert_int_equal(run(scene, &job, &err), 0);
	assert_int_equal(scene->asked_count, 1);
	doc = parse(scene->out.data, scene->out.bytes);
	covers(
	    scene, doc, "CallerInformationSystemSignature", "AckTargetMessage");
	xml_doc_free(doc);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(call_without_files_is_signed_once_by_the_system),
		TEST(
		    each_file_without_a_signature_has_a_round_before_the_callers),
		TEST(official_signs_the_content_before_the_system_signs_all),
		TEST(content_that_no_official_can_sign_is_held),
		TEST(mtom_puts_contents_beside_the_signed_envelope),
		TEST(answer_without_a_value_is_tried_again_later),
		TEST(file_of_the_store_that_the_key_can_not_sign_is_held),
		TEST(call_that_is_no_message_is_signed_too),
	};

	signer_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
