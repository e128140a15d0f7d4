/*
 * queue/verdict.h - what is heard of a message of ours after it was sent: its
 * state, that it came to nothing, or to which message an answer belongs.
 *
 * Works on the tables of queue/outbox.h, in their terms.
 */
#ifndef QUEUE_VERDICT_H
#define QUEUE_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct envelope;
struct store_tx;

/*
 * The envelope that has message_id, or had it before it was sent as another
 * message: then *ret_former is true, and its rows need not be those that
 * message had.  Returns 1 with *ret, rows with their bodies, or 0.
 */
int verdict_find(struct store_tx *tx, const char *message_id,
    struct arena *arena, struct envelope *ret, bool *ret_former);
/*
 * It is on its way, says somebody: its rows were delivered, whatever we knew,
 * and its answer is awaited on.  answer_by_ms counts when that was not known.
 * code is shown, unless its answer is late already; why is shown.
 */
void verdict_note(struct store_tx *tx, int64_t envelope_id,
    int64_t answer_by_ms, const char *code, const char *why);
/*
 * It came to nothing, although it was taken: its rows are owed again, held for
 * a person (due_ms 0) or waiting until due_ms, and will travel as another
 * message.  Rows that wait are held all the same when a later row of their
 * subject was delivered, which they would undo.  Nothing happens once it was
 * answered or cancelled.
 *
 * Returns 1, or 0: nothing happened.
 */
int verdict_return(struct store_tx *tx, int64_t envelope_id, int64_t due_ms,
    const char *code, const char *why);
/* The answer to it is the packet answer_id, should that be read again. */
void
verdict_answer(struct store_tx *tx, int64_t envelope_id, const char *answer_id);
/* The message is a test: so is whatever answers it. */
void verdict_test(struct store_tx *tx, int64_t envelope_id);

#endif
