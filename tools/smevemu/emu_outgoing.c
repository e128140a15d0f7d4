#include "tools/smevemu/emu_outgoing.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/cms.h"
#include "crypto/keystore.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_base64.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_slice.h"
#include "tools/smevemu/emu_store.h"
#include "tools/smevemu/emu_wire.h"
#include "xsd/xml_write.h"

#define FILE_BYTES (64 << 20)

/* A message that is being made. */
struct outgoing {
	struct emu *emu;
	struct emu_participant *from;
	struct arena *arena;
	char id[UUID_BYTES];
	struct buf content, headers, refs, contents;
	struct xml_writer w_headers, w_refs, w_contents;
	size_t file_bytes; /* of those inside */
	struct emu_files *files; /* of those in the store; NULL none */
	struct emu_file *digesting;
};

static void
outgoing_free(struct outgoing *o)
{
	buf_release(&o->content);
	buf_release(&o->headers);
	buf_release(&o->refs);
	buf_release(&o->contents);
	if (o->files != NULL && o->files->users == 0)
		emu_files_free(o->files);
	arena_free(o->arena);
	free(o);
}

static enum gost_digest
algorithm(const struct outgoing *o)
{
	return o->from->key == NULL
	    ? GOST_STREEBOG_256
	    : (enum gost_digest)keypair_digest(o->from->key);
}

static const char *
mime_of(const char *path)
{
	static const char *const types[][2] = { { ".txt", "text/plain" },
		{ ".xml", "text/xml" }, { ".pdf", "application/pdf" },
		{ ".zip", "application/zip" }, { ".jpg", "image/jpeg" },
		{ ".png", "image/png" } };
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]);
	     i++) {
		if (strcmp(types[i][0], dot) == 0)
			return types[i][1];
	}
	return "application/octet-stream";
}

/* SignaturePKCS7 of a file with that digest, by the sender's key. */
static int
write_signature(struct outgoing *o, const unsigned char *digest,
    struct xml_writer *w, struct err *err)
{
	struct buf cms;
	int rc;

	if (o->from->key == NULL)
		return 0;
	buf_init(&cms, 0);
	rc = cms_sign(o->from->key, digest, gost_digest_bytes(algorithm(o)),
	    clock_now_ms(), &cms, err);
	if (rc == 0)
		xml_write_leaf(w, "SignaturePKCS7",
		    emu_base64_encode(cms.data, cms.bytes, o->arena));
	buf_release(&cms);
	return rc;
}

static int
add_inside(
    struct outgoing *o, const char *path, unsigned number, struct err *err)
{
	const char *id = arena_printf(o->arena, "file_%u", number);
	unsigned char digest[GOST_DIGEST_MAX];
	struct buf data;
	int rc = -1;

	buf_init(&data, 0);
	if (file_read(path, FILE_BYTES, &data, err) == -1)
		goto out;
	gost_digest(algorithm(o), data.data, data.bytes, digest);
	xml_write_open(&o->w_headers, "AttachmentHeader");
	xml_write_leaf(&o->w_headers, "contentId", id);
	xml_write_leaf(&o->w_headers, "MimeType", mime_of(path));
	rc = write_signature(o, digest, &o->w_headers, err);
	xml_write_close(&o->w_headers);
	xml_write_open(&o->w_contents, "AttachmentContent");
	xml_write_leaf(&o->w_contents, "Id", id);
	xml_write_leaf(&o->w_contents, "Content",
	    emu_base64_encode(data.data, data.bytes, o->arena));
	xml_write_close(&o->w_contents);
	o->file_bytes += data.bytes;
out:
	buf_release(&data);
	return rc;
}

static int
add_stored(struct outgoing *o, const char *path, struct err *err)
{
	struct emu_file *file = xcalloc(1, sizeof(*file)), **end;

	if (o->files == NULL) {
		o->files = xcalloc(1, sizeof(*o->files));
		o->files->emu = o->emu;
	}
	for (end = &o->files->first; *end != NULL; end = &(*end)->next)
		;
	*end = file;
	file->which = algorithm(o);
	if (emu_store_put(o->emu, path, o->files, file, err) == -1)
		return -1;
	o->files->bytes += file->bytes;
	return 0;
}

