/* What kontingentctl(8) promises, with a daemon that we play. */
#include "test/lib/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"

#define ROOM 100000

extern char **environ;

static char folder[] = "/tmp/test_ctl.XXXXXX";
static char conf[60], path[60], script[60];
static char out[ROOM], errors[ROOM];
static pid_t daemon_pid;

/*
 * The daemon: answers each line with itself, status 0; a line that holds
 * "nobody" with status 1, "broken" with status 3, "cut" with nothing.
 */
static void
serve(int fd)
{
	for (;;) {
		int peer = accept(fd, NULL, NULL);
		char line[70000];
		size_t bytes = 0;
		ssize_t n = 0;

		while (bytes < sizeof(line) - 1
		    && (n = recv(
			    peer, line + bytes, sizeof(line) - 1 - bytes, 0))
			> 0) {
			bytes += (size_t)n;
			if (line[bytes - 1] == '\n')
				break;
		}
		line[bytes] = '\0';
		if (strstr(line, "cut") == NULL)
			(void)dprintf(peer, "status %d\n%s",
			    strstr(line, "nobody") != NULL       ? 1
				: strstr(line, "broken") != NULL ? 3
								 : 0,
			    line);
		(void)close(peer);
	}
}

static void
start_daemon(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	daemon_pid = fork();
	if (daemon_pid == 0)
		serve(fd);
	(void)close(fd);
}

static void
stop_daemon(void)
{
	(void)kill(daemon_pid, SIGKILL);
	(void)waitpid(daemon_pid, NULL, 0);
	daemon_pid = 0;
}

static void
write_text(const char *name, const char *text)
{
	struct err err;

	assert_int_equal(file_write(name, text, strlen(text), &err), 0);
}

static int
set_up(void **state)
{
	char text[300];

	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	assert_non_null(mkdtemp(folder));
	(void)snprintf(conf, sizeof(conf), "%s/conf", folder);
	(void)snprintf(path, sizeof(path), "%s/control", folder);
	(void)snprintf(script, sizeof(script), "%s/daemon", folder);
	write_text(conf, "region = \"55\"\n");
	(void)snprintf(text, sizeof(text),
	    "#!/bin/sh\ncase \"$3\" in -S) echo %s; exit 0;; esac\n"
	    "echo \"daemon: $*\"\nexit 1\n",
	    path);
	write_text(script, text);
	assert_int_equal(chmod(script, 0755), 0);
	assert_int_equal(setenv("KONTINGENTD", script, 1), 0);
	start_daemon();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	if (daemon_pid != 0)
		stop_daemon();
	(void)unlink(conf);
	(void)unlink(path);
	(void)unlink(script);
	return rmdir(folder);
}

static void
read_file(const char *name, char *ret)
{
	FILE *in = fopen(name, "r");

	assert_non_null(in);
	ret[fread(ret, 1, ROOM - 1, in)] = '\0';
	(void)fclose(in);
	(void)unlink(name);
}

