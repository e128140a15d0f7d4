#include "tools/smevemu/emu_ftpd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/obj.h"
#include "base/str.h"

#ifndef SMEVEMU_LIBEXECDIR
#define SMEVEMU_LIBEXECDIR "/usr/libexec"
#endif

#define FTPD_MAGIC     0x656d7566u
#define START_MS       20000
#define RESTART_SECOND 1

extern char **environ;

/* A line that a server started anew has to be told again. */
struct told {
	struct told *next;
	char *user; /* whose account it makes; NULL: a hurt */
	char *line;
};

struct emu_ftpd {
	uint32_t magic;
	char *address;
	int port;
	pid_t pid; /* 0: none */
	int in, out; /* what it reads, what it says; -1 none */
	struct told *told, **told_end;
	struct event *child, *again;
};

/* Beside the program, as in a build tree, or where it was installed. */
static const char *
program(char *path, size_t room)
{
	const char *named = getenv("SMEVEMU_FTPD");
	ssize_t n = readlink("/proc/self/exe", path, room - 1);
	char *slash;

	if (named != NULL && *named != '\0')
		return named;
	path[n < 0 ? 0 : n] = '\0';
	slash = strrchr(path, '/');
	if (slash != NULL) {
		str_copy(slash, room - (size_t)(slash - path), "/smevemu-ftpd");
		if (access(path, X_OK) == 0)
			return path;
	}
	return SMEVEMU_LIBEXECDIR "/smevemu-ftpd";
}

static void
close_pipes(struct emu_ftpd *ftpd)
{
	if (ftpd->in != -1)
		close(ftpd->in);
	if (ftpd->out != -1)
		close(ftpd->out);
	ftpd->in = ftpd->out = -1;
}

static int
spawn(struct emu_ftpd *ftpd, struct err *err)
{
	posix_spawn_file_actions_t actions;
	char path[PATH_MAX], port[16];
	char *argv[4] = { 0 };
	int in[2], out[2], rc;

	if (pipe2(in, O_CLOEXEC) == -1)
		return err_set(
		    err, ERR_FATAL, "EMU_FTPD", "pipe: %s", strerror(errno));
	if (pipe2(out, O_CLOEXEC) == -1) {
		close(in[0]);
		close(in[1]);
		return err_set(
		    err, ERR_FATAL, "EMU_FTPD", "pipe: %s", strerror(errno));
	}
	snprintf(port, sizeof(port), "%d", ftpd->port);
	argv[0] = xstrdup(program(path, sizeof(path)));
	argv[1] = ftpd->address;
	argv[2] = port;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 1);
	rc = posix_spawn(&ftpd->pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(in[0]);
	close(out[1]);
	ftpd->in = in[1];
	ftpd->out = out[0];
	if (rc != 0) {
		ftpd->pid = 0;
		close_pipes(ftpd);
		err_set(err, ERR_FATAL, "EMU_FTPD", "%.150s: %s", argv[0],
		    strerror(rc));
	}
	free(argv[0]);
	return rc == 0 ? 0 : -1;
}

