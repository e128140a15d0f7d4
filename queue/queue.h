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

#endif
