/* The promises of gateway/filer/folder.h, one test each. */
#include "test/lib/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "gateway/filer/folder.h"

struct fixture {
	char path[64];
	struct folder folder;
	int dir; /* its in/ */
	struct err err;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	(void)snprintf(f->path, sizeof(f->path), "/tmp/test_folder.XXXXXX");
	assert_non_null(mkdtemp(f->path));
	f->folder = (struct folder){ .path = f->path, .fd = -1 };
	assert_int_equal(folder_enter(&f->folder, &f->err), 0);
	f->dir = folder_sub(f->folder.fd, FOLDER_IN, true, &f->err);
	assert_true(f->dir >= 0);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];

	(void)close(f->dir);
	folder_leave(&f->folder);
	(void)snprintf(command, sizeof(command), "rm -rf %s", f->path);
	assert_true(str_begins(f->path, "/tmp/test_folder."));
	free(f);
	return (system)(command) == 0 ? 0 : -1;
}

static void
write_at(int dir, const char *name, const char *text)
{
	int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
}

static const char *
text_at(int dir, const char *name)
{
	static char room[64];
	int fd = openat(dir, name, O_RDONLY);
	ssize_t n;

	if (fd == -1)
		return "(none)";
	n = read(fd, room, sizeof(room) - 1);
	(void)close(fd);
	room[n > 0 ? n : 0] = '\0';
	return room;
}

static int
put(struct fixture *f, const char *name, const char *text)
{
	return folder_put(f->dir, ".tmp", name, text, strlen(text), &f->err);
}

/* The code with which path is refused, or "". */
static const char *
refused(struct fixture *f, const char *path)
{
	struct stat st;
	int fd = folder_open(f->folder.fd, path, &st, &f->err);

	if (fd != -1)
		(void)close(fd);
	return fd == -1 ? f->err.code : "";
}

static void
file_appears_whole_and_nothing_else_stays(void **state)
{
	struct fixture *f = *state;

	write_at(f->dir, ".tmp", "of a process that died");
	assert_int_equal(put(f, "a.xml", "one"), 0);
	assert_string_equal(text_at(f->dir, "a.xml"), "one");
	assert_string_equal(text_at(f->dir, ".tmp"), "(none)");
}

static void
same_bytes_are_the_same_file_and_others_get_a_number(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(put(f, "a.xml", "one"), 0);
	assert_int_equal(put(f, "a.xml", "one"), 0);
	assert_string_equal(text_at(f->dir, "a~2.xml"), "(none)");
	assert_int_equal(put(f, "a.xml", "two"), 0);
	assert_string_equal(text_at(f->dir, "a.xml"), "one");
	assert_string_equal(text_at(f->dir, "a~2.xml"), "two");
	assert_int_equal(put(f, "a.xml", "two"), 0);
	assert_string_equal(text_at(f->dir, "a~3.xml"), "(none)");
	assert_string_equal(text_at(f->dir, ".tmp"), "(none)");
}

static void
link_under_the_name_of_a_file_is_not_written_through(void **state)
{
	struct fixture *f = *state;

	write_at(f->folder.fd, "victim", "safe");
	assert_int_equal(symlinkat("../victim", f->dir, "a.xml"), 0);
	assert_int_equal(symlinkat("../victim", f->dir, ".tmp"), 0);
	assert_int_equal(put(f, "a.xml", "one"), 0);
	assert_string_equal(text_at(f->folder.fd, "victim"), "safe");
	assert_string_equal(text_at(f->dir, "a~2.xml"), "one");
}

static void
only_regular_files_below_are_opened_and_by_no_link(void **state)
{
	struct fixture *f = *state;

	write_at(f->dir, "a.xml", "one");
	assert_int_equal(symlinkat("a.xml", f->dir, "link"), 0);
	assert_int_equal(symlinkat("in", f->folder.fd, "sub"), 0);
	assert_int_equal(mkfifoat(f->dir, "pipe", 0600), 0);
	assert_string_equal(refused(f, "in/a.xml"), "");
	assert_string_equal(refused(f, "./in/../in/a.xml"), "");
	assert_string_equal(refused(f, "in/link"), "DOOR_FILE_PATH");
	assert_string_equal(refused(f, "sub/a.xml"), "DOOR_FILE_PATH");
	assert_string_equal(refused(f, "in/pipe"), "DOOR_FILE_PATH");
	assert_string_equal(refused(f, "in"), "DOOR_FILE_PATH");
	assert_string_equal(refused(f, "../../etc/passwd"), "DOOR_FILE_PATH");
	assert_string_equal(refused(f, "/etc/passwd"), "DOOR_FILE_PATH");
	assert_string_equal(refused(f, "in/none"), "DOOR_FILE_PATH");
	assert_string_equal(refused(f, ""), "DOOR_FILE_PATH");
	assert_int_equal(f->err.kind, ERR_REFUSE);
}

