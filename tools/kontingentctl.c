/*
 * tools/kontingentctl.c - kontingentctl(8): the operator's words to the control
 * socket, its answer to standard output.
 *
 * The grammar is the table below.  A command that only reads is done by
 * `kontingentd --ask` when the daemon does not run; `explain` needs neither.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "tools/ctl_explain.h"

#define CONF_PATH    KONTINGENT_SYSCONFDIR "/kontingentd.conf"
#define DAEMON_PATH  KONTINGENT_SBINDIR "/kontingentd"
#define STDIN_BYTES  ((size_t)64 * 1024 * 1024)
#define ANSWER_BYTES ((size_t)1024 * 1024 * 1024)
#define BATCH_WORDS  200 /* ids in one line to the daemon */
#define WORD_BYTES   256

/* Exit status; ARCHITECTURE 6. */
enum { DONE, NO, USAGE, NOT_ASKED };

extern char **environ;

struct ctl {
	const char *conf, *socket, *daemon;
	char *found; /* the socket that the settings name */
	bool json;
};

enum place {
	READS, /* over the socket, or from the database of a stopped daemon */
	CHANGES, /* over the socket only */
	HERE /* without the daemon */
};

struct command {
	const char *first, *second; /* "packet", "show"; second may be "" */
	const char *rest; /* "ID..."; "[..]" may be left out; "" nothing */
	enum place place;
	int (*run)(struct ctl *ctl, char **words, int count); /* HERE */
	const char *help; /* Russian */
};

static int explain(struct ctl *ctl, char **words, int count);
static int config_check(struct ctl *ctl, char **words, int count);
static int config_explain(struct ctl *ctl, char **words, int count);

static const struct command commands[] = {
	{ "status", "", "", READS, NULL, "состояние шлюза и баланс" },
	{ "balance", "", "", READS, NULL,
	    "принято = применено + отклонено + отменено + ждёт" },
	{ "queue", "show", "[LANE|NAME|held]", READS, NULL,
	    "ждущие по одному: код, причина, срок" },
	{ "queue", "", "", READS, NULL, "что ждёт, почему и до каких пор" },
	{ "shape", "", "", READS, NULL,
	    "кому и как давно: очередь по возрасту" },
	{ "packet", "show", "ID...", READS, NULL, "карточка пакета" },
	{ "packet", "cat", "ID...", READS, NULL, "пакет, как он получен" },
	{ "packet", "files", "ID...", READS, NULL, "файлы пакета" },
	{ "packet", "trace", "ID...", READS, NULL, "путь пакета по шагам" },
	{ "packet", "retry", "ID...", CHANGES, NULL, "попробовать сейчас" },
	{ "packet", "hold", "ID...", CHANGES, NULL, "задержать" },
	{ "packet", "release", "ID...", CHANGES, NULL,
	    "отпустить задержанный" },
	{ "packet", "cancel", "ID...", CHANGES, NULL, "отменить навсегда" },
	{ "person", "show", "ID...", READS, NULL, "запись обучающегося" },
	{ "person", "find", "WORD...", READS, NULL, "поиск обучающегося" },
	{ "explain", "", "[CODE]", HERE, explain, "что значит код ошибки" },
	{ "config", "check", "", HERE, config_check, "проверить настройки" },
	{ "config", "explain", "[SETTING]", HERE, config_explain,
	    "что значит настройка" },
	{ "smev", "queues", "", CHANGES, NULL,
	    "сколько ждёт нас в очередях СМЭВ" },
	{ "keys", "list", "", READS, NULL, "ключи, сертификаты и их сроки" },
	{ "check", "keys", "", READS, NULL,
	    "что кончается в ближайшие 14 дней" },
	{ "verify-journal", "", "", READS, NULL, "проверить цепочку журнала" },
};

static int
usage(FILE *out, int status)
{
	(void)fputs("usage: kontingentctl [-c FILE] [-s SOCKET] [--json] "
		    "COMMAND...\n",
	    out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *c = &commands[i];
		char words[64];

		(void)snprintf(words, sizeof(words), "%s%s%s%s%s", c->first,
		    *c->second != '\0' ? " " : "", c->second,
		    *c->rest != '\0' ? " " : "", c->rest);
		(void)fprintf(out, "  %-24s %s\n", words, c->help);
	}
	return status;
}

static int
complain(const char *what, const char *why)
{
	(void)fprintf(stderr, "kontingentctl: %s: %s\n", what, why);
	return NOT_ASKED;
}

/* What runs without the daemon. */

static int
explain(struct ctl *ctl, char **words, int count)
{
	if (ctl_explain(count > 0 ? words[0] : NULL, ctl->json))
		return DONE;
	(void)fprintf(stderr, "kontingentctl: кода %s нет\n", words[0]);
	return NO;
}

