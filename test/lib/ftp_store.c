#include "test/lib/ftp_store.h"

#include "test/lib/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Debian's, where another one comes first. */
static const char *const pythons[] = { "python3", "/usr/bin/python3" };
static const char *python;

static bool
has_server(const char *name)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)close(STDERR_FILENO);
		(void)execlp(name, name, "-W", "ignore", "-c",
		    "import pyftpdlib", (char *)NULL);
		_exit(127);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status)
	    && WEXITSTATUS(status) == 0;
}

bool
ftp_store_there(void)
{
	for (size_t i = 0; i < 2 && python == NULL; i++)
		if (has_server(pythons[i]))
			python = pythons[i];
	return python != NULL;
}

static void
serve(const struct ftp_store *store, int out, const char *const more[3])
{
	const char *source = getenv("KONTINGENT_SOURCE");
	const char *words[16] = { python };
	char script[512];
	size_t n = 1;

	(void)snprintf(script, sizeof(script), "%s/test/lib/ftp_server.py",
	    source == NULL ? "." : source);
	words[n++] = script;
	words[n++] = store->folder;
	words[n++] = "--log";
	words[n++] = store->log;
	for (size_t i = 0; i < 3; i++)
		if (*more[i] != '\0')
			words[n++] = more[i];
	(void)dup2(out, STDOUT_FILENO);
	(void)execvp(python, (char *const *)(void *)words);
	_exit(127);
}

void
ftp_store_start(
    struct ftp_store *store, const char *a, const char *b, const char *c)
{
	const char *const more[3] = { a, b, c };
	char port[16] = "";
	int pipes[2];
	size_t got = 0;
	ssize_t n;

	if (store->folder[0] == '\0') {
		(void)snprintf(store->folder, sizeof(store->folder),
		    "/tmp/kontingent-ftp-XXXXXX");
		assert_non_null(mkdtemp(store->folder));
		(void)snprintf(
		    store->log, sizeof(store->log), "%s.log", store->folder);
	}
	assert_int_equal(pipe(pipes), 0);
	store->pid = fork();
	if (store->pid == 0) {
		(void)close(pipes[0]);
		serve(store, pipes[1], more);
	}
	(void)close(pipes[1]);
	while (strchr(port, '\n') == NULL && got < sizeof(port) - 1) {
		n = read(pipes[0], port + got, sizeof(port) - 1 - got);
		assert_true(n > 0);
		got += (size_t)n;
	}
	(void)close(pipes[0]);
	port[strcspn(port, "\n")] = '\0';
	(void)snprintf(
	    store->url, sizeof(store->url), "ftp://127.0.0.1:%s", port);
}

void
ftp_store_halt(struct ftp_store *store)
{
	if (store->pid == 0)
		return;
	(void)kill(store->pid, SIGKILL);
	(void)waitpid(store->pid, NULL, 0);
	store->pid = 0;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void
ftp_store_end(struct ftp_store *store)
{
	ftp_store_halt(store);
	if (store->folder[0] == '\0')
		return;
	(void)nftw(store->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	(void)unlink(store->log);
	*store = (struct ftp_store){ .pid = 0 };
}

unsigned char
ftp_store_byte(size_t i)
{
	return (unsigned char)(i * 7 + i / 251);
}

void
ftp_store_put(const struct ftp_store *store, const char *path, size_t bytes)
{
	char name[512];
	char *slash;
	FILE *file;

	(void)snprintf(name, sizeof(name), "%s/%s", store->folder, path);
	slash = strrchr(name, '/');
	*slash = '\0';
	(void)mkdir(name, 0700);
	*slash = '/';
	file = fopen(name, "w");
	assert_non_null(file);
	for (size_t i = 0; i < bytes; i++)
		(void)fputc(ftp_store_byte(i), file);
	assert_int_equal(fclose(file), 0);
}

bool
ftp_store_asked(const struct ftp_store *store, const char *command)
{
	FILE *file = fopen(store->log, "r");
	bool found = false;
	char line[512];

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		found |= strncmp(line, command, strlen(command)) == 0;
	if (file != NULL)
		(void)fclose(file);
	return found;
}
