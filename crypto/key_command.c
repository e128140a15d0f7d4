/*
 * A key that another program has: a certified provider, say.  The program is
 * started once and asked over its standard input, a line a signature:
 *
 *	sign USE ALGORITHM HEXDIGEST\n
 *
 * and answers over its standard output, before it gets the next one,
 *
 *	ok HEXVALUE\n        or        error TEXT\n
 *
 * It may die, hang or talk nonsense: then it is lost, and never asked again, so
 * that no late answer can be taken for that to another question.
 */
#include "crypto/key_backend.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/gost.h"

#define LINE_BYTES 4096 /* of an answer */

struct key_command {
	pid_t pid;
	int ask_fd, answer_fd; /* -1: lost */
	int64_t timeout_ms;
	const struct key_suite *suite;
	char *use;
};

static int
lose(struct key_command *command, struct err *err, const char *why)
{
	if (command->ask_fd != -1)
		(void)close(command->ask_fd);
	if (command->answer_fd != -1)
		(void)close(command->answer_fd);
	command->ask_fd = command->answer_fd = -1;
	return err_set(err, ERR_FATAL, "KEY_LOST", "the program %s", why);
}

/* One line of what it says into line, without its end, before the deadline. */
static int
read_line(struct key_command *command, char *line, struct err *err)
{
	int64_t until_ms = clock_mono_ms() + command->timeout_ms;
	struct pollfd wait = { .fd = command->answer_fd, .events = POLLIN };
	size_t used = 0;
	int64_t left_ms;
	ssize_t n;

	for (;;) {
		left_ms = until_ms - clock_mono_ms();
		if (left_ms <= 0 || poll(&wait, 1, (int)left_ms) == 0)
			return lose(command, err, "does not answer in time");
		n = read(command->answer_fd, line + used, LINE_BYTES - used);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return lose(command, err, "has ended");
		used += (size_t)n;
		if (line[used - 1] == '\n') {
			line[used - 1] = '\0';
			return 0;
		}
		if (used == LINE_BYTES || memchr(line, '\n', used) != NULL)
			return lose(command, err, "says more than an answer");
	}
}

/* The value of digits, or -1. */
static int
unhex(const char *digits, unsigned char *ret, size_t *ret_bytes)
{
	size_t chars = strlen(digits);
	unsigned byte;

	if (chars == 0 || chars % 2 != 0 || chars / 2 > KEY_VALUE_MAX
	    || strspn(digits, "0123456789abcdefABCDEF") != chars)
		return -1;
	for (size_t i = 0; i < chars / 2; i++) {
		if (sscanf(digits + 2 * i, "%2x", &byte) != 1)
			return -1;
		ret[i] = (unsigned char)byte;
	}
	*ret_bytes = chars / 2;
	return 0;
}

static int
sign(void *self, const unsigned char *digest, unsigned char *ret,
    size_t *ret_bytes, struct err *err)
{
	struct key_command *command = self;
	char line[LINE_BYTES], hex[2 * GOST_DIGEST_MAX + 1];
	int bytes;

	if (command->ask_fd == -1)
		return lose(command, err, "is lost");
	str_hex(hex, digest, command->suite->digest_bytes);
	bytes = snprintf(line, sizeof(line), "sign %s %s %s\n", command->use,
	    command->suite->name, hex);
	if (write(command->ask_fd, line, (size_t)bytes) != bytes)
		return lose(command, err, "takes no question");
	if (read_line(command, line, err) == -1)
		return -1;
	if (str_begins(line, "error "))
		return err_set(err, ERR_RETRY, "KEY_SIGN",
		    "the program refuses: %.200s",
		    str_utf8(line, strlen(line)) ? line + 6 : "");
	if (!str_begins(line, "ok ") || unhex(line + 3, ret, ret_bytes) == -1)
		return lose(command, err, "gives no answer that is one");
	return 0;
}

static void
release(void *self)
{
	struct key_command *command = self;
	struct err ignored;

	(void)lose(command, &ignored, "");
	/* In a locked process both fail: then it dies with us. */
	if (command->pid > 0 && kill(command->pid, SIGKILL) == 0)
		(void)waitpid(command->pid, NULL, 0);
	free(command->use);
	free(command);
}

/* In the child: its ends of the pipes, and nothing else of ours. */
static void
become(const struct key_place *place, int in, int out, pid_t parent)
{
	char *words[64];
	sigset_t none;
	size_t i;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || dup2(in, STDIN_FILENO) == -1
	    || dup2(out, STDOUT_FILENO) == -1)
		_exit(127);
	(void)syscall(SYS_close_range, 3U, ~0U, 0U);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	for (i = 0; i < place->command_words && i < 63; i++)
		words[i] = (char *)(uintptr_t)place->command[i];
	words[i] = NULL;
	if (i != 0)
		(void)execv(words[0], words);
	_exit(127);
}

int
key_command_open(const struct key_place *place, const struct key_suite *suite,
    struct key_backend *ret, struct err *err)
{
	struct key_command *command = xcalloc(1, sizeof(*command));
	int ask[2] = { -1, -1 }, answer[2] = { -1, -1 };
	pid_t us = getpid();

	command->timeout_ms = place->timeout_ms;
	command->suite = suite;
	command->use = xstrdup(place->use);
	if (place->command[0][0] != '/' || access(place->command[0], X_OK) == -1
	    || pipe2(ask, O_CLOEXEC) == -1 || pipe2(answer, O_CLOEXEC) == -1
	    || (command->pid = fork()) == -1) {
		for (int i = 0; i < 2; i++) {
			if (ask[i] != -1)
				(void)close(ask[i]);
			if (answer[i] != -1)
				(void)close(answer[i]);
		}
		command->ask_fd = command->answer_fd = -1;
		release(command);
		return err_set(err, ERR_FATAL, "KEY_COMMAND",
		    "%s: can't be started", place->command[0]);
	}
	if (command->pid == 0)
		become(place, ask[0], answer[1], us);
	(void)close(ask[0]);
	(void)close(answer[1]);
	command->ask_fd = ask[1];
	command->answer_fd = answer[0];
	*ret = (struct key_backend){
		.sign = sign, .free = release, .self = command
	};
	return 0;
}
