#include "gateway/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "gateway/config.h"
#include "gateway/role.h"

/* Younger than some headers. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif

/*
 * Who may call what.  Names by a space; a call that is not there ends with
 * EPERM, so that a library that only tries something goes on, and nothing that
 * matters can be done.  doc/SANDBOX.md is this table for people.
 */
static const char rules_all[] =
    "read write readv writev close fstat newfstatat lseek fcntl poll ppoll "
    "epoll_wait epoll_pwait epoll_ctl epoll_create1 eventfd2 "
    "recvmsg recvmmsg sendmsg sendmmsg mmap munmap mremap mprotect brk madvise "
    "memfd_create ftruncate futex clock_gettime clock_nanosleep gettimeofday "
    "getrandom getpid gettid getppid tgkill rt_sigaction rt_sigprocmask "
    "rt_sigreturn sigaltstack exit exit_group restart_syscall sched_yield "
    "getrusage pause rseq set_robust_list prlimit64 uname sysinfo "
    "get_mempolicy pselect6 timerfd_settime";

static const char *const rules[ROLE_COUNT] = {
	[ROLE_PARENT] = "",
	[ROLE_FRONT] = "accept accept4 setsockopt getsockopt getsockname "
		       "getpeername recvfrom sendto shutdown ioctl socket "
		       "open openat unlink rename renameat2 getdents64 stat "
		       "lstat readlink mkdir fsync",
	[ROLE_STORE] =
	    "open openat unlink unlinkat access faccessat faccessat2 "
	    "stat lstat readlink fsync fdatasync pread64 pwrite64 "
	    "rename renameat renameat2 mkdir mkdirat getcwd "
	    "getdents64 flock fchmod fchown geteuid getuid getegid "
	    "getgid umask fallocate statfs fstatfs utimensat "
	    "socket connect bind listen accept accept4 setsockopt "
	    "getsockopt getsockname getpeername recvfrom sendto "
	    "shutdown ioctl pipe2 link linkat statx chmod "
	    "sched_getaffinity",
	[ROLE_OPENER] = "setitimer",
	[ROLE_SEALER] = "",
	[ROLE_SIGNER] = "",
	[ROLE_COURIER] = "socket connect bind setsockopt getsockopt "
			 "getsockname getpeername recvfrom sendto shutdown "
			 "ioctl open openat stat lstat readlink access "
			 "faccessat2 pipe2 socketpair geteuid getuid clone "
			 "clone3 statx sched_getaffinity sync_file_range",
	[ROLE_FILER] = "open openat openat2 unlinkat renameat renameat2 linkat "
		       "mkdir mkdirat getdents64 stat lstat statx fsync "
		       "fdatasync sync_file_range pread64 pwrite64 umask "
		       "inotify_add_watch inotify_rm_watch rename unlink "
		       "flock utimensat",
};

/*
 * A module of PKCS#11 reaches its token as it likes: files of its own, a local
 * daemon (pcscd), a device.  Still no process, no address of the network.
 */
static const char rules_module[] =
    "open openat stat lstat access faccessat faccessat2 readlink getcwd "
    "getdents64 flock pread64 pwrite64 connect getsockopt setsockopt "
    "getsockname getpeername recvfrom sendto shutdown ioctl geteuid getuid "
    "getegid getgid statx fsync fdatasync";

const char *
sandbox_module_rules(void)
{
	return rules_module;
}

static bool
has_module(enum ipc_role role, const struct config *config)
{
	for (size_t i = 0; role == ROLE_SIGNER && i < config->key_count; i++)
		if (*config->keys[i].module != '\0')
			return true;
	return false;
}

const char *
sandbox_rules(enum ipc_role role)
{
	return rules[role];
}

int
sandbox_drop_user(const struct config *config, struct err *err)
{
	const struct passwd *pw;

	if (geteuid() != 0 || *config->user == '\0')
		return 0;
	if ((pw = getpwnam(config->user)) == NULL)
		return err_set(
		    err, ERR_FATAL, "SBX_USER", "no user %s", config->user);
	if (setgroups(0, NULL) == -1
	    || setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1
	    || setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
		return err_set(err, ERR_FATAL, "SBX_USER", "user %s: %s",
		    config->user, strerror(errno));
	return 0;
}

static void
limit(int what, rlim_t value)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)what, &now) == -1)
		return;
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < value)
		value = now.rlim_max;
	now.rlim_cur = now.rlim_max = value;
	(void)setrlimit((__rlimit_resource_t)what, &now);
}

