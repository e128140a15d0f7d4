/*
 * gateway/http/http_route.c - method and path to handler; who may ask what; how
 * every answer goes out.
 */
#include <assert.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/codes.h"
#include "base/log.h"
#include "base/str.h"
#include "gateway/config.h"
#include "gateway/door/door_text.h"
#include "gateway/http/front.h"
#include "gateway/http/http_auth.h"
#include "gateway/http/http_pending.h"
#include "gateway/http/http_server.h"
#include "gateway/metrics.h"
#include "gateway/protocol_xml.h"

/* A source of packets; a system behind the door; SMEV; this machine, or any
 * source; anybody. */
enum may_ask { ASK_SOURCE, ASK_SYSTEM, ASK_SMEV, ASK_LOCAL, ASK_ALL };

static const struct route {
	const char *name;
	const char *method; /* GET serves HEAD too */
	const char *path; /* one that ends with '/' has an id behind */
	enum may_ask who;
	void (*handle)(struct front *front, struct http_request *req);
} routes[] = {
	{ "accept", "POST", "/v1/packets", ASK_SOURCE, http_accept },
	{ "status", "GET", "/v1/packets/", ASK_SOURCE, http_status },
	{ "validate", "POST", "/v1/validate", ASK_SOURCE, http_validate },
	{ "changes", "GET", "/v1/changes", ASK_SOURCE, http_changes },
	{ "door", "POST", "/ws/SMEVServiceAdapterService", ASK_SYSTEM,
	    http_door },
	{ "door", "POST", "/ws", ASK_SYSTEM, http_door },
	{ "wsdl", "GET", "/ws/SMEVServiceAdapterService", ASK_ALL,
	    http_door_wsdl },
	{ "wsdl", "GET", "/ws", ASK_ALL, http_door_wsdl },
	{ "push", "POST", "/ws/push", ASK_SMEV, http_push },
	{ "wsdl", "GET", "/ws/push", ASK_SMEV, http_push_wsdl },
	{ "healthz", "GET", "/healthz", ASK_LOCAL, http_healthz },
	{ "readyz", "GET", "/readyz", ASK_LOCAL, http_readyz },
	{ "metrics", "GET", "/metrics", ASK_LOCAL, http_metrics },
};

struct http_note *
http_note(struct http_request *req)
{
	struct http_note *note = req->mine;

	if (note == NULL) {
		note = arena_alloc(req->arena, sizeof(*note));
		note->route = note->source = "";
		req->mine = note;
	}
	return note;
}

static bool
path_fits(const struct route *route, const char *path)
{
	size_t bytes = strlen(route->path);

	if (route->path[bytes - 1] != '/')
		return strcmp(path, route->path) == 0;
	return strncmp(path, route->path, bytes) == 0 && path[bytes] != '\0'
	    && strchr(path + bytes, '/') == NULL;
}

static bool
method_fits(const struct route *route, const char *method)
{
	return strcmp(method, route->method) == 0
	    || (strcmp(method, "HEAD") == 0
		&& strcmp(route->method, "GET") == 0);
}

/* The route, or NULL with the methods the path has, NULL: no such path. */
static const struct route *
find_route(const struct http_head *head, const char **ret_allow)
{
	*ret_allow = NULL;
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		if (!path_fits(&routes[i], head->path))
			continue;
		if (method_fits(&routes[i], head->method))
			return &routes[i];
		*ret_allow = *ret_allow != NULL            ? "GET, HEAD, POST"
		    : strcmp(routes[i].method, "GET") == 0 ? "GET, HEAD"
							   : "POST";
	}
	return NULL;
}

static void
count_answer(int status)
{
	if (status < 400)
		metrics_add(METRIC_HTTP_2XX, 1);
	else if (status < 500)
		metrics_add(METRIC_HTTP_4XX, 1);
	else
		metrics_add(METRIC_HTTP_5XX, 1);
	if (status == 401 || status == 403)
		metrics_add(METRIC_HTTP_UNKNOWN, 1);
	if (status == 503)
		metrics_add(METRIC_HTTP_BUSY, 1);
}

void
http_finish(struct front *front, struct http_request *req,
    const struct http_reply *reply)
{
	const struct http_note *note = http_note(req);
	int64_t took_ms = clock_mono_ms() - req->begun_ms;

	count_answer(reply->status);
	metrics_observe_us(METRIC_TIME_HTTP, took_ms * 1000);
	metrics_add(METRIC_HTTP_BODY_BYTES, (int64_t)req->body.bytes);
	metrics_set(METRIC_HTTP_CONNECTIONS,
	    (int64_t)http_server_connections(front->server));
	metrics_set(
	    METRIC_HTTP_IN_FLIGHT, (int64_t)http_pending_count(front->pending));
	log_event(reply->status < 400 ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO,
	    "http=%d route=%s from=%s bytes=%zu ms=%" PRId64, reply->status,
	    note->route[0] != '\0' ? note->route : "none",
	    note->source[0] != '\0' ? note->source : "unknown", req->body.bytes,
	    took_ms);
	http_answer(req, reply);
}

static void
refuse_with(struct front *front, struct http_request *req,
    struct http_reply *reply, const char *code, const char *text)
{
	struct buf body;

	buf_init(&body, 0);
	if (http_note(req)->soap)
		door_text_fault(code, text, &body);
	else
		protocol_xml_refusal("", code, text, clock_now_ms(), &body);
	reply->content_type =
	    http_note(req)->soap ? DOOR_TYPE : PROTOCOL_XML_TYPE;
	reply->body = body.data;
	reply->bytes = body.bytes;
	if (reply->status == 503 && reply->retry_after_s == 0)
		reply->retry_after_s = front->config->http.retry_after_s;
	if (reply->status == 401)
		reply->challenge = http_note(req)->soap
		    ? "Basic realm=\"kontingent\""
		    : "Bearer realm=\"kontingent\"";
	http_finish(front, req, reply);
	buf_release(&body);
}

