#include "gateway/exchange/fetch.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/exchange/call.h"
#include "gateway/exchange/haul.h"
#include "gateway/exchange/polled.h"
#include "gateway/flow/enclosed.h"
#include "gateway/flow/settle.h"
#include "gateway/metrics.h"
#include "model/changeset.h"
#include "queue/blob.h"
#include "queue/file.h"
#include "queue/inbox.h"
#include "smev/smev_base64.h"
#include "store/store.h"

#define FETCHES_MAX    64 /* messages whose files are under way */
#define PART_BYTES     41 /* name of a part, and its NUL */
#define ALL_DIGESTS    ((1U << FTP_DIGESTS) - 1)
#define NAME_BYTES_MAX 500

/* Listed in desk.fetches. */
struct fetch {
	struct batch_job job; /* first: looks whether the message is here */
	struct fetch *next;
	struct desk *desk;
	struct transit *transit; /* NULL: let go of, a haul has yet to end */
	struct enclosed_list list;
	struct file_list known; /* rows from before */
	bool here; /* the message is in the inbox already */
	bool hauling;
	size_t at; /* the file that is looked at */
	int64_t bytes; /* of all so far */
	bool again; /* its part was thrown away once */
	char part[PART_BYTES];
};

static void go_on(struct fetch *fetch);

static void
fetch_free(struct fetch *fetch)
{
	struct fetch **at = &fetch->desk->fetches;

	while (*at != fetch)
		at = &(*at)->next;
	*at = fetch->next;
	free(fetch);
}

static void
refuse(struct fetch *fetch, const char *code)
{
	struct transit *t = fetch->transit;

	log_event(LOG_LEVEL_WARN,
	    "packet=%s stage=fetch file=%zu result=refused code=%s",
	    t->packet_id, fetch->at + 1, code);
	defects_add(&t->change->defects,
	    &(struct defect){ .level = DEFECT_FATAL, .code = code });
}

static void
settle(struct fetch *fetch)
{
	struct transit *t = fetch->transit;

	fetch_free(fetch);
	settle_start(t);
}

/* Not now: SMEV gives it again, or the inbox does. */
static void
leave(struct fetch *fetch, const struct err *err)
{
	struct transit *t = fetch->transit;

	log_event(LOG_LEVEL_WARN,
	    "packet=%s stage=fetch file=%zu result=later code=%s why=\"%s\"",
	    t->packet_id, fetch->at + 1, err->code, err->text);
	metrics_add(METRIC_FILES_FAILED, 1);
	fetch_free(fetch);
	call_let_go(t); /* no trouble of the polling */
	transit_free(t);
}

/* The same delivery has the same parts; another message never has. */
static void
name_part(struct fetch *fetch)
{
	const struct enclosed *e = &fetch->list.items[fetch->at];
	unsigned char raw[32];
	struct gost_stream stream;
	char hex[65];

	gost_stream_init(&stream, GOST_STREEBOG_256);
	gost_stream_add(&stream, fetch->transit->packet_id,
	    strlen(fetch->transit->packet_id) + 1);
	gost_stream_add(&stream, e->id, strlen(e->id) + 1);
	gost_stream_end(&stream, raw);
	gost_stream_release(&stream);
	str_hex(hex, raw, sizeof(raw));
	str_copy(fetch->part, sizeof(fetch->part), hex);
}

/* Hash of the header is that of the content, by whatever algorithm it is. */
static bool
hash_fits(struct fetch *fetch, const struct ftp_result *result)
{
	const struct enclosed *e = &fetch->list.items[fetch->at];
	size_t bytes;
	const void *want;

	if (*e->hash == '\0')
		return true;
	want = smev_unbase64(
	    e->hash, strlen(e->hash), fetch->transit->arena, &bytes);
	for (size_t i = 0; want != NULL && i < FTP_DIGESTS; i++)
		if (result->digest_bytes[i] == bytes && bytes != 0
		    && memcmp(result->digest[i], want, bytes) == 0)
			return true;
	return false;
}

/* What is wrong with the content that has those digests, or NULL. */
static const char *
content_code(struct fetch *fetch, const struct ftp_result *result)
{
	const struct enclosed *e = &fetch->list.items[fetch->at];

	if (e->signed_digest_bytes != 0
	    && (result->digest_bytes[e->digest] != e->signed_digest_bytes
		|| memcmp(result->digest[e->digest], e->signed_digest,
		       e->signed_digest_bytes)
		    != 0))
		return "CMS_DIGEST";
	return hash_fits(fetch, result) ? NULL : "FILE_HASH";
}

