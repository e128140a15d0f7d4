/*
 * gateway/door/door_visit.h - a call of the door under way, as the files of
 * door/ in store share it.  Included by them only.
 */
#ifndef GATEWAY_DOOR_DOOR_VISIT_H
#define GATEWAY_DOOR_DOOR_VISIT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "gateway/desk.h"
#include "gateway/door/door_job.h"

struct batch_job;
struct file;
struct store_tx;

/* A call under way; lives in its transit's arena. */
struct visit {
	struct door_call call;
	struct err refused; /* kind ERR_NONE: it was done */
	struct buf answer; /* SOAP */
	struct file *files; /* taken, as many as call has */
	bool known; /* it came before */
	const char *result, *message_id; /* for the log */
};

static inline struct visit *
visit_of(struct transit *t)
{
	return t->asker;
}

/* Send: keep it, unless it is refused.  The run of a job of a batch. */
void door_send(struct store_tx *tx, struct batch_job *job);

#endif
