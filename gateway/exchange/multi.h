/*
 * gateway/exchange/multi.h - libcurl's multi interface on the loop.
 *
 * libcurl tells which sockets to watch and when to come back; the loop tells it
 * that they are ready.  What is carried is the business of transport.c (HTTP)
 * and ftp.c; both share one such, its connections and its authorities.
 */
#ifndef GATEWAY_EXCHANGE_MULTI_H
#define GATEWAY_EXCHANGE_MULTI_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <curl/curl.h>

struct err;
struct event_base;
struct multi;
struct multi_task;

/* A transfer has ended and is taken out already; never from multi_add(). */
typedef void multi_ended(struct multi_task *task, CURLcode result);

/* Part of whoever has a transfer under way. */
struct multi_task {
	uint32_t magic;
	struct multi *multi; /* NULL: not under way */
	CURL *easy; /* its owner's */
	multi_ended *ended;
	TAILQ_ENTRY(multi_task) link;
};

/*
 * tls_ca: PEM authorities of servers, "" the system's; it is read here, once,
 * so that later no file has to be opened.
 *
 * Errors: ERR_FATAL NET_CA, NET_SETUP.
 */
int multi_new(struct event_base *base, const char *tls_ca, struct multi **ret,
    struct err *err);
/* What is under way has been taken out by its owners. */
void multi_free(struct multi *multi); /* NULL is fine */
struct event_base *multi_base(const struct multi *multi);
/* A handle with what holds for all: no proxy, no signals, no redirects, TLS by
 * our authorities, only protocols (as CURLOPT_PROTOCOLS_STR). */
CURL *multi_easy(struct multi *multi, const char *protocols);
/* Begin the transfer of task->easy; task->ended is told. */
void multi_add(struct multi *multi, struct multi_task *task);
/* Take it out, wherever it is; nobody is told. */
void multi_remove(struct multi_task *task);

#endif
