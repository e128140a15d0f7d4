/*
 * gateway/role_sealer.c - makes what goes out: encode, transform, have signed.
 *
 * Pure, and sees only what store gives it.  A job waits in its slot, once for
 * each of its signatures (flow/seal.h); nothing else waits with it.
 */
#include "gateway/role.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/flow/job.h"
#include "gateway/flow/seal.h"
#include "gateway/loop.h"
#include "gateway/metrics.h"
#include "gateway/sandbox.h"
#include "model/name.h"
#include "smev/smev_codec.h"
#include "xsd/xml_doc.h"

#define SLOTS 1024 /* jobs that wait for the signer at once */

struct slot {
	bool used;
	uint64_t id; /* store's */
	struct arena *arena;
	struct seal *seal;
	const char *soap_action;
};

struct sealer {
	const struct config *config;
	struct loop *loop;
	struct slot slots[SLOTS];
	bool known[KEY_USES]; /* the signer said which algorithm it wants */
	int algorithms[KEY_USES];
};

static void
send_sealed(struct sealer *sealer, uint64_t id, const struct sealed *sealed)
{
	struct ipc_peer *store = loop_peer(sealer->loop, ROLE_STORE, 0);
	struct buf out;

	buf_init(&out, 0);
	sealed_write(sealed, &out);
	if (store != NULL)
		(void)ipc_answer(store, IPC_SEALED, id, out.data, out.bytes);
	buf_release(&out);
}

static void
send_error(struct sealer *sealer, uint64_t id, enum err_kind kind,
    const char *code, const char *why)
{
	send_sealed(sealer, id,
	    &(struct sealed){ .kind = (int)kind, .code = code, .why = why });
}

static struct slot *
slot_take(struct sealer *sealer)
{
	for (size_t i = 0; i < SLOTS; i++)
		if (!sealer->slots[i].used)
			return &sealer->slots[i];
	return NULL;
}

static void
slot_release(struct slot *slot)
{
	arena_free(slot->arena);
	*slot = (struct slot){ .used = false };
}

static bool
ask_signer(struct sealer *sealer, uint64_t id, const struct sign_job *job)
{
	struct ipc_peer *signer = loop_peer(sealer->loop, ROLE_SIGNER, 0);
	struct buf ask;
	bool sent = false;

	buf_init(&ask, 0);
	sign_job_write(job, &ask);
	if (signer != NULL)
		sent = ipc_send(signer, IPC_SIGN, id, ask.data, ask.bytes);
	buf_release(&ask);
	return sent;
}

/* What is made is sent to store. */
static int
finish(struct sealer *sealer, const struct slot *slot, struct err *err)
{
	struct buf call, type;
	int rc;

	buf_init(&call, 0);
	buf_init(&type, 0);
	rc = seal_end(slot->seal, &call, &type, err);
	if (rc == 0) {
		metrics_add(METRIC_SEALER_MESSAGES, 1);
		send_sealed(sealer, slot->id,
		    &(struct sealed){ .code = "",
			.why = "",
			.soap_action = slot->soap_action,
			.content_type = buf_text(&type),
			.call = call.data,
			.call_bytes = call.bytes });
	}
	buf_release(&type);
	buf_release(&call);
	return rc;
}

/* Ask for the next signature, or be done.  Returns 1 when it waits. */
static int
go_on(struct sealer *sealer, const struct slot *slot, struct err *err)
{
	struct sign_job ask;
	int more = seal_ask(slot->seal, sealer->algorithms, &ask, err);

	if (more == -1)
		return -1;
	if (more == 0)
		return finish(sealer, slot, err);
	if (!ask_signer(sealer, (uint64_t)(slot - sealer->slots) + 1, &ask))
		return err_set(
		    err, ERR_RETRY, "KEY_AWAY", "signer is away or busy");
	return 1;
}

/* A step was made: wait on, or the slot is free again. */
static void
after(struct sealer *sealer, struct slot *slot, int rc, const struct err *err)
{
	if (rc == 1)
		return;
	if (rc == -1)
		send_error(sealer, slot->id, err->kind, err->code, err->text);
	slot_release(slot);
}

