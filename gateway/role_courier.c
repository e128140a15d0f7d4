/*
 * gateway/role_courier.c - carries sealed bytes to neighbours and their answers
 * back, and files between SMEV's store and descriptors that it is given.
 * Parses no XML, holds no key, has no way to the database.
 */
#include "gateway/role.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/exchange/ftp.h"
#include "gateway/exchange/ftp_job.h"
#include "gateway/exchange/multi.h"
#include "gateway/exchange/transport.h"
#include "gateway/flow/job.h"
#include "gateway/loop.h"
#include "gateway/metrics.h"
#include "gateway/sandbox.h"

#define PASSWORD_BYTES_MAX 4096

struct courier {
	struct loop *loop;
	const struct config *config;
	struct multi *multi;
	struct transport *transport;
	struct ftp *ftp;
	const char *ftp_password; /* of our own account */
	struct arena *kept;
	struct arena *arena; /* of the message being read */
	/* A store that was replaced knows nothing of its predecessor's calls,
	 * and may use the same ids for its own. */
	unsigned store_generation;
	bool stopping;
};

struct errand {
	struct courier *courier;
	uint64_t id;
	unsigned generation; /* of the store that asked */
};

static void
answer_store(struct courier *courier, uint64_t id, const struct called *called)
{
	struct ipc_peer *store = loop_peer(courier->loop, ROLE_STORE, 0);
	struct buf out;

	if (store == NULL)
		return; /* what is owed is in the database */
	buf_init(&out, 0);
	called_write(called, &out);
	(void)ipc_answer(store, IPC_CALLED, id, out.data, out.bytes);
	buf_release(&out);
}

static void
on_done(const struct transport_answer *answer, void *arg)
{
	struct errand *errand = arg;
	struct called called = { .http = answer->http,
		.content_type = answer->content_type,
		.error = answer->error,
		.took_ms = answer->took_ms,
		.body = answer->body,
		.body_bytes = answer->bytes };

	metrics_add(METRIC_COURIER_CALLS, 1);
	metrics_observe_us(METRIC_TIME_CALL, answer->took_ms * 1000);
	if (answer->http == 0) {
		metrics_add(METRIC_COURIER_FAILED, 1);
		log_event(LOG_LEVEL_WARN, "call=failed ms=%lld why=\"%s\"",
		    (long long)answer->took_ms, answer->error);
	}
	if (!FAILPOINT("courier.answer")
	    && errand->generation == errand->courier->store_generation)
		answer_store(errand->courier, errand->id, &called);
	free(errand);
}

static void
run(struct courier *courier, uint64_t id, const struct call_job *job)
{
	struct errand *errand = xcalloc(1, sizeof(*errand));
	struct transport_call call = { .url = job->url,
		.soap_action = job->soap_action,
		.content_type = job->content_type,
		.timeout_ms = job->timeout_ms,
		.max_bytes = job->max_bytes,
		.body = job->body,
		.bytes = job->body_bytes };

	errand->courier = courier;
	errand->id = id;
	errand->generation = courier->store_generation;
	transport_post(courier->transport, &call, on_done, errand);
	metrics_set(METRIC_COURIER_RUNNING,
	    (int64_t)transport_running(courier->transport));
}

static void
answer_file(
    struct courier *courier, uint64_t id, const struct ftp_result *result)
{
	struct ipc_peer *store = loop_peer(courier->loop, ROLE_STORE, 0);
	struct buf out;

	buf_init(&out, 0);
	ftp_result_write(result, &out);
	if (store != NULL && !FAILPOINT("courier.file"))
		(void)ipc_answer(store, IPC_FTPED, id, out.data, out.bytes);
	buf_release(&out);
}

static void
on_file(const struct ftp_result *result, void *arg)
{
	struct errand *errand = arg;

	log_event(result->kind == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARN,
	    "file=%s bytes=%lld ms=%lld tries=%lld%s%s%s",
	    result->kind == 0 ? "carried" : "failed", (long long)result->bytes,
	    (long long)result->took_ms, (long long)result->tries,
	    *result->code == '\0' ? "" : " code=", result->code,
	    result->resumed ? " resumed=yes" : "");
	answer_file(errand->courier, errand->id, result);
	free(errand);
}

