#include "gateway/http/http_reply.h"

#include <string.h>
#include <time.h>

#include <event2/buffer.h>

#include "base/clock.h"
#include "gateway/http/http_server.h"

static const char *
reason_of(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = { { 200, "OK" }, { 202, "Accepted" },
		{ 204, "No Content" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" },
		{ 408, "Request Timeout" }, { 409, "Conflict" },
		{ 411, "Length Required" }, { 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" }, { 422, "Unprocessable Content" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" } };

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Status";
}

/* "Sun, 22 Nov 2026 22:35:30 GMT", made once a second. */
static const char *
date_now(void)
{
	static char text[40];
	static time_t made;
	time_t now = (time_t)(clock_now_ms() / 1000);
	struct tm tm;

	if (now != made || text[0] == '\0') {
		(void)gmtime_r(&now, &tm);
		(void)strftime(
		    text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		made = now;
	}
	return text;
}

void
http_reply_write(struct evbuffer *out, const struct http_reply *reply,
    bool close, const struct http_head *head)
{
	(void)evbuffer_add_printf(out,
	    "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Length: %zu\r\n",
	    reply->status, reason_of(reply->status), date_now(), reply->bytes);
	if (reply->content_type != NULL)
		(void)evbuffer_add_printf(
		    out, "Content-Type: %s\r\n", reply->content_type);
	if (reply->retry_after_s > 0)
		(void)evbuffer_add_printf(out, "Retry-After: %lld\r\n",
		    (long long)reply->retry_after_s);
	if (reply->allow != NULL)
		(void)evbuffer_add_printf(out, "Allow: %s\r\n", reply->allow);
	if (reply->challenge != NULL)
		(void)evbuffer_add_printf(
		    out, "WWW-Authenticate: %s\r\n", reply->challenge);
	if (close || head->minor == 0)
		(void)evbuffer_add_printf(
		    out, "Connection: %s\r\n", close ? "close" : "keep-alive");
	(void)evbuffer_add(out, "\r\n", 2);
	if (reply->bytes > 0 && strcmp(head->method, "HEAD") != 0)
		(void)evbuffer_add(out, reply->body, reply->bytes);
}
