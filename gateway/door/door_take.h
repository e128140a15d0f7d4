/*
 * gateway/door/door_take.h - the attachments of what a system sends, taken
 * before it is kept.  Runs in store.
 *
 *	IPC_TAKE -> the filer copies a file to a blob -> IPC_TAKEN, and the next
 *
 * A blob is on the disk before the transaction with its row begins.  What was
 * taken for nothing is found by its age and removed.
 */
#ifndef GATEWAY_DOOR_DOOR_TAKE_H
#define GATEWAY_DOOR_DOOR_TAKE_H

#include <stddef.h>
#include <stdint.h>

struct desk;
struct door_call;
struct err;
struct file;
struct ipc_message;
struct store_tx;
struct transit;

/* err NULL: all files are here.  Of kind ERR_RETRY the same may do later. */
typedef void door_taken(struct transit *transit, const struct err *err);

/* Have the files of call taken, of which there are some; files, an array of as
 * many, is filled.  done() is called from here or later. */
void door_take(struct transit *transit, const struct door_call *call,
    struct file *files, door_taken *done);
/* IPC_TAKEN. */
void door_take_heard(struct desk *desk, const struct ipc_message *msg);
/* The filer is gone: whoever waited is told. */
void door_take_gone(struct desk *desk);
/* Their rows, with that of the outbox. */
void door_take_put(
    struct store_tx *tx, int64_t outbox_id, struct file *files, size_t count);

#endif