/* All that comes out of fd, which is closed then. */
static void
read_all(int fd, struct buf *out)
{
	char chunk[512];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_add(out, chunk, (size_t)n);
	(void)close(fd);
}

/*
 * Run the daemon's program, its output to ours, or to *out if that is not NULL.
 *
 * Returns its exit status, or -1: not run.
 */
static int
run_daemon(const struct ctl *ctl, const char *const *args, struct buf *out)
{
	posix_spawn_file_actions_t actions;
	char *argv[BATCH_WORDS + 16];
	int fds[2] = { -1, -1 }, status;
	size_t count = 0;
	pid_t pid;

	for (; args[count] != NULL; count++)
		argv[count] = xstrdup(args[count]);
	argv[count] = NULL;
	(void)fflush(stdout);
	(void)posix_spawn_file_actions_init(&actions);
	if (out != NULL && pipe2(fds, O_CLOEXEC) == 0)
		(void)posix_spawn_file_actions_adddup2(
		    &actions, fds[1], STDOUT_FILENO);
	status = posix_spawnp(&pid, ctl->daemon, &actions, NULL, argv, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	while (count > 0)
		free(argv[--count]);
	if (fds[1] != -1)
		(void)close(fds[1]);
	if (fds[0] != -1)
		read_all(fds[0], out);
	if (status != 0) {
		(void)complain(ctl->daemon, strerror(status));
		return -1;
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*
 * Where the settings say that the daemon listens.  The daemon's program reads
 * them, so that there is one reader of settings.
 */
static const char *
socket_of(struct ctl *ctl)
{
	const char *const args[] = { "kontingentd", "-c", ctl->conf, "-S",
		NULL };
	struct buf text;

	if (ctl->socket != NULL)
		return ctl->socket;
	buf_init(&text, 4096);
	if (run_daemon(ctl, args, &text) == 0 && text.bytes > 1) {
		text.data[text.bytes - 1] = '\0'; /* the end of the line */
		ctl->socket = ctl->found = xstrdup(text.data);
	}
	buf_release(&text);
	return ctl->socket == NULL ? "" : ctl->socket;
}

static int
config_check(struct ctl *ctl, char **words, int count)
{
	const char *const args[] = { "kontingentd", "-c", ctl->conf, "-n",
		NULL };
	int status;

	(void)words;
	(void)count;
	status = run_daemon(ctl, args, NULL);
	return status == -1 ? NOT_ASKED : status == DONE ? DONE : NO;
}

static int
config_explain(struct ctl *ctl, char **words, int count)
{
	const char *args[] = { "kontingentd", "-T", "--", NULL, NULL, NULL };
	size_t at = 3;
	int status;

	if (ctl->json)
		args[at++] = "--json";
	if (count > 0)
		args[at] = words[0];
	status = run_daemon(ctl, args, NULL);
	return status == -1 ? NOT_ASKED : status;
}

/* What the daemon is asked. */

/* A socket connected to the daemon, or -1 with errno. */
static int
reach(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1
	    && connect(fd, (struct sockaddr *)&address, sizeof(address))
		== -1) {
		int why = errno;

		(void)close(fd);
		errno = why;
		return -1;
	}
	return fd;
}

static bool
send_line(int fd, const char *const *words)
{
	json_t *list = json_array();
	char *line;
	size_t bytes, sent = 0;
	ssize_t n = 0;

	for (size_t i = 0; words[i] != NULL; i++)
		(void)json_array_append_new(list, json_string(words[i]));
	line = json_dumps(list, JSON_COMPACT);
	json_decref(list);
	if (line == NULL)
		return false;
	bytes = strlen(line);
	line[bytes++] = '\n'; /* where the NUL was */
	while (sent < bytes && n != -1) {
		n = send(fd, line + sent, bytes - sent, MSG_NOSIGNAL);
		sent += n > 0 ? (size_t)n : 0;
	}
	free(line);
	return sent == bytes;
}

/* Read "status N" and the text behind it, and print that. */
static int
print_answer(int fd)
{
	struct buf answer;
	char part[65536];
	const char *text;
	int status = NOT_ASKED;
	ssize_t n;

	buf_init(&answer, ANSWER_BYTES);
	while ((n = recv(fd, part, sizeof(part), 0)) > 0)
		buf_add(&answer, part, (size_t)n);
	text = strchr(buf_text(&answer), '\n');
	if (n == -1 || buf_full(&answer) || text == NULL
	    || sscanf(buf_text(&answer), "status %d", &status) != 1) {
		(void)complain("kontingentd", "ответ не получен целиком");
		status = NOT_ASKED;
	} else {
		text++;
		(void)fwrite(text, 1,
		    answer.bytes - (size_t)(text - answer.data),
		    status >= USAGE ? stderr : stdout);
	}
	buf_release(&answer);
	return status;
}

/* One line of words; the database itself where the daemon does not run. */
static int
ask_line(
    struct ctl *ctl, const struct command *command, const char *const *words)
{
	const char *args[BATCH_WORDS + 12] = { "kontingentd", "-c", ctl->conf,
		"--ask", "--" };
	const char *path = socket_of(ctl);
	int fd, status;

	if (*path == '\0') /* the daemon's program has said why */
		return NOT_ASKED;
	if ((fd = reach(path)) != -1) {
		status = send_line(fd, words) ? print_answer(fd)
					      : complain(path, strerror(errno));
		(void)close(fd);
		return status;
	}
	if (errno != ENOENT && errno != ECONNREFUSED)
		return complain(path, strerror(errno));
	if (command->place == CHANGES)
		return complain(
		    path, "kontingentd не работает, а без него это не сделать");
	for (size_t i = 0; words[i] != NULL; i++)
		args[5 + i] = words[i];
	status = run_daemon(ctl, args, NULL);
	return status == -1 ? NOT_ASKED : status;
}

/* The words of a command, in lines of at most BATCH_WORDS ids. */
static int
ask(struct ctl *ctl, const struct command *command, char **words, size_t count)
{
	int worst = DONE, status;
	size_t at = 0;

	do {
		const char *line[BATCH_WORDS + 4] = { command->first };
		size_t used = 1;

		if (*command->second != '\0')
			line[used++] = command->second;
		if (ctl->json)
			line[used++] = "--json";
		for (size_t i = 0; i < BATCH_WORDS && at < count; i++)
			line[used++] = words[at++];
		line[used] = NULL;
		status = ask_line(ctl, command, line);
		if (status > worst)
			worst = status;
	} while (at < count && worst < USAGE);
	return worst;
}

/* Ids from standard input, parted by blanks and line ends. */
static int
read_words(struct buf *text, char ***ret_words, size_t *ret_count)
{
	struct err err;
	char *word, *next = NULL;

	buf_init(text, STDIN_BYTES);
	*ret_words = NULL;
	*ret_count = 0;
	if (file_read("-", STDIN_BYTES, text, &err) == -1)
		return complain("-", err.text);
	if (text->bytes == 0)
		return DONE;
	for (word = strtok_r(text->data, " \t\r\n", &next); word != NULL;
	     word = strtok_r(NULL, " \t\r\n", &next)) {
		if (strlen(word) > WORD_BYTES)
			return complain("-", "слишком длинное слово");
		*ret_words = xrealloc(
		    *ret_words, (*ret_count + 1) * sizeof(**ret_words));
		(*ret_words)[(*ret_count)++] = word;
	}
	return DONE;
}

static int
run_command(
    struct ctl *ctl, const struct command *command, char **words, int count)
{
	char **more = NULL;
	size_t more_count = 0;
	struct buf text;
	int status;

	if (command->place == HERE)
		return command->run(ctl, words, count);
	if (count != 1 || strcmp(words[0], "-") != 0)
		return ask(ctl, command, words, (size_t)count);
	status = read_words(&text, &more, &more_count);
	if (status == DONE && more_count > 0)
		status = ask(ctl, command, more, more_count);
	free(more);
	buf_release(&text);
	return status;
}

/* Whether count words may stand behind the command's own. */
static bool
count_fits(const struct command *command, int count)
{
	if (*command->rest == '\0')
		return count == 0;
	if (*command->rest == '[')
		return count <= 1;
	return count >= 1;
}

static int
do_words(struct ctl *ctl, char **words, int count)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct command *command = &commands[i];
		int own = *command->second != '\0' ? 2 : 1;

		if (count < own || strcmp(words[0], command->first) != 0
		    || (own == 2 && strcmp(words[1], command->second) != 0))
			continue;
		if (!count_fits(command, count - own))
			break;
		return run_command(ctl, command, words + own, count - own);
	}
	return usage(stderr, USAGE);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *daemon_path = getenv("KONTINGENTD");
	struct ctl ctl = { .conf = CONF_PATH,
		.daemon = daemon_path != NULL ? daemon_path : DAEMON_PATH };
	int c, status;

	/* Options may stand behind the command, too: "queue --json". */
	while ((c = getopt_long(argc, argv, "c:s:jhV", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			ctl.conf = optarg;
			break;
		case 's':
			ctl.socket = optarg;
			break;
		case 'j':
			ctl.json = true;
			break;
		case 'h':
			return usage(stdout, DONE);
		case 'V':
			(void)puts("kontingentctl " KONTINGENT_VERSION);
			return DONE;
		default:
			return usage(stderr, USAGE);
		}
	}
	status = do_words(&ctl, argv + optind, argc - optind);
	free(ctl.found);
	return status;
}
