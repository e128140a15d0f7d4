#include "gateway/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/wire.h"

#define MEMBERS_MAX  96
#define PAIRS_MAX    16
#define TICK_MS      200
#define PING_MS      1000
#define PAUSE_MAX_MS 5000
#define SETTLED_MS   10000 /* alive that long: the next death is a first one */
#define STOP_MS      10000 /* a stopping role gets that long */

/*
 * One process:  GONE -> (start_at_ms) -> STARTING -> READY -> STOPPING -> GONE.
 */
enum member_state { GONE, STARTING, READY, STOPPING };

struct member {
	struct supervisor *sup;
	enum ipc_role role;
	int index;
	enum member_state state;
	pid_t pid;
	struct ipc_peer *control;
	int64_t started_ms, start_at_ms, pause_ms;
	int64_t ping_ms; /* sent and not answered since; 0: none */
	int64_t pinged_ms; /* last sent */
	int64_t stop_by_ms;
};

struct supervisor {
	struct event_base *base;
	struct event *tick;
	supervise_child *child;
	void *arg;
	int64_t watchdog_ms;
	struct member members[MEMBERS_MAX];
	size_t member_count;
	struct {
		enum ipc_role a, b;
	} pairs[PAIRS_MAX];
	size_t pair_count;
	size_t replacing; /* 1 + next member to replace; 0 none */
	int stopping; /* 0 no, 1 doors, 2 store, 3 rest */
};

static void start_member(struct member *m);

static bool
alive(const struct member *m)
{
	return m->state == STARTING || m->state == READY;
}

/* Give two processes a socket between them. */
static void
connect_pair(struct member *a, struct member *b)
{
	struct member *ends[2] = { a, b };
	struct buf body;
	int fds[2];

	if (socketpair(
		AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds)
	    == -1) {
		log_event(LOG_LEVEL_ERROR, "event=pair result=failed errno=%d",
		    errno);
		return;
	}
	for (int i = 0; i < 2; i++) {
		buf_init(&body, 0);
		wire_put_int(&body, ends[1 - i]->role);
		wire_put_int(&body, ends[1 - i]->index);
		(void)ipc_send_fd(ends[i]->control, IPC_PEER, 0, body.data,
		    body.bytes, fds[i]);
		buf_release(&body);
		(void)close(fds[i]);
	}
}

static void
connect_member(struct member *m)
{
	struct supervisor *sup = m->sup;

	for (size_t p = 0; p < sup->pair_count; p++) {
		for (size_t i = 0; i < sup->member_count; i++) {
			struct member *other = &sup->members[i];

			if (other == m || !alive(other))
				continue;
			if ((sup->pairs[p].a == m->role
				&& sup->pairs[p].b == other->role)
			    || (sup->pairs[p].b == m->role
				&& sup->pairs[p].a == other->role))
				connect_pair(m, other);
		}
	}
}

static void
on_control(struct ipc_peer *peer, const struct ipc_message *msg, void *arg)
{
	struct member *m = arg;

	(void)peer;
	if (msg->fd != -1)
		(void)close(msg->fd);
	if (msg->type == IPC_PONG)
		m->ping_ms = 0;
	if (msg->type == IPC_READY && m->state == STARTING) {
		m->state = READY;
		log_event(LOG_LEVEL_INFO, "event=ready role=%s index=%d pid=%d",
		    role_name(m->role), m->index, (int)m->pid);
	}
}

static void
on_control_gone(struct ipc_peer *peer, void *arg)
{
	struct member *m = arg;

	(void)peer;
	m->control = NULL; /* waitpid(2) says the rest */
	if (alive(m))
		(void)kill(m->pid, SIGKILL);
}

static void
start_member(struct member *m)
{
	struct role_start start = { .role = m->role, .index = m->index };
	pid_t parent = getpid();
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1) {
		m->start_at_ms = clock_mono_ms() + PAUSE_MAX_MS;
		return;
	}
	m->pid = fork();
	if (m->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		(void)close(fds[0]);
		start.control_fd = fds[1];
		_exit(m->sup->child(&start, m->sup->arg));
	}
	(void)close(fds[1]);
	if (m->pid == -1) {
		(void)close(fds[0]);
		m->start_at_ms = clock_mono_ms() + PAUSE_MAX_MS;
		return;
	}
	m->state = STARTING;
	m->started_ms = clock_mono_ms();
	m->ping_ms = 0;
	m->control = ipc_peer_new(m->sup->base, fds[0], m->role, m->index, 1024,
	    on_control, on_control_gone, m);
	connect_member(m);
}

static void
stop_member(struct member *m)
{
	if (!alive(m))
		return;
	m->state = STOPPING;
	m->stop_by_ms = clock_mono_ms() + STOP_MS;
	if (m->control == NULL || !ipc_send(m->control, IPC_STOP, 0, NULL, 0))
		(void)kill(m->pid, SIGKILL);
}

/* What brings the store new work. */
static bool
is_door(const struct member *m)
{
	return m->role == ROLE_FRONT || m->role == ROLE_COURIER
	    || m->role == ROLE_FILER;
}

static bool
all_gone(const struct supervisor *sup, bool doors_only, bool rest_too)
{
	for (size_t i = 0; i < sup->member_count; i++) {
		const struct member *m = &sup->members[i];
		bool door = is_door(m);

		if (m->state == GONE || (doors_only && !door)
		    || (!doors_only && !rest_too && !door
			&& m->role != ROLE_STORE))
			continue;
		return false;
	}
	return true;
}

