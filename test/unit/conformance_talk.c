#include "test/unit/conformance_talk.h"

#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "crypto/dsig.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "smev/smev_codec.h"
#include "test/lib/signer.h"
#include "test/unit/conformance_schema.h"
#include "tools/smevemu/emu_mime.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

void
talk_begin(struct talk *t, enum smev_version version, bool soap_env)
{
	memset(t, 0, sizeof(*t));
	t->version = version;
	t->peer = peer_new("file-signatures off\n");
	t->peer->emu->manner.soap_env = soap_env;
	t->trust = signer_trust();
	t->personal = signer_key("personal");
	t->arena = arena_new();
	buf_init(&t->call, 0);
	buf_init(&t->flat, 0);
}

void
talk_end(struct talk *t)
{
	xml_doc_free(t->doc);
	buf_release(&t->answer.body);
	buf_release(&t->flat);
	buf_release(&t->call);
	arena_free(t->arena);
	keypair_free(t->personal);
	trust_free(t->trust);
	peer_free(t->peer);
}

/* Sign t->call in place. */
void
talk_sign(struct talk *t, const struct keypair *key)
{
	struct smev_unsigned *call;
	const unsigned char *digest;
	unsigned char value[128];
	size_t digest_bytes, value_bytes = sizeof(value);
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, 0);
	assert_int_equal(
	    smev_sign_prepare(t->call.data, t->call.bytes, keypair_digest(key),
		t->arena, &call, &digest, &digest_bytes, &err),
	    0);
	assert_int_equal(
	    keypair_sign(key, digest, digest_bytes, value, &value_bytes, &err),
	    0);
	smev_sign_finish(
	    call, value, value_bytes, keypair_cert_base64(key), &out);
	buf_release(&t->call);
	t->call = out;
}

/* ЭП-СП over content, for smev_send. */
const char *
talk_personal(struct talk *t, const char *content)
{
	struct smev_unsigned *made;
	const unsigned char *digest;
	unsigned char value[128];
	size_t digest_bytes, value_bytes = sizeof(value);
	struct err err = { 0 };
	struct buf out;
	const char *ret;

	buf_init(&out, 0);
	assert_int_equal(smev_personal_prepare(content, strlen(content),
			     keypair_digest(t->personal), t->arena, &made,
			     &digest, &digest_bytes, &err),
	    0);
	assert_int_equal(keypair_sign(t->personal, digest, digest_bytes, value,
			     &value_bytes, &err),
	    0);
	smev_personal_finish(
	    made, value, value_bytes, keypair_cert_base64(t->personal), &out);
	ret = arena_strdup(t->arena, buf_text(&out));
	buf_release(&out);
	return ret;
}

/* t->call, an envelope, to the emulator's endpoint of its version. */
void
talk_exchange(struct talk *t)
{
	enum emu_version version = t->version == SMEV_1_1_2014
	    ? EMU_V11
	    : (enum emu_version)t->version;

	buf_release(&t->answer.body);
	emu_exchange(
	    t->peer->emu, version, t->call.data, t->call.bytes, &t->answer);
}

static void
verify(struct talk *t, xmlNode *signature, const xmlNode *target, enum row row)
{
	struct dsig_verdict verdict;
	struct err err = { 0 };

	if (dsig_require(t->doc, signature, target, t->trust, &verdict, &err)
	    == -1)
		fail_msg("row %d: %s %s", row, err.code, err.text);
	tally.verified[row][t->version]++;
}

/* Every signature that the answer has. */
static void
verify_all(struct talk *t, const struct smev_answer *said, enum row row)
{
	bool signs = said->kind != SMEV_ANSWER_EMPTY
	    && said->kind != SMEV_ANSWER_ACKED
	    && said->kind != SMEV_ANSWER_STATISTICS
	    && said->kind != SMEV_ANSWER_FAULT;

	assert_int_equal(said->smev_signature != NULL, signs);
	if (said->smev_signature != NULL)
		verify(t, said->smev_signature, said->signed_element, row);
	if (said->sender_signature != NULL)
		verify(t, said->sender_signature, said->sender_element, row);
	if (said->personal_signature != NULL)
		verify(t, said->personal_signature, said->content, row);
}

static void
same(const char *a, const char *b)
{
	assert_string_equal(a, b);
}

/* What is the same however the answer is written. */
static void
same_meaning(const struct smev_answer *a, const struct smev_answer *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->version, b->version);
	same(a->message_id, b->message_id);
	same(a->ack_id, b->ack_id);
	same(a->original_message_id, b->original_message_id);
	same(a->reply_to, b->reply_to);
	same(a->sender, b->sender);
	same(a->status, b->status);
	same(a->status_text, b->status_text);
	same(a->reject_code, b->reject_code);
	same(a->reject_text, b->reject_text);
	same(a->fault_code, b->fault_code);
	same(a->fault_text, b->fault_text);
	assert_int_equal(a->status_code, b->status_code);
	assert_int_equal(a->attachment_count, b->attachment_count);
	assert_int_equal(a->queue_count, b->queue_count);
	assert_int_equal(a->content == NULL, b->content == NULL);
	if (a->content != NULL)
		same(xml_name(a->content), xml_name(b->content));
}

/* Read the answer in one form; *ret lives until the next. */
static void
read_form(struct talk *t, enum smev_op op, enum form form, bool multipart,
    struct arena *arena, struct smev_answer *ret)
{
	struct buf written, body;
	struct err err = { 0 };
	char type[300] = "text/xml;charset=UTF-8";

	buf_init(&written, 0);
	buf_init(&body, 0);
	form_write(form, t->answer.body.data, t->answer.body.bytes, &written);
	if (multipart)
		emu_mime_wrap(&written, true, &body, type, sizeof(type));
	else
		buf_add(&body, written.data, written.bytes);
	xml_doc_free(t->doc);
	t->doc = NULL;
	if (smev_read_answer(
		op, type, body.data, body.bytes, arena, &t->doc, ret, &err)
	    == -1)
		fail_msg("%s: %s %s:\n%.3000s", form_names[form], err.code,
		    err.text, buf_text(&written));
	buf_release(&body);
	buf_release(&written);
}

/* Read the answer in every form; t->said is what it says. */
void
talk_read(
    struct talk *t, enum row row, enum smev_op op, enum smev_answer_kind kind)
{
	struct arena *first = arena_new();
	struct xml_doc *doc;

	read_form(t, op, FORM_AS_IS, false, first, &t->said);
	if (t->said.kind != kind)
		fail_msg("row %d: kind %d instead of %d:\n%.3000s", row,
		    t->said.kind, kind, buf_text(&t->answer.body));
	doc = t->doc;
	t->doc = NULL;
	for (int f = 0; f < FORMS; f++) {
		for (int m = 0; m < 2; m++) {
			struct arena *arena = arena_new();
			struct smev_answer again;

			read_form(t, op, (enum form)f, m, arena, &again);
			same_meaning(&again, &t->said);
			verify_all(t, &again, row);
			tally.read[row][t->version]++;
			tally.forms[f][t->peer->emu->manner.soap_env][m]++;
			arena_free(arena);
		}
	}
	xml_doc_free(t->doc);
	t->doc = doc;
	arena_free(t->arena);
	t->arena = first;
}

/* Sign t->call by key, validate it, exchange it and read the answer. */
void
talk_say(struct talk *t, const struct keypair *key, enum row row,
    enum smev_op op, enum smev_answer_kind kind)
{
	talk_sign(t, key);
	tally.valid[row][t->version] +=
	    schema_valid(t->version, t->call.data, t->call.bytes);
	talk_exchange(t);
	talk_read(t, row, op, kind);
}
