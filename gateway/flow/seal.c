/* Runs in a sealer. */
#include "gateway/flow/seal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/rand.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/flow/encode.h"
#include "smev/smev_base64.h"
#include "smev/smev_codec.h"
#include "smev/smev_multipart.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

#define PLAIN_TYPE "text/xml; charset=utf-8"

struct seal {
	struct arena *arena;
	bool sends; /* send counts; else the call is there from the start */
	struct smev_send send;
	struct smev_attachment *files; /* those of send */
	const struct seal_file *given; /* files as store gave them */
	size_t *unsigned_files; /* which have no signature of their own */
	size_t unsigned_count;
	bool personal; /* an official has to sign, and has not yet */
	const char *call; /* unsigned, or with what is signed already */
	size_t call_bytes;
	struct smev_unsigned *pending; /* of the round that is on */
	size_t round, at; /* which round, which one of it */
};

/* One kind of signature: how many, what is signed, where it goes. */
struct round {
	size_t (*count)(const struct seal *seal);
	int (*ask)(struct seal *seal, const int algorithms[KEY_USES],
	    struct sign_job *ret, struct err *err);
	void (*take)(struct seal *seal, const struct signed_value *value);
};

static const char *
base64(struct arena *arena, const void *p, size_t bytes)
{
	size_t text_bytes;

	return smev_base64(p, bytes, arena, &text_bytes);
}

static size_t
count_files(const struct seal *seal)
{
	return seal->unsigned_count;
}

static int
ask_file(struct seal *seal, const int algorithms[KEY_USES],
    struct sign_job *ret, struct err *err)
{
	const struct seal_file *file =
	    &seal->given[seal->unsigned_files[seal->at]];
	enum gost_digest which = (enum gost_digest)algorithms[KEY_PERSONAL];
	unsigned char *digest;

	(void)err;
	*ret = (struct sign_job){ .use = KEY_PERSONAL,
		.form = SIGN_PKCS7,
		.digest = file->digest,
		.digest_bytes = file->digest_bytes,
		.at_ms = clock_now_ms() };
	if (!file->by_ftp) {
		digest = arena_alloc(seal->arena, GOST_DIGEST_MAX);
		gost_digest(which, file->content, file->content_bytes, digest);
		ret->digest = digest;
		ret->digest_bytes = gost_digest_bytes(which);
	}
	return 0;
}

static void
take_file(struct seal *seal, const struct signed_value *value)
{
	seal->files[seal->unsigned_files[seal->at]].signature =
	    base64(seal->arena, value->value, value->value_bytes);
}

static size_t
count_personal(const struct seal *seal)
{
	return seal->personal;
}

static int
ask_personal(struct seal *seal, const int algorithms[KEY_USES],
    struct sign_job *ret, struct err *err)
{
	const unsigned char *digest;
	size_t bytes;

	if (smev_personal_prepare(seal->send.content, seal->send.content_bytes,
		algorithms[KEY_PERSONAL], seal->arena, &seal->pending, &digest,
		&bytes, err)
	    == -1)
		return -1;
	*ret = (struct sign_job){ .use = KEY_PERSONAL,
		.form = SIGN_VALUE,
		.digest = digest,
		.digest_bytes = bytes };
	return 0;
}

static void
take_personal(struct seal *seal, const struct signed_value *value)
{
	struct buf signature;

	buf_init(&signature, 0);
	smev_personal_finish(seal->pending, value->value, value->value_bytes,
	    value->cert_base64, &signature);
	seal->send.personal_signature =
	    arena_strdup(seal->arena, buf_text(&signature));
	buf_release(&signature);
}

/* The call, once all that stands inside of it is there. */
static int
write_call(struct seal *seal, struct err *err)
{
	struct buf call;
	int rc;

	if (seal->call != NULL)
		return 0;
	buf_init(&call, 0);
	rc = smev_write_send(&seal->send, &call, err);
	if (rc == 0) {
		seal->call =
		    arena_strndup(seal->arena, buf_text(&call), call.bytes);
		seal->call_bytes = call.bytes;
	}
	buf_release(&call);
	return rc;
}

