/*
 * queue/outbox.h - messages that this gateway owes to someone else.
 *
 * A row is put in the same transaction as the change that caused it, and goes
 * only when its receiver has acknowledged it: sent at least once, never for a
 * change that was rolled back.  Rows of one lane travel in envelopes: an
 * envelope is one or more rows under one MessageID, sealed once and resent
 * byte for byte.  Owner of the tables outbox and envelope.
 */
#ifndef QUEUE_OUTBOX_H
#define QUEUE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct store_tx;

struct message {
	int64_t id; /* 0 until it is stored */
	const char *lane; /* which way it goes: "federal", "answers" */
	/* Whose queue of SMEV it is for: of a request the data type's name, of
	 * a response the mnemonic of who asked; "" or NULL: lane. */
	const char *destination;
	const char *kind; /* encoder: adapter name */
	const char *subject; /* one learner: order is kept per subject */
	const char *dedup_key; /* names the effect, not the attempt */
	const char *reply_to; /* SMEV's ReplyTo for a response; "" */
	const char *cause; /* PacketId that caused it; "" */
	const void *body; /* a changeset, encoded */
	size_t body_bytes;
	int64_t due_ms; /* not before; UTC; 0 is now */
	int64_t due_by_ms; /* ought to be there by then, is told else; 0 */
	int64_t eol_ms; /* not to be sent after; 0 */
};

struct envelope {
	int64_t id;
	const char *message_id; /* SMEV MessageID, never changes */
	const char *lane, *destination, *kind, *reply_to;
	const void *sealed; /* signed bytes, NULL until sealed */
	size_t sealed_bytes;
	const char *content_type; /* of sealed */
	const char *state; /* queue/queue.h */
	bool test; /* marked as a test message */
	const char *answer_id; /* packet that answered it; "" */
	int64_t attempt; /* 1 at the first try */
	int64_t created_ms, due_ms;
	int64_t eol_ms; /* the first of its rows'; 0: none */
	const char *code, *why; /* why it waits; "" */
	struct message *messages; /* without lane, destination, kind */
	size_t message_count;
};

/*
 * Put msg into its lane; senders see it after the commit.  Putting the same
 * dedup_key twice is a success that changes nothing.  Files it is to be sent
 * with are put in the same transaction: queue/file.h.
 *
 * Returns the id of the row, or 0: dedup_key was put before, or tx has failed.
 */
int64_t outbox_put(struct store_tx *tx, const struct message *msg);
/*
 * The same, to travel alone as message_id, which its sender has to know now;
 * SMEV may call it stale later, and then it gets another one.
 *
 * Returns the id of the row, or 0: dedup_key was put before, or tx has failed.
 */
int64_t outbox_put_named(
    struct store_tx *tx, const struct message *msg, const char *message_id);
/*
 * Lease what lane is to send next to destination (NULL: lane) for lease_ms: an
 * envelope whose lease or pause has ended, else a new one packed from up to
 * batch due rows of one kind in order (message_id names it; taken only when a
 * new one is made or an old one renewed).  A row with reply_to travels alone.
 * A row waits while an earlier one of its subject is under way, paused or held.
 * In an ordered lane no second envelope to destination is made while one is not
 * yet delivered.  What waits for other destinations is not looked at.
 *
 * Returns 1 with *ret, all in arena, or 0: nothing is due.
 */
int outbox_lease(struct store_tx *tx, const char *lane, const char *destination,
    size_t batch, int ordered, const char *message_id, int64_t lease_ms,
    struct arena *arena, struct envelope *ret);

/* A destination for which something waits. */
struct outbox_place {
	const char *name;
	bool fresh; /* there are rows that no envelope has yet */
	int64_t due_ms; /* the soonest envelope; 0: none waits */
};

/*
 * Up to max destinations of lane for which something waits to be sent, by
 * name, in arena; returns how many.  Costs as much as there are destinations,
 * however much waits.
 */
size_t outbox_places(struct store_tx *tx, const char *lane, size_t max,
    struct arena *arena, struct outbox_place ret[]);
/*
 * destination of lane has room again: its envelopes that wait in a pause for
 * code are due now.  lane NULL: those of all.  Returns how many.
 */
int64_t outbox_hasten(struct store_tx *tx, const char *lane,
    const char *destination, const char *code);
/*
 * Up to max rows that ought to be there by now and are not, each once, the
 * earliest of them; fills id, lane, destination, cause and due_by_ms of each, in
 * arena.  Returns how many.
 */
size_t outbox_late(
    struct store_tx *tx, size_t max, struct arena *arena, struct message ret[]);
/* Keep the signed bytes and what they are, before the first send; the first ones
 * stay. */
void outbox_sealed(struct store_tx *tx, int64_t envelope_id,
    const char *content_type, const void *sealed, size_t sealed_bytes);
/* The receiver has it: its rows are delivered, also held ones.  answer_by_ms 0:
 * none is awaited. */
void outbox_delivered(
    struct store_tx *tx, int64_t envelope_id, int64_t answer_by_ms);
/* It is being worked on: the lease lasts lease_ms from now. */
void outbox_prolong(struct store_tx *tx, int64_t envelope_id, int64_t lease_ms);
/* Try again at due_ms; code and why are shown. */
void outbox_retry(struct store_tx *tx, int64_t envelope_id, int64_t due_ms,
    const char *code, const char *why);
/* A person has to decide: rows and envelope are held. */
void outbox_held(struct store_tx *tx, int64_t envelope_id, const char *code,
    const char *why);
/* Send as a new message: new MessageID at the next lease (StaleMessageId). */
void outbox_renew(struct store_tx *tx, int64_t envelope_id);
/*
 * An answer to the envelope with message_id came: it is awaited no more, and
 * was delivered, whatever we knew.
 * Returns 1 with *ret (rows with their bodies), or 0: nobody asked, or
 * it was answered before.
 */
int outbox_answered(struct store_tx *tx, const char *message_id,
    struct arena *arena, struct envelope *ret);
/* The envelope with message_id, whatever its state.  Returns 1 with *ret, rows
 * with their bodies, or 0. */
int outbox_envelope(struct store_tx *tx, const char *message_id,
    struct arena *arena, struct envelope *ret);
/*
 * Up to max envelopes whose answer is awaited longer than it may take, each
 * once, longest first: they get code, and are awaited on.  Fills id,
 * message_id, lane and kind, in arena; returns how many.
 */
size_t outbox_overdue(struct store_tx *tx, size_t max, const char *code,
    struct arena *arena, struct envelope ret[]);
/*
 * An operator's word, by outbox row id; returns rows changed.  An envelope is
 * held and released as a whole; without a cancelled row it is sealed anew as
 * another message.
 */
int64_t outbox_release(struct store_tx *tx, int64_t id);
int64_t outbox_hold(struct store_tx *tx, int64_t id, const char *why);
int64_t outbox_cancel(struct store_tx *tx, int64_t id, const char *why);
/* Give back the leases of this node's store that died. */
void outbox_unlease(struct store_tx *tx);

#endif
