/*
 * gateway/exchange/haul.h - files that the courier brings, as store sees it.
 *
 * A few at a time, the others wait for their turn; a haul whose courier died
 * goes on with the next one, where it stopped.  Runs in store and waits for
 * nobody.
 */
#ifndef GATEWAY_EXCHANGE_HAUL_H
#define GATEWAY_EXCHANGE_HAUL_H

#include "gateway/exchange/ftp_job.h"

struct desk;
struct haul;
struct ipc_message;
struct ipc_peer;

/* What became of it; the haul ends with it. */
typedef void haul_done(const struct ftp_result *result, void *arg);

/*
 * Have job done with the file fd, which is ours from now on; done() comes
 * later, never from here.  Url, time-out and tries are those of the settings.
 */
struct haul *haul_start(struct desk *desk, const struct ftp_job *job, int fd,
    haul_done *done, void *arg);
/* IPC_FTPED. */
void haul_ended(struct desk *desk, const struct ipc_message *msg);
/* A courier is gone, or there. */
void haul_courier_gone(struct desk *desk);
void haul_tick(struct desk *desk);
/* Of those that began, how many are not at their end. */
size_t haul_count(const struct desk *desk);

#endif
