/*
 * gateway/metrics.h - counters and histograms of all processes, as text for
 * Prometheus (exposition format 0.0.4).
 *
 * Parent makes one memfd with a page a process; a process maps its own page
 * only, and front reads them all.  A process that was replaced goes on in the
 * page of the one before it, so that counters never fall.
 */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "gateway/ipc.h"

struct buf;
struct metrics_reader;

/* Rows of the table in metrics.c. */
enum metric {
	METRIC_HTTP_2XX,
	METRIC_HTTP_4XX,
	METRIC_HTTP_5XX,
	METRIC_HTTP_REFUSED, /* framing: 400, 408, 413, 431 before a handler */
	METRIC_HTTP_BUSY, /* 503 for want of room */
	METRIC_HTTP_UNKNOWN, /* 401 and 403 */
	METRIC_HTTP_BODY_BYTES,
	METRIC_HTTP_CONNECTIONS, /* gauge */
	METRIC_HTTP_IN_FLIGHT, /* gauge */
	METRIC_ROLE_STARTS,
	METRIC_STORE_BATCHES,
	METRIC_STORE_JOBS,
	METRIC_STORE_ERRORS,
	METRIC_PACKETS_ACCEPTED,
	METRIC_PACKETS_DUPLICATE,
	METRIC_PACKETS_APPLIED,
	METRIC_PACKETS_REFUSED,
	METRIC_PACKETS_HELD,
	METRIC_PACKETS_POISON,
	METRIC_OPENER_PACKETS,
	METRIC_OPENER_REFUSED,
	METRIC_SEALER_MESSAGES,
	METRIC_SIGNER_SIGNATURES,
	METRIC_COURIER_CALLS,
	METRIC_COURIER_FAILED, /* no answer at all */
	METRIC_COURIER_RUNNING, /* gauge */
	METRIC_SMEV_POLLS,
	METRIC_SMEV_RECEIVED,
	METRIC_SMEV_SENT,
	METRIC_SMEV_FAULTS,
	METRIC_SMEV_ACKS,
	METRIC_SMEV_OVERDUE,
	METRIC_SMEV_LATE,
	METRIC_SMEV_PUSHES,
	METRIC_FILES_RECEIVED,
	METRIC_FILES_SENT,
	METRIC_FILES_FAILED,
	METRIC_COUNT
};

enum metric_time {
	METRIC_TIME_HTTP, /* first byte of a request to its answer */
	METRIC_TIME_BATCH, /* begin to committed */
	METRIC_TIME_OPEN, /* one packet in an opener */
	METRIC_TIME_SIGN,
	METRIC_TIME_CALL, /* one call of the courier */
	METRIC_TIME_COUNT
};

/* A new memfd for so many processes, or -1. */
int metrics_create(size_t pages);
/*
 * Count into page of fd from now on, as role and index.  Without this call,
 * or with fd 0 or less, counting does nothing.
 */
void metrics_open(int fd, size_t page, enum ipc_role role, int index);
void metrics_add(enum metric metric, int64_t count);
void metrics_set(enum metric metric, int64_t value); /* gauges */
void metrics_observe_us(enum metric_time metric, int64_t us);

/* All pages of fd, read only; NULL where fd is 0 or less. */
struct metrics_reader *metrics_reader_new(int fd, size_t pages);
void metrics_reader_free(struct metrics_reader *reader); /* NULL is fine */
/* Append what every page counted; nothing for NULL. */
void metrics_text(const struct metrics_reader *reader, struct buf *out);

#endif
