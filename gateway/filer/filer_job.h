/*
 * gateway/filer/filer_job.h - what store and filer say to one another.
 *
 * One struct asks and one answers, whatever it is about; what is not used is
 * empty.  What comes from a filer is checked as if a stranger had sent it.
 */
#ifndef GATEWAY_FILER_FILER_JOB_H
#define GATEWAY_FILER_FILER_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct ipc_message;

/*
 * IPC_DROP: body is a ClientMessage.  IPC_LETTER: body is a QueryResult, name
 * the clientId that its file is called by.  IPC_TAKE: name is a path in the
 * folder of source, to be copied to a blob of at most bytes.  IPC_GIVE: the blob
 * digest becomes the file called name in files/shelf of that folder.
 */
struct file_job {
	const char *source; /* name in the settings */
	const char *name, *shelf, *digest; /* "" where not used */
	int64_t bytes;
	bool want_512; /* IPC_TAKE: the digest by Streebog-512, too */
	const void *body;
	size_t body_bytes;
};

/* filer to store, store to filer: do this. */
void file_job_write(const struct file_job *job, struct buf *out);
bool file_job_read(
    const struct ipc_message *msg, struct arena *arena, struct file_job *ret);

enum filed_fate {
	FILED_DONE,
	FILED_REFUSED, /* by itself it will never do */
	FILED_LATER, /* the same may do later */
	FILED_FATE_END
};

/* IPC_DROPPED, IPC_LETTERED, IPC_TAKEN, IPC_GIVEN: what became of it. */
struct filed {
	enum filed_fate fate;
	const char *code, *why; /* unless done */
	const char *client_id; /* IPC_DROPPED: of the message, if known; "" */
	/* IPC_TAKEN: hex of the content by Streebog-256, and -512 or "". */
	const char *digest, *digest_512;
	int64_t bytes;
};

/* the answer. */
void filed_write(const struct filed *filed, struct buf *out);
bool filed_read(
    const struct ipc_message *msg, struct arena *arena, struct filed *ret);

#endif
