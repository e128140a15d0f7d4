#include "tools/smevemu/emu_push.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/obj.h"
#include "base/str.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_wire.h"
#include "tools/smevemu/emu_wire_write.h"
#include "xsd/xml_write.h"

#define PUSH_MAGIC   0x656d7573u
#define PUSH_SECONDS 10
#define NS_PUSH      "urn://x-artefacts-smev-gov-ru/smev/1.0"

/* A notice on its way. */
struct push {
	uint32_t magic;
	struct emu *emu;
	struct emu_participant *to;
	struct evhttp_connection *connection;
};

static void
write_queue(struct xml_writer *w, const struct emu_participant *owner,
    const char *kind, const struct emu_queue *queue)
{
	char name[300], size[24];

	if (queue->waiting.count == 0)
		return;
	emu_write_queue_name(owner, kind, queue->node, name, sizeof(name));
	snprintf(size, sizeof(size), "%zu", queue->waiting.count);
	xml_write_open(w, "p:QueueInformation");
	xml_write_leaf(w, "QueueName", name);
	xml_write_leaf(w, "QueueSize", size);
	xml_write_close(w);
}

void
emu_push_write(const struct emu_participant *owner, struct buf *out)
{
	const struct emu_queue *queue = &owner->responses;
	struct xml_writer w;
	char when[40];

	emu_write_time(clock_now_ms(), when);
	xml_write_init(&w, out);
	xml_write_open(&w, "soap:Envelope");
	xml_write_ns(&w, "soap", EMU_NS_SOAP);
	xml_write_open(&w, "soap:Body");
	xml_write_open(&w, "p:PushNotificationRequest");
	xml_write_ns(&w, "p", NS_PUSH);
	xml_write_open(&w, "PushNotification");
	xml_write_leaf(&w, "InformationTimestamp", when);
	write_queue(&w, owner, "REQUEST", &owner->requests);
	for (; queue != NULL; queue = queue->next)
		write_queue(&w, owner, "RESPONSE", queue);
	write_queue(&w, owner, "STATUS", &owner->statuses);
	for (int i = 0; i < 4; i++)
		xml_write_close(&w);
}

static void
on_over(evutil_socket_t fd, short what, void *arg)
{
	struct push *push;

	(void)fd;
	(void)what;
	OBJ_CAST(push, arg, PUSH_MAGIC);
	push->to->push_running = false;
	evhttp_connection_free(push->connection);
	free(push);
}

/* A connection must not be freed inside its own callback. */
static void
push_over(struct push *push)
{
	static const struct timeval now = { 0, 0 };

	(void)event_base_once(
	    push->emu->base, -1, EV_TIMEOUT, on_over, push, &now);
}

static void
failed(const struct push *push, const char *why)
{
	push->to->push_failures++;
	emu_compose_push_failed(push->emu, push->to, why);
}

static void
on_answer(struct evhttp_request *req, void *arg)
{
	int status = req == NULL ? 0 : evhttp_request_get_response_code(req);
	struct push *push;
	char why[160];

	OBJ_CAST(push, arg, PUSH_MAGIC);
	if (status == 0)
		str_copy(why, sizeof(why), "участник не отвечает");
	else
		snprintf(why, sizeof(why), "HTTP %d", status);
	if (status == 200)
		push->to->pushes++;
	else
		failed(push, why);
	push_over(push);
}

static void
send_to(struct push *push, const struct evhttp_uri *uri)
{
	struct evhttp_request *req = evhttp_request_new(on_answer, push);
	struct evkeyvalq *headers = evhttp_request_get_output_headers(req);
	const char *path = evhttp_uri_get_path(uri);
	int port = evhttp_uri_get_port(uri);
	struct buf body;

	push->connection = evhttp_connection_base_new(push->emu->base, NULL,
	    evhttp_uri_get_host(uri), (uint16_t)(port == -1 ? 80 : port));
	evhttp_connection_set_timeout(push->connection, PUSH_SECONDS);
	evhttp_add_header(headers, "Host", evhttp_uri_get_host(uri));
	evhttp_add_header(headers, "Content-Type", "text/xml; charset=utf-8");
	evhttp_add_header(headers, "SOAPAction", "\" PushNotification \"");
	evhttp_add_header(headers, "Connection", "close");
	buf_init(&body, 0);
	emu_push_write(push->to, &body);
	evbuffer_add(
	    evhttp_request_get_output_buffer(req), body.data, body.bytes);
	buf_release(&body);
	if (evhttp_make_request(push->connection, req, EVHTTP_REQ_POST,
		path == NULL || *path == '\0' ? "/" : path)
	    == 0)
		return;
	failed(push, "нет соединения");
	push_over(push);
}

static bool
anything_waits(const struct emu_participant *owner)
{
	const struct emu_queue *queue = &owner->responses;

	while (queue != NULL && queue->waiting.count == 0)
		queue = queue->next;
	return queue != NULL || owner->requests.waiting.count > 0
	    || owner->statuses.waiting.count > 0;
}

static void
notify(struct emu *emu, struct emu_participant *to)
{
	struct evhttp_uri *uri = evhttp_uri_parse(to->push_url);
	struct push *push;

	to->push_due = false;
	if (uri == NULL || evhttp_uri_get_host(uri) == NULL
	    || !anything_waits(to)) { /* taken meanwhile */
		if (uri != NULL)
			evhttp_uri_free(uri);
		return;
	}
	push = xcalloc(1, sizeof(*push));
	push->magic = PUSH_MAGIC;
	push->emu = emu;
	push->to = to;
	to->push_running = true;
	send_to(push, uri);
	evhttp_uri_free(uri);
}

void
emu_push_run(struct emu *emu)
{
	struct emu_participant *to = emu->participants;

	for (; to != NULL; to = to->next) {
		if (to->push_due && !to->push_running && to->push_url != NULL)
			notify(emu, to);
	}
}
