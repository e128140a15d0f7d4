#include "gateway/control.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "gateway/config.h"
#include "gateway/control_words.h"
#include "gateway/desk.h"
#include "gateway/loop.h"
#include "store/store.h"

#define WORDS_MAX      512
#define LINE_MAX_BYTES 65536

struct control {
	struct desk *desk;
	struct evconnlistener *listener;
};

/* The words without "--json", which sets *ret_json. */
static size_t
strip(const char *const *words, size_t count, const char **ret, bool *ret_json)
{
	size_t kept = 0;

	*ret_json = false;
	for (size_t i = 0; i < count && i < WORDS_MAX; i++) {
		if (strcmp(words[i], "--json") == 0)
			*ret_json = true;
		else
			ret[kept++] = words[i];
	}
	return kept;
}

static bool
matches(const struct control_command *command, const char *const *words,
    size_t count)
{
	if (count == 0 || strcmp(words[0], command->first) != 0)
		return false;
	if (*command->second == '\0')
		return true;
	return count > 1 && strcmp(words[1], command->second) == 0;
}

static void
usage(struct buf *out)
{
	const struct control_command *command;

	for (size_t i = 0; (command = control_command_at(i)) != NULL; i++)
		buf_addf(out, "%s%s%s%s%s\n", command->first,
		    *command->second == '\0' ? "" : " ", command->second,
		    *command->rest == '\0' ? "" : " ", command->rest);
}

static int
run(const struct control_command *command, struct control_ask *ask)
{
	struct err err;
	int status;

	ask->arena = arena_new();
	ask->tx = store_begin(ask->store);
	status = command->run(ask);
	if (!command->writes) {
		if (store_error(ask->tx)->kind != ERR_NONE) {
			buf_addf(ask->out, "%s\n", store_error(ask->tx)->text);
			status = 3;
		}
		store_rollback(ask->tx);
	} else if (store_commit(ask->tx, &err) == -1) {
		buf_addf(ask->out, "%s: %s\n", err.code, err.text);
		status = 3;
	}
	arena_free(ask->arena);
	return status;
}

int
control_do(struct store *store, const struct config *config,
    const char *const *words, size_t count, bool writing, struct buf *out)
{
	const char *kept[WORDS_MAX];
	struct control_ask ask = {
		.store = store, .config = config, .out = out
	};
	const struct control_command *command;
	size_t skip;

	count = strip(words, count, kept, &ask.json);
	for (size_t i = 0; (command = control_command_at(i)) != NULL; i++) {
		if (!matches(command, kept, count))
			continue;
		if (command->writes && !writing) {
			buf_adds(out,
			    "команда меняет данные: запустите "
			    "kontingentd\n");
			return 3;
		}
		if (command->live != NULL) {
			buf_adds(out,
			    "команда спрашивает СМЭВ: запустите "
			    "kontingentd\n");
			return 3;
		}
		skip = *command->second == '\0' ? 1 : 2;
		ask.words = kept + skip;
		ask.count = count - skip;
		if (*command->rest != '\0' && *command->rest != '['
		    && ask.count == 0)
			break;
		return run(command, &ask);
	}
	usage(out);
	return 2;
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)what;
	(void)arg;
	bufferevent_free(bev);
}

static void
on_written(struct bufferevent *bev, void *arg)
{
	(void)arg;
	bufferevent_free(bev);
}

static void
answer(struct bufferevent *bev, int status, const struct buf *out)
{
	(void)evbuffer_add_printf(
	    bufferevent_get_output(bev), "status %d\n", status);
	(void)bufferevent_write(bev, buf_text(out), out->bytes);
}

static void
on_later_gone(struct bufferevent *bev, short what, void *arg)
{
	struct control_later *later = arg;

	(void)what;
	later->peer = NULL;
	bufferevent_free(bev);
}

