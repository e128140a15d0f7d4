/*
 * gateway/door/door_deliver.h - what is for a system behind the door goes into
 * its mailbox.  Runs in store, inside the transaction that settles it.
 */
#ifndef GATEWAY_DOOR_DOOR_DELIVER_H
#define GATEWAY_DOOR_DOOR_DELIVER_H

#include <stdbool.h>
#include <stdint.h>

struct desk;
struct envelope;
struct protocol;
struct store_tx;
struct transit;

/*
 * Whether the message of SMEV in transit answers something that a system
 * behind the door sent; then transit->door_to is the letter, and it is noted
 * that the answer came.
 */
bool door_answers(struct store_tx *tx, struct transit *transit);
/* Whether it is for such a system: an answer, or a request of its type. */
bool door_wants(const struct transit *transit);
/*
 * Put it into the mailbox.
 *
 * Errors, of tx: ERR_HOLD DOOR_NO_FOLDER it has files, and the system no place
 * for them; BLOB_LOST they are not here; X_INTERNAL nobody read it.
 */
void door_deliver(
    struct store_tx *tx, struct transit *transit, struct protocol *protocol);
/* An answer to what a system sent is refused for code: it is told an error, for
 * nothing else comes.  Does nothing for other messages. */
void
door_spoilt(struct store_tx *tx, struct transit *transit, const char *code);
/*
 * SMEV refuses what a system sent, for a reason that the system can mend: tell
 * it, and owe it no more.  Does nothing, and returns false, for other reasons
 * and for what others sent.
 */
bool door_unsent(struct store_tx *tx, const struct envelope *envelope,
    const char *code, const char *why);
/* Until when the answer to that envelope of the door, which SMEV took at
 * taken_ms, is awaited; UTC ms, 0: nobody says. */
int64_t door_answer_by_ms(struct store_tx *tx, const struct desk *desk,
    const struct envelope *envelope, int64_t taken_ms);

#endif
