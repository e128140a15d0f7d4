/*
 * queue/queue.h - what is owed, to whom, since when: shared words.
 */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

/* States of an inbox row; the balance adds them up. */
#define INBOX_WAITING   "waiting" /* accepted, not yet settled */
#define INBOX_APPLIED   "applied"
#define INBOX_REFUSED   "refused"
#define INBOX_HELD      "held" /* waits for a person */
#define INBOX_CANCELLED "cancelled"

/* States of an outbox row. */
#define OUTBOX_WAITING   "waiting" /* to be sent, or sent and not yet taken */
#define OUTBOX_DELIVERED "delivered" /* the receiver has it */
#define OUTBOX_HELD      "held"
#define OUTBOX_CANCELLED "cancelled"

/* States of an envelope that rows of the outbox travel in. */
#define ENVELOPE_WAITING   "waiting" /* to be sent, or being sent */
#define ENVELOPE_AWAITING  "awaiting" /* delivered; its answer is to come */
#define ENVELOPE_DONE      "done" /* delivered, and no answer is awaited */
#define ENVELOPE_ANSWERED  "answered"
#define ENVELOPE_HELD      "held"
#define ENVELOPE_CANCELLED "cancelled"

/* The journal's event for a packet that was accepted: its digest is that of
 * the body as stored. */
#define JOURNAL_ACCEPTED "accepted"

/*
 * Before the first lease: the number of this node, from 1, which no other one
 * on the same database may have.  A store takes back the leases of its own
 * node at its start; those of a node that is gone end by time.  Without it, 1.
 */
void queue_setup(int node);

#endif
