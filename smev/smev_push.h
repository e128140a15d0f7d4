/*
 * smev/smev_push.h - SMEV tells that queues of ours have messages.
 *
 * The only call that SMEV makes to us: PushNotification, optional.  What it
 * says is a hint to poll, never more.  Source: smev PROTOCOL 11.4.
 */
#ifndef SMEV_SMEV_PUSH_H
#define SMEV_SMEV_PUSH_H

#include <stddef.h>

#include "smev/smev.h"

struct arena;
struct buf;
struct err;

#define SMEV_PUSH_NS     "urn://x-artefacts-smev-gov-ru/smev/1.0"
#define SMEV_PUSH_QUEUES 1000 /* at most in one call */

struct smev_push {
	const char *timestamp; /* as given */
	struct smev_queue *queues;
	size_t queue_count; /* 1 or more */
};

/*
 * Read the SOAP body of PushNotification; all lives in arena.
 *
 * Errors: ERR_REFUSE SMEV_PUSH not such a call; PKT_XML_* not well-formed.
 */
int smev_push_read(const void *body, size_t bytes, struct arena *arena,
    struct smev_push *ret_push, struct err *err);
/* Append our answer: PushNotificationResponse, or for why not NULL
 * PushNotificationException in a fault, to go with HTTP 500. */
void smev_push_write_answer(const char *why, struct buf *out);

#endif
