/*
 * gateway/desk.h - what the store process holds in memory.
 *
 * All of it may be lost at any moment: what is owed stands in the database.
 * The rooms of the store process (flow/accept, flow/settle, exchange/sender,
 * exchange/poller, control) share this one desk.
 */
#ifndef GATEWAY_DESK_H
#define GATEWAY_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/batch.h"
#include "gateway/exchange/pace.h"
#include "gateway/flow/job.h"

struct arena;
struct changeset;
struct call;
struct config;
struct door_folder;
struct err;
struct fetch;
struct file;
struct haul;
struct ipc_message;
struct ipc_peer;
struct keys_view;
struct letter;
struct loop;
struct packing;
struct map;
struct store;
struct take;
struct transit;

/* A packet between two commits.  Listed by its id in desk.transits. */
enum transit_state {
	TRANSIT_LOOKING, /* an opener reads what it is called */
	TRANSIT_ACCEPTING, /* waits for the commit that makes it ours */
	TRANSIT_READING, /* an opener reads the rest */
	TRANSIT_FETCHING, /* read; its files are brought, exchange/fetch */
	TRANSIT_READY, /* read; waits for those of its source before it */
	TRANSIT_SETTLING /* waits for the commit that ends it */
};

/*
 * An answer of SMEV was read: transit->decoded and ->change say what it is.
 * True: it is a message for us, settle it; false: there is nothing to settle.
 */
typedef bool transit_read(struct transit *transit);
/* It is about to be freed: settled, or (err) not. */
typedef void transit_end(struct transit *transit, const struct err *err);

struct transit {
	struct batch_job job; /* first: cast back by TRANSIT_OF */
	struct desk *desk;
	struct transit *hash_next;
	struct transit *lane_next; /* after it, of the same source */
	uint64_t id;
	enum transit_state state;
	struct arena *arena;
	enum channel channel;
	int op; /* CHANNEL_SMEV: what was asked */
	bool validate; /* POST /v1/validate: nothing is stored */
	int opener; /* index; -1: none has it */
	int deaths; /* openers that died of it */
	bool with_body; /* its opener was given all it needs */
	uint64_t sent_no; /* when it went to its opener: a number */
	uint64_t front_id; /* 0: nobody waits for an answer */
	int64_t wait_until_ms; /* Prefer: wait; 0: the receipt is enough */
	int64_t started_ms; /* mono: for time-outs; started for people below */
	int64_t received_ms;
	const char *source, *content_type, *digest, *packet_id, *kind;
	const void *body;
	size_t body_bytes;
	int64_t inbox_id;
	int64_t attempt;
	bool parked; /* leave it in the inbox, for accept_resume() */
	int put; /* enum inbox_put, after accept */
	const void *receipt; /* the first answer, byte for byte */
	size_t receipt_bytes;
	const void *protocol;
	size_t protocol_bytes;
	const char *protocol_status; /* ACCEPTED ... ; set by settle */
	int http; /* of the protocol */
	struct decoded decoded;
	struct changeset *change; /* read from decoded */
	const char *state_name; /* inbox state it ends in */
	const char *code, *why;
	bool test; /* nothing of it may stay, but that it came */
	struct file *files; /* on our disk, to get their rows */
	size_t file_count;
	const struct letter *door_to; /* what of a door's system it answers */
	transit_read *read; /* CHANNEL_SMEV: who asked, and is told */
	transit_end *end; /* may be NULL */
	void *asker;
};

#define TRANSIT_OF(job) ((struct transit *)(void *)(job))
#define TRANSIT_SLOTS   4096 /* of the hash; a power of two */

/* Packets of one source, settled in the order in which they were accepted. */
struct source_lane {
	struct transit *first, **tail;
};

struct desk {
	const struct config *config;
	struct loop *loop;
	struct store *store;
	struct batch *batch;
	struct transit *slots[TRANSIT_SLOTS];
	size_t in_flight;
	uint64_t next_id, sent_no;
	int next_opener;
	struct map *lanes; /* struct source_lane by source */
	/* What becomes of a packet that too many openers died of. */
	void (*poison)(struct transit *transit);
	struct sender *sender;
	struct poller *poller;
	struct overdue *overdue;
	struct expiry *expiry;
	struct door_folder *folders;
	struct take *takes; /* attachments of what systems send; door_take */
	struct pace pace; /* of all calls of SMEV */
	struct pace_keep *pace_keep;
	struct question *questions; /* of exchange/statistics, in turn */
	const char *files_folder; /* queue/blob */
	struct fetch *fetches; /* messages whose files are under way */
	struct haul *hauls; /* files at the courier */
	struct packing *packings; /* envelopes whose files are under way */
	struct keys_view *keys;
	struct call *calls; /* of SMEV, under way; exchange/call */
	struct control *control;
	bool stopping;
	/*
	 * More than memory should hold was accepted: what comes now is put into
	 * the inbox only, and taken up from there in its turn.
	 */
	bool parking;
	size_t parked; /* of them, how many wait for their commit */
	int64_t settled; /* so far: something may be owed now */
};

/* A new transit with its own arena and id, in the hash. */
struct transit *transit_new(struct desk *desk, enum channel channel);
struct transit *transit_find(struct desk *desk, uint64_t id);
void transit_free(struct transit *transit);

/*
 * Give the packet to the opener with the least to do: IPC_OPEN while LOOKING,
 * else IPC_DECODE, with the body unless that opener keeps the tree.
 *
 * Returns false when no opener is there: it waits, and desk_retry() sends it.
 */
bool desk_send_opener(struct transit *transit);
/* An opener is gone: its packets go to another one, or are held. */
void desk_opener_gone(struct desk *desk, int index);
/* A new opener is there, or some time has passed. */
void desk_retry(struct desk *desk);
/* Answer front, if somebody waits. */
void desk_reply(struct transit *transit, const struct reply *reply);

#endif