typedef int
prepare_fn(const char *call, size_t bytes, int algorithm, struct arena *arena,
    struct smev_unsigned **ret, const unsigned char **ret_digest,
    size_t *ret_digest_bytes, struct err *err);

static int
ask_call(struct seal *seal, prepare_fn *prepare, int algorithm,
    struct sign_job *ret, struct err *err)
{
	const unsigned char *digest;
	size_t bytes;

	if (write_call(seal, err) == -1
	    || prepare(seal->call, seal->call_bytes, algorithm, seal->arena,
		   &seal->pending, &digest, &bytes, err)
		== -1)
		return -1;
	*ret = (struct sign_job){ .use = KEY_SYSTEM,
		.form = SIGN_VALUE,
		.digest = digest,
		.digest_bytes = bytes };
	return 0;
}

static void
take_call(struct seal *seal, const struct signed_value *value)
{
	struct buf call;

	buf_init(&call, 0);
	smev_sign_finish(seal->pending, value->value, value->value_bytes,
	    value->cert_base64, &call);
	seal->call = arena_strndup(seal->arena, buf_text(&call), call.bytes);
	seal->call_bytes = call.bytes;
	buf_release(&call);
}

static size_t
count_routing(const struct seal *seal)
{
	return seal->sends && seal->send.routing != NULL;
}

static int
ask_routing(struct seal *seal, const int algorithms[KEY_USES],
    struct sign_job *ret, struct err *err)
{
	return ask_call(
	    seal, smev_routing_prepare, algorithms[KEY_SYSTEM], ret, err);
}

static size_t
count_caller(const struct seal *seal)
{
	(void)seal;
	return 1;
}

static int
ask_caller(struct seal *seal, const int algorithms[KEY_USES],
    struct sign_job *ret, struct err *err)
{
	return ask_call(
	    seal, smev_sign_prepare, algorithms[KEY_SYSTEM], ret, err);
}

static const struct round rounds[] = {
	{ count_files, ask_file, take_file },
	{ count_personal, ask_personal, take_personal },
	{ count_routing, ask_routing, take_call },
	{ count_caller, ask_caller, take_call },
};

/* Files as they stand in the message; one without a signature gets it later. */
static void
begin_files(struct seal *seal, const struct seal_job *job)
{
	size_t count = job->file_count;
	struct seal_file *given =
	    arena_alloc(seal->arena, (count + 1) * sizeof(*given));

	seal->files =
	    arena_alloc(seal->arena, (count + 1) * sizeof(*seal->files));
	seal->unsigned_files = arena_alloc(
	    seal->arena, (count + 1) * sizeof(*seal->unsigned_files));
	for (size_t i = 0; i < count; i++) {
		struct seal_file *file = &given[i];

		*file = job->files[i];
		file->digest =
		    arena_memdup(seal->arena, file->digest, file->digest_bytes);
		file->content = arena_memdup(
		    seal->arena, file->content, file->content_bytes);
		seal->files[i] = (struct smev_attachment){
			.by_ftp = file->by_ftp,
			.id = file->id,
			.mime_type = file->mime,
			.namespace_uri = file->namespace_uri,
			.signature = file->signature,
			.hash = base64(
			    seal->arena, file->digest, file->digest_bytes),
			.file_name = file->name,
			.content = file->by_ftp ? NULL : file->content,
			.content_bytes = file->content_bytes,
		};
		if (*file->signature == '\0')
			seal->unsigned_files[seal->unsigned_count++] = i;
	}
	seal->given = given;
	seal->send.attachments = seal->files;
	seal->send.attachment_count = count;
	seal->send.mtom = job->mtom;
}

