/*
 * gateway/filer/place.h - the folder of one system, as the filer serves it.
 *
 *	out/NAME.xml -> IPC_DROP -> store commits -> IPC_DROPPED -> removed
 *
 * One file of a system is under way at a time, so that its messages are taken
 * in the order in which they were written.  A file leaves out/ only after the
 * answer, so whoever dies, the file is asked about again, and the store knows
 * the message by its clientId.
 */
#ifndef GATEWAY_FILER_PLACE_H
#define GATEWAY_FILER_PLACE_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct config;
struct config_source;
struct file_job;
struct filed;
struct ipc_peer;
struct place;

/* For the folder of source; notify_fd of inotify(7). */
struct place *place_new(const struct config *config,
    const struct config_source *source, int notify_fd);
const char *place_name(const struct place *place);
/*
 * Look, if it is time, and offer store the next complete file.  store may be
 * NULL: it is being replaced.
 *
 * Returns false when the folder at the path is another one than when this
 * process locked itself in: only a new process may open it.
 */
bool place_step(struct place *place, struct ipc_peer *store, int64_t now_ms);
/* The kernel says: something was written; name was renamed into out/. */
void place_written(struct place *place, int64_t now_ms);
void place_moved(struct place *place, const char *name, int64_t now_ms);
/* Whether events of that watch are of this folder. */
bool place_watches(const struct place *place, int watch);
/* Whether question id is of this place; then filed is its answer. */
bool place_dropped(struct place *place, uint64_t id, const struct filed *filed,
    int64_t now_ms);
/* Nobody will answer any more. */
void place_unasked(struct place *place);
/* Put a QueryResult into in/; *ret says what became of it, its texts in
 * arena. */
void place_letter(struct place *place, const struct file_job *job,
    struct arena *arena, struct filed *ret);

#endif
