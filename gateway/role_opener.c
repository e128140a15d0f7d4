/*
 * gateway/role_opener.c - reads what strangers sent.  Bytes in, result out.
 *
 * It holds nothing but a socket pair to store, opens nothing once it is locked
 * in, and may die of any packet: store gives the packet to another one.
 */
#include "gateway/role.h"

#include <string.h>
#include <sys/time.h>

#include "adapters/adapter.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/door/door_hear.h"
#include "gateway/flow/enclosed.h"
#include "gateway/flow/flow.h"
#include "gateway/flow/job.h"
#include "gateway/flow/packet.h"
#include "gateway/loop.h"
#include "gateway/metrics.h"
#include "gateway/sandbox.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "model/name.h"
#include "xsd/xml_doc.h"

/*
 * Trees between IPC_OPEN and IPC_DECODE.  One that is pushed out is read again
 * from the inbox, so the bound costs time only.
 */
#define KEPT 512

struct opener {
	struct flow_tools tools;
	struct packet *kept[KEPT];
	uint64_t kept_id[KEPT];
};

static void
keep(struct opener *opener, uint64_t id, struct packet *packet)
{
	size_t slot = (size_t)(id % KEPT);

	packet_free(opener->kept[slot]);
	opener->kept[slot] = packet;
	opener->kept_id[slot] = id;
}

static struct packet *
take(struct opener *opener, uint64_t id)
{
	size_t slot = (size_t)(id % KEPT);
	struct packet *packet = opener->kept[slot];

	if (packet == NULL || opener->kept_id[slot] != id)
		return NULL;
	opener->kept[slot] = NULL;
	return packet;
}

/* The changeset with all defects; an empty one when decode was not reached. */
static void
put_changeset(struct packet *packet, struct buf *out)
{
	struct changeset *change = packet->change;

	if (change == NULL)
		change = changeset_new(packet->arena);
	change->packet_id = packet->packet_id;
	change->defects = packet->defects;
	changeset_encode(change, out);
}

static void
on_open(struct opener *opener, struct ipc_peer *peer,
    const struct ipc_message *msg, struct packet *packet)
{
	struct opened opened = { .kind = "", .changeset_bytes = 0 };
	struct buf change, out;

	flow_look(&opener->tools, packet);
	buf_init(&change, 0);
	buf_init(&out, 0);
	opened.packet_id = packet->packet_id;
	opened.door = packet->door;
	opened.door_bytes = packet->door_bytes;
	if (packet->adapter != NULL)
		opened.kind = packet->adapter->name;
	if (packet->defects.total != 0) {
		put_changeset(packet, &change);
		opened.changeset = change.data;
		opened.changeset_bytes = change.bytes;
	}
	opened_write(&opened, &out);
	(void)ipc_answer(peer, IPC_OPENED, msg->id, out.data, out.bytes);
	ipc_flush(peer); /* store blames whom we have not answered */
	buf_release(&out);
	buf_release(&change);
	if (packet->defects.total != 0 || packet->door != NULL)
		packet_free(packet);
	else
		keep(opener, msg->id, packet);
}

/* The reason that an answer of SMEV gives, in one pair of words. */
static void
put_reason(const struct packet *packet, struct decoded *decoded)
{
	const struct smev_answer *answer = &packet->answer;

	decoded->code = packet->code;
	decoded->why = packet->why;
	if (*packet->code != '\0')
		return;
	if (answer->kind == SMEV_ANSWER_FAULT
	    || answer->kind == SMEV_ANSWER_ASYNC) {
		decoded->code = answer->fault_code;
		decoded->why = answer->fault_text;
	} else if (answer->kind == SMEV_ANSWER_REJECTED) {
		decoded->code = "SMEV_REJECTED";
		decoded->why = answer->reject_reasons;
	}
}

/* A name is SMEV's; what parts the lines does not belong in one. */
static const char *
queues_of(const struct packet *packet)
{
	const struct smev_answer *answer = &packet->answer;
	const char *text;
	struct buf out;

	buf_init(&out, 0);
	for (size_t i = 0; i < answer->queue_count; i++) {
		for (const char *p = answer->queues[i].name; *p != '\0'; p++)
			buf_addc(&out, (unsigned char)*p < ' ' ? ' ' : *p);
		buf_addf(
		    &out, "\t%lld\n", (long long)answer->queues[i].pending);
	}
	text = arena_strdup(packet->arena, buf_text(&out));
	buf_release(&out);
	return text;
}

