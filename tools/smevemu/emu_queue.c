#include "tools/smevemu/emu_queue.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "tools/smevemu/emu_store.h"

const char *
emu_state_name(enum emu_message_state state)
{
	static const char *const names[] = { "queued", "delivered", "acked",
		"expired", "rejected", "checking" };

	return names[state];
}

const char *
emu_kind_name(enum emu_message_kind kind)
{
	static const char *const names[] = { "request", "broadcast", "response",
		"status", "cancel" };

	return names[kind];
}

struct emu_message *
emu_message_new(struct emu *emu, enum emu_message_kind kind, const char *id,
    const char *meta_id)
{
	struct emu_message *msg = xcalloc(1, sizeof(*msg));

	msg->kind = kind;
	str_copy(msg->id, sizeof(msg->id), id);
	str_copy(
	    msg->meta_id, sizeof(msg->meta_id), meta_id != NULL ? meta_id : id);
	msg->accepted_ms = clock_now_ms();
	msg->received = 1;
	map_put(emu->by_id, msg->id, msg);
	if (emu->made_last == NULL)
		emu->made_first = msg;
	else
		emu->made_last->made_next = msg;
	emu->made_last = msg;
	emu->message_count++;
	emu->counters.accepted++;
	return msg;
}

void
emu_message_free(struct emu_message *msg)
{
	free(msg->content_ns);
	free(msg->content_name);
	free(msg->reference_id);
	free(msg->transaction);
	free(msg->node);
	free(msg->reply_to);
	free(msg->to);
	free(msg->raw);
	emu_message_drop_body(msg);
	if (msg->files != NULL && --msg->files->users == 0)
		emu_files_free(msg->files);
	free(msg);
}

void
emu_message_drop_body(struct emu_message *msg)
{
	free(msg->body);
	free(msg->signature);
	free(msg->attachments);
	msg->body = msg->signature = msg->attachments = NULL;
	msg->body_bytes = 0;
}

/* Put msg behind prev, which is in list, or at its head: NULL. */
static void
list_insert(
    struct emu_list *list, struct emu_message *msg, struct emu_message *prev)
{
	assert(msg->in == NULL);
	msg->in = list;
	msg->prev = prev;
	msg->next = prev == NULL ? list->head : prev->next;
	if (msg->prev != NULL)
		msg->prev->next = msg;
	else
		list->head = msg;
	if (msg->next != NULL)
		msg->next->prev = msg;
	else
		list->tail = msg;
	list->count++;
}

static bool
is_vip(const struct emu_message *msg)
{
	return msg->kind == EMU_REQUEST && msg->sender != NULL
	    && msg->sender->vip;
}

/* Behind whom msg goes: behind all, or behind the last VIP.  PROTOCOL 7.2. */
static struct emu_message *
place_of(const struct emu_list *list, const struct emu_message *msg)
{
	struct emu_message *prev = list->tail;

	while (is_vip(msg) && prev != NULL && !is_vip(prev))
		prev = prev->prev;
	return prev;
}

void
emu_queue_remove(struct emu_message *msg)
{
	struct emu_list *list = msg->in;

	if (list == NULL)
		return;
	if (msg->prev != NULL)
		msg->prev->next = msg->next;
	else
		list->head = msg->next;
	if (msg->next != NULL)
		msg->next->prev = msg->prev;
	else
		list->tail = msg->prev;
	list->count--;
	msg->in = NULL;
	msg->prev = msg->next = NULL;
}

struct emu_queue *
emu_queue_responses(struct emu_participant *owner, const char *node)
{
	struct emu_queue *queue = &owner->responses;

	for (; queue != NULL; queue = queue->next) {
		if (strcmp(queue->node, node == NULL ? "" : node) == 0)
			break;
	}
	return queue;
}

