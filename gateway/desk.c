#include "gateway/desk.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/config.h"
#include "gateway/ipc.h"
#include "gateway/loop.h"
#include "gateway/metrics.h"

struct transit *
transit_new(struct desk *desk, enum channel channel)
{
	struct transit *transit = xcalloc(1, sizeof(*transit));
	struct transit **slot;

	transit->desk = desk;
	transit->id = ++desk->next_id;
	transit->channel = channel;
	transit->arena = arena_new();
	transit->opener = -1;
	transit->started_ms = clock_mono_ms();
	transit->received_ms = clock_now_ms();
	transit->source = transit->content_type = transit->digest = "";
	transit->packet_id = transit->kind = transit->code = transit->why = "";
	slot = &desk->slots[transit->id & (TRANSIT_SLOTS - 1)];
	transit->hash_next = *slot;
	*slot = transit;
	desk->in_flight++;
	return transit;
}

struct transit *
transit_find(struct desk *desk, uint64_t id)
{
	struct transit *t = desk->slots[id & (TRANSIT_SLOTS - 1)];

	while (t != NULL && t->id != id)
		t = t->hash_next;
	return t;
}

void
transit_free(struct transit *transit)
{
	struct desk *desk = transit->desk;
	struct transit **at = &desk->slots[transit->id & (TRANSIT_SLOTS - 1)];

	while (*at != transit)
		at = &(*at)->hash_next;
	*at = transit->hash_next;
	desk->in_flight--;
	arena_free(transit->arena);
	free(transit);
}

/* Round robin over the openers that are there, the least loaded first. */
static struct ipc_peer *
choose_opener(struct desk *desk)
{
	struct ipc_peer *best = NULL, *peer;
	int count = (int)desk->config->roles.openers;

	for (int i = 0; i < count; i++) {
		peer = loop_peer(
		    desk->loop, ROLE_OPENER, (desk->next_opener + i) % count);
		if (peer != NULL
		    && (best == NULL || ipc_waiting(peer) < ipc_waiting(best)))
			best = peer;
	}
	desk->next_opener = (desk->next_opener + 1) % count;
	return best;
}

bool
desk_send_opener(struct transit *t)
{
	struct desk *desk = t->desk;
	struct open_job job = { .channel = t->channel,
		.op = t->op,
		.source = t->source,
		.content_type = t->content_type,
		.digest = t->digest };
	struct ipc_peer *peer = NULL;
	bool has_tree, sent;
	struct buf out;

	if (t->opener != -1)
		peer = loop_peer(desk->loop, ROLE_OPENER, t->opener);
	has_tree = peer != NULL && t->state == TRANSIT_READING;
	if (peer == NULL)
		peer = choose_opener(desk);
	t->opener = -1;
	if (peer == NULL)
		return false;
	if (!has_tree) {
		job.body = t->body;
		job.body_bytes = t->body_bytes;
	}
	buf_init(&out, 0);
	open_job_write(&job, &out);
	sent =
	    ipc_send(peer, t->state == TRANSIT_LOOKING ? IPC_OPEN : IPC_DECODE,
		t->id, out.data, out.bytes);
	buf_release(&out);
	if (sent) {
		t->with_body = !has_tree;
		t->opener = ipc_peer_index(peer);
		t->sent_no = ++desk->sent_no;
	}
	return sent;
}

/*
 * An opener takes its packets in order and answers each at once, so the one
 * that was sent first and is not answered is the one it died of.
 */
void
desk_opener_gone(struct desk *desk, int index)
{
	struct transit *first = NULL;

	for (size_t i = 0; i < TRANSIT_SLOTS; i++) {
		for (struct transit *t = desk->slots[i]; t != NULL;
		     t = t->hash_next) {
			if (t->opener != index)
				continue;
			t->opener = -1; /* a tree it kept is gone too */
			if ((t->state == TRANSIT_LOOKING
				|| t->state == TRANSIT_READING)
			    && (first == NULL || t->sent_no < first->sent_no))
				first = t;
		}
	}
	if (first != NULL)
		first->deaths++;
	desk_retry(desk);
}

/* What no opener has goes to one; a packet of which too many died is poison. */
void
desk_retry(struct desk *desk)
{
	int64_t tries = desk->config->retry.poison_attempts;
	struct transit *t, *next;

	for (size_t i = 0; i < TRANSIT_SLOTS; i++) {
		for (t = desk->slots[i]; t != NULL; t = next) {
			next = t->hash_next;
			if (t->opener != -1
			    || (t->state != TRANSIT_LOOKING
				&& t->state != TRANSIT_READING))
				continue;
			if (t->deaths >= tries) {
				metrics_add(METRIC_PACKETS_POISON, 1);
				desk->poison(t);
			} else {
				(void)desk_send_opener(t);
			}
		}
	}
}

void
desk_reply(struct transit *transit, const struct reply *reply)
{
	struct ipc_peer *front = loop_peer(transit->desk->loop, ROLE_FRONT, 0);
	struct buf out;

	if (transit->front_id == 0)
		return;
	buf_init(&out, 0);
	reply_write(reply, &out);
	if (front != NULL)
		(void)ipc_answer(
		    front, IPC_ANSWER, transit->front_id, out.data, out.bytes);
	buf_release(&out);
	transit->front_id = 0;
}