static void
put_smev(const struct packet *packet, struct decoded *decoded)
{
	const struct smev_answer *answer = &packet->answer;

	decoded->answer = (int)answer->kind;
	decoded->signature_ok = packet->signature_ok;
	decoded->message_id = answer->message_id;
	decoded->ack_id = answer->ack_id;
	decoded->original_message_id = answer->original_message_id;
	decoded->reply_to = answer->reply_to;
	decoded->sender = answer->sender;
	decoded->sending_timestamp = answer->sending_timestamp;
	decoded->guessed_id = answer->guessed_id;
	decoded->eol = answer->eol;
	decoded->status = answer->status;
	decoded->status_code = answer->status_code;
	decoded->test = answer->test_message;
	decoded->broadcast = answer->broadcast
	    || (packet->datatype != NULL && packet->datatype->subscriber);
	decoded->failed = answer->failed;
	decoded->queues = queues_of(packet);
	put_reason(packet, decoded);
}

static void
send_decoded(struct ipc_peer *peer, uint64_t id, struct packet *packet)
{
	struct decoded decoded = { .need_body = packet == NULL };
	struct buf change, out;

	buf_init(&change, 0);
	buf_init(&out, 0);
	if (packet != NULL) {
		if (packet->job.channel == CHANNEL_SMEV && packet->doc != NULL)
			put_smev(packet, &decoded);
		if (packet->datatype != NULL)
			decoded.datatype = packet->datatype->name;
		if (packet->source != NULL)
			decoded.source = packet->source->name;
		decoded.door = packet->door;
		decoded.door_bytes = packet->door_bytes;
		decoded.files = packet->files;
		decoded.files_bytes = packet->files_bytes;
		if (packet->job.channel == CHANNEL_HTTP
		    || packet->change != NULL || packet->defects.total != 0) {
			put_changeset(packet, &change);
			decoded.changeset = change.data;
			decoded.changeset_bytes = change.bytes;
		}
	}
	decoded_write(&decoded, &out);
	(void)ipc_answer(peer, IPC_DECODED, id, out.data, out.bytes);
	ipc_flush(peer); /* store blames whom we have not answered */
	buf_release(&out);
	buf_release(&change);
}

/* Answers without content carry a signature all the same. */
static void
read_smev(struct opener *opener, struct packet *packet)
{
	if (packet->doc == NULL)
		return;
	if (packet->root == NULL && packet->answer.signed_element != NULL)
		flow_verify(&opener->tools, packet);
	else
		flow_read(&opener->tools, packet);
	door_hear(packet);
	flow_enclosed(&opener->tools, packet);
}

static void
on_decode(struct opener *opener, struct ipc_peer *peer,
    const struct ipc_message *msg, struct packet *packet)
{
	if (packet->job.body_bytes == 0) {
		packet_free(packet);
		packet = take(opener, msg->id);
	} else {
		flow_look(&opener->tools, packet);
	}
	if (packet != NULL) {
		if (packet->job.channel == CHANNEL_SMEV)
			read_smev(opener, packet);
		else
			flow_read(&opener->tools, packet);
	}
	send_decoded(peer, msg->id, packet);
	packet_free(packet);
}

/*
 * A packet may spend so much processor time; SIGPROF then ends the process, and
 * store knows whom to blame.  0 takes the limit away.
 */
static void
limit_cpu(int64_t seconds)
{
	struct itimerval timer = { .it_value.tv_sec = (time_t)seconds };

	(void)setitimer(ITIMER_PROF, &timer, NULL);
}

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct opener *opener = arg;
	struct arena *arena;
	struct open_job job;
	struct packet *packet;

	if ((msg->type != IPC_OPEN && msg->type != IPC_DECODE)
	    || ipc_peer_role(peer) != ROLE_STORE || FAILPOINT("opener.job"))
		return;
	arena = arena_new();
	if (open_job_read(msg, arena, &job)) {
		packet = packet_new(&job);
		limit_cpu(opener->tools.config->limits.opener_cpu_s);
		if (msg->type == IPC_OPEN)
			on_open(opener, peer, msg, packet);
		else
			on_decode(opener, peer, msg, packet);
		limit_cpu(0);
		metrics_add(METRIC_OPENER_PACKETS, 1);
	}
	arena_free(arena);
}

int
role_opener(const struct role_start *start)
{
	static const struct loop_calls calls = { .message = on_message };
	struct opener *opener = xcalloc(1, sizeof(*opener));
	const struct config *config = start->config;
	struct loop *loop = loop_new(start, &calls, opener);
	struct err err;

	if (gost_setup(config->openssl_conf, &err) == -1
	    || dsig_setup(&err) == -1) {
		goto failed;
	}
	xml_doc_setup();
	name_setup();
	if (flow_tools_open(config, &opener->tools, &err) == -1
	    || sandbox_enter(ROLE_OPENER, config, &err) == -1)
		goto failed;
	return loop_run(loop);
failed:
	log_event(LOG_LEVEL_ERROR,
	    "event=start result=failed code=%s why=\"%s\"", err.code, err.text);
	return 1;
}
