/*
 * gateway/http/front.h - what the front process holds; shared by the files of
 * gateway/http/ that answer requests.
 */
#ifndef GATEWAY_HTTP_FRONT_H
#define GATEWAY_HTTP_FRONT_H

#include <stdbool.h>
#include <stdint.h>

#include "gateway/ipc.h"

struct config;
struct door_wsdl;
struct http_auth;
struct http_handler;
struct http_pending;
struct http_request;
struct http_server;
struct metrics_reader;

struct front {
	const struct config *config;
	struct http_server *server;
	struct http_auth *auth;
	struct http_pending *pending;
	struct ipc_peer *store; /* NULL while it is replaced */
	struct metrics_reader *metrics;
	struct door_wsdl *wsdl; /* NULL: the schemas are not there */
};

/* What the server calls; arg is a struct front. */
extern const struct http_handler http_route_handler;

/* A packet of a known source: to the store (http_ingress.c). */
void http_accept(struct front *front, struct http_request *req);
void http_validate(struct front *front, struct http_request *req);
void http_status(struct front *front, struct http_request *req);
void http_changes(struct front *front, struct http_request *req);
/* The adapter's service and its description (http_door.c). */
void http_door(struct front *front, struct http_request *req);
void http_door_wsdl(struct front *front, struct http_request *req);
/* Where the client sees req's path: as it says itself, or nowhere. */
const char *
http_address_of(const struct front *front, const struct http_request *req);
/* Push notifications of SMEV (http_push.c): whether req may be one, or is
 * answered; one; their description. */
bool http_push_may(struct front *front, struct http_request *req);
void http_push(struct front *front, struct http_request *req);
void http_push_wsdl(struct front *front, struct http_request *req);
/* How the daemon is (http_health.c). */
void http_healthz(struct front *front, struct http_request *req);
void http_readyz(struct front *front, struct http_request *req);
void http_metrics(struct front *front, struct http_request *req);
/* The text of /metrics: gauges, as the store gave them or "", and counters. */
void http_metrics_answer(struct front *front, struct http_request *req,
    const void *gauges, size_t bytes);

/*
 * Send body to the store, to answer req with what comes back or with 503 after
 * wait_ms more than the setting; 503 at once when there is no room.
 */
void http_ask_store(struct front *front, struct http_request *req,
    enum ipc_type type, const void *body, size_t bytes, int64_t wait_ms);
/* The store answered, or nobody will: see http_pending. */
void http_store_answer(struct front *front, const struct ipc_message *msg);
/*
 * There is a new store: ask it what the one before did not answer.  What that
 * one did do it finds done, by the packet's id.
 */
void http_ask_again(struct front *front);
/* Answer with 503 who has waited until now_ms; INT64_MAX means all. */
void http_give_up(struct front *front, int64_t now_ms, const char *why);

/* What req was about, for its log line: kept in req->arena. */
struct http_note {
	const char *route; /* "accept", "status" ...; "" before it is known */
	const char *source; /* "" unknown */
	bool soap; /* it is told in SOAP what is wrong */
	const char *question; /* of the door: its name at the store */
	uint64_t pending; /* id at the store, or 0 */
	enum ipc_type asked;
	int64_t until_ms; /* base/clock mono: then 503 */
	/* Asks the store once more; NULL: the question dies with the store. */
	void (*ask)(struct front *front, struct http_request *req);
};
struct http_note *http_note(struct http_request *req);
/* Answer with a Protocol that has the code, and count it; text may be "".
 * status 0: the one of the code. */
void http_refuse(struct front *front, struct http_request *req, int status,
    const char *code, const char *text);
/* http_answer(), counted and logged. */
struct http_reply;
void http_finish(struct front *front, struct http_request *req,
    const struct http_reply *reply);

#endif
