#include "gateway/door/door_folder.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/door/door_given.h"
#include "gateway/filer/filer_job.h"
#include "gateway/ipc.h"
#include "gateway/loop.h"
#include "queue/file.h"
#include "queue/journal.h"
#include "queue/mailbox.h"
#include "queue/retry.h"
#include "store/store.h"

#define LEASED_MAX 8 /* letters of one system under way */
#define LOOK_MS    1000 /* another node may have put something */
#define GIVE_MS    600000 /* files of a message take longer than a lease */
#define STUCK_MS   600000 /* a letter that cannot be given for now */

struct post { /* of one folder */
	const struct config_source *source;
	int64_t look_ms; /* mono */
	int64_t attempt; /* failed ones, one after another */
	size_t under_way;
};

/* A letter between its lease and the commit that ends it. */
struct carried {
	struct batch_job job; /* first: cast back by CARRIED_OF */
	struct door_folder *folders;
	struct carried *next;
	struct post *post;
	uint64_t ask_id; /* 0: answered */
	int64_t id;
	char *name, *message_id, *kind;
	/* Files that go before the letter, in arena; NULL: the letter goes. */
	struct arena *arena;
	struct file_list files;
	const char **names;
	size_t at; /* which of them is under way */
	bool given;
	int64_t due_ms; /* unless given */
	char code[24];
};

#define CARRIED_OF(job) ((struct carried *)(void *)(job))

struct door_folder {
	struct desk *desk;
	struct post *posts;
	size_t post_count;
	struct carried *carried;
	int64_t settled_seen;
};

struct door_folder *
door_folder_new(struct desk *desk)
{
	const struct config *config = desk->config;
	struct door_folder *folders = xcalloc(1, sizeof(*folders));

	folders->desk = desk;
	folders->posts = xcalloc(config->source_count + 1, sizeof(struct post));
	for (size_t i = 0; i < config->source_count; i++)
		if (*config->sources[i].folder != '\0'
		    && !config->sources[i].revoked)
			folders->posts[folders->post_count++].source =
			    &config->sources[i];
	return folders;
}

bool
door_folder_idle(const struct door_folder *folders)
{
	return folders->carried == NULL;
}

static void
carried_free(struct carried *carried)
{
	struct carried **at = &carried->folders->carried;

	while (*at != carried)
		at = &(*at)->next;
	*at = carried->next;
	carried->post->under_way--;
	arena_free(carried->arena);
	free(carried->name);
	free(carried->message_id);
	free(carried->kind);
	free(carried);
}

static void
run_end(struct store_tx *tx, struct batch_job *job)
{
	const struct carried *c = CARRIED_OF(job);

	if (!c->given) {
		mailbox_pause(tx, c->id, c->due_ms, c->code);
		return;
	}
	if (c->arena != NULL) {
		mailbox_ready(tx, c->id);
		return;
	}
	mailbox_given(tx, c->id);
	journal_add(tx,
	    &(struct journal_entry){ .event = "taken",
		.packet_id = *c->message_id == '\0' ? c->name : c->message_id,
		.source = c->post->source->it_system,
		.digest = "",
		.detail = c->kind });
}

/* If this was not kept, the lease ends by itself, and the file is there. */
static void
done_end(struct batch_job *job, const struct err *err)
{
	struct carried *c = CARRIED_OF(job);

	if (err == NULL && c->given && c->arena == NULL)
		log_event(LOG_LEVEL_INFO,
		    "message=%s stage=folder from=%s result=%s",
		    *c->message_id == '\0' ? "-" : c->message_id,
		    c->post->source->name, c->kind);
	c->post->look_ms = c->given ? 0 : c->post->look_ms;
	carried_free(c);
}

/* With a code, or NULL: it is in its folder. */
static void
end(struct carried *c, const char *code, int64_t due_ms)
{
	c->ask_id = 0;
	c->given = code == NULL;
	c->due_ms = due_ms;
	if (code != NULL)
		(void)snprintf(c->code, sizeof(c->code), "%s", code);
	c->job.run = run_end;
	c->job.done = done_end;
	batch_add(c->folders->desk->batch, &c->job);
}

/* The folder as a whole waits, with this letter at its head. */
static void
later(struct carried *c, const char *code)
{
	const struct config_retry *retry = &c->folders->desk->config->retry;
	int64_t cap = retry->cap_ms < 60000 ? retry->cap_ms : 60000;
	int64_t pause =
	    retry_pause_ms(++c->post->attempt, retry->base_ms, cap, rand_u64());

	c->post->look_ms = clock_mono_ms() + pause;
	end(c, code, clock_now_ms() + pause);
}

static bool
send(struct carried *c, const struct letter *letter)
{
	struct ipc_peer *filer =
	    loop_peer(c->folders->desk->loop, ROLE_FILER, 0);
	struct file_job job = { .source = c->post->source->name,
		.name = letter->client_id,
		.body = letter->body,
		.body_bytes = letter->body_bytes };
	struct buf out;
	bool sent;

	buf_init(&out, 0);
	file_job_write(&job, &out);
	sent = filer != NULL
	    && ipc_send(filer, IPC_LETTER, c->ask_id, out.data, out.bytes);
	buf_release(&out);
	return sent;
}

