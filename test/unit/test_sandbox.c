/* The promises of gateway/sandbox.h: each role tries what it may not do. */
#include "test/lib/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "gateway/config.h"
#include "gateway/sandbox.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define NO_SANDBOX
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define NO_SANDBOX
#endif

static int
try_open(void)
{
	return open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static int
try_create(void)
{
	return open("/tmp/kontingent-sandbox", O_CREAT | O_WRONLY, 0600);
}

static bool has_landlock; /* an old kernel may be without */

/* Landlock says EACCES, seccomp EPERM: neither lets it. */
static int
try_create_new(void)
{
	int fd = open("/tmp/kontingent-sandbox-new", O_CREAT | O_WRONLY, 0600);

	if (fd != -1)
		(void)unlink("/tmp/kontingent-sandbox-new");
	if ((fd == -1 && errno == EACCES) || !has_landlock) {
		errno = EPERM;
		return -1;
	}
	return fd;
}

static int
try_unix(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
try_unlink(void)
{
	return unlink("/tmp/kontingent-no-such-file");
}

static int
try_socket(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static int
try_connect(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	return connect(0, (struct sockaddr *)&to, sizeof(to));
}

static int
try_listen(void)
{
	return listen(0, 1);
}

static int
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid;
}

static int
try_exec(void)
{
	static char name[] = "/bin/true";
	char *argv[] = { name, NULL };

	return execv(name, argv);
}

static int
try_kill(void)
{
	return kill(getppid(), 0);
}

static int
try_ptrace(void)
{
	return (int)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static int
try_chmod(void)
{
	return chmod("/tmp/kontingent-no-such-file", 0600);
}

static int
try_chroot(void)
{
	return chroot("/");
}

static int
try_setuid(void)
{
	return setresuid(0, 0, 0);
}

static int
try_memory(void)
{
	return memfd_create("test", MFD_CLOEXEC);
}

static int
try_pair(void)
{
	int fds[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
}

typedef int attempt(void);

/* Up to a NULL. */
struct roles_attempts {
	enum ipc_role role;
	const char *module; /* of a key */
	attempt *forbidden[16];
	attempt *allowed[8];
};

#define NOBODY_MAY try_exec, try_kill, try_ptrace, try_chroot, try_setuid
#define PURE                                                                \
	{                                                                   \
		NOBODY_MAY, try_open, try_create, try_unlink, try_chmod,    \
		    try_socket, try_connect, try_listen, try_pair, try_fork \
	}

static const struct roles_attempts table[] __attribute__((unused)) = {
	{ ROLE_OPENER, "", PURE, { try_memory } },
	{ ROLE_SEALER, "", PURE, { try_memory } },
	{ ROLE_SIGNER, "", PURE, { try_memory } },
	{ ROLE_SIGNER, "module.so",
	    { NOBODY_MAY, try_fork, try_socket, try_listen, try_pair, try_chmod,
		try_unlink, try_create_new },
	    { try_memory, try_open, try_unix } },
	{ ROLE_FRONT, "",
	    { NOBODY_MAY, try_fork, try_connect, try_listen, try_pair,
		try_chmod },
	    { try_memory, try_open } },
	{ ROLE_STORE, "", { NOBODY_MAY, try_fork, try_pair },
	    { try_memory, try_open, try_socket } },
	{ ROLE_COURIER, "", { NOBODY_MAY, try_listen, try_unlink, try_chmod },
	    { try_memory, try_open, try_socket } },
	{ ROLE_FILER, "",
	    { NOBODY_MAY, try_fork, try_socket, try_connect, try_listen,
		try_pair, try_chmod },
	    { try_memory } },
};

/* In a process of its own; what it ends with says what was wrong. */
static void
play(const struct roles_attempts *row)
{
	struct config_key key = { .module = row->module };
	struct config config = { .user = "",
		.state_folder = "/nowhere",
		.keys = &key,
		.key_count = 1 };
	struct err err;

	config.roles.sandbox = true;
	config.limits.opener_bytes = (int64_t)256 << 20;
	if (sandbox_enter(row->role, &config, &err) == -1)
		_exit(100);
	for (int i = 0; row->forbidden[i] != NULL; i++) {
		errno = 0;
		if (row->forbidden[i]() != -1 || errno != EPERM)
			_exit(1 + i);
	}
	for (int i = 0; row->allowed[i] != NULL; i++)
		if (row->allowed[i]() == -1)
			_exit(50 + i);
	_exit(0);
}

static __attribute__((unused)) int
status_of(const struct roles_attempts *row)
{
	int status = -1;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		play(row);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
each_role_is_refused_what_it_may_not_do(void **state)
{
	(void)state;
#ifdef NO_SANDBOX
	skip();
#else
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		int status = status_of(&table[i]);

		if (status != 0)
			fail_msg(
			    "role %d: attempt %d", (int)table[i].role, status);
	}
#endif
}

/* Whether the kernel knows enough of landlock for a filer. */
static __attribute__((unused)) bool
landlocked(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		   LANDLOCK_CREATE_RULESET_VERSION)
	    >= 2;
}

static bool
may_write(const char *folder, const char *name)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	if (fd == -1)
		return false;
	(void)close(fd);
	return true;
}

/* In folders[0] and below, and nowhere else. */
static __attribute__((unused)) void
paths_of_a_filer(char folders[2][32])
{
	struct config_source source = { .folder = folders[0] };
	struct config config = { .user = "",
		.state_folder = "/nowhere",
		.sources = &source,
		.source_count = 1 };
	char in[64], moved[64];
	struct err err;

	config.roles.sandbox = true;
	(void)snprintf(in, sizeof(in), "%s/in", folders[0]);
	(void)snprintf(moved, sizeof(moved), "%s/in/b", folders[0]);
	if (mkdir(in, 0700) == -1 || !may_write(folders[1], "a")
	    || sandbox_enter(ROLE_FILER, &config, &err) == -1)
		_exit(1);
	if (!may_write(folders[0], "a"))
		_exit(2);
	(void)snprintf(in, sizeof(in), "%s/a", folders[0]);
	if (renameat(AT_FDCWD, in, AT_FDCWD, moved) == -1)
		_exit(3);
	if (may_write(folders[1], "b") || errno != EACCES)
		_exit(4);
	(void)snprintf(in, sizeof(in), "%s/a", folders[1]);
	if (open(in, O_RDONLY) != -1 || errno != EACCES)
		_exit(5);
	if (renameat(AT_FDCWD, moved, AT_FDCWD, in) != -1)
		_exit(6);
	if (open("/etc/passwd", O_RDONLY) != -1)
		_exit(7);
	if (unlinkat(AT_FDCWD, moved, 0) == -1)
		_exit(8);
	_exit(0);
}

static void
a_filer_sees_the_folders_of_systems_only(void **state)
{
	(void)state;
#ifdef NO_SANDBOX
	skip();
#else
	char folders[2][32] = { "/tmp/test_sandbox.XXXXXX",
		"/tmp/test_sandbox.XXXXXX" };
	char path[64];
	int status = -1;
	pid_t pid;

	if (!landlocked())
		skip();
	assert_non_null(mkdtemp(folders[0]));
	assert_non_null(mkdtemp(folders[1]));
	pid = fork();
	if (pid == 0)
		paths_of_a_filer(folders);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)snprintf(path, sizeof(path), "%s/in", folders[0]);
	(void)rmdir(path);
	(void)snprintf(path, sizeof(path), "%s/a", folders[1]);
	(void)unlink(path);
	assert_int_equal(rmdir(folders[0]), 0);
	assert_int_equal(rmdir(folders[1]), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
#endif
}

static __attribute__((unused)) void
limits_of_an_opener(void)
{
	struct config config = { .user = "" };
	struct rlimit now;
	struct err err;

	config.limits.opener_bytes = (int64_t)256 << 20;
	if (sandbox_enter(ROLE_OPENER, &config, &err) == -1)
		_exit(1);
	if (getrlimit(RLIMIT_DATA, &now) == -1
	    || now.rlim_max != (rlim_t)256 << 20)
		_exit(2);
	if (getrlimit(RLIMIT_CORE, &now) == -1 || now.rlim_max != 0)
		_exit(3);
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		_exit(4);
	_exit(0);
}

static void
an_opener_has_limits_and_no_new_privileges(void **state)
{
	(void)state;
#ifdef NO_SANDBOX
	skip();
#else
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		limits_of_an_opener();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
#endif
}

static void
a_user_who_is_not_there_is_a_reason_not_to_start(void **state)
{
	struct config config = { .user = "kontingent-no-such-user" };
	struct err err;

	(void)state;
	if (geteuid() != 0) {
		skip();
		return;
	}
	assert_int_equal(sandbox_enter(ROLE_OPENER, &config, &err), -1);
	assert_string_equal(err.code, "SBX_USER");
	assert_int_equal(err.kind, ERR_FATAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_role_is_refused_what_it_may_not_do),
		cmocka_unit_test(a_filer_sees_the_folders_of_systems_only),
		cmocka_unit_test(an_opener_has_limits_and_no_new_privileges),
		cmocka_unit_test(
		    a_user_who_is_not_there_is_a_reason_not_to_start),
	};

	has_landlock = syscall(SYS_landlock_create_ruleset, NULL, 0,
			   LANDLOCK_CREATE_RULESET_VERSION)
	    > 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