static int
write_ref(struct outgoing *o, const struct emu_file *file,
    const unsigned char *digest, struct err *err)
{
	int rc;

	xml_write_open(&o->w_refs, "RefAttachmentHeader");
	xml_write_leaf(&o->w_refs, "uuid", file->uuid);
	xml_write_leaf(&o->w_refs, "Hash",
	    emu_base64_encode(
		digest, gost_digest_bytes(file->which), o->arena));
	xml_write_leaf(&o->w_refs, "MimeType", mime_of(file->name));
	rc = write_signature(o, digest, &o->w_refs, err);
	xml_write_close(&o->w_refs);
	return rc;
}

/* All is there: the message. */
static int
complete(struct outgoing *o, struct err *err)
{
	struct emu_extra extra = {
		.id = o->id, .file_bytes = o->file_bytes, .files = o->files
	};
	const struct emu_message *msg;

	if (o->contents.bytes > 0) {
		xml_write_close(&o->w_headers);
		xml_write_close(&o->w_contents);
		extra.headers = buf_text(&o->headers);
		extra.contents = buf_text(&o->contents);
	}
	if (o->refs.bytes > 0) {
		xml_write_close(&o->w_refs);
		extra.refs = buf_text(&o->refs);
	}
	return emu_compose_request(o->emu, o->from, o->content.data,
	    o->content.bytes, &extra, &msg, err);
}

static int digest_next(struct outgoing *o, struct err *err);

static void
on_digest(void *arg, const unsigned char *digest)
{
	struct outgoing *o = arg;
	struct emu_file *file = o->digesting;
	struct err err = { 0 };
	int rc = -1;

	o->digesting = file->next;
	if (digest != NULL && write_ref(o, file, digest, &err) == 0)
		rc = digest_next(o, &err);
	if (rc == -1)
		log_event(LOG_LEVEL_ERROR, "message=%s result=failed code=%s",
		    o->id, err.code);
	if (rc != 1)
		outgoing_free(o);
}

/* Returns 1 a digest is being taken, 0 the message is made, or -1. */
static int
digest_next(struct outgoing *o, struct err *err)
{
	int fd;

	if (o->digesting == NULL)
		return complete(o, err);
	fd = emu_store_read(o->emu, o->files, o->digesting);
	if (fd == -1)
		return err_set(err, ERR_REFUSE, "EMU_STORE",
		    "can't read %.100s", o->digesting->name);
	emu_slice_add(o->emu, fd, o->digesting->which, on_digest, o);
	return 1;
}

static void
begin_list(struct xml_writer *w, struct buf *out)
{
	buf_init(out, 0);
	xml_write_init(w, out);
}

static int
add_files(struct outgoing *o, const struct emu_attach *files, size_t count,
    struct err *err)
{
	const char *basic = emu_ns(EMU_NS_BASIC, EMU_COMPOSE_VERSION);
	unsigned inside = 0;

	for (size_t i = 0; i < count; i++) {
		if (files[i].by_ftp) {
			if (add_stored(o, files[i].path, err) == -1)
				return -1;
			continue;
		}
		if (inside++ == 0) {
			xml_write_open(&o->w_headers, "AttachmentHeaderList");
			xml_write_open(&o->w_contents, "AttachmentContentList");
			xml_write_ns(&o->w_contents, "", basic);
		}
		if (add_inside(o, files[i].path, inside, err) == -1)
			return -1;
	}
	if (o->files != NULL)
		xml_write_open(&o->w_refs, "RefAttachmentHeaderList");
	return 0;
}

int
emu_outgoing_send(struct emu *emu, struct emu_participant *from,
    const void *content, size_t bytes, const struct emu_attach *files,
    size_t count, char ret_id[UUID_BYTES], struct err *err)
{
	struct outgoing *o;
	int rc = -1;

	if (emu_compose_known(emu, content, bytes, err) == -1)
		return -1;
	o = xcalloc(1, sizeof(*o));
	o->emu = emu;
	o->from = from;
	o->arena = arena_new();
	uuid_v1(o->id);
	memcpy(ret_id, o->id, UUID_BYTES);
	buf_init(&o->content, 0);
	buf_add(&o->content, content, bytes);
	begin_list(&o->w_headers, &o->headers);
	begin_list(&o->w_refs, &o->refs);
	begin_list(&o->w_contents, &o->contents);
	if (add_files(o, files, count, err) == 0) {
		o->digesting = o->files == NULL ? NULL : o->files->first;
		rc = digest_next(o, err);
	}
	if (rc == 1)
		return 0;
	outgoing_free(o);
	return rc;
}