/* "ready PORT", or the end of a server that could not listen. */
static int
wait_ready(struct emu_ftpd *ftpd, struct err *err)
{
	struct pollfd poll_fd = { .fd = ftpd->out, .events = POLLIN };
	char line[64] = "";
	size_t used = 0;
	int64_t port;
	ssize_t n;

	while (memchr(line, '\n', used) == NULL && used < sizeof(line) - 1) {
		if (poll(&poll_fd, 1, START_MS) != 1)
			break;
		n = read(ftpd->out, line + used, sizeof(line) - 1 - used);
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	line[used] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (!str_begins(line, "ready ")
	    || str_int(line + 6, 1, 65535, &port) == -1)
		return err_set(err, ERR_FATAL, "EMU_FTPD",
		    "smevemu-ftpd does not start on %.80s port %d (is "
		    "python3-pyftpdlib there?)",
		    ftpd->address, ftpd->port);
	ftpd->port = (int)port;
	return 0;
}

/* A line to the server; one that is gone is told later. */
static void
say(const struct emu_ftpd *ftpd, const char *line)
{
	size_t bytes = strlen(line), sent = 0;
	ssize_t n;

	while (ftpd->in != -1 && sent < bytes) {
		n = write(ftpd->in, line + sent, bytes - sent);
		if (n == -1 && errno != EINTR)
			return;
		sent += n > 0 ? (size_t)n : 0;
	}
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct emu_ftpd *ftpd;
	struct err err = { 0 };

	(void)fd;
	(void)what;
	OBJ_CAST(ftpd, arg, FTPD_MAGIC);
	if (spawn(ftpd, &err) == -1) {
		log_event(LOG_LEVEL_ERROR, "ftpd=failed code=%s", err.code);
		return;
	}
	for (const struct told *t = ftpd->told; t != NULL; t = t->next)
		say(ftpd, t->line);
}

static void
on_child(evutil_socket_t signal_number, short what, void *arg)
{
	struct timeval soon = { RESTART_SECOND, 0 };
	struct emu_ftpd *ftpd;
	int status = 0;

	(void)signal_number;
	(void)what;
	OBJ_CAST(ftpd, arg, FTPD_MAGIC);
	if (ftpd->pid == 0 || waitpid(ftpd->pid, &status, WNOHANG) != ftpd->pid)
		return;
	log_event(LOG_LEVEL_ERROR, "ftpd=died status=%d", status);
	ftpd->pid = 0;
	close_pipes(ftpd);
	evtimer_add(ftpd->again, &soon);
}

int
emu_ftpd_start(struct event_base *base, const char *address, int port,
    struct emu_ftpd **ret_ftpd, struct err *err)
{
	struct emu_ftpd *ftpd = xcalloc(1, sizeof(*ftpd));

	ftpd->magic = FTPD_MAGIC;
	ftpd->address = xstrdup(address);
	ftpd->port = port;
	ftpd->in = ftpd->out = -1;
	ftpd->told_end = &ftpd->told;
	if (spawn(ftpd, err) == -1 || wait_ready(ftpd, err) == -1) {
		emu_ftpd_stop(ftpd);
		return -1;
	}
	ftpd->child = evsignal_new(base, SIGCHLD, on_child, ftpd);
	ftpd->again = evtimer_new(base, on_again, ftpd);
	event_add(ftpd->child, NULL);
	*ret_ftpd = ftpd;
	return 0;
}

void
emu_ftpd_stop(struct emu_ftpd *ftpd)
{
	struct told *told, *next;

	if (ftpd == NULL)
		return;
	if (ftpd->child != NULL)
		event_free(ftpd->child);
	if (ftpd->again != NULL)
		event_free(ftpd->again);
	close_pipes(ftpd);
	if (ftpd->pid != 0) {
		kill(ftpd->pid, SIGKILL); /* it holds nothing of worth */
		waitpid(ftpd->pid, NULL, 0);
	}
	for (told = ftpd->told; told != NULL; told = next) {
		next = told->next;
		free(told->user);
		free(told->line);
		free(told);
	}
	free(ftpd->address);
	free(ftpd);
}

int
emu_ftpd_port(const struct emu_ftpd *ftpd)
{
	return ftpd->port;
}

int
emu_ftpd_pid(const struct emu_ftpd *ftpd)
{
	return (int)ftpd->pid;
}

/* Say line, which is the caller's no more, and remember it. */
static void
tell(struct emu_ftpd *ftpd, const char *user, char *line)
{
	struct told *told = xcalloc(1, sizeof(*told));

	told->user = xstrdup(user);
	told->line = line;
	*ftpd->told_end = told;
	ftpd->told_end = &told->next;
	say(ftpd, line);
}

/* Forget what was told of user; NULL: hurts of everybody. */
static void
forget(struct emu_ftpd *ftpd, const char *user)
{
	struct told **at = &ftpd->told, *told;

	while ((told = *at) != NULL) {
		if (!str_equal(told->user, user)) {
			at = &told->next;
			continue;
		}
		*at = told->next;
		free(told->user);
		free(told->line);
		free(told);
	}
	ftpd->told_end = at;
}

void
emu_ftpd_add(struct emu_ftpd *ftpd, const char *user, const char *password,
    bool write, const char *home)
{
	struct buf line;

	forget(ftpd, user);
	buf_init(&line, 0);
	buf_addf(&line, "add %s %s %s %s\n", user, password,
	    write ? "write" : "read", home);
	tell(ftpd, user, line.data);
}

void
emu_ftpd_remove(struct emu_ftpd *ftpd, const char *user)
{
	struct buf line;

	forget(ftpd, user);
	buf_init(&line, 0);
	buf_addf(&line, "remove %s\n", user);
	say(ftpd, buf_text(&line));
	buf_release(&line);
}

void
emu_ftpd_hurt(struct emu_ftpd *ftpd, const char *user, const char *kind,
    int64_t n, int64_t times)
{
	struct buf line;

	buf_init(&line, 0);
	buf_addf(&line, "hurt %s %s %lld %lld\n", user, kind, (long long)n,
	    (long long)times);
	tell(ftpd, strcmp(user, "*") == 0 ? NULL : user, line.data);
}

void
emu_ftpd_heal(struct emu_ftpd *ftpd)
{
	forget(ftpd, NULL);
	say(ftpd, "heal\n");
}