/* The file is ours: it gets its row when the message is settled. */
static void
add_file(struct fetch *fetch, const char *hex, int64_t bytes)
{
	const struct enclosed *e = &fetch->list.items[fetch->at];
	struct transit *t = fetch->transit;
	char *name = arena_alloc(t->arena, NAME_BYTES_MAX);
	const char *slash = strrchr(e->name, '/');

	str_copy(name, NAME_BYTES_MAX, slash == NULL ? e->name : slash + 1);
	t->files[t->file_count++] =
	    (struct file){ .ordinal = (int64_t)fetch->at + 1,
		    .name = name,
		    .mime = e->mime,
		    .namespace_uri = e->namespace_uri,
		    .digest = arena_strdup(t->arena, hex),
		    .bytes = bytes,
		    .signature = e->signature,
		    .signer = e->signer,
		    .trusted = e->trusted,
		    .by_ftp = e->by_ftp,
		    .ref_id = e->id,
		    .hash = e->hash };
	fetch->bytes += bytes;
	fetch->again = false;
	fetch->at++;
	metrics_add(METRIC_FILES_RECEIVED, 1);
}

static const char *
folder(const struct fetch *fetch)
{
	return fetch->desk->files_folder;
}

static void
on_hauled(const struct ftp_result *result, void *arg)
{
	struct fetch *fetch = arg;
	const char *code;
	struct err err;
	char hex[65];

	fetch->hauling = false;
	if (fetch->transit == NULL) {
		fetch_free(fetch);
		return;
	}
	(void)FAILPOINT("fetch.hauled");
	(void)err_set(
	    &err, (enum err_kind)result->kind, result->code, "%s", result->why);
	if (result->kind == ERR_REFUSE) {
		blob_drop(folder(fetch), fetch->part);
		refuse(fetch, result->code);
		settle(fetch);
		return;
	}
	if (result->kind != ERR_NONE) {
		leave(fetch, &err);
		return;
	}
	code = content_code(fetch, result);
	if (code != NULL) {
		blob_drop(folder(fetch), fetch->part);
		/* What was there from before may be at fault. */
		if (result->resumed && !fetch->again) {
			fetch->again = true;
			go_on(fetch);
			return;
		}
		refuse(fetch, code);
		settle(fetch);
		return;
	}
	str_hex(hex, result->digest[GOST_STREEBOG_256], 32);
	if (blob_keep(folder(fetch), fetch->part, hex, &err) == -1) {
		leave(fetch, &err);
		return;
	}
	(void)FAILPOINT("fetch.kept");
	add_file(fetch, hex, result->bytes);
	go_on(fetch);
}

/* What of the digests the decision needs, and the blob's name. */
static unsigned
digests_of(const struct enclosed *e)
{
	unsigned wanted = 1U << GOST_STREEBOG_256;

	if (e->signed_digest_bytes != 0)
		return wanted | 1U << e->digest;
	return *e->hash == '\0' ? wanted : ALL_DIGESTS;
}

/* A file of the store. */
static void
haul(struct fetch *fetch)
{
	const struct enclosed *e = &fetch->list.items[fetch->at];
	struct transit *t = fetch->transit;
	const char *name = *e->name == '/' ? e->name + 1 : e->name;
	struct ftp_job job = { .user = e->user,
		.password = e->password,
		.paths = { arena_printf(t->arena, "%s/%s", e->id, name), name },
		.bytes_max = t->desk->config->smev.file_bytes - fetch->bytes,
		.digests = digests_of(e) };
	struct err err;
	int64_t there;
	int fd;

	if (t->desk->stopping || *t->desk->config->smev.ftp_url == '\0') {
		(void)err_set(&err, ERR_RETRY, "FTP_OFF", "no smev.ftp_url");
		leave(fetch, &err);
		return;
	}
	name_part(fetch);
	if (blob_begin(folder(fetch), fetch->part, &there, &fd, &err) == -1) {
		leave(fetch, &err);
		return;
	}
	call_let_go(t); /* it may take long: SMEV is asked further */
	fetch->hauling = true;
	(void)haul_start(t->desk, &job, fd, on_hauled, fetch);
	haul_tick(t->desk);
}

/* A file that came inside the message.  False: nothing more is to be done. */
static bool
keep_content(struct fetch *fetch)
{
	const struct enclosed *e = &fetch->list.items[fetch->at];
	struct ftp_result result = { .kind = 0 };
	const char *code = NULL;
	struct err err;
	char hex[65];

	for (size_t i = 0; i < FTP_DIGESTS; i++) {
		if ((digests_of(e) & 1U << i) == 0)
			continue;
		gost_digest((enum gost_digest)i, e->content, e->content_bytes,
		    result.digest[i]);
		result.digest_bytes[i] = gost_digest_bytes((enum gost_digest)i);
	}
	if (!e->has_content)
		code = "FILE_ABSENT";
	else if ((int64_t)e->content_bytes
	    > fetch->transit->desk->config->smev.file_bytes - fetch->bytes)
		code = "FILE_LARGE";
	else
		code = content_code(fetch, &result);
	if (code != NULL) {
		refuse(fetch, code);
		settle(fetch);
		return false;
	}
	name_part(fetch);
	str_hex(hex, result.digest[GOST_STREEBOG_256], 32);
	if (blob_put(folder(fetch), fetch->part, e->content, e->content_bytes,
		hex, &err)
	    == -1) {
		leave(fetch, &err);
		return false;
	}
	add_file(fetch, hex, (int64_t)e->content_bytes);
	return true;
}

