#include "tools/kontingent-load/load_probe.h"

#include <dirent.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "tools/kontingent-load/load_run.h"

#define POLL_NSEC 5000000

static int
connect_to(const struct load_target *target)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	struct timeval patience = { 10, 0 };
	char port[8];
	int fd = -1;

	snprintf(port, sizeof(port), "%d", target->port);
	if (getaddrinfo(target->host, port, &hints, &found) != 0)
		return -1;
	for (struct addrinfo *at = found; at != NULL && fd == -1;
	     at = at->ai_next) {
		fd = socket(at->ai_family, at->ai_socktype, 0);
		if (fd == -1)
			continue;
		setsockopt(
		    fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
		if (connect(fd, at->ai_addr, at->ai_addrlen) == -1) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(found);
	return fd;
}

/* GET /metrics, to the end of the connection. */
static int
fetch(const struct load_target *target, struct buf *out)
{
	int fd = connect_to(target);
	char text[4096];
	int length;
	ssize_t n;

	if (fd == -1)
		return -1;
	length = snprintf(text, sizeof(text),
	    "GET /metrics HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
	    target->host);
	if (write(fd, text, (size_t)length) != length) {
		close(fd);
		return -1;
	}
	while ((n = read(fd, text, sizeof(text))) > 0)
		buf_add(out, text, (size_t)n);
	close(fd);
	return str_begins(buf_text(out), "HTTP/1.1 200") ? 0 : -1;
}

/* The value of the line that begins with name, or -1. */
static int64_t
value_of(const char *text, const char *name)
{
	size_t length = strlen(name);

	while ((text = strstr(text, name)) != NULL) {
		if (text[-1] == '\n' && text[length] == ' ')
			return strtoll(text + length, NULL, 10);
		text += length;
	}
	return -1;
}

static int64_t
first_of(const char *text, const char *name, const char *other)
{
	int64_t value = value_of(text, name);

	return value != -1 ? value : value_of(text, other);
}

int
load_probe_metrics(const struct load_target *target,
    struct load_metrics *ret_metrics, struct err *err)
{
	struct buf out;
	const char *text;
	int rc = 0;

	buf_init(&out, 0);
	if (fetch(target, &out) == -1) {
		rc = err_set(err, ERR_RETRY, "LOAD_METRICS",
		    "no /metrics at %s port %d", target->host, target->port);
	} else {
		text = buf_text(&out);
		ret_metrics->accepted =
		    value_of(text, "kontingent_inbox{state=\"accepted\"}");
		ret_metrics->applied =
		    value_of(text, "kontingent_inbox{state=\"applied\"}");
		ret_metrics->refused =
		    value_of(text, "kontingent_inbox{state=\"refused\"}");
		ret_metrics->waiting =
		    value_of(text, "kontingent_inbox{state=\"waiting\"}");
		ret_metrics->held =
		    value_of(text, "kontingent_inbox{state=\"held\"}");
		ret_metrics->batches =
		    first_of(text, "kontingent_batches_total",
			"kontingent_store_batches_total");
		ret_metrics->fsyncs = first_of(text, "kontingent_fsyncs_total",
		    "kontingent_store_fsyncs_total");
	}
	buf_release(&out);
	return rc;
}

int
load_probe_drained(const struct load_target *target, int64_t most_ms,
    int64_t *ret_at_us, struct err *err)
{
	const struct timespec pause = { 0, POLL_NSEC };
	int64_t end_ms = clock_mono_ms() + most_ms;
	struct load_metrics metrics;

	for (;;) {
		if (load_probe_metrics(target, &metrics, err) == -1)
			return -1;
		*ret_at_us = clock_mono_us();
		if (metrics.waiting == 0
		    || (metrics.held > 0 && metrics.waiting == metrics.held))
			return 0;
		if (clock_mono_ms() >= end_ms)
			return err_set(err, ERR_RETRY, "LOAD_WAITS",
			    "%" PRId64 " packets still wait", metrics.waiting);
		nanosleep(&pause, NULL);
	}
}

struct process {
	long pid, parent, ticks;
	int counted;
};

/* pid, parent and CPU ticks out of /proc/PID/stat. */
static int
read_stat(const char *pid, struct process *ret)
{
	unsigned long user, kernel;
	char path[64], text[1024];
	const char *after;
	FILE *file;
	size_t n;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	file = fopen(path, "r");
	if (file == NULL)
		return -1;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	after = strrchr(text, ')'); /* the name may hold anything */
	if (after == NULL
	    || sscanf(after + 1,
		   " %*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
		   &ret->parent, &user, &kernel)
		!= 3)
		return -1;
	ret->pid = strtol(pid, NULL, 10);
	ret->ticks = (long)(user + kernel);
	ret->counted = 0;
	return 0;
}

/* Sum of pid and everything that descends from it. */
static long
sum_tree(struct process *all, size_t count, long pid)
{
	long ticks = -1;

	for (size_t i = 0; i < count; i++) {
		if (all[i].pid == pid && !all[i].counted) {
			all[i].counted = 1;
			ticks = all[i].ticks;
		}
	}
	for (size_t i = 0; ticks != -1 && i < count; i++) {
		if (all[i].parent == pid && !all[i].counted)
			ticks += sum_tree(all, count, all[i].pid);
	}
	return ticks;
}

int64_t
load_probe_cpu_ms(pid_t pid)
{
	struct process *all = NULL;
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	size_t count = 0, room = 0;
	long ticks;

	while (proc != NULL && (entry = readdir(proc)) != NULL) {
		if (count == room) {
			room = room == 0 ? 256 : room * 2;
			all = xrealloc(all, room * sizeof(*all));
		}
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9'
		    && read_stat(entry->d_name, &all[count]) == 0)
			count++;
	}
	ticks = sum_tree(all, count, (long)pid);
	if (proc != NULL)
		closedir(proc);
	free(all);
	return ticks == -1 ? -1 : ticks * 1000 / sysconf(_SC_CLK_TCK);
}
