/*
 * tools/smevemu/emu_queue.h - messages: made, queued, given out, confirmed.
 *
 * A message is in one list at most: a queue of its recipient, or the common
 * list of unconfirmed ones, which is ordered by the time they go back to the
 * head of their queues.  Source: smev PROTOCOL 7.
 */
#ifndef SMEVEMU_EMU_QUEUE_H
#define SMEVEMU_EMU_QUEUE_H

#include "tools/smevemu/emu.h"

/*
 * Make a message with id, known from now on by that id and counted as received
 * once; it stands in no queue yet.  meta_id NULL means the same as id.
 */
struct emu_message *emu_message_new(struct emu *emu, enum emu_message_kind kind,
    const char *id, const char *meta_id);
void emu_message_free(struct emu_message *msg);
/* Let go of the parts that only a delivery needs. */
void emu_message_drop_body(struct emu_message *msg);

/* The queue of the recipient that msg belongs in; made when it is new. */
struct emu_queue *emu_queue_of(const struct emu_message *msg);
/* The queue for responses of node ("" or NULL: the common one), or NULL. */
struct emu_queue *
emu_queue_responses(struct emu_participant *owner, const char *node);
/* At the tail; requests of VIP senders before those of others. */
void emu_queue_put(struct emu_message *msg);
/* msg is in no queue until its files are checked. */
void emu_queue_hold(struct emu *emu, struct emu_message *msg);
void emu_queue_return(struct emu_message *msg); /* at the head */
/* First message of queue (of type, unless that is NULL), still in it. */
struct emu_message *
emu_queue_first(const struct emu_queue *queue, const struct emu_type *type);
/* Take msg out of its list, whichever that is. */
void emu_queue_remove(struct emu_message *msg);
/* msg, which was queued, was given out: it waits for its Ack. */
void emu_queue_deliver(struct emu *emu, struct emu_message *msg);
/*
 * Confirm the message that participant was given as meta_id.
 *
 * Returns it, or NULL: it is not among the unconfirmed ones of participant.
 */
struct emu_message *emu_queue_ack(
    struct emu *emu, struct emu_participant *participant, const char *meta_id);
/* Give back to their queues the messages whose time to be confirmed is over. */
void emu_queue_expire(struct emu *emu);
/* "queued", "delivered" ... and "request", "response" ... */
const char *emu_state_name(enum emu_message_state state);
const char *emu_kind_name(enum emu_message_kind kind);

#endif