/* Was this file of the message here before? */
static bool
is_known(const struct fetch *fetch)
{
	for (size_t i = 0; i < fetch->known.count; i++)
		if (fetch->known.files[i].ordinal == (int64_t)fetch->at + 1)
			return true;
	return false;
}

static void
go_on(struct fetch *fetch)
{
	while (fetch->at < fetch->list.count) {
		if (is_known(fetch)) {
			fetch->at++;
			continue;
		}
		if (fetch->list.items[fetch->at].by_ftp) {
			haul(fetch);
			return;
		}
		if (!keep_content(fetch))
			return;
	}
	settle(fetch);
}

/* Signatures first: nothing is fetched for a message that is refused. */
static bool
signatures_good(struct fetch *fetch)
{
	bool good = true;

	for (fetch->at = 0; fetch->at < fetch->list.count; fetch->at++) {
		const char *code = fetch->list.items[fetch->at].code;

		if (*code == '\0' || is_known(fetch))
			continue;
		refuse(fetch, arena_strdup(fetch->transit->arena, code));
		good = false;
	}
	fetch->at = 0;
	return good;
}

/* The database is in trouble, and who asked is to know. */
static void
give_up(struct fetch *fetch, const struct err *err)
{
	struct transit *t = fetch->transit;

	fetch_free(fetch);
	if (t->end != NULL)
		t->end(t, err);
	transit_free(t);
}

static void
run_look(struct store_tx *tx, struct batch_job *job)
{
	struct fetch *fetch = (struct fetch *)(void *)job;
	struct transit *t = fetch->transit;
	struct inbox_packet packet;

	if (t->inbox_id != 0)
		file_list(tx, t->inbox_id, 0, t->arena, &fetch->known);
	else
		fetch->here = inbox_find(tx, polled_source(t), t->packet_id,
				  t->arena, &packet)
		    == 1;
}

static void
done_look(struct batch_job *job, const struct err *err)
{
	struct fetch *fetch = (struct fetch *)(void *)job;

	if (err != NULL)
		give_up(fetch, err);
	else if (fetch->here || !signatures_good(fetch))
		settle(fetch);
	else
		go_on(fetch);
}

/* The same message is given again while its files are under way; and no more
 * are begun than memory should hold. */
static const char *
no_room(const struct transit *t)
{
	size_t count = 0;

	for (const struct fetch *f = t->desk->fetches; f != NULL; f = f->next) {
		if (f->transit != NULL
		    && strcmp(f->transit->packet_id, t->packet_id) == 0)
			return "BLOB_BUSY";
		count++;
	}
	return count < FETCHES_MAX ? NULL : "X_BUSY";
}

bool
fetch_take(struct transit *t)
{
	struct fetch *fetch;
	const char *code;
	struct err err;

	if (t->decoded.files_bytes == 0)
		return false;
	if (t->inbox_id == 0)
		t->packet_id = t->decoded.ack_id;
	code = no_room(t);
	fetch = xcalloc(1, sizeof(*fetch));
	fetch->desk = t->desk;
	fetch->transit = t;
	fetch->next = t->desk->fetches;
	t->desk->fetches = fetch;
	t->state = TRANSIT_FETCHING;
	if (code != NULL) {
		(void)err_set(&err, ERR_RETRY, code, "files under way");
		leave(fetch, &err);
		return true;
	}
	if (!enclosed_read(t->decoded.files, t->decoded.files_bytes, t->arena,
		&fetch->list)) {
		refuse(fetch, "CHG_FORMAT");
		settle(fetch);
		return true;
	}
	t->files =
	    arena_alloc(t->arena, (fetch->list.count + 1) * sizeof(*t->files));
	fetch->job.run = run_look;
	fetch->job.done = done_look;
	batch_add(t->desk->batch, &fetch->job);
	return true;
}

void
fetch_put(struct store_tx *tx, const struct transit *t)
{
	struct file_list known;

	if (t->file_count == 0)
		return;
	file_list(tx, t->inbox_id, 0, t->arena, &known);
	for (size_t i = 0; i < t->file_count; i++) {
		struct file file = t->files[i];
		bool there = false;

		for (size_t j = 0; j < known.count; j++)
			there |= known.files[j].ordinal == file.ordinal;
		file.inbox_id = t->inbox_id;
		if (!there)
			file_put(tx, &file);
	}
}

void
fetch_stop(struct desk *desk)
{
	for (struct fetch *f = desk->fetches; f != NULL; f = f->next) {
		if (!f->hauling || f->transit == NULL)
			continue;
		transit_free(f->transit);
		f->transit = NULL;
	}
}
