/*
 * queue/mailbox.h - messages of the information systems behind the door.
 *
 * Each system has a box.  What is for it waits there, in the order it came,
 * until the system takes it: the mark stands with the taker's token, so that
 * the same question asked again gets the same message.  What it sent stands
 * there too, beside its row of the outbox.  Nothing is ever removed by taking.
 * Owner of the tables mailbox and mailbox_body.
 */
#ifndef QUEUE_MAILBOX_H
#define QUEUE_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct store_tx;

/* Which way a letter goes. */
#define MAILBOX_IN  "in" /* for the system */
#define MAILBOX_OUT "out" /* from it */

/* What a letter is. */
#define MAILBOX_REQUEST  "request"
#define MAILBOX_RESPONSE "response" /* data or a rejection: the last word */
#define MAILBOX_STATUS   "status" /* not the last word */
#define MAILBOX_ERROR    "error" /* it was not delivered, or not answered */

struct letter {
	int64_t id; /* 0 until stored */
	const char *owner; /* mnemonic of the system */
	const char *side, *kind;
	const char *client_id; /* unique for owner and side */
	const char *ref_client_id; /* of what it answers; "" */
	const char *node; /* of the system; "" */
	const char *datatype; /* name in the settings; "" */
	const char *message_id; /* SMEV's; "" */
	const char *reference_id; /* of the first of a chain; "" */
	const char *transaction_code; /* "" */
	const char *reply_to; /* of a request for the system; "" */
	const char *sender; /* mnemonic of who sent that; "" */
	int64_t outbox_id; /* of what it sent; 0 */
	int64_t files_of; /* row of the inbox whose files come first; 0 */
	bool answered; /* a request that has had its last word */
	int64_t created_ms;
	const void *body; /* as it is given out */
	size_t body_bytes;
};

/* Put letter, whose id is filled.  Returns 1, or 0: one of that name is there
 * already. */
int mailbox_put(struct store_tx *tx, struct letter *letter);
/*
 * The oldest letter for owner that waits, of node ("" any) and of what ("" any,
 * "REQUEST", or "RESPONSE": all but requests): it is marked as taken by token.
 * What token took before is given again.
 *
 * Returns 1 with *ret, its texts and body in arena, or 0: nothing waits.
 */
int mailbox_take(struct store_tx *tx, const char *owner, const char *node,
    const char *what, const char *token, struct arena *arena,
    struct letter *ret);
/* By name; side NULL looks at both, what came first.  1 with *ret, without
 * body, or 0. */
int mailbox_find(struct store_tx *tx, const char *owner, const char *side,
    const char *client_id, struct arena *arena, struct letter *ret);
/* The letter whose row of the outbox that is; 1 with *ret, without body, or 0. */
int mailbox_sent(struct store_tx *tx, int64_t outbox_id, struct arena *arena,
    struct letter *ret);
/* Whether the request has had its last word. */
void mailbox_answered(struct store_tx *tx, int64_t id, bool answered);

/*
 * Letters for a system with a folder are put there by us.  Lease up to max that
 * wait and are due, the oldest first, with their bodies, until until_ms: nobody
 * else puts them meanwhile, but the system may take them by itself.  files:
 * those whose files are to be given first, and which nobody can take until
 * mailbox_ready(); else the others.
 * Returns how many are in ret.
 */
size_t mailbox_lease(struct store_tx *tx, const char *owner, bool files,
    size_t max, int64_t until_ms, struct arena *arena, struct letter *ret);
/* Its files are in the folder: it may be taken. */
void mailbox_ready(struct store_tx *tx, int64_t id);
/* The letter is in its folder: it waits no more. */
void mailbox_given(struct store_tx *tx, int64_t id);
/* It could not be put there: again at due_ms; code is shown until then. */
void mailbox_pause(
    struct store_tx *tx, int64_t id, int64_t due_ms, const char *code);
/* Give back the leases of this node's store that died. */
void mailbox_unlease(struct store_tx *tx);

/*
 * Up to max requests of datatype that came before before_ms, have had no last
 * word and may have one, each once; without bodies.  Returns how many.
 */
size_t mailbox_late(struct store_tx *tx, const char *datatype,
    int64_t before_ms, size_t max, struct arena *arena, struct letter *ret);

/* What to look for: one of client_id, ref_client_id and the time. */
struct mailbox_search {
	const char *owner;
	const char *client_id; /* of the letter; "" */
	const char *ref_client_id; /* of what it answers; "" */
	bool requests; /* client_id: a request, else an answer */
	int64_t from_ms, to_ms; /* both included */
	size_t max_bytes; /* of all bodies; 0: no bound */
};

/*
 * Up to max letters, both ways, oldest first, with their bodies, into ret.
 * Nothing is marked.  Returns how many; max, whatever is in ret, when the bodies
 * are larger than allowed.
 */
size_t mailbox_search(struct store_tx *tx, const struct mailbox_search *search,
    size_t max, struct arena *arena, struct letter *ret);

#endif
