/*
 * gateway/exchange/call.h - one call of SMEV: sealed, sent, its answer read.
 *
 *	store -> sealer (signed) -> store -> courier -> store -> opener -> store
 *
 * Runs in store and waits for nobody: each step is a message, and a call whose
 * sealer or courier is gone fails with ERR_RETRY.  What is owed stands in the
 * database; a call may be lost at any moment.
 */
#ifndef GATEWAY_EXCHANGE_CALL_H
#define GATEWAY_EXCHANGE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/flow/job.h"

struct arena;
struct call;
struct desk;
struct err;
struct ipc_message;
struct ipc_peer;
struct transit;

struct call_hooks {
	/* It is signed; keep the bytes, and call_send() when that is safe.
	 * NULL: it is sent at once. */
	void (*sealed)(struct call *call, const void *p, size_t bytes);
	/* The answer was read: see transit_read.  The call ends with it. */
	bool (*read)(struct call *call, struct transit *transit);
	/* What read() wanted settled is settled (err NULL) or not; may be
	 * NULL. */
	void (*settled)(struct call *call, const struct err *err);
	/* It did not get that far; the call ends with it. */
	void (*failed)(struct call *call, const struct err *err);
};

/* Where a call is; listed in desk.calls. */
enum call_phase { CALL_SEALING, CALL_STORING, CALL_SENDING, CALL_READING };

struct call {
	struct call *next;
	struct desk *desk;
	uint64_t id;
	enum call_phase phase;
	int op;
	int64_t begun_ms; /* base/clock mono */
	int sealer; /* index while sealing */
	int http; /* status of the answer */
	bool probe; /* of desk->pace, which was not told yet */
	const struct call_hooks *hooks;
	void *owner;
	struct arena *arena;
	const char *soap_action, *content_type;
};

/* Have job sealed.  The caller has taken it of desk->pace.  The call belongs to
 * itself and ends through its hooks; failed() may be called before this
 * returns. */
void call_seal(struct desk *desk, const struct seal_job *job,
    const struct call_hooks *hooks, void *owner);
/* Send bytes that are sealed already. */
void call_again(struct desk *desk, int op, const char *content_type,
    const void *p, size_t bytes, const struct call_hooks *hooks, void *owner);
/* From sealed(): the bytes are kept, send them. */
void call_send(struct call *call, const void *p, size_t bytes);

/* From sealed(): the bytes could not be kept, nothing is sent. */
void call_drop(struct call *call);

/* transit is the answer of a call, and settling it will take long: whoever
 * asked is told now that it is settled, and transit is on its own.  Does
 * nothing for another transit. */
void call_let_go(struct transit *transit);
/* IPC_SEALED, IPC_CALLED. */
void call_sealed(struct desk *desk, const struct ipc_message *msg);
void call_called(struct desk *desk, const struct ipc_message *msg);
/* What has had no answer for much too long fails: it was lost on the way. */
void call_sweep(struct desk *desk, int64_t now_ms);
/* A sealer or the courier is gone. */
void call_peer_gone(struct desk *desk, const struct ipc_peer *peer);

#endif