/* Whether an official has to sign the content, and can. */
static int
begin_personal(const struct config *config, struct seal *seal, struct err *err)
{
	const struct smev_send *send = &seal->send;
	struct xml_doc *doc;
	const xmlNode *root;
	const char *id;
	bool has_id;

	if (send->content_bytes == 0
	    || (send->personal_signature != NULL
		&& *send->personal_signature != '\0'))
		return 0;
	if (xml_doc_parse(send->content, send->content_bytes, NULL, &doc, err)
	    == -1) {
		err->kind = ERR_HOLD; /* our own message */
		return -1;
	}
	root = xml_doc_root(doc);
	id = xml_attr(root, "Id", seal->arena);
	has_id = id != NULL && *id != '\0'; /* it may be the tree's own */
	seal->personal = config_personal(config, send->op == SMEV_SEND_REQUEST,
	    xml_ns(root), xml_name(root));
	xml_doc_free(doc);
	if (!seal->personal || has_id)
		return 0;
	return err_set(err, ERR_HOLD, "SMEV_PERSONAL_NO_ID",
	    "the root that an official has to sign has no Id");
}

static bool
any_personal(const struct config *config)
{
	for (size_t i = 0; i < config->datatype_count; i++)
		if (config->datatypes[i].personal_request
		    || config->datatypes[i].personal_response)
			return true;
	return false;
}

int
seal_begin(const struct config *config, const struct seal_job *job,
    struct arena *arena, struct seal **ret, struct err *err)
{
	struct seal *seal = arena_alloc(arena, sizeof(*seal));
	struct buf call;

	seal->arena = arena;
	seal->sends = flow_encode_sends(job);
	if (seal->sends) {
		if (flow_encode_send(config, job, arena, &seal->send, err)
		    == -1)
			return -1;
		if (any_personal(config)
		    && begin_personal(config, seal, err) == -1)
			return -1;
		begin_files(seal, job);
	} else {
		buf_init(&call, 0);
		flow_encode_other(config, job, &call);
		seal->call = arena_strndup(arena, buf_text(&call), call.bytes);
		seal->call_bytes = call.bytes;
		buf_release(&call);
	}
	*ret = seal;
	return 0;
}

int
seal_ask(struct seal *seal, const int algorithms[KEY_USES],
    struct sign_job *ret, struct err *err)
{
	for (; seal->round < sizeof(rounds) / sizeof(rounds[0]);
	     seal->round++, seal->at = 0) {
		const struct round *round = &rounds[seal->round];

		if (seal->at < round->count(seal))
			return round->ask(seal, algorithms, ret, err) == -1 ? -1
									    : 1;
	}
	return 0;
}

/*
 * A file of the store was digested before it was known who signs, and it is not
 * here: by another algorithm it will never be signed.
 */
static bool
is_misfit(const struct seal *seal, const struct signed_value *value)
{
	const struct seal_file *file;

	if (rounds[seal->round].ask != ask_file)
		return false;
	file = &seal->given[seal->unsigned_files[seal->at]];
	return file->by_ftp
	    && file->digest_bytes
	    != gost_digest_bytes((enum gost_digest)value->algorithm);
}

int
seal_take(struct seal *seal, const struct signed_value *value, struct err *err)
{
	if (strcmp(value->code, "KEY_SIGN") == 0 && is_misfit(seal, value))
		return err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
		    "the digest of a file in the store is not for the key "
		    "that signs files");
	if (*value->code != '\0' || value->value_bytes == 0)
		return err_set(err, ERR_RETRY,
		    *value->code != '\0' ? value->code : "KEY_SIGN", "%s",
		    value->why);
	rounds[seal->round].take(seal, value);
	seal->at++;
	return 0;
}

int
seal_end(struct seal *seal, struct buf *out, struct buf *type, struct err *err)
{
	char boundary[40];

	if (!seal->sends || !seal->send.mtom) {
		buf_add(out, seal->call, seal->call_bytes);
		buf_adds(type, PLAIN_TYPE);
		return 0;
	}
	(void)snprintf(boundary, sizeof(boundary), "%016" PRIx64 "%016" PRIx64,
	    rand_u64(), rand_u64());
	return smev_write_multipart(&seal->send, seal->call, seal->call_bytes,
	    boundary, out, type, err);
}
