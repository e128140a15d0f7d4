/*
 * gateway/role_parent.c - the map: which roles there are, and which pairs of
 * them have a socket.
 *
 *	front ---- store ---- opener x N
 *	          / | \ 
 *	     filer  |  sealer x N ---- signer
 *	         courier
 *
 * It holds the listening sockets and the pids, and touches no packet.
 */
#include "gateway/role_parent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/err.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/keys.h"
#include "gateway/listen.h"
#include "gateway/metrics.h"
#include "gateway/role.h"
#include "gateway/supervise.h"

struct parent {
	struct event_base *base;
	struct config *config;
	struct supervisor *sup;
	struct event *signals;
	int signal_fd;
	int listen_fds[LISTEN_MAX];
	int listen_count;
	bool announced;
	int metrics_fd;
};

/* One page a process; a replaced one goes on in the page of the one before. */
static size_t
metrics_page(const struct config *config, enum ipc_role role, int index)
{
	switch (role) {
	case ROLE_OPENER:
		return (size_t)ROLE_COUNT + (size_t)index;
	case ROLE_SEALER:
		return (size_t)ROLE_COUNT + (size_t)config->roles.openers
		    + (size_t)index;
	default:
		return (size_t)role;
	}
}

static const struct {
	enum ipc_role a, b;
} pairs[] = {
	{ ROLE_FRONT, ROLE_STORE },
	{ ROLE_OPENER, ROLE_STORE },
	{ ROLE_SEALER, ROLE_STORE },
	{ ROLE_SEALER, ROLE_SIGNER },
	{ ROLE_COURIER, ROLE_STORE },
	{ ROLE_FILER, ROLE_STORE },
};

static int (*const runs[ROLE_COUNT])(const struct role_start *start) = {
	[ROLE_FRONT] = role_front,
	[ROLE_STORE] = role_store,
	[ROLE_OPENER] = role_opener,
	[ROLE_SEALER] = role_sealer,
	[ROLE_SIGNER] = role_signer,
	[ROLE_COURIER] = role_courier,
	[ROLE_FILER] = role_filer,
};

static enum log_level
level_of(const struct config *config)
{
	const char *level = config->log.level;

	return strcmp(level, "error") == 0 ? LOG_LEVEL_ERROR
	    : strcmp(level, "warn") == 0   ? LOG_LEVEL_WARN
	    : strcmp(level, "debug") == 0  ? LOG_LEVEL_DEBUG
					   : LOG_LEVEL_INFO;
}

/* Close all that a role was not given: other roles' sockets above all. */
static void
close_others(const struct role_start *start)
{
	long last = sysconf(_SC_OPEN_MAX);

	if (last > 4096)
		last = 4096;
	for (int fd = 3; fd < last; fd++) {
		bool keep = fd == start->control_fd || fd == start->metrics_fd;

		for (int i = 0; i < start->listen_count; i++)
			keep |= fd == start->listen_fds[i];
		if (!keep)
			(void)close(fd);
	}
}