void
control_later_done(struct control_later *later, int status)
{
	if (later->peer != NULL) {
		answer(later->peer, status, later->out);
		bufferevent_setcb(
		    later->peer, NULL, on_written, on_event, NULL);
	}
	buf_release(later->out);
	free(later->out);
	free(later);
}

/* Whether words are a command that answers later; then it does. */
static bool
do_later(struct control *control, struct bufferevent *bev,
    const char *const *words, size_t count)
{
	const char *kept[WORDS_MAX];
	const struct control_command *command;
	struct control_later *later;
	bool json;

	count = strip(words, count, kept, &json);
	for (size_t i = 0; (command = control_command_at(i)) != NULL; i++)
		if (command->live != NULL && matches(command, kept, count))
			break;
	if (command == NULL)
		return false;
	later = xcalloc(1, sizeof(*later));
	later->desk = control->desk;
	later->json = json;
	later->out = xcalloc(1, sizeof(*later->out));
	buf_init(later->out, 0);
	later->peer = bev;
	bufferevent_setcb(bev, NULL, NULL, on_later_gone, later);
	command->live(later);
	return true;
}

/* One line, a JSON array of texts, is one command. */
static void
do_line(struct control *control, struct bufferevent *bev, const char *line)
{
	json_t *list = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const char *words[WORDS_MAX];
	size_t count = json_array_size(list);
	struct buf out;
	int status = 2;

	for (size_t i = 0; i < count && i < WORDS_MAX; i++) {
		words[i] = json_string_value(json_array_get(list, i));
		if (words[i] == NULL)
			count = 0;
	}
	buf_init(&out, 0);
	if (count == 0 || count > WORDS_MAX)
		buf_adds(&out, "непонятная команда\n");
	else if (do_later(control, bev, words, count))
		goto out;
	else
		status = control_do(control->desk->store, control->desk->config,
		    words, count, true, &out);
	bufferevent_setcb(bev, NULL, on_written, on_event, control);
	answer(bev, status, &out);
out:
	buf_release(&out);
	json_decref(list);
}

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t bytes;
	char *line;

	line = evbuffer_readln(in, &bytes, EVBUFFER_EOL_LF);
	if (line == NULL) {
		if (evbuffer_get_length(in) > LINE_MAX_BYTES)
			bufferevent_free(bev);
		return;
	}
	do_line(arg, bev, line);
	free(line);
}

static void
on_accept(struct evconnlistener *listener, evutil_socket_t fd,
    struct sockaddr *address, int room, void *arg)
{
	struct bufferevent *bev = bufferevent_socket_new(
	    evconnlistener_get_base(listener), fd, BEV_OPT_CLOSE_ON_FREE);
	struct timeval wait = { .tv_sec = 30 };

	(void)address;
	(void)room;
	bufferevent_setcb(bev, on_read, NULL, on_event, arg);
	(void)bufferevent_set_timeouts(bev, &wait, &wait);
	(void)bufferevent_enable(bev, EV_READ | EV_WRITE);
}

int
control_open(struct desk *desk, struct control **ret, struct err *err)
{
	const char *path = desk->config->control.socket;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct control *control;
	mode_t old;
	int fd;

	if (*path == '\0' || strlen(path) >= sizeof(address.sun_path))
		return err_set(err, ERR_FATAL, "CTL_SOCKET",
		    "control.socket: no such path can be used: %s", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	(void)unlink(path);
	old = umask(0117);
	if (fd == -1
	    || bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1
	    || listen(fd, 16) == -1) {
		(void)umask(old);
		if (fd != -1)
			(void)close(fd);
		return err_set(err, ERR_FATAL, "CTL_SOCKET", "%s: %s", path,
		    strerror(errno));
	}
	(void)umask(old);
	control = xcalloc(1, sizeof(*control));
	control->desk = desk;
	control->listener = evconnlistener_new(loop_base(desk->loop), on_accept,
	    control, LEV_OPT_CLOSE_ON_FREE, -1, fd);
	*ret = control;
	return 0;
}