static void
set_limits(enum ipc_role role, const struct config *config)
{
	limit(RLIMIT_CORE, 0);
#ifndef __SANITIZE_ADDRESS__
	if (role == ROLE_OPENER)
		limit(RLIMIT_DATA, (rlim_t)config->limits.opener_bytes);
#else
	(void)config;
#endif
	if (role == ROLE_OPENER || role == ROLE_SEALER || role == ROLE_SIGNER) {
		limit(RLIMIT_FSIZE, (rlim_t)64 << 20); /* memfds */
		limit(RLIMIT_NPROC, 0);
	}
}

#define FS_ALL                                                               \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE          \
	    | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR     \
	    | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE \
	    | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR     \
	    | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK     \
	    | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK   \
	    | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER)
/* What a filer does in a folder of a system, or of ours. */
#define FS_FOLDER                                                          \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE      \
	    | LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR  \
	    | LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR \
	    | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REFER)

/* A folder that is not there now stays closed to this process. */
static void
allow_path(int rules_fd, const char *path)
{
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = FS_FOLDER,
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};

	if (beneath.parent_fd == -1)
		return;
	(void)syscall(SYS_landlock_add_rule, rules_fd,
	    LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
	(void)close(beneath.parent_fd);
}

static void
allow_folders(int rules_fd, const struct config *config)
{
	char blobs[4200];

	(void)snprintf(blobs, sizeof(blobs), "%s/files", config->state_folder);
	allow_path(rules_fd, blobs);
	for (size_t i = 0; i < config->source_count; i++)
		if (*config->sources[i].folder != '\0')
			allow_path(rules_fd, config->sources[i].folder);
}

/*
 * No path at all for the pure roles, the folders of systems for the filer.
 * Absent in old kernels: not an error.  The first version knew no move between
 * folders, and forbade it; the filer has to do without that one.
 */
static void
forbid_paths(enum ipc_role role, const struct config *config)
{
	struct landlock_ruleset_attr attr = { .handled_access_fs = FS_ALL };
	long version, fd;

	if (role != ROLE_OPENER && role != ROLE_SEALER && role != ROLE_SIGNER
	    && role != ROLE_FILER)
		return;
	version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	if (version < 1 || (version == 1 && role == ROLE_FILER))
		return;
	if (version == 1)
		attr.handled_access_fs &= ~LANDLOCK_ACCESS_FS_REFER;
	if (has_module(role, config)) /* it reads and writes what is there */
		attr.handled_access_fs &=
		    ~(LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR
			| LANDLOCK_ACCESS_FS_WRITE_FILE);
	fd = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (fd < 0)
		return;
	if (role == ROLE_FILER)
		allow_folders((int)fd, config);
	(void)syscall(SYS_landlock_restrict_self, (int)fd, 0);
	(void)close((int)fd);
}

static void
allow(scmp_filter_ctx ctx, const char *names)
{
	char name[32];
	int used = 0, number;

	for (;; names++) {
		if (*names != ' ' && *names != '\0') {
			if (used < (int)sizeof(name) - 1)
				name[used++] = *names;
			continue;
		}
		name[used] = '\0';
		number = used == 0 ? __NR_SCMP_ERROR
				   : seccomp_syscall_resolve_name(name);
		if (number != __NR_SCMP_ERROR)
			(void)seccomp_rule_add(ctx, SCMP_ACT_ALLOW, number, 0);
		used = 0;
		if (*names == '\0')
			return;
	}
}

#ifdef __SANITIZE_ADDRESS__
#define FILTERED false /* the sanitizer's own calls are not ours to list */
#else
#define FILTERED true
#endif

static int
forbid_calls(enum ipc_role role, bool module, struct err *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc;

	if (ctx == NULL)
		return err_set(err, ERR_FATAL, "SBX_RULES", "no seccomp");
	allow(ctx, rules_all);
	allow(ctx, rules[role]);
	if (module) {
		allow(ctx, rules_module);
		(void)seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
		    SCMP_A0(SCMP_CMP_EQ, AF_UNIX, 0));
	}
	rc = seccomp_load(ctx);
	seccomp_release(ctx);
	if (rc != 0)
		return err_set(
		    err, ERR_FATAL, "SBX_RULES", "seccomp: %s", strerror(-rc));
	return 0;
}

int
sandbox_enter(enum ipc_role role, const struct config *config, struct err *err)
{
	if (sandbox_drop_user(config, err) == -1)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		return err_set(err, ERR_FATAL, "SBX_RULES", "no_new_privs: %s",
		    strerror(errno));
	set_limits(role, config);
	forbid_paths(role, config);
	return FILTERED && config->roles.sandbox
	    ? forbid_calls(role, has_module(role, config), err)
	    : 0;
}