static void
place_that_is_a_link_is_not_entered(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(symlinkat("/tmp", f->folder.fd, "out"), 0);
	assert_int_equal(
	    folder_sub(f->folder.fd, FOLDER_OUT, true, &f->err), -1);
	assert_string_equal(f->err.code, "DOOR_FOLDER");
	assert_int_equal(f->err.kind, ERR_RETRY);
}

static void
moved_file_keeps_its_name_or_gets_a_number(void **state)
{
	struct fixture *f = *state;
	char as[FOLDER_NAME_BYTES], name[FOLDER_NAME_BYTES];
	int done = folder_sub(f->folder.fd, FOLDER_DONE, true, &f->err);

	write_at(f->dir, "a.xml", "one");
	assert_int_equal(folder_move(f->dir, "a.xml", done, as, &f->err), 0);
	assert_string_equal(as, "a.xml");
	write_at(f->dir, "a.xml", "two");
	assert_int_equal(folder_free_name(done, "a.xml", as, &f->err), 0);
	assert_string_equal(as, "a~2.xml");
	assert_int_equal(folder_move(f->dir, "a.xml", done, as, &f->err), 0);
	assert_string_equal(text_at(done, "a.xml"), "one");
	assert_string_equal(text_at(done, "a~2.xml"), "two");
	/* The longest name there is has to be cut for its number. */
	memset(name, 'x', 255);
	memcpy(name + 251, ".xml", 5);
	for (int i = 0; i < 2; i++) {
		write_at(f->dir, name, "long");
		assert_int_equal(
		    folder_move(f->dir, name, done, as, &f->err), 0);
	}
	assert_int_equal(strlen(as), 200 + strlen("~2.xml"));
	(void)close(done);
}

static void
more_than_is_allowed_is_not_read(void **state)
{
	struct fixture *f = *state;
	struct stat st;
	struct buf buf;
	int fd;

	write_at(f->dir, "a.xml", "123456");
	fd = folder_open(f->dir, "a.xml", &st, &f->err);
	buf_init(&buf, 0);
	assert_int_equal(folder_read(fd, 5, &buf, &f->err), -1);
	assert_string_equal(f->err.code, "FILE_LARGE");
	assert_int_equal(buf.bytes, 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(folder_read(fd, 6, &buf, &f->err), 0);
	assert_int_equal(buf.bytes, 6);
	buf_release(&buf);
	(void)close(fd);
}

static void
folder_that_was_replaced_is_entered_anew(void **state)
{
	struct fixture *f = *state;
	char away[128];
	ino_t before = f->folder.ino;

	(void)snprintf(away, sizeof(away), "%s.away", f->path);
	assert_int_equal(rename(f->path, away), 0);
	assert_int_equal(folder_enter(&f->folder, &f->err), -1);
	assert_string_equal(f->err.code, "DOOR_FOLDER");
	assert_int_equal(mkdir(f->path, 0700), 0);
	assert_int_equal(folder_enter(&f->folder, &f->err), 0);
	assert_int_not_equal(f->folder.ino, before);
	assert_int_equal(rmdir(f->path), 0);
	assert_int_equal(rename(away, f->path), 0);
	assert_int_equal(folder_enter(&f->folder, &f->err), 0);
	assert_int_equal(f->folder.ino, before);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(file_appears_whole_and_nothing_else_stays),
		T(same_bytes_are_the_same_file_and_others_get_a_number),
		T(link_under_the_name_of_a_file_is_not_written_through),
		T(only_regular_files_below_are_opened_and_by_no_link),
		T(place_that_is_a_link_is_not_entered),
		T(moved_file_keeps_its_name_or_gets_a_number),
		T(more_than_is_allowed_is_not_read),
		T(folder_that_was_replaced_is_entered_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