void
http_refuse(struct front *front, struct http_request *req, int status,
    const char *code, const char *text)
{
	const struct code *row = code_find(code);
	struct http_reply reply = { .status = status };

	if (status == 0)
		reply.status = row != NULL && row->http != 0 ? row->http : 500;
	refuse_with(front, req, &reply, code, text);
}

/* "application/xml" or "text/xml", as UTF-8 if anything is said of that. */
static bool
xml_type(const char *type)
{
	static const char *const types[] = { "application/xml", "text/xml" };
	const char *rest = NULL;

	for (size_t i = 0; type != NULL && i < 2; i++)
		if (strncasecmp(type, types[i], strlen(types[i])) == 0)
			rest = type + strlen(types[i]);
	if (rest == NULL)
		return false;
	rest += strspn(rest, " \t");
	if (*rest == '\0')
		return true;
	if (*rest++ != ';')
		return false;
	rest += strspn(rest, " \t");
	return strcasecmp(rest, "charset=utf-8") == 0
	    || strcasecmp(rest, "charset=\"utf-8\"") == 0;
}

/* Whether the head of a POST may be followed by a body.  False: answered. */
static bool
post_head(struct front *front, struct http_request *req)
{
	const char *coding = http_head_get(&req->head, "Content-Encoding");

	if (req->head.framing == HTTP_NO_BODY)
		http_refuse(front, req, 0, "HTTP_NO_BODY", "");
	else if (!xml_type(http_head_get(&req->head, "Content-Type")))
		http_refuse(front, req, 0, "HTTP_TYPE", "");
	else if (coding != NULL && strcasecmp(coding, "identity") != 0)
		http_refuse(
		    front, req, 0, "HTTP_TYPE", "тело передаётся без сжатия");
	else
		return true;
	return false;
}

/* Find out who asks, and how often.  False: answered. */
static bool
source_may(
    struct front *front, struct http_request *req, const struct route *route)
{
	const char *code = "";
	const struct config_source *source =
	    http_auth_source(front->auth, req, &code);
	struct http_reply reply = { .status = 429 };

	if (source == NULL) {
		http_refuse(front, req, 0, code, "");
		return false;
	}
	http_note(req)->source = source->name;
	/* A system behind the door is no source of packets by that. */
	if (route->who == ASK_SYSTEM ? *source->it_system == '\0'
				     : *source->role == '\0') {
		http_refuse(front, req, 0, "SRC_DENIED", "");
		return false;
	}
	if (route->handle != http_accept && route->handle != http_door)
		return true;
	reply.retry_after_s =
	    http_auth_rate(front->auth, source, clock_mono_ms());
	if (reply.retry_after_s > 0)
		refuse_with(front, req, &reply, "SRC_RATE", "");
	return reply.retry_after_s == 0;
}

static bool
on_head(struct http_request *req, void *arg)
{
	struct front *front = arg;
	struct http_reply reply = { .status = 405 };
	const struct route *route = find_route(&req->head, &reply.allow);

	if (route == NULL && reply.allow != NULL) {
		refuse_with(front, req, &reply, "HTTP_METHOD", "");
		return false;
	}
	if (route == NULL) {
		http_refuse(front, req, 0, "HTTP_PATH", "");
		return false;
	}
	http_note(req)->route = route->name;
	http_note(req)->soap =
	    route->who == ASK_SYSTEM || route->who == ASK_SMEV;
	if (route->who == ASK_SMEV) {
		if (!http_push_may(front, req))
			return false;
	} else if (route->who != ASK_ALL
	    && (route->who != ASK_LOCAL
		|| !(req->local || front->config->http.public_status)))
		if (!source_may(front, req, route))
			return false;
	if (strcmp(req->head.method, "POST") == 0)
		return post_head(front, req);
	if (req->head.framing != HTTP_NO_BODY) {
		http_refuse(front, req, 0, "HTTP_FORM",
		    "у этого запроса не бывает тела");
		return false;
	}
	return true;
}

static void
on_whole(struct http_request *req, void *arg)
{
	const char *allow;
	const struct route *route = find_route(&req->head, &allow);

	assert(route != NULL); /* on_head() found it */
	route->handle(arg, req);
}

static void
on_refuse(struct http_request *req, int status, const char *why, void *arg)
{
	static const struct {
		int status;
		const char *code;
	} codes[] = { { 408, "HTTP_SLOW" }, { 413, "PKT_SIZE" },
		{ 431, "HTTP_HEADERS" }, { 505, "HTTP_VERSION" } };
	const char *code = "HTTP_FORM", *allow;
	const struct route *route = find_route(&req->head, &allow);

	/* Not every refusal waits for on_head(). */
	if (route != NULL && route->who == ASK_SYSTEM)
		http_note(req)->soap = true;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].status == status)
			code = codes[i].code;
	metrics_add(METRIC_HTTP_REFUSED, 1);
	log_event(LOG_LEVEL_INFO, "http=%d result=refused code=%s why=\"%s\"",
	    status, code, why);
	http_refuse(arg, req, status, code, "");
}

static void
on_gone(struct http_request *req, void *arg)
{
	struct front *front = arg;
	const struct http_note *note = http_note(req);

	if (note->pending != 0)
		(void)http_pending_take(front->pending, note->pending);
	log_event(LOG_LEVEL_INFO, "route=%s from=%s result=client-gone",
	    note->route, note->source);
}

const struct http_handler http_route_handler = {
	.head = on_head,
	.whole = on_whole,
	.refuse = on_refuse,
	.gone = on_gone,
};
