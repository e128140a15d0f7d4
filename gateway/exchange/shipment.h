/*
 * gateway/exchange/shipment.h - one envelope on its way, and how a try of it is
 * written down.  Included by exchange/ only.
 */
#ifndef GATEWAY_EXCHANGE_SHIPMENT_H
#define GATEWAY_EXCHANGE_SHIPMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "gateway/batch.h"
#include "gateway/exchange/parcel.h"
#include "queue/file.h"
#include "queue/outbox.h"
#include "queue/rest.h"

struct arena;
struct call;
struct lane;
struct place;
struct store_tx;

struct shipment {
	struct batch_job job; /* first */
	struct lane *lane;
	struct place *place;
	bool probe, own_probe; /* see lane.h */
	struct rest rest, own_rest; /* realm NULL: no news */
	const char *hasten; /* the code that others wait with, or NULL */
	struct arena *arena;
	struct envelope envelope;
	struct file_list files;
	struct parcel parcel; /* files, where they have to be */
	bool test; /* sealed as a test message */
	const char *sent_at; /* SendingTimestamp; NULL */
	int found;
	struct call *call; /* while its bytes are being kept */
	const void *bytes;
	size_t byte_count;
	const char *content_type;
	enum {
		ENDS_DELIVERED,
		ENDS_RETRY,
		ENDS_HELD,
		ENDS_RENEW,
		ENDS_REFUSED
	} ends;
	const char *code, *why;
};

#define SHIPMENT_OF(job) ((struct shipment *)(void *)(job))

/* Inside a transaction: how the try ended, and what that means for others. */
void shipment_record(struct store_tx *tx, struct batch_job *job);

#endif