/* Credentials of a delivery come with it; without them it is our account. */
static void
run_file(struct courier *courier, const struct ipc_message *msg)
{
	int fd = fcntl(msg->fd, F_DUPFD_CLOEXEC, 3);
	struct errand *errand;
	struct ftp_job job;

	if (fd == -1 || !ftp_job_read(msg, courier->arena, &job)) {
		log_event(LOG_LEVEL_ERROR, "event=file result=not-understood");
		if (fd != -1)
			(void)close(fd);
		answer_file(courier, msg->id,
		    &(struct ftp_result){ .kind = ERR_RETRY,
			.code = "X_INTERNAL",
			.why = "courier did not understand" });
		return;
	}
	if (*job.user == '\0') {
		job.user = courier->config->smev.ftp_user;
		job.password = courier->ftp_password;
	}
	errand = xcalloc(1, sizeof(*errand));
	errand->courier = courier;
	errand->id = msg->id;
	ftp_start(courier->ftp, &job, fd, on_file, errand);
}

static void
on_message(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct courier *courier = arg;
	struct call_job job;

	if (ipc_peer_role(peer) != ROLE_STORE
	    || (msg->type != IPC_CALL && msg->type != IPC_FTP)
	    || FAILPOINT("courier.call"))
		return;
	arena_reset(courier->arena);
	if (msg->type == IPC_FTP)
		run_file(courier, msg);
	else if (call_job_read(msg, courier->arena, &job))
		run(courier, msg->id, &job);
	else
		log_event(LOG_LEVEL_ERROR, "event=call result=not-understood");
}

static void
on_peer_new(struct ipc_peer *peer, void *arg)
{
	struct courier *courier = arg;

	if (ipc_peer_role(peer) == ROLE_STORE)
		courier->store_generation++;
}

/* The next store opens the same files: nobody else may write to them. */
static void
on_peer_gone(struct ipc_peer *peer, void *arg)
{
	struct courier *courier = arg;

	if (ipc_peer_role(peer) == ROLE_STORE)
		ftp_abort(courier->ftp);
}

static void
on_stop(void *arg)
{
	struct courier *courier = arg;

	courier->stopping = true;
	ftp_abort(courier->ftp); /* what is there stays, and goes on later */
}

static void
on_turn(void *arg)
{
	struct courier *courier = arg;

	if (courier->stopping && transport_running(courier->transport) == 0)
		loop_stop(courier->loop, 0);
}

/* From its file, without the end of the line, or from the settings. */
static int
read_password(struct courier *courier, struct err *err)
{
	const struct config_smev *smev = &courier->config->smev;
	struct buf text;
	int rc = 0;

	courier->ftp_password = smev->ftp_password;
	if (*smev->ftp_password_file == '\0')
		return 0;
	buf_init(&text, 0);
	rc = file_read(smev->ftp_password_file, PASSWORD_BYTES_MAX, &text, err);
	if (rc == 0)
		courier->ftp_password = arena_strndup(courier->kept,
		    buf_text(&text), strcspn(buf_text(&text), "\r\n"));
	else
		err->kind = ERR_FATAL;
	buf_release(&text);
	return rc;
}

static int
open_all(
    struct courier *courier, const struct role_start *start, struct err *err)
{
	const struct config *config = start->config;

	/* TLS with GOST servers wants the engine. */
	if (gost_setup(
		config->openssl_conf[0] != '\0' ? config->openssl_conf : NULL,
		err)
	    == -1)
		return -1;
	if (multi_new(loop_base(courier->loop), config->smev.tls_ca,
		&courier->multi, err)
		== -1
	    || read_password(courier, err) == -1)
		return -1;
	courier->transport = transport_new(courier->multi);
	courier->ftp = ftp_new(courier->multi);
	return sandbox_enter(ROLE_COURIER, config, err);
}

int
role_courier(const struct role_start *start)
{
	static const struct loop_calls calls = {
		.message = on_message,
		.peer_new = on_peer_new,
		.peer_gone = on_peer_gone,
		.turn = on_turn,
		.stop = on_stop,
	};
	struct courier courier = { .config = start->config,
		.kept = arena_new(),
		.arena = arena_new() };
	struct err err = { 0 };
	int status = 1;

	(void)signal(SIGPIPE, SIG_IGN);
	courier.loop = loop_new(start, &calls, &courier);
	if (open_all(&courier, start, &err) == -1)
		log_event(LOG_LEVEL_ERROR,
		    "event=start result=failed code=%s why=\"%s\"", err.code,
		    err.text);
	else
		status = loop_run(courier.loop);
	ftp_free(courier.ftp);
	transport_free(courier.transport);
	multi_free(courier.multi);
	arena_free(courier.arena);
	arena_free(courier.kept);
	return status;
}
