#include "gateway/exchange/transport.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <curl/curl.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/obj.h"

#define CALL_MAGIC     UINT32_C(0x43414c4c)
#define CA_BYTES_MAX   ((size_t)16 * 1024 * 1024)
#define CONNECT_MS_MAX 15000
#define IDLE_KEPT      32L
#define SYSTEM_CA      "/etc/ssl/certs/ca-certificates.crt"

/*
 * libcurl tells which sockets to watch (on_socket) and when to come back
 * (on_timeout); the loop tells it that they are ready (step).  Calls that ended
 * are taken from its messages after each step.
 */
struct transport {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	struct buf ca; /* PEM */
	size_t running;
	TAILQ_HEAD(calls, call) calls;
};

struct call {
	uint32_t magic;
	struct transport *transport;
	CURL *easy;
	struct curl_slist *headers;
	struct buf request, answer;
	int64_t begun_ms;
	transport_done *done;
	void *arg;
	char error[CURL_ERROR_SIZE];
	TAILQ_ENTRY(call) link;
};

static void
call_free(struct call *call)
{
	struct transport *transport = call->transport;

	TAILQ_REMOVE(&transport->calls, call, link);
	transport->running--;
	(void)curl_multi_remove_handle(transport->multi, call->easy);
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	buf_release(&call->request);
	buf_release(&call->answer);
	free(call);
}

static void
call_ended(struct call *call, CURLcode result)
{
	struct transport_answer answer = {
		.content_type = "",
		.error = "",
		.took_ms = clock_mono_ms() - call->begun_ms,
	};
	char *type = NULL;
	long status = 0;

	if (result == CURLE_OK) {
		(void)curl_easy_getinfo(
		    call->easy, CURLINFO_RESPONSE_CODE, &status);
		(void)curl_easy_getinfo(
		    call->easy, CURLINFO_CONTENT_TYPE, &type);
		answer.http = (int)status;
		answer.content_type = type != NULL ? type : "";
		answer.body = buf_text(&call->answer);
		answer.bytes = call->answer.bytes;
	} else if (buf_full(&call->answer)) {
		answer.error = "the answer is too large";
	} else {
		answer.error = call->error[0] != '\0'
		    ? call->error
		    : curl_easy_strerror(result);
	}
	call->done(&answer, call->arg);
	call_free(call);
}

static void
take_ended(struct transport *transport)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(transport->multi, &left)) != NULL) {
		struct call *call;
		void *mine = NULL;

		if (msg->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(
		    msg->easy_handle, CURLINFO_PRIVATE, &mine);
		OBJ_CAST(call, mine, CALL_MAGIC);
		call_ended(call, msg->data.result);
	}
}

static void
step(struct transport *transport, curl_socket_t fd, int ready)
{
	int running;

	(void)curl_multi_socket_action(transport->multi, fd, ready, &running);
	take_ended(transport);
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
on_timeout(CURLM *multi, long timeout_ms, void *arg)
{
	struct transport *transport = arg;
	struct timeval tv = { .tv_sec = timeout_ms / 1000,
		.tv_usec = timeout_ms % 1000 * 1000 };

	(void)multi;
	if (timeout_ms < 0)
		(void)evtimer_del(transport->timer);
	else
		(void)evtimer_add(transport->timer, &tv);
	return 0;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
	struct transport *transport = arg;
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
		event =
		    event_new(transport->base, fd, wanted, on_ready, transport);
		(void)event_add(event, NULL);
	}
	(void)curl_multi_assign(transport->multi, fd, event);
	return 0;
}

static size_t
on_body(char *p, size_t size, size_t count, void *arg)
{
	struct call *call = arg;

	assert(size == 1);
	buf_add(&call->answer, p, size * count);
	return buf_full(&call->answer) ? 0 : size * count;
}

/* The authorities, read while files may still be opened. */
static int
read_ca(struct transport *transport, const char *tls_ca, struct err *err)
{
	struct err why = { 0 };

	buf_init(&transport->ca, CA_BYTES_MAX);
	if (file_read(tls_ca[0] != '\0' ? tls_ca : SYSTEM_CA, CA_BYTES_MAX,
		&transport->ca, &why)
	    == 0)
		return 0;
	if (tls_ca[0] == '\0') /* only https calls will miss it */
		return 0;
	return err_set(err, ERR_FATAL, "NET_CA", "smev.tls_ca: %s", why.text);
}

