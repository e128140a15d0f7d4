#include "tools/kontingent-load/load_run.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/obj.h"
#include "base/str.h"
#include "tools/kontingent-load/load_link.h"

#define RUN_MAGIC    0x72756e31u
#define TICK_USEC    500 /* with a rate */
#define REST_USEC    20000 /* without: only for what broke */
#define FLUSH_TICKS  16
#define REFUSED_MOST 2000 /* connections that never opened, in a row */

struct lane {
	struct load_link *link;
	size_t packet; /* what it carries */
	int64_t due_us; /* when that should have left */
};

struct runner {
	uint32_t magic;
	struct load_run *run;
	struct event_base *base;
	struct event *tick;
	struct addrinfo *address;
	struct load_links links;
	char head[1400];
	struct lane *lanes;
	size_t *idle; /* lanes without work, a stack */
	size_t idle_count;
	size_t *again; /* packets to be sent once more, a stack */
	int64_t *again_due_us;
	size_t again_count;
	size_t next; /* packet */
	size_t open; /* packets that are not settled */
	int64_t start_us;
	size_t refused;
	unsigned ticks;
};

int
load_target_parse(
    const char *url, struct load_target *ret_target, struct err *err)
{
	struct load_target target = { .port = 80 };
	const char *at = url, *end;
	int64_t port;
	char digits[8];

	if (!str_begins(url, "http://"))
		goto bad;
	at += 7;
	end = at + strcspn(at, ":/");
	if (end == at || (size_t)(end - at) >= sizeof(target.host))
		goto bad;
	memcpy(target.host, at, (size_t)(end - at));
	if (*end == ':') {
		at = end + 1;
		end = at + strcspn(at, "/");
		if ((size_t)(end - at) >= sizeof(digits))
			goto bad;
		str_copy(digits, (size_t)(end - at) + 1, at);
		if (str_int(digits, 1, 65535, &port) == -1)
			goto bad;
		target.port = (int)port;
	}
	if (strlen(end) >= sizeof(target.path))
		goto bad;
	str_copy(target.path, sizeof(target.path),
	    *end == '\0' ? "/v1/packets" : end);
	*ret_target = target;
	return 0;
bad:
	return err_set(err, ERR_REFUSE, "LOAD_URL",
	    "not http://HOST[:PORT][/PATH]: %.100s", url);
}

/* When packet number is due; now, when there is no rate. */
static int64_t
due_us(const struct runner *r, size_t number, int64_t now_us)
{
	if (r->run->rate <= 0)
		return now_us;
	return r->start_us + (int64_t)((double)number * 1e6 / r->run->rate);
}

/* The next packet to send and its time; false: none is due. */
static bool
take(struct runner *r, int64_t now_us, size_t *ret_packet, int64_t *ret_due_us)
{
	if (r->again_count > 0) {
		r->again_count--;
		*ret_packet = r->again[r->again_count];
		*ret_due_us = r->again_due_us[r->again_count];
		return true;
	}
	if (r->next == r->run->packet_count)
		return false;
	*ret_due_us = due_us(r, r->next, now_us);
	if (*ret_due_us > now_us)
		return false;
	*ret_packet = r->next++;
	return true;
}

/* Give idle connections what is due. */
static void
feed(struct runner *r)
{
	int64_t now_us = clock_mono_us(), due;
	struct lane *lane;
	size_t packet;

	while (r->idle_count > 0 && take(r, now_us, &packet, &due)) {
		lane = &r->lanes[r->idle[--r->idle_count]];
		lane->packet = packet;
		lane->due_us = due;
		r->run->stats.bytes_sent += r->run->packets[packet].bytes;
		load_link_send(lane->link, &r->run->packets[packet]);
	}
}

static bool
repeatable(const struct runner *r, int status)
{
	return r->run->retry && (status <= 0 || status == 429 || status == 503);
}

static void
settle(struct runner *r, struct lane *lane, int status)
{
	struct load_run *run = r->run;
	int64_t took_us = clock_mono_us() - lane->due_us;

	if (status <= 0)
		run->stats.failures++;
	else
		load_stats_add(&run->stats, status, (uint64_t)took_us);
	if (repeatable(r, status)) {
		r->again[r->again_count] = lane->packet;
		r->again_due_us[r->again_count++] = lane->due_us;
		return;
	}
	if ((status == 200 || status == 202) && run->acked != NULL)
		fprintf(run->acked, "%s\n", run->packets[lane->packet].id);
	r->open--;
}

