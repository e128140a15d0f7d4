/*
 * queue/inbox.h - packets that this gateway has answered for.
 *
 * A row is the packet as it was received.  (source, packet_id) is unique: the
 * same content gets the first answer again, other content is a conflict.
 * Owner of the table inbox.
 */
#ifndef QUEUE_INBOX_H
#define QUEUE_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct store_tx;

struct inbox_packet {
	int64_t id; /* 0 until stored */
	const char *packet_id; /* theirs: PacketId, MessageID */
	const char *source;
	const char *channel; /* http, smev, folder */
	const char *content_type;
	const void *body;
	size_t body_bytes;
	const char *digest; /* Streebog-256 of body, hex */
	const char *meta; /* of the channel: what SMEV was asked; "" */
	const char *state; /* queue/queue.h */
	const char *code, *why; /* last reason; "" */
	int64_t attempt;
	int64_t due_ms; /* not before; while leased, the lease's end */
	int64_t received_ms, done_ms;
	const void *receipt; /* first answer, byte for byte */
	size_t receipt_bytes;
	const void *protocol; /* XML, when done; NULL */
	size_t protocol_bytes;
};

enum inbox_put { INBOX_NEW, INBOX_SAME, INBOX_CONFLICT };

/*
 * Put packet, state waiting.  A due_ms in the future is the caller's own
 * lease, as if by inbox_lease(); due_ms or received_ms 0 is now.  INBOX_NEW
 * fills packet->id; INBOX_SAME and INBOX_CONFLICT read the row that is there
 * into *packet (without body), its strings in arena.  If tx has failed the
 * answer is INBOX_NEW, and means nothing, as the commit will say.
 */
enum inbox_put inbox_put(
    struct store_tx *tx, struct inbox_packet *packet, struct arena *arena);
/* By our id, or by source and theirs; 1 with *ret, or 0.  with_body false
 * leaves body NULL. */
int inbox_get(struct store_tx *tx, int64_t id, bool with_body,
    struct arena *arena, struct inbox_packet *ret);
int inbox_find(struct store_tx *tx, const char *source, const char *packet_id,
    struct arena *arena, struct inbox_packet *ret);
/*
 * Lease up to max due waiting packets for lease_ms (longest due first, then in
 * the order they came; attempt counted up); nobody else gets them until then.
 * Returns how many, by id, each with its body in arena.
 */
size_t inbox_lease(struct store_tx *tx, size_t max, int64_t lease_ms,
    struct arena *arena, struct inbox_packet *ret);
/*
 * Does the packet still wait?  Then nobody else can settle it before tx ends.
 * Returns 1, or 0: it was settled, held or cancelled meanwhile.
 */
int inbox_claim(struct store_tx *tx, int64_t id);
/*
 * The packet is settled: state is applied, refused or held.  A packet that no
 * longer waits stays as it is; then applied makes tx fail, for its effects
 * may not happen twice.
 *
 * Errors: ERR_HOLD QUE_SETTLED, only when state is applied.
 */
void inbox_settle(struct store_tx *tx, int64_t id, const char *state,
    const char *code, const char *why, const void *protocol,
    size_t protocol_bytes);
/* Not now: due again at due_ms. */
void inbox_retry(struct store_tx *tx, int64_t id, int64_t due_ms,
    const char *code, const char *why);
/*
 * A waiting packet that nobody could read when it came is now known by another
 * name; its own is a success.  Returns 1, or 0: there is one of that name.
 */
int inbox_rename(
    struct store_tx *tx, int64_t id, const char *source, const char *packet_id);
/* An operator's word: held or refused back to waiting; waiting to held;
 * waiting or held to cancelled.  Returns rows changed. */
int64_t inbox_release(struct store_tx *tx, int64_t id);
int64_t inbox_hold(struct store_tx *tx, int64_t id, const char *why);
int64_t inbox_cancel(struct store_tx *tx, int64_t id, const char *why);
/* Give back the leases of this node's store that died, oldest packet first. */
void inbox_unlease(struct store_tx *tx);

/* SMEV Ack owed for a packet, in the transaction that settles it; taken back
 * when SMEV confirmed it. */
void inbox_ack_owe(
    struct store_tx *tx, int64_t id, const char *ack_id, bool accepted);
void inbox_ack_done(struct store_tx *tx, const char *ack_id);
/* Up to max owed Acks not tried since before_ms; marks them tried now. */
struct inbox_ack {
	const char *ack_id;
	bool accepted;
};
size_t inbox_ack_due(struct store_tx *tx, size_t max, int64_t before_ms,
    struct arena *arena, struct inbox_ack *ret);

/*
 * The order of a source's packets.  Returns 0 in order, 1 gap (accepted, say
 * so), 2 stale (not applied), 3 full list needed: based_on, unless 0, is not
 * the last full list's seq; remembers seq if 0 or 1.  The first seq ever seen
 * is in order, and so is a full list.
 *
 * Source: domain PACKETS 1.2, rules.
 */
int inbox_sequence(struct store_tx *tx, const char *source, const char *scope,
    const char *kind, int64_t seq, int64_t based_on, bool full_list);

#endif