static void
plain_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	/* The terminal's ^C goes to all; parent says when to stop. */
	(void)sigaction(SIGINT, &ignore, NULL);
	(void)sigaction(SIGTERM, &ignore, NULL);
	(void)sigaction(SIGHUP, &ignore, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int
child(const struct role_start *start, void *arg)
{
	struct parent *parent = arg;
	struct role_start mine = *start;
	char name[32];

	mine.config = parent->config;
	mine.metrics_fd = parent->metrics_fd;
	mine.metrics_page = metrics_page(parent->config, mine.role, mine.index);
	mine.metrics_pages = metrics_page(
	    parent->config, ROLE_SEALER, (int)parent->config->roles.sealers);
	if (mine.role == ROLE_FRONT) {
		mine.listen_fds = parent->listen_fds;
		mine.listen_count = parent->listen_count;
	}
	(void)umask(0077); /* what a role makes holds personal data */
	close_others(&mine);
	plain_signals();
	(void)snprintf(
	    name, sizeof(name), "%s-%d", role_name(mine.role), mine.index);
	log_open(name, level_of(parent->config));
	return runs[mine.role](&mine);
}

/*
 * Ask check in a process of its own: parent itself loads nothing of OpenSSL, so
 * each role starts it anew.
 */
static int
ask_child(const struct config *config, const char *event,
    int (*check)(const struct config *config, struct err *err))
{
	struct err err;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (check(config, &err) == 0)
			_exit(0);
		log_event(LOG_LEVEL_ERROR,
		    "event=%s result=%s code=%s why=\"%s\"", event,
		    strcmp(event, "reload") == 0 ? "refused" : "failed",
		    err.code, err.text);
		_exit(1);
	}
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

static int
known_answers(const struct config *config, struct err *err)
{
	if (gost_setup(config->openssl_conf, err) == -1
	    || dsig_setup(err) == -1)
		return -1;
	return gost_selftest(err);
}

static void
reload(struct parent *parent)
{
	struct config *fresh;
	struct err err;

	if (config_load(parent->config->path, &fresh, &err) == -1) {
		log_event(LOG_LEVEL_ERROR,
		    "event=reload result=refused code=%s why=\"%s\"", err.code,
		    err.text);
		return;
	}
	/* Roles that can't start with it would be no change, but an end. */
	if (ask_child(fresh, "reload", keys_check) == -1) {
		config_free(fresh);
		return;
	}
	config_free(parent->config);
	parent->config = fresh;
	log_event(LOG_LEVEL_INFO, "event=reload result=started");
	supervisor_replace(parent->sup);
}

static void
on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct parent *parent = arg;
	struct signalfd_siginfo info;

	(void)what;
	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			supervisor_reap(parent->sup);
		else if (info.ssi_signo == SIGHUP)
			reload(parent);
		else
			supervisor_stop(parent->sup);
	}
}

static void
watch_signals(struct parent *parent)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	parent->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	parent->signals = event_new(parent->base, parent->signal_fd,
	    EV_READ | EV_PERSIST, on_signal, parent);
	(void)event_add(parent->signals, NULL);
}

static void
on_announce(evutil_socket_t fd, short what, void *arg)
{
	struct parent *parent = arg;
	char name[128];

	(void)fd;
	(void)what;
	if (parent->announced || !supervisor_ready(parent->sup))
		return;
	parent->announced = true;
	for (int i = 0; i < parent->listen_count; i++) {
		listen_name(parent->listen_fds[i], name, sizeof(name));
		log_event(LOG_LEVEL_INFO, "event=serving listen=%s", name);
	}
}

static void
want_roles(struct parent *parent)
{
	const struct config *config = parent->config;
	bool smev = *config->smev.url != '\0';

	supervisor_want(parent->sup, ROLE_STORE, 1);
	supervisor_want(parent->sup, ROLE_OPENER, (int)config->roles.openers);
	if (smev) {
		supervisor_want(parent->sup, ROLE_SIGNER, 1);
		supervisor_want(
		    parent->sup, ROLE_SEALER, (int)config->roles.sealers);
		supervisor_want(parent->sup, ROLE_COURIER, 1);
		supervisor_want(parent->sup, ROLE_FILER, 1);
	}
	supervisor_want(parent->sup, ROLE_FRONT, 1);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		supervisor_pair(parent->sup, pairs[i].a, pairs[i].b);
}

int
role_parent(struct config *config)
{
	struct timeval announce = { .tv_usec = 50000 };
	struct parent *parent = xcalloc(1, sizeof(*parent));
	struct event *timer;
	struct err err;

	log_open("parent", level_of(config));
	parent->config = config;
	if (ask_child(config, "selftest", known_answers) == -1)
		return 1;
	if (listen_open(config, parent->listen_fds, &parent->listen_count, &err)
	    == -1) {
		log_event(LOG_LEVEL_ERROR,
		    "event=start result=failed code=%s why=\"%s\"", err.code,
		    err.text);
		return 1;
	}
	parent->base = event_base_new();
	parent->sup = supervisor_new(
	    parent->base, (int)config->roles.hang_ms, child, parent);
	want_roles(parent);
	parent->metrics_fd = metrics_create(
	    metrics_page(config, ROLE_SEALER, (int)config->roles.sealers));
	watch_signals(parent);
	timer = event_new(parent->base, -1, EV_PERSIST, on_announce, parent);
	(void)event_add(timer, &announce);
	/* From here on all processes count together. */
	(void)FAILPOINT("parent.start");
	supervisor_start(parent->sup);
	(void)event_base_dispatch(parent->base);
	log_event(LOG_LEVEL_INFO, "event=stopped");
	config_free(parent->config);
	return 0;
}
