/*
 * queue/outbox_row.h - what outbox.c and envelope.c share.  Included by queue/
 * only.
 */
#ifndef QUEUE_OUTBOX_ROW_H
#define QUEUE_OUTBOX_ROW_H

#include <stdint.h>

struct arena;
struct envelope;
struct message;
struct store_tx;

/* Read envelope id with the rows that are not cancelled into *ret; 1, or 0:
 * there is none. */
int envelope_load(
    struct store_tx *tx, int64_t id, struct arena *arena, struct envelope *ret);
/* Whose queue msg is for: its destination, or its lane. */
const char *message_destination(const struct message *msg);
/* A new envelope, due now, for the row of msg alone. */
void envelope_put(struct store_tx *tx, const struct message *msg,
    int64_t outbox_id, const char *message_id);
/* Its live rows are delivered. */
void envelope_rows_delivered(struct store_tx *tx, int64_t id);
/* All live rows of an envelope to state, with the reason; rows changed. */
int64_t envelope_rows_move(struct store_tx *tx, int64_t id, const char *state,
    const char *code, const char *why);

#endif
