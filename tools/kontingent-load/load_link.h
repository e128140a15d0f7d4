/*
 * tools/kontingent-load/load_link.h - one HTTP connection of the generator: a
 * request at a time, the answer's status and nothing else.
 *
 * A plain socket, one send and one receive for a packet: a bufferevent takes
 * three times the CPU, and the generator shares the cores with the daemon.
 */
#ifndef LOAD_LINK_H
#define LOAD_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

struct event_base;
struct load_link;
struct load_packet;

/* status 0: the connection broke before the answer; -1: it never opened. */
typedef void load_link_done(void *arg, size_t index, int status);

/* What all links of a run share. */
struct load_links {
	struct event_base *base;
	const struct sockaddr *address;
	socklen_t address_bytes;
	const char *head; /* of a request, up to the value of Content-Length */
	load_link_done *done;
	void *arg;
};

/* Connects at its first packet and again after each break; links outlives it. */
struct load_link *load_link_new(const struct load_links *links, size_t index);
void load_link_free(struct load_link *link); /* NULL is fine */
/*
 * Send packet, which lives until done() is called; the link is idle.  done()
 * is never called from inside.
 */
void load_link_send(struct load_link *link, const struct load_packet *packet);

#endif
