#include "gateway/exchange/transport.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "gateway/exchange/multi.h"

#define CONNECT_MS_MAX 15000

struct transport {
	struct multi *multi;
	size_t running;
	TAILQ_HEAD(calls, call) calls;
};

struct call {
	struct multi_task task; /* first: cast back by CALL_OF */
	struct transport *transport;
	struct curl_slist *headers;
	struct buf request, answer;
	int64_t begun_ms;
	transport_done *done;
	void *arg;
	char error[CURL_ERROR_SIZE];
	TAILQ_ENTRY(call) link;
};

#define CALL_OF(task) ((struct call *)(void *)(task))

static void
call_free(struct call *call)
{
	struct transport *transport = call->transport;

	TAILQ_REMOVE(&transport->calls, call, link);
	transport->running--;
	multi_remove(&call->task);
	curl_easy_cleanup(call->task.easy);
	curl_slist_free_all(call->headers);
	buf_release(&call->request);
	buf_release(&call->answer);
	free(call);
}

static void
call_ended(struct multi_task *task, CURLcode result)
{
	struct call *call = CALL_OF(task);
	struct transport_answer answer = {
		.content_type = "",
		.error = "",
		.took_ms = clock_mono_ms() - call->begun_ms,
	};
	char *type = NULL;
	long status = 0;

	if (result == CURLE_OK) {
		(void)curl_easy_getinfo(
		    task->easy, CURLINFO_RESPONSE_CODE, &status);
		(void)curl_easy_getinfo(
		    task->easy, CURLINFO_CONTENT_TYPE, &type);
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

static size_t
on_body(char *p, size_t size, size_t count, void *arg)
{
	struct call *call = arg;

	assert(size == 1);
	buf_add(&call->answer, p, size * count);
	return buf_full(&call->answer) ? 0 : size * count;
}

struct transport *
transport_new(struct multi *multi)
{
	struct transport *transport = xcalloc(1, sizeof(*transport));

	TAILQ_INIT(&transport->calls);
	transport->multi = multi;
	return transport;
}

void
transport_free(struct transport *transport)
{
	struct call *call;

	if (transport == NULL)
		return;
	while ((call = TAILQ_FIRST(&transport->calls)) != NULL)
		call_free(call); /* NOLINT: it leaves the list */
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

	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
	    timeout_ms < CONNECT_MS_MAX ? timeout_ms : CONNECT_MS_MAX);
	(void)curl_easy_setopt(
	    easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->max_bytes);
	(void)curl_easy_setopt(
	    easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
}

void
transport_post(struct transport *transport, const struct transport_call *what,
    transport_done *done, void *arg)
{
	struct call *call = xcalloc(1, sizeof(*call));
	CURL *easy;

	call->transport = transport;
	call->done = done;
	call->arg = arg;
	call->begun_ms = clock_mono_ms();
	buf_init(&call->request, 0);
	buf_init(&call->answer, (size_t)what->max_bytes);
	buf_add(&call->request, what->body, what->bytes);
	easy = multi_easy(transport->multi, "http,https");
	call->task.easy = easy;
	call->task.ended = call_ended;
	add_header(call, "Content-Type", what->content_type, "");
	if (what->soap_action[0] != '\0')
		add_header(call, "SOAPAction", what->soap_action, "\"");
	add_header(call, "Expect", "", ""); /* no 100-continue round trip */
	set_limits(easy, what);
	(void)curl_easy_setopt(easy, CURLOPT_URL, what->url);
	(void)curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
	(void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	(void)curl_easy_setopt(easy, CURLOPT_POST, 1L);
	(void)curl_easy_setopt(
	    easy, CURLOPT_POSTFIELDS, buf_text(&call->request));
	(void)curl_easy_setopt(
	    easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->request.bytes);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	(void)curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->error);
	TAILQ_INSERT_TAIL(&transport->calls, call, link);
	transport->running++;
	multi_add(transport->multi, &call->task);
}

size_t
transport_running(const struct transport *transport)
{
	return transport->running;
}
