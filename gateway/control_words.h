/*
 * gateway/control_words.h - the grammar of the control socket: one table.
 */
#ifndef GATEWAY_CONTROL_WORDS_H
#define GATEWAY_CONTROL_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

struct arena;
struct buf;
struct bufferevent;
struct config;
struct desk;
struct inbox_packet;
struct store;
struct store_tx;

/*
 * A command whose answer comes later: append to *out, then control_later_done()
 * once.
 */
struct control_later {
	struct desk *desk;
	bool json;
	struct buf *out;
	struct bufferevent *peer; /* NULL: nobody waits any more */
};
void control_later_done(struct control_later *later, int status);

/* One command being done. */
struct control_ask {
	struct store *store;
	struct store_tx *tx;
	const struct config *config;
	struct arena *arena;
	const char *const *words; /* after the command's own */
	size_t count;
	bool json;
	struct buf *out;
};

struct control_command {
	const char *first, *second; /* "packet", "show"; second may be "" */
	const char *rest; /* for people: "ID..."; "" none, "[" optional */
	bool writes;
	int (*run)(struct control_ask *ask); /* returns the exit status */
	/* Instead: asks others, and answers later; the daemon has to run. */
	void (*live)(struct control_later *later);
};

/* The packet of any source by its PacketId; false: there is none. */
bool control_find_packet(
    struct control_ask *ask, const char *id, struct inbox_packet *ret);
/* Lines of `packet show` about its files, for people. */
void control_show_files(struct control_ask *ask, int64_t inbox_id);
/* Put object as a line of JSON, and let go of it. */
void control_put_json(struct control_ask *ask, json_t *object);

/* Row i of the table, or NULL past its end. */
const struct control_command *control_command_at(size_t i);

/* The commands, in control_keys.c, control_packet.c, control_shape.c and control_show.c. */
void control_smev_queues(struct control_later *later);
int control_status(struct control_ask *ask);
int control_balance(struct control_ask *ask);
int control_queue(struct control_ask *ask);
int control_queue_show(struct control_ask *ask);
int control_shape(struct control_ask *ask);
int control_packet_show(struct control_ask *ask);
int control_packet_cat(struct control_ask *ask);
int control_packet_files(struct control_ask *ask);
int control_packet_trace(struct control_ask *ask);
int control_packet_release(struct control_ask *ask);
int control_packet_hold(struct control_ask *ask);
int control_packet_cancel(struct control_ask *ask);
int control_person_show(struct control_ask *ask);
int control_person_find(struct control_ask *ask);
int control_keys_list(struct control_ask *ask);
int control_check_keys(struct control_ask *ask);
int control_verify_journal(struct control_ask *ask);

/* Who rests, after the rows of `queue`. */
void control_put_rests(struct control_ask *ask);

#endif