static struct carried *
carried_new(
    struct door_folder *folders, struct post *post, const struct letter *letter)
{
	struct carried *c = xcalloc(1, sizeof(*c));

	c->folders = folders;
	c->post = post;
	c->id = letter->id;
	c->ask_id = ++folders->desk->next_id;
	c->name = xstrdup(letter->client_id);
	c->message_id = xstrdup(letter->message_id);
	c->kind = xstrdup(letter->kind);
	c->next = folders->carried;
	folders->carried = c;
	post->under_way++;
	return c;
}

static void
carry(
    struct door_folder *folders, struct post *post, const struct letter *letter)
{
	struct carried *c = carried_new(folders, post, letter);

	if (!send(c, letter))
		end(c, "X_ROLE_AWAY", clock_now_ms());
}

/* The next file, or the end: the letter is ready. */
static void
give(struct carried *c)
{
	struct ipc_peer *filer =
	    loop_peer(c->folders->desk->loop, ROLE_FILER, 0);
	struct file_job job = { .source = c->post->source->name };
	struct buf out;
	bool sent;

	if (c->files.files == NULL || c->at == c->files.count) {
		c->post->attempt = 0;
		end(c, NULL, 0);
		return;
	}
	job.name = c->names[c->at];
	job.shelf = door_given_shelf(c->message_id, c->arena);
	job.digest = c->files.files[c->at].digest;
	c->ask_id = ++c->folders->desk->next_id;
	buf_init(&out, 0);
	file_job_write(&job, &out);
	sent = filer != NULL
	    && ipc_send(filer, IPC_GIVE, c->ask_id, out.data, out.bytes);
	buf_release(&out);
	if (!sent)
		end(c, "X_ROLE_AWAY", clock_now_ms());
}

/* The files of one letter, one after another. */
static void
look_files(struct door_folder *folders, struct post *post)
{
	struct desk *desk = folders->desk;
	struct arena *arena = arena_new();
	struct store_tx *tx = store_begin(desk->store);
	struct file_list list = { NULL, 0 };
	struct letter letter;
	struct carried *c;
	size_t count = mailbox_lease(tx, post->source->it_system, true, 1,
	    clock_now_ms() + desk->config->lease_ms + GIVE_MS, arena, &letter);
	struct err err;

	if (count == 1)
		file_list(tx, letter.files_of, 0, arena, &list);
	if (store_commit(tx, &err) == -1 || count == 0) {
		arena_free(arena);
		return;
	}
	c = carried_new(folders, post, &letter);
	c->arena = arena;
	c->files = list;
	c->names = door_given_names(&list, arena);
	give(c);
}

static void
look(struct door_folder *folders, struct post *post)
{
	struct desk *desk = folders->desk;
	struct letter letters[LEASED_MAX];
	struct arena *arena = arena_new();
	struct store_tx *tx = store_begin(desk->store);
	/* A folder that failed is tried with one letter. */
	size_t max = post->attempt == 0 ? LEASED_MAX : 1;
	size_t count = mailbox_lease(tx, post->source->it_system, false, max,
	    clock_now_ms() + desk->config->lease_ms, arena, letters);
	struct err err;

	if (store_commit(tx, &err) == 0)
		for (size_t i = 0; i < count; i++)
			carry(folders, post, &letters[i]);
	arena_free(arena);
}

void
door_folder_tick(struct door_folder *folders)
{
	struct desk *desk = folders->desk;
	int64_t now = clock_mono_ms();
	bool news = desk->settled != folders->settled_seen;

	if (desk->stopping || loop_peer(desk->loop, ROLE_FILER, 0) == NULL)
		return;
	folders->settled_seen = desk->settled;
	for (size_t i = 0; i < folders->post_count; i++) {
		struct post *post = &folders->posts[i];

		if (post->under_way != 0
		    || (now < post->look_ms && (!news || post->attempt != 0)))
			continue;
		post->look_ms = now + LOOK_MS;
		if (post->source->folder_letters)
			look(folders, post);
		if (post->under_way == 0 || post->attempt == 0)
			look_files(folders, post);
	}
}

void
door_folder_heard(struct door_folder *folders, const struct ipc_message *msg)
{
	struct carried *c = folders->carried;
	struct arena *arena = arena_new();
	struct filed filed;

	while (c != NULL && (c->ask_id == 0 || c->ask_id != msg->id))
		c = c->next;
	(void)FAILPOINT("door.lettered");
	if (c != NULL && filed_read(msg, arena, &filed)) {
		if (filed.fate == FILED_DONE && c->arena != NULL) {
			c->at++;
			give(c);
		} else if (filed.fate == FILED_DONE) {
			c->post->attempt = 0;
			end(c, NULL, 0);
		} else if (filed.fate == FILED_REFUSED) {
			/* This one alone, until somebody mends it. */
			end(c, filed.code, clock_now_ms() + STUCK_MS);
		} else {
			later(c, filed.code);
		}
	}
	arena_free(arena);
}

void
door_folder_gone(struct door_folder *folders)
{
	for (struct carried *c = folders->carried; c != NULL; c = c->next)
		if (c->ask_id != 0)
			end(c, "X_ROLE_AWAY", clock_now_ms());
}
