/*
 * tools/kontingent-load/load_run.h - packets over many connections that stay
 * open, at a given rate or as fast as they go.
 *
 * At a given rate (open loop) a packet's time starts when it was due, even if
 * no connection was free then: a server that stops for a second shows it.
 */
#ifndef LOAD_RUN_H
#define LOAD_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/kontingent-load/load_gen.h"
#include "tools/kontingent-load/load_stats.h"

struct err;

/* http://HOST[:PORT]/PATH in parts. */
struct load_target {
	char host[256];
	int port;
	char path[512];
};

struct load_run {
	const struct load_target *target;
	const char *bearer; /* NULL: no Authorization */
	size_t connections;
	double rate; /* packets a second; 0: as fast as they go */
	bool retry; /* send again what was not answered, and 429 and 503 */
	FILE *acked; /* a PacketId a line for each 200 and 202; or NULL */
	struct load_packet *packets;
	size_t packet_count;
	/* results */
	struct load_stats stats;
	int64_t elapsed_us;
};

/* Errors: ERR_REFUSE LOAD_URL. */
int load_target_parse(
    const char *url, struct load_target *ret_target, struct err *err);
/*
 * Send all packets and wait for their answers.
 *
 * Errors: ERR_RETRY LOAD_CONNECT nobody answers at the target.
 */
int load_run(struct load_run *run, struct err *err);

#endif
