/*
 * queue/file.h - files that came with a message or are to be sent with one.
 *
 * A file belongs to a row of the inbox, or to one of the outbox, and is put in
 * the same transaction as that; its content lies in queue/blob under digest,
 * kept before the commit.  Owner of the table file.
 */
#ifndef QUEUE_FILE_H
#define QUEUE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct store_tx;

/* Texts may be NULL for "" when putting, and are never NULL when read. */
struct file {
	int64_t id; /* 0 until stored */
	int64_t inbox_id, outbox_id; /* one of them, the other is 0 */
	int64_t ordinal; /* its place in the message, from 1 */
	const char *name; /* as its sender called it, never a path; "" */
	const char *mime, *namespace_uri;
	const char *digest; /* hex Streebog-256 of the content: the blob */
	int64_t bytes;
	const char *signature; /* detached PKCS#7, base64 on one line; "" */
	const char *signer; /* received: fingerprint of who signed; "" */
	bool trusted; /* received: the signer, by the settings */
	bool by_ftp; /* travels through SMEV's file store */
	const char *ref_id; /* contentId, or uuid of its folder there; "" */
	const char *hash; /* base64, as SMEV is told; "" */
	int64_t stored_ms; /* sent: it lies in the store since; 0 not yet */
	int64_t created_ms;
};

struct file_list {
	struct file *files;
	size_t count;
};

/* Put file, whose id and created_ms are filled. */
void file_put(struct store_tx *tx, struct file *file);
/* The files of a row of the inbox, or (inbox_id 0) of the outbox, in their
 * order; all in arena. */
void file_list(struct store_tx *tx, int64_t inbox_id, int64_t outbox_id,
    struct arena *arena, struct file_list *ret);
/* Whether any file has the blob. */
bool file_known(struct store_tx *tx, const char *digest);
/* How a file of the outbox is to travel: chosen before the first try. */
void file_refer(struct store_tx *tx, int64_t id, bool by_ftp,
    const char *ref_id, const char *hash);
/* It lies in SMEV's file store now; hash as SMEV is to be told. */
void file_stored(struct store_tx *tx, int64_t id, const char *hash);
/* Those of the row that lie in the store have to be brought there anew, each
 * into another folder. */
void file_restore(struct store_tx *tx, int64_t outbox_id);

#endif
