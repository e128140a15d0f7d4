#include "gateway/flow/enclosed.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/wire.h"
#include "crypto/cms.h"
#include "crypto/gost.h"
#include "gateway/flow/packet.h"
#include "gateway/flow/trusts.h"
#include "smev/smev_attach.h"
#include "smev/smev_base64.h"

/* The texts of struct enclosed, in the order in which they travel. */
#define TEXTS(e)                                                           \
	&(e)->id, &(e)->name, &(e)->mime, &(e)->namespace_uri, &(e)->hash, \
	    &(e)->user, &(e)->password, &(e)->signature, &(e)->code,       \
	    &(e)->signer

static void
write_one(const struct enclosed *e, struct buf *out)
{
	const char *const *const texts[] = { TEXTS(e) };

	wire_put_int(out, e->by_ftp);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		wire_put_text(out, *texts[i]);
	wire_put_int(out, e->trusted);
	wire_put_int(out, e->digest);
	wire_put_blob(out, e->signed_digest, e->signed_digest_bytes);
	wire_put_int(out, e->has_content);
	wire_put_blob(out, e->content, e->content_bytes);
}

void
enclosed_write(const struct enclosed_list *list, struct buf *out)
{
	wire_put_int(out, (int64_t)list->count);
	for (size_t i = 0; i < list->count; i++)
		write_one(&list->items[i], out);
}

static void
read_one(struct wire *wire, struct arena *arena, struct enclosed *ret)
{
	const char **const texts[] = { TEXTS(ret) };

	ret->by_ftp = wire_range(wire, 0, 1) == 1;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = wire_text(wire, arena);
	ret->trusted = wire_range(wire, 0, 1) == 1;
	ret->digest = (int)wire_range(wire, 0, GOST_34_11_94);
	ret->signed_digest = wire_blob(wire, &ret->signed_digest_bytes);
	ret->has_content = wire_range(wire, 0, 1) == 1;
	ret->content = wire_blob(wire, &ret->content_bytes);
}

bool
enclosed_read(
    const void *p, size_t bytes, struct arena *arena, struct enclosed_list *ret)
{
	struct wire wire;

	wire_open(&wire, p, bytes);
	ret->count = (size_t)wire_range(&wire, 0, SMEV_ATTACHMENTS_MAX);
	ret->items = arena_alloc(arena, (ret->count + 1) * sizeof(*ret->items));
	for (size_t i = 0; i < ret->count; i++) {
		read_one(&wire, arena, &ret->items[i]);
		if (ret->items[i].signed_digest_bytes != 0
		    && ret->items[i].signed_digest_bytes
			!= gost_digest_bytes(
			    (enum gost_digest)ret->items[i].digest))
			return false;
	}
	return wire_ok(&wire);
}

static void
judge_signature(struct trust *trust, struct arena *arena, struct enclosed *e)
{
	struct cms_verdict verdict;
	struct cms *cms = NULL;
	struct err err;
	const void *digest;
	size_t bytes;
	void *der =
	    smev_unbase64(e->signature, strlen(e->signature), arena, &bytes);

	if (der == NULL) {
		e->code = "CMS_FORM";
		return;
	}
	if (cms_read(der, bytes, &cms, &err) == -1) {
		e->code = arena_strdup(arena, err.code);
		return;
	}
	cms_check(cms, NULL, trust, &verdict);
	digest = cms_message_digest(cms, &e->signed_digest_bytes);
	e->signed_digest = arena_memdup(arena, digest, e->signed_digest_bytes);
	e->digest = (int)cms_digest(cms);
	e->signer = arena_strdup(arena, verdict.fingerprint);
	e->trusted = verdict.trusted;
	if (!verdict.value_ok)
		e->code = "CMS_VALUE";
	cms_free(cms);
}

/* The last part of a path: what a file may be called. */
static const char *
base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash == NULL ? name : slash + 1;
}

void
flow_enclosed(const struct flow_tools *tools, struct packet *packet)
{
	const struct smev_answer *answer = &packet->answer;
	struct enclosed_list list = { .count = answer->attachment_count };
	struct buf out;

	if (!packet->signature_ok || list.count == 0)
		return;
	list.items =
	    arena_alloc(packet->arena, list.count * sizeof(*list.items));
	for (size_t i = 0; i < list.count; i++) {
		const struct smev_attachment *a = &answer->attachments[i];
		struct enclosed *e = &list.items[i];

		*e = (struct enclosed){ .by_ftp = a->by_ftp,
			.id = a->id,
			.name =
			    a->by_ftp ? a->file_name : base_name(a->file_name),
			.mime = a->mime_type,
			.namespace_uri = a->namespace_uri,
			.hash = a->hash,
			.user = a->user,
			.password = a->password,
			.signature = a->signature,
			.code = "",
			.signer = "",
			.has_content = a->content != NULL,
			.content = a->content,
			.content_bytes = a->content_bytes };
		if (*a->signature != '\0')
			judge_signature(
			    trusts_others(tools->trusts), packet->arena, e);
	}
	buf_init(&out, 0);
	enclosed_write(&list, &out);
	packet->files = arena_memdup(packet->arena, out.data, out.bytes);
	packet->files_bytes = out.bytes;
	buf_release(&out);
}
