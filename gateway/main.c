/*
 * gateway/main.c - kontingentd(8): options, and nothing else.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "gateway/config.h"
#include "gateway/control.h"
#include "gateway/keys.h"
#include "gateway/role_parent.h"
#include "gateway/store_setup.h"
#include "store/store.h"

#define CONF_PATH KONTINGENT_SYSCONFDIR "/kontingentd.conf"

enum task { TASK_SERVE, TASK_CHECK, TASK_EXPLAIN, TASK_ASK, TASK_SOCKET };

static int
usage(FILE *out, int status)
{
	(void)fputs(
	    "usage: kontingentd [-c FILE]        serve, in the "
	    "foreground\n"
	    "       kontingentd [-c FILE] -n     check the settings\n"
	    "       kontingentd -T [PREFIX]      explain the settings\n"
	    "       kontingentd [-c FILE] --ask WORD...\n"
	    "                                    read the database of "
	    "a stopped daemon\n"
	    "       kontingentd [-c FILE] -S     where the control socket "
	    "is\n"
	    "       kontingentd -V               version\n",
	    out);
	return status;
}

static int
complain(const struct err *err)
{
	(void)fprintf(stderr, "kontingentd: %s: %s\n", err->code, err->text);
	return 3;
}

static int
ask(const struct config *config, char **words, int count)
{
	struct store *store;
	struct buf out;
	struct err err;
	int status;

	if (store_setup(config, &store, &err) == -1)
		return complain(&err);
	buf_init(&out, 0);
	status = control_do(store, config, (const char *const *)words,
	    (size_t)count, false, &out);
	(void)fwrite(buf_text(&out), 1, out.bytes,
	    status == 2 || status == 3 ? stderr : stdout);
	buf_release(&out);
	store_close(store);
	return status;
}

static int
run(enum task task, const char *path, char **words, int count)
{
	struct config *config;
	struct err err;
	int status = 0;
	bool json = false;

	if (task == TASK_EXPLAIN) {
		if (count > 0 && strcmp(words[0], "--json") == 0) {
			json = true;
			words++;
			count--;
		}
		return config_explain(stdout, count == 0 ? "" : words[0], json)
			== 0
		    ? 1
		    : 0;
	}
	if (config_load(path, &config, &err) == -1)
		return complain(&err);
	if (task == TASK_SERVE)
		return role_parent(config);
	if (task == TASK_ASK)
		status = ask(config, words, count);
	else if (task == TASK_SOCKET)
		(void)printf("%s\n", config->control.socket);
	else if (keys_check(config, &err) == -1)
		status = complain(&err);
	else
		(void)printf("%s: настройки верны\n", path);
	config_free(config);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "ask", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	const char *path = CONF_PATH;
	enum task task = TASK_SERVE;
	int c;

	while ((c = getopt_long(argc, argv, "+c:nSTVh", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			path = optarg;
			break;
		case 'n':
			task = TASK_CHECK;
			break;
		case 'S':
			task = TASK_SOCKET;
			break;
		case 'T':
			task = TASK_EXPLAIN;
			break;
		case 'a':
			task = TASK_ASK;
			break;
		case 'V':
			(void)puts("kontingentd " KONTINGENT_VERSION);
			return 0;
		case 'h':
			return usage(stdout, 0);
		default:
			return usage(stderr, 2);
		}
	}
	if (task == TASK_SERVE && optind != argc)
		return usage(stderr, 2);
	return run(task, path, argv + optind, argc - optind);
}