struct emu_queue *
emu_queue_of(const struct emu_message *msg)
{
	struct emu_participant *owner = msg->recipient;
	struct emu_queue *queue;

	if (msg->kind == EMU_STATUS)
		return &owner->statuses;
	if (msg->kind != EMU_RESPONSE)
		return &owner->requests;
	queue = emu_queue_responses(owner, msg->node);
	if (queue == NULL) {
		queue = xcalloc(1, sizeof(*queue));
		queue->node = xstrdup(msg->node);
		queue->next = owner->responses.next;
		owner->responses.next = queue;
	}
	return queue;
}

void
emu_queue_put(struct emu_message *msg)
{
	struct emu_list *list = &emu_queue_of(msg)->waiting;

	msg->state = EMU_QUEUED;
	list_insert(list, msg, place_of(list, msg));
	if (msg->kind == EMU_STATUS) /* which may be about a push */
		return;
	msg->recipient->push_due = true;
}

void
emu_queue_hold(struct emu *emu, struct emu_message *msg)
{
	msg->state = EMU_CHECKING;
	list_insert(&emu->checking, msg, emu->checking.tail);
}

void
emu_queue_return(struct emu_message *msg)
{
	msg->state = EMU_QUEUED;
	list_insert(&emu_queue_of(msg)->waiting, msg, NULL);
}

struct emu_message *
emu_queue_first(const struct emu_queue *queue, const struct emu_type *type)
{
	struct emu_message *msg = queue->waiting.head;

	while (msg != NULL && type != NULL && msg->type != type)
		msg = msg->next;
	return msg;
}

/* An Ack counts only from the one who was given the message. */
static void
ack_key(char *dst, size_t room, const struct emu_participant *participant,
    const char *meta_id)
{
	snprintf(dst, room, "%s %s", meta_id, participant->name);
}

void
emu_queue_deliver(struct emu *emu, struct emu_message *msg)
{
	char key[256];

	emu_queue_remove(msg);
	msg->state = EMU_DELIVERED;
	msg->delivered++;
	msg->delivered_ms = clock_now_ms();
	msg->due_ms = clock_mono_ms() + emu->unconfirmed_ms;
	emu->counters.delivered++;
	list_insert(&emu->unconfirmed, msg, emu->unconfirmed.tail);
	ack_key(key, sizeof(key), msg->recipient, msg->meta_id);
	map_put(emu->by_ack, key, msg);
}

struct emu_message *
emu_queue_ack(
    struct emu *emu, struct emu_participant *participant, const char *meta_id)
{
	struct emu_message *msg;
	char key[256];

	ack_key(key, sizeof(key), participant, meta_id);
	msg = map_take(emu->by_ack, key);
	if (msg == NULL)
		return NULL;
	emu_queue_remove(msg);
	emu->counters.acked++;
	msg->acked_ms = clock_now_ms();
	if (msg->repeat > 0) {
		msg->repeat--;
		emu_store_withdraw(emu, msg);
		emu_queue_return(msg);
		return msg;
	}
	msg->state = EMU_ACKED;
	emu_store_drop(emu, msg);
	emu_message_drop_body(msg);
	return msg;
}

/*
 * Those that were given out first have to come first again, so the batch goes
 * back from its newest to its oldest, each to the head of its queue.
 */
void
emu_queue_expire(struct emu *emu)
{
	struct emu_message *msg = emu->unconfirmed.head, *prev;
	int64_t now_ms = clock_mono_ms();
	char key[256];

	if (msg == NULL || msg->due_ms > now_ms)
		return;
	while (msg->next != NULL && msg->next->due_ms <= now_ms)
		msg = msg->next;
	for (; msg != NULL; msg = prev) {
		prev = msg->prev;
		emu_queue_remove(msg);
		ack_key(key, sizeof(key), msg->recipient, msg->meta_id);
		map_take(emu->by_ack, key);
		emu_store_withdraw(emu, msg);
		emu_queue_return(msg);
		emu->counters.returned++;
	}
}