int
transport_new(struct event_base *base, const char *tls_ca,
    struct transport **ret, struct err *err)
{
	struct transport *transport = xcalloc(1, sizeof(*transport));

	TAILQ_INIT(&transport->calls);
	transport->base = base;
	if (read_ca(transport, tls_ca, err) == -1)
		goto out;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK
	    || (transport->multi = curl_multi_init()) == NULL) {
		(void)err_set(err, ERR_FATAL, "NET_SETUP", "no libcurl");
		goto out;
	}
	transport->timer = evtimer_new(base, on_timer, transport);
	(void)curl_multi_setopt(
	    transport->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	(void)curl_multi_setopt(
	    transport->multi, CURLMOPT_SOCKETDATA, transport);
	(void)curl_multi_setopt(
	    transport->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	(void)curl_multi_setopt(
	    transport->multi, CURLMOPT_TIMERDATA, transport);
	(void)curl_multi_setopt(
	    transport->multi, CURLMOPT_MAXCONNECTS, IDLE_KEPT);
	*ret = transport;
	return 0;
out:
	transport_free(transport);
	return -1;
}

void
transport_free(struct transport *transport)
{
	struct call *call;

	if (transport == NULL)
		return;
	while ((call = TAILQ_FIRST(&transport->calls)) != NULL)
		call_free(call); /* NOLINT: it leaves the list */
	if (transport->multi != NULL)
		(void)curl_multi_cleanup(transport->multi);
	if (transport->timer != NULL)
		event_free(transport->timer);
	buf_release(&transport->ca);
	free(transport);
}

static void
add_header(
    struct call *call, const char *name, const char *value, const char *quote)
{
	struct buf line;

	buf_init(&line, 0);
	buf_addf(&line, "%s:%s%s%s%s", name, *value != '\0' ? " " : "", quote,
	    value, quote);
	call->headers = curl_slist_append(call->headers, buf_text(&line));
	buf_release(&line);
}

static void
set_limits(CURL *easy, const struct transport_call *call)
{
	long timeout_ms = (long)call->timeout_ms;

	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
	    timeout_ms < CONNECT_MS_MAX ? timeout_ms : CONNECT_MS_MAX);
	(void)curl_easy_setopt(
	    easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->max_bytes);
	(void)curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	(void)curl_easy_setopt(
	    easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static void
set_ca(CURL *easy, const struct buf *ca)
{
	struct curl_blob blob = {
		.data = ca->data, .len = ca->bytes, .flags = CURL_BLOB_NOCOPY
	};

	(void)curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	(void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	if (ca->bytes > 0)
		(void)curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob);
}

void
transport_post(struct transport *transport, const struct transport_call *what,
    transport_done *done, void *arg)
{
	struct call *call = xcalloc(1, sizeof(*call));

	call->magic = CALL_MAGIC;
	call->transport = transport;
	call->done = done;
	call->arg = arg;
	call->begun_ms = clock_mono_ms();
	buf_init(&call->request, 0);
	buf_init(&call->answer, (size_t)what->max_bytes);
	buf_add(&call->request, what->body, what->bytes);
	call->easy = curl_easy_init();
	if (call->easy == NULL)
		abort(); /* out of memory */
	add_header(call, "Content-Type", what->content_type, "");
	if (what->soap_action[0] != '\0')
		add_header(call, "SOAPAction", what->soap_action, "\"");
	add_header(call, "Expect", "", ""); /* no 100-continue round trip */
	set_limits(call->easy, what);
	set_ca(call->easy, &transport->ca);
	(void)curl_easy_setopt(call->easy, CURLOPT_URL, what->url);
	(void)curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers);
	(void)curl_easy_setopt(call->easy, CURLOPT_POST, 1L);
	(void)curl_easy_setopt(
	    call->easy, CURLOPT_POSTFIELDS, buf_text(&call->request));
	(void)curl_easy_setopt(call->easy, CURLOPT_POSTFIELDSIZE_LARGE,
	    (curl_off_t)call->request.bytes);
	(void)curl_easy_setopt(call->easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(call->easy, CURLOPT_WRITEDATA, call);
	(void)curl_easy_setopt(call->easy, CURLOPT_ERRORBUFFER, call->error);
	(void)curl_easy_setopt(call->easy, CURLOPT_PRIVATE, call);
	TAILQ_INSERT_TAIL(&transport->calls, call, link);
	transport->running++;
	(void)curl_multi_add_handle(transport->multi, call->easy);
}

size_t
transport_running(const struct transport *transport)
{
	return transport->running;
}
