/*
 * gateway/exchange/parcel.h - the files of an envelope, brought to where they
 * have to be before it is sealed.
 *
 * Up to smev.mtom_bytes together they travel inside the message; larger ones go
 * to SMEV's file store first, each into a folder of its own, and the message
 * names them.  Which folder that is, and that the file lies there, is written
 * down, so that a store that takes over sends no byte twice.  Runs in store.
 */
#ifndef GATEWAY_EXCHANGE_PARCEL_H
#define GATEWAY_EXCHANGE_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct desk;
struct envelope;
struct err;
struct file_list;
struct seal_file;
struct store_tx;

struct parcel {
	struct seal_file *files; /* in the arena of who asked */
	size_t count;
	bool mtom; /* contents go beside the envelope */
};

/*
 * They are where they have to be, or (err) not: RETRY of the file store's kinds
 * and FTP_OFF; HOLD BLOB_LOST, FILE_LARGE, FTP_NAME.
 */
typedef void
parcel_done(const struct parcel *parcel, const struct err *err, void *arg);

/* The files of all rows of the envelope, in their order; all in arena. */
void parcel_files(struct store_tx *tx, const struct envelope *envelope,
    struct arena *arena, struct file_list *ret);
/*
 * Bring files, which with arena last until done(); that may come from here.
 * Meanwhile the lease of the envelope is prolonged.
 */
void parcel_pack(struct desk *desk, int64_t envelope_id,
    const struct file_list *files, struct arena *arena, parcel_done *done,
    void *arg);
/* A moment has passed. */
void parcel_tick(struct desk *desk, int64_t mono_ms);

#endif
