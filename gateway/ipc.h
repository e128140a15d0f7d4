/*
 * gateway/ipc.h - framed messages between roles over socket pairs.
 *
 * A message has a type, an id that its answer repeats, and bytes (base/wire).
 * Up to 64 KiB travel in the frame, more as a sealed memfd.  The questions that
 * may wait in a peer are bounded: full means "not now" to the caller.  The pairs are made by
 * parent; a role gets a new one when its other end was replaced.
 */
#ifndef GATEWAY_IPC_H
#define GATEWAY_IPC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_base;
struct ipc_peer;

/* Who is at the other end. */
enum ipc_role {
	ROLE_PARENT,
	ROLE_FRONT,
	ROLE_STORE,
	ROLE_OPENER,
	ROLE_SEALER,
	ROLE_SIGNER,
	ROLE_COURIER,
	ROLE_FILER,
	ROLE_COUNT
};

enum ipc_type {
	/* parent and all */
	IPC_PEER = 1, /* int role, int index; carries a descriptor */
	IPC_STOP, /* finish what runs, then exit */
	IPC_READY, /* a role has locked itself in and serves */
	IPC_PING,
	IPC_PONG,
	/* front -> store, answered with IPC_ANSWER of the same id */
	IPC_ACCEPT, /* source, content type, wait ms, digest hex, body */
	IPC_STATUS, /* source, packet id */
	IPC_VALIDATE, /* source, content type, body */
	IPC_CHANGES, /* source, after */
	IPC_METRICS,
	IPC_HEALTH,
	IPC_ANSWER, /* int http, content type, int retry after s, body */
	/* store -> opener -> store */
	IPC_OPEN,
	IPC_OPENED,
	IPC_DECODE,
	IPC_DECODED,
	/* store -> sealer -> store, sealer -> signer -> sealer */
	IPC_SEAL,
	IPC_SEALED,
	IPC_SIGN,
	IPC_SIGNED,
	/* store -> courier -> store */
	IPC_CALL, /* url, soap action, int timeout ms, int max bytes, body */
	IPC_CALLED, /* int http or 0, content type, error text, int ms, body */
	/* front -> store, answered with IPC_ANSWER of the same id */
	IPC_DOOR, /* source, content type, id of the question, body */
	/* store -> courier -> store */
	IPC_FTP, /* a file of SMEV's store: ftp_job; carries its descriptor */
	IPC_FTPED, /* ftp_result */
	/* filer -> store -> filer */
	IPC_DROP, /* a ClientMessage was found in out/ */
	IPC_DROPPED,
	/* store -> filer -> store */
	IPC_LETTER, /* a QueryResult for in/ */
	IPC_LETTERED,
	IPC_TAKE, /* a file of the system's folder is copied to a blob */
	IPC_TAKEN,
	IPC_GIVE, /* a blob to a file in its folder */
	IPC_GIVEN,
	/* front -> store, answered with IPC_ANSWER of the same id */
	IPC_PUSH, /* whose, content type, body: a notification of SMEV */
	IPC_TYPE_END
};

struct ipc_message {
	enum ipc_type type;
	uint64_t id;
	const void *body; /* valid during the call */
	size_t bytes;
	/* IPC_PEER: the receiver's to keep; IPC_FTP: valid during the call, a
	 * copy may be kept; else -1. */
	int fd;
};

/* What a role does with a message from peer. */
typedef void
ipc_handler(struct ipc_peer *peer, const struct ipc_message *msg, void *arg);
/* The other end is gone; peer is freed after the call. */
typedef void ipc_gone(struct ipc_peer *peer, void *arg);

/*
 * A peer over fd, which it owns.  At most queue_max messages wait to be sent.
 */
struct ipc_peer *
ipc_peer_new(struct event_base *base, int fd, enum ipc_role role, int index,
    size_t queue_max, ipc_handler *handler, ipc_gone *gone, void *arg);
void ipc_peer_free(struct ipc_peer *peer); /* NULL is fine */
enum ipc_role ipc_peer_role(const struct ipc_peer *peer);
int ipc_peer_index(const struct ipc_peer *peer);
/* What a role hangs on its peer; NULL at first. */
void ipc_peer_attach(struct ipc_peer *peer, void *mine);
void *ipc_peer_attached(const struct ipc_peer *peer);
/*
 * Send a copy of bytes at p.
 *
 * Returns true, or false: the queue is full, nothing was sent.
 */
bool ipc_send(struct ipc_peer *peer, enum ipc_type type, uint64_t id,
    const void *p, size_t bytes);
/* As ipc_send(), and pass a copy of fd (IPC_PEER, IPC_FTP). */
bool ipc_send_fd(struct ipc_peer *peer, enum ipc_type type, uint64_t id,
    const void *p, size_t bytes, int fd);
/*
 * Answer message id, as ipc_send(), however much waits: who asks bounds how
 * many questions are open, so an answer is never the one too many.
 *
 * Returns true, or false: no descriptor was to be had for a large body.
 */
bool ipc_answer(struct ipc_peer *peer, enum ipc_type type, uint64_t id,
    const void *p, size_t bytes);
/* Send what waits now, as far as the other end takes it. */
void ipc_flush(struct ipc_peer *peer);
/* Messages that wait to be sent. */
size_t ipc_waiting(const struct ipc_peer *peer);

#endif
