#include "gateway/exchange/multi.h"

#include <stdlib.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/obj.h"

#define TASK_MAGIC   UINT32_C(0x5441534b)
#define CA_BYTES_MAX ((size_t)16 * 1024 * 1024)
#define IDLE_KEPT    32L
#define SYSTEM_CA    "/etc/ssl/certs/ca-certificates.crt"

/*
 * on_socket and on_timeout are libcurl's wishes, step is its turn.  Transfers
 * that ended are taken from its messages after each step.
 */
struct multi {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	struct buf ca; /* PEM */
	TAILQ_HEAD(tasks, multi_task) tasks;
};

static void
take_ended(struct multi *multi)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(multi->multi, &left)) != NULL) {
		CURLcode result = msg->data.result;
		struct multi_task *task;
		void *mine = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(
		    msg->easy_handle, CURLINFO_PRIVATE, &mine);
		OBJ_CAST(task, mine, TASK_MAGIC);
		multi_remove(task);
		task->ended(task, result);
	}
}

static void
step(struct multi *multi, curl_socket_t fd, int ready)
{
	int running;

	(void)curl_multi_socket_action(multi->multi, fd, ready, &running);
	take_ended(multi);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	int ready = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0)
	    | ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);

	step(arg, fd, ready);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	step(arg, CURL_SOCKET_TIMEOUT, 0);
}

static int
on_timeout(CURLM *curlm, long timeout_ms, void *arg)
{
	struct multi *multi = arg;
	struct timeval tv = { .tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000 };

	(void)curlm;
	if (timeout_ms < 0)
		(void)evtimer_del(multi->timer);
	else
		(void)evtimer_add(multi->timer, &tv);
	return 0;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct multi *multi = arg;
	struct event *event = socket_arg;
	short wanted = EV_PERSIST;

	(void)easy;
	if (event != NULL)
		event_free(event);
	event = NULL;
	if (what != CURL_POLL_REMOVE) {
		if (what != CURL_POLL_OUT)
			wanted |= EV_READ;
		if (what != CURL_POLL_IN)
			wanted |= EV_WRITE;
		event = event_new(multi->base, fd, wanted, on_ready, multi);
		(void)event_add(event, NULL);
	}
	(void)curl_multi_assign(multi->multi, fd, event);
	return 0;
}

/* The authorities, read while files may still be opened. */
static int
read_ca(struct multi *multi, const char *tls_ca, struct err *err)
{
	struct err why = { 0 };

	buf_init(&multi->ca, CA_BYTES_MAX);
	if (file_read(tls_ca[0] != '\0' ? tls_ca : SYSTEM_CA, CA_BYTES_MAX,
		&multi->ca, &why)
	    == 0)
		return 0;
	if (tls_ca[0] == '\0') /* only calls by TLS will miss it */
		return 0;
	return err_set(err, ERR_FATAL, "NET_CA", "smev.tls_ca: %s", why.text);
}

int
multi_new(struct event_base *base, const char *tls_ca, struct multi **ret,
    struct err *err)
{
	struct multi *multi = xcalloc(1, sizeof(*multi));
	CURLM *curlm;

	TAILQ_INIT(&multi->tasks);
	multi->base = base;
	if (read_ca(multi, tls_ca, err) == -1)
		goto out;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK
	    || (curlm = curl_multi_init()) == NULL) {
		(void)err_set(err, ERR_FATAL, "NET_SETUP", "no libcurl");
		goto out;
	}
	multi->multi = curlm;
	multi->timer = evtimer_new(base, on_timer, multi);
	(void)curl_multi_setopt(curlm, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(curlm, CURLMOPT_SOCKETDATA, multi);
	(void)curl_multi_setopt(curlm, CURLMOPT_TIMERFUNCTION, on_timeout);
	(void)curl_multi_setopt(curlm, CURLMOPT_TIMERDATA, multi);
	(void)curl_multi_setopt(curlm, CURLMOPT_MAXCONNECTS, IDLE_KEPT);
	*ret = multi;
	return 0;
out:
	multi_free(multi);
	return -1;
}

void
multi_free(struct multi *multi)
{
	if (multi == NULL)
		return;
	if (multi->multi != NULL)
		(void)curl_multi_cleanup(multi->multi);
	if (multi->timer != NULL)
		event_free(multi->timer);
	buf_release(&multi->ca);
	free(multi);
}

struct event_base *
multi_base(const struct multi *multi)
{
	return multi->base;
}

CURL *
multi_easy(struct multi *multi, const char *protocols)
{
	struct curl_blob blob = { .data = multi->ca.data,
		.len = multi->ca.bytes,
		.flags = CURL_BLOB_NOCOPY };
	CURL *easy = curl_easy_init();

	if (easy == NULL)
		abort(); /* out of memory */
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	(void)curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	(void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (multi->ca.bytes > 0)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
	return easy;
}

void
multi_add(struct multi *multi, struct multi_task *task)
{
	task->magic = TASK_MAGIC;
	task->multi = multi;
	TAILQ_INSERT_TAIL(&multi->tasks, task, link);
	(void)curl_easy_setopt(task->easy, CURLOPT_PRIVATE, task);
	(void)curl_multi_add_handle(multi->multi, task->easy);
}

void
multi_remove(struct multi_task *task)
{
	struct multi *multi = task->multi;

	if (multi == NULL)
		return;
	task->multi = NULL;
	TAILQ_REMOVE(&multi->tasks, task, link);
	(void)curl_multi_remove_handle(multi->multi, task->easy);
}
