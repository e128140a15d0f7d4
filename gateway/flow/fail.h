/*
 * gateway/flow/fail.h - how a packet ends, by what was found wrong with it:
 * applied, refused with an answer, held for a person, or tried again later.
 * Runs in store, inside settle's transaction.
 */
#ifndef GATEWAY_FLOW_FAIL_H
#define GATEWAY_FLOW_FAIL_H

#include <stdbool.h>

struct err;
struct protocol;
struct store_tx;
struct transit;

/* The packet is refused whole for its defects; an asker of SMEV is told. */
void fail_refuse(
    struct store_tx *tx, struct transit *transit, struct protocol *protocol);
/*
 * Whether what is wrong with a message of SMEV is not its sender's fault, but
 * for an operator to put right: then *ret_why holds it, and nobody is told no.
 */
bool fail_waits(const struct transit *transit, struct err *ret_why);
/* Its records have been applied or not: status by the outcomes. */
void fail_count(struct transit *transit, struct protocol *protocol);
/* Write the protocol and the row's last state. */
void fail_finish(
    struct store_tx *tx, struct transit *transit, struct protocol *protocol);
/* What was done for it has been undone: end it by the kind of err. */
void fail_settle(
    struct store_tx *tx, struct transit *transit, const struct err *err);
/* Hold it: too many openers died of it. */
void fail_poison(struct store_tx *tx, struct transit *transit);
/* The status that says protocol over HTTP. */
int fail_http(const struct protocol *protocol);

/*
 * A packet that was poison once is known by a name of ours, until somebody
 * could read its own: that is its row's from now on, and in transit.
 *
 * Returns false when it came again meanwhile, by its own name: then that one
 * went its way, and this row is cancelled.
 */
bool fail_named(struct store_tx *tx, struct transit *transit,
    const char *source, const char *packet_id);

#endif