/* Run `kontingentctl -c conf words`, words parted by blanks, with input. */
static int
ctl(const char *words, const char *input)
{
	char copy[200], in_path[80], out_path[80], err_path[80], *next = NULL;
	char program[] = "./kontingentctl", option[] = "-c";
	char *argv[20] = { program, option, conf };
	posix_spawn_file_actions_t actions;
	int count = 3, status = 0;
	pid_t pid;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	for (char *word = strtok_r(copy, " ", &next); word != NULL;
	     word = strtok_r(NULL, " ", &next))
		argv[count++] = word;
	(void)snprintf(in_path, sizeof(in_path), "%s/in", folder);
	(void)snprintf(out_path, sizeof(out_path), "%s/out", folder);
	(void)snprintf(err_path, sizeof(err_path), "%s/err", folder);
	write_text(in_path, input);
	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(
	    &actions, 0, in_path, O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(
	    &actions, 1, out_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	(void)posix_spawn_file_actions_addopen(
	    &actions, 2, err_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(
	    posix_spawn(&pid, argv[0], &actions, NULL, argv, environ), 0);
	(void)posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)unlink(in_path);
	read_file(out_path, out);
	read_file(err_path, errors);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void
words_go_to_the_socket_the_settings_name(void **state)
{
	(void)state;
	assert_int_equal(ctl("status", ""), 0);
	assert_string_equal(out, "[\"status\"]\n");
	assert_int_equal(ctl("packet show a-1 a-2 --json", ""), 0);
	assert_string_equal(
	    out, "[\"packet\",\"show\",\"--json\",\"a-1\",\"a-2\"]\n");
	assert_int_equal(ctl("person find \"", ""), 0);
	assert_string_equal(out, "[\"person\",\"find\",\"\\\"\"]\n");
}

static void
exit_status_is_the_answers(void **state)
{
	(void)state;
	assert_int_equal(ctl("packet show nobody", ""), 1);
	assert_non_null(strstr(out, "nobody"));
	assert_int_equal(ctl("packet show broken", ""), 3);
	assert_string_equal(out, "");
	assert_non_null(strstr(errors, "broken"));
	assert_int_equal(ctl("packet show cut", ""), 3);
}

static void
what_is_no_command_is_usage(void **state)
{
	static const char *const bad[] = { "", "nonsense", "packet", "packet x",
		"packet show", "status more", "explain A B", "-x status" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(ctl(bad[i], ""), 2);
		assert_non_null(strstr(errors, "usage: kontingentctl"));
		assert_string_equal(out, "");
	}
	assert_int_equal(ctl("-h", ""), 0);
	assert_non_null(strstr(out, "packet retry ID..."));
}

static void
ids_are_read_from_standard_input(void **state)
{
	char many[5000] = "";
	size_t bytes = 0;

	(void)state;
	assert_int_equal(ctl("packet retry -", "1 2\n3\r\n\n"), 0);
	assert_string_equal(out, "[\"packet\",\"retry\",\"1\",\"2\",\"3\"]\n");
	assert_int_equal(ctl("packet retry -", "\n"), 0);
	assert_string_equal(out, "");
	for (int i = 0; i < 450; i++) /* in lines of 200 */
		bytes += (size_t)snprintf(
		    many + bytes, sizeof(many) - bytes, "%d\n", 1000 + i);
	assert_int_equal(ctl("packet retry -", many), 0);
	assert_non_null(strstr(out,
	    "\"1199\"]\n[\"packet\",\"retry\","
	    "\"1200\""));
	assert_non_null(strstr(out, "\"1449\"]\n"));
}

static void
codes_are_explained_without_the_daemon(void **state)
{
	(void)state;
	assert_int_equal(ctl("explain PKT_SIZE", ""), 0);
	assert_non_null(strstr(out, "PKT_SIZE: Пакет слишком велик\n"));
	assert_int_equal(ctl("explain PKT_SIZE --json", ""), 0);
	assert_non_null(strstr(out, "{\"code\":\"PKT_SIZE\""));
	assert_int_equal(ctl("explain NO_SUCH_CODE", ""), 1);
	assert_int_equal(ctl("explain", ""), 0);
	assert_non_null(strstr(out, "\nPKT_SIZE "));
}

static void
settings_are_the_daemons_business(void **state)
{
	char wanted[100];

	(void)state;
	assert_int_equal(ctl("config check", ""), 1);
	(void)snprintf(wanted, sizeof(wanted), "daemon: -c %s -n\n", conf);
	assert_string_equal(out, wanted);
	assert_int_equal(ctl("config explain http. --json", ""), 1);
	assert_string_equal(out, "daemon: -T -- --json http.\n");
}

/* The last test: the daemon is gone after it. */
static void
stopped_daemon_is_read_and_not_changed(void **state)
{
	char wanted[200];

	(void)state;
	stop_daemon();
	assert_int_equal(ctl("packet show 7 --json", ""), 1);
	(void)snprintf(wanted, sizeof(wanted),
	    "daemon: -c %s --ask -- packet show --json 7\n", conf);
	assert_string_equal(out, wanted);
	assert_int_equal(ctl("packet cancel 7", ""), 3);
	assert_string_equal(out, "");
	assert_int_equal(setenv("KONTINGENTD", "/nowhere/kontingentd", 1), 0);
	assert_int_equal(ctl("status", ""), 3);
	assert_int_equal(ctl("config check", ""), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_go_to_the_socket_the_settings_name),
		cmocka_unit_test(exit_status_is_the_answers),
		cmocka_unit_test(what_is_no_command_is_usage),
		cmocka_unit_test(ids_are_read_from_standard_input),
		cmocka_unit_test(codes_are_explained_without_the_daemon),
		cmocka_unit_test(settings_are_the_daemons_business),
		cmocka_unit_test(stopped_daemon_is_read_and_not_changed),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
