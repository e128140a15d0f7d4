#include "test/lib/keys.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "crypto/gost.h"

static void
give_up(const char *why)
{
	(void)fprintf(stderr, "keys: %s\n", why);
	exit(99);
}

static const char *
join(const char *folder, const char *name)
{
	static char paths[8][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 8];

	if (snprintf(path, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
		give_up("a path is too long");
	return path;
}

const char *
keys_folder(void)
{
	const char *env = getenv("KONTINGENT_TEST_KEYS");

	return env != NULL ? env : TEST_KEYS;
}

const char *
keys_path(const char *name)
{
	return join(keys_folder(), name);
}

const char *
shared_path(const char *name)
{
	const char *env = getenv("KONTINGENT_SHARED");
	const char *path = join(env != NULL ? env : TEST_SHARED, name);

	return access(path, R_OK) == 0 ? path : NULL;
}

/* Tests run side by side: the first makes the keys, the others wait. */
static void
make_keys(void)
{
	int lock, status;
	pid_t pid;

	if (access(keys_path("complete"), R_OK) == 0)
		return;
	(void)mkdir(keys_folder(), 0700);
	lock = open(keys_path("lock"), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (lock == -1 || flock(lock, LOCK_EX) == -1)
		give_up("the folder of keys can't be locked");
	pid = fork();
	if (pid == 0) {
		(void)execl(TEST_SOURCE "/scripts/make-keys", "make-keys",
		    keys_folder(), (char *)NULL);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid || status != 0)
		give_up("scripts/make-keys failed");
	(void)close(lock);
}

void
keys_setup(void)
{
	struct err err;

	if (setenv("KONTINGENT_OPENSSL_CONF",
		TEST_SOURCE "/etc/openssl-gost.cnf", 0)
	    == -1)
		give_up("no environment");
	make_keys();
	if (gost_setup(NULL, &err) == -1)
		give_up(err.text);
}