static void
on_done(void *arg, size_t index, int status)
{
	struct runner *r;

	OBJ_CAST(r, arg, RUN_MAGIC);
	settle(r, &r->lanes[index], status);
	r->refused = status == -1 ? r->refused + 1 : 0;
	r->idle[r->idle_count++] = index;
	if (r->open == 0 || (!r->run->retry && r->refused > REFUSED_MOST))
		event_base_loopbreak(r->base);
	else
		feed(r);
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct runner *r;

	(void)fd;
	(void)what;
	OBJ_CAST(r, arg, RUN_MAGIC);
	feed(r);
	if (r->run->acked != NULL && r->ticks++ % FLUSH_TICKS == 0)
		fflush(r->run->acked);
}

/* What links share: where they go and how each request begins. */
static int
prepare(struct runner *r, struct load_run *run, struct err *err)
{
	const struct load_target *target = run->target;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char port[8];

	snprintf(port, sizeof(port), "%d", target->port);
	if (getaddrinfo(target->host, port, &hints, &r->address) != 0)
		return err_set(err, ERR_RETRY, "LOAD_CONNECT",
		    "no such host: %.100s", target->host);
	snprintf(r->head, sizeof(r->head),
	    "POST %s HTTP/1.1\r\nHost: %s:%d\r\n"
	    "User-Agent: kontingent-load\r\nContent-Type: application/xml\r\n"
	    "%s%.400s%sContent-Length: ",
	    target->path, target->host, target->port,
	    run->bearer == NULL ? "" : "Authorization: Bearer ",
	    run->bearer == NULL ? "" : run->bearer,
	    run->bearer == NULL ? "" : "\r\n");
	r->magic = RUN_MAGIC;
	r->run = run;
	r->base = event_base_new();
	r->links = (struct load_links){ .base = r->base,
		.address = r->address->ai_addr,
		.address_bytes = r->address->ai_addrlen,
		.head = r->head,
		.done = on_done,
		.arg = r };
	return 0;
}

static void
start(struct runner *r)
{
	struct load_run *run = r->run;
	struct timeval tick = { 0, run->rate > 0 ? TICK_USEC : REST_USEC };

	r->open = run->packet_count;
	r->lanes = xcalloc(run->connections, sizeof(*r->lanes));
	r->idle = xcalloc(run->connections, sizeof(*r->idle));
	r->again = xcalloc(run->connections, sizeof(*r->again));
	r->again_due_us = xcalloc(run->connections, sizeof(*r->again_due_us));
	for (size_t i = 0; i < run->connections; i++) {
		r->lanes[i].link = load_link_new(&r->links, i);
		r->idle[r->idle_count++] = i;
	}
	r->tick = event_new(r->base, -1, EV_PERSIST, on_tick, r);
	event_add(r->tick, &tick);
	r->start_us = clock_mono_us();
}

static void
stop(struct runner *r)
{
	for (size_t i = 0; i < r->run->connections; i++)
		load_link_free(r->lanes[i].link);
	event_free(r->tick);
	event_base_free(r->base);
	freeaddrinfo(r->address);
	free(r->again_due_us);
	free(r->again);
	free(r->idle);
	free(r->lanes);
}

int
load_run(struct load_run *run, struct err *err)
{
	struct runner r = { 0 };
	int rc = 0;

	memset(&run->stats, 0, sizeof(run->stats));
	if (prepare(&r, run, err) == -1)
		return -1;
	start(&r);
	feed(&r);
	if (r.open > 0)
		event_base_dispatch(r.base);
	run->elapsed_us = clock_mono_us() - r.start_us;
	if (run->acked != NULL)
		fflush(run->acked);
	if (run->stats.count == 0 && run->packet_count > 0)
		rc = err_set(err, ERR_RETRY, "LOAD_CONNECT",
		    "nobody answers at %.200s port %d", run->target->host,
		    run->target->port);
	stop(&r);
	return rc;
}