/* Doors first, so that nobody asks a store that is leaving. */
static void
stop_some(struct supervisor *sup)
{
	if (sup->stopping == 1 && all_gone(sup, true, false))
		sup->stopping = 2;
	if (sup->stopping == 2 && all_gone(sup, false, false))
		sup->stopping = 3;
	for (size_t i = 0; i < sup->member_count; i++) {
		struct member *m = &sup->members[i];

		if (sup->stopping == 3 || is_door(m)
		    || (sup->stopping == 2 && m->role == ROLE_STORE))
			stop_member(m);
	}
	if (sup->stopping == 3 && all_gone(sup, false, true))
		(void)event_base_loopbreak(sup->base);
}

/* One role at a time: the next when the last one serves again. */
static void
replace_next(struct supervisor *sup)
{
	if (!supervisor_ready(sup))
		return;
	if (sup->replacing > sup->member_count) {
		sup->replacing = 0;
		log_event(LOG_LEVEL_INFO, "event=reload result=done");
		return;
	}
	stop_member(&sup->members[sup->replacing++ - 1]);
}

static void
watch_member(struct member *m, int64_t now)
{
	if (m->state == GONE && m->sup->stopping == 0 && now >= m->start_at_ms)
		start_member(m);
	if (m->state == STOPPING && now > m->stop_by_ms)
		(void)kill(m->pid, SIGKILL);
	if (!alive(m) || m->control == NULL)
		return;
	if (m->ping_ms != 0 && now - m->ping_ms > m->sup->watchdog_ms) {
		log_event(LOG_LEVEL_ERROR,
		    "event=hang role=%s index=%d pid=%d result=killed",
		    role_name(m->role), m->index, (int)m->pid);
		m->ping_ms = 0;
		(void)kill(m->pid, SIGKILL);
	} else if (now - m->pinged_ms >= PING_MS) {
		m->pinged_ms = now;
		if (m->ping_ms == 0)
			m->ping_ms = now;
		(void)ipc_send(m->control, IPC_PING, 0, NULL, 0);
	}
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct supervisor *sup = arg;
	int64_t now = clock_mono_ms();

	(void)fd;
	(void)what;
	for (size_t i = 0; i < sup->member_count; i++)
		watch_member(&sup->members[i], now);
	if (sup->stopping != 0)
		stop_some(sup);
	else if (sup->replacing != 0)
		replace_next(sup);
}

struct supervisor *
supervisor_new(
    struct event_base *base, int watchdog_ms, supervise_child *child, void *arg)
{
	struct timeval tick = { .tv_usec = TICK_MS * 1000 };
	struct supervisor *sup = xcalloc(1, sizeof(*sup));

	sup->base = base;
	sup->watchdog_ms = watchdog_ms;
	sup->child = child;
	sup->arg = arg;
	sup->tick = event_new(base, -1, EV_PERSIST, on_tick, sup);
	(void)event_add(sup->tick, &tick);
	return sup;
}

void
supervisor_want(struct supervisor *sup, enum ipc_role role, int count)
{
	for (int i = 0; i < count && sup->member_count < MEMBERS_MAX; i++)
		sup->members[sup->member_count++] =
		    (struct member){ .sup = sup, .role = role, .index = i };
}

void
supervisor_pair(struct supervisor *sup, enum ipc_role a, enum ipc_role b)
{
	sup->pairs[sup->pair_count].a = a;
	sup->pairs[sup->pair_count++].b = b;
}

void
supervisor_start(struct supervisor *sup)
{
	for (size_t i = 0; i < sup->member_count; i++)
		start_member(&sup->members[i]);
}

static void
member_died(struct member *m, int status)
{
	int64_t now = clock_mono_ms();
	bool asked = m->state == STOPPING;

	if (m->control != NULL)
		ipc_peer_free(m->control);
	m->control = NULL;
	m->state = GONE;
	if (asked || now - m->started_ms > SETTLED_MS)
		m->pause_ms = 0;
	m->start_at_ms = now + m->pause_ms;
	m->pause_ms = m->pause_ms == 0 ? 100 : m->pause_ms * 2;
	if (m->pause_ms > PAUSE_MAX_MS)
		m->pause_ms = PAUSE_MAX_MS;
	log_event(asked ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
	    "event=%s role=%s index=%d pid=%d signal=%d status=%d",
	    asked ? "stopped" : "died", role_name(m->role), m->index,
	    (int)m->pid, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 0);
}

void
supervisor_reap(struct supervisor *sup)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < sup->member_count; i++)
			if (sup->members[i].pid == pid
			    && sup->members[i].state != GONE)
				member_died(&sup->members[i], status);
	on_tick(-1, 0, sup);
}

void
supervisor_replace(struct supervisor *sup)
{
	sup->replacing = 1;
}

void
supervisor_stop(struct supervisor *sup)
{
	if (sup->stopping == 0)
		sup->stopping = 1;
	stop_some(sup);
}

bool
supervisor_ready(const struct supervisor *sup)
{
	for (size_t i = 0; i < sup->member_count; i++)
		if (sup->members[i].state != READY)
			return false;
	return true;
}