static int
begin(struct sealer *sealer, struct slot *slot, const struct seal_job *job,
    struct err *err)
{
	if (!sealer->known[KEY_SYSTEM])
		return err_set(err, ERR_RETRY, "KEY_AWAY", "no signer yet");
	if (seal_begin(sealer->config, job, slot->arena, &slot->seal, err)
	    == -1)
		return -1;
	return go_on(sealer, slot, err);
}

static void
on_seal(struct sealer *sealer, const struct ipc_message *msg)
{
	struct slot *slot = slot_take(sealer);
	struct seal_job job;
	struct err err;

	if (slot == NULL) {
		send_error(sealer, msg->id, ERR_RETRY, "KEY_AWAY",
		    "too many wait for the signer");
		return;
	}
	*slot =
	    (struct slot){ .used = true, .id = msg->id, .arena = arena_new() };
	if (!seal_job_read(msg, slot->arena, &job)) {
		send_error(sealer, msg->id, ERR_HOLD, "X_INTERNAL",
		    "job can't be read");
		slot_release(slot);
		return;
	}
	slot->soap_action = smev_soap_action((enum smev_op)job.op);
	after(sealer, slot, begin(sealer, slot, &job, &err), &err);
}

static void
on_signed(struct sealer *sealer, const struct ipc_message *msg)
{
	struct arena *arena = arena_new();
	struct signed_value value;
	struct slot *slot;
	struct err err;
	int rc;

	if (!signed_read(msg, arena, &value))
		goto out;
	/* Each answer says it: the key may have changed meanwhile. */
	sealer->known[value.use] = true;
	sealer->algorithms[value.use] = value.algorithm;
	if (msg->id == 0 || msg->id > SLOTS || !sealer->slots[msg->id - 1].used)
		goto out;
	slot = &sealer->slots[msg->id - 1];
	rc = seal_take(slot->seal, &value, &err);
	if (rc == 0)
		rc = go_on(sealer, slot, &err);
	after(sealer, slot, rc, &err);
out:
	arena_free(arena);
}

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct sealer *sealer = arg;

	if (FAILPOINT("sealer.job"))
		return;
	if (msg->type == IPC_SEAL && ipc_peer_role(peer) == ROLE_STORE)
		on_seal(sealer, msg);
	else if (msg->type == IPC_SIGNED && ipc_peer_role(peer) == ROLE_SIGNER)
		on_signed(sealer, msg);
}

/* Ask who signs, for each use. */
static void
on_peer(struct ipc_peer *peer, void *arg)
{
	struct sealer *sealer = arg;

	if (ipc_peer_role(peer) != ROLE_SIGNER)
		return;
	for (int use = 0; use < KEY_USES; use++)
		(void)ask_signer(sealer, 0, &(struct sign_job){ .use = use });
}

/* What waited for a signer that is gone is not owed here: store asks again. */
static void
on_peer_gone(struct ipc_peer *peer, void *arg)
{
	struct sealer *sealer = arg;

	if (ipc_peer_role(peer) != ROLE_SIGNER)
		return;
	for (size_t i = 0; i < SLOTS; i++) {
		if (!sealer->slots[i].used)
			continue;
		send_error(sealer, sealer->slots[i].id, ERR_RETRY, "KEY_AWAY",
		    "signer was replaced");
		slot_release(&sealer->slots[i]);
	}
}

int
role_sealer(const struct role_start *start)
{
	static const struct loop_calls calls = { .message = on_message,
		.peer_new = on_peer,
		.peer_gone = on_peer_gone };
	struct sealer *sealer = xcalloc(1, sizeof(*sealer));
	struct err err;

	sealer->config = start->config;
	sealer->loop = loop_new(start, &calls, sealer);
	name_setup();
	if (gost_setup(start->config->openssl_conf, &err) == -1
	    || dsig_setup(&err) == -1
	    || sandbox_enter(ROLE_SEALER, start->config, &err) == -1) {
		log_event(LOG_LEVEL_ERROR,
		    "event=start result=failed "
		    "code=%s why=\"%s\"",
		    err.code, err.text);
		return 1;
	}
	xml_doc_setup();
	return loop_run(sealer->loop);
}
