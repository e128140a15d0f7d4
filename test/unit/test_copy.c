/* The promises of gateway/filer/copy.h and gateway/door/door_given.h. */
#include "test/lib/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "gateway/door/door_given.h"
#include "gateway/filer/copy.h"
#include "gateway/filer/folder.h"
#include "queue/blob.h"
#include "queue/file.h"

#define LARGE_BYTES ((size_t)9 << 20) /* some pieces, some steps */

struct fixture {
	char path[64], blobs[80];
	int folder;
	struct copy_sums sums;
	struct err err;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(gost_setup(NULL, &f->err), 0);
	(void)snprintf(f->path, sizeof(f->path), "/tmp/test_copy.XXXXXX");
	assert_non_null(mkdtemp(f->path));
	(void)snprintf(f->blobs, sizeof(f->blobs), "%s/blobs", f->path);
	assert_int_equal(blob_setup(f->blobs, &f->err), 0);
	f->folder = open(f->path, O_RDONLY | O_DIRECTORY);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	char command[128];

	(void)close(f->folder);
	(void)snprintf(command, sizeof(command), "rm -rf %s", f->path);
	assert_true(str_begins(f->path, "/tmp/test_copy."));
	free(f);
	return (system)(command) == 0 ? 0 : -1;
}

static void
write_file(struct fixture *f, const char *name, const void *p, size_t bytes)
{
	int fd = openat(f->folder, name, O_WRONLY | O_CREAT | O_APPEND, 0600);

	assert_int_equal(write(fd, p, bytes), (ssize_t)bytes);
	(void)close(fd);
}

/* Until it is done: its code, or "". */
static const char *
run(struct fixture *f, struct copy *copy)
{
	int rc = copy == NULL ? -1 : 1;

	while (rc == 1)
		rc = copy_step(copy, &f->sums, &f->err);
	copy_free(copy);
	return rc == 0 ? "" : f->err.code;
}

static const char *
take(struct fixture *f, const char *path, int64_t max)
{
	return run(f,
	    copy_take(f->folder, path, f->blobs, "take-1", max, true, &f->err));
}

static void
assert_file_is(int dir, const char *name, const void *p, size_t bytes)
{
	char *room = malloc(bytes + 1);
	int fd = openat(dir, name, O_RDONLY);

	assert_non_null(room);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, room, bytes + 1), (ssize_t)bytes);
	assert_memory_equal(room, p, bytes);
	(void)close(fd);
	free(room);
}

static void
file_is_taken_whole_and_known_by_its_digests(void **state)
{
	struct fixture *f = *state;
	unsigned char digest[GOST_DIGEST_MAX];
	char hex[2 * GOST_DIGEST_MAX + 1], *large = malloc(LARGE_BYTES);
	int64_t bytes;
	int fd;

	assert_non_null(large);
	for (size_t i = 0; i < LARGE_BYTES; i++)
		large[i] = (char)(i * 2654435761u >> 13);
	write_file(f, "a.bin", large, LARGE_BYTES);
	assert_string_equal(take(f, "a.bin", 1 << 30), "");
	assert_int_equal(f->sums.bytes, LARGE_BYTES);
	gost_digest(GOST_STREEBOG_256, large, LARGE_BYTES, digest);
	str_hex(hex, digest, 32);
	assert_string_equal(f->sums.hex, hex);
	gost_digest(GOST_STREEBOG_512, large, LARGE_BYTES, digest);
	str_hex(hex, digest, 64);
	assert_string_equal(f->sums.hex_512, hex);
	assert_int_equal(
	    blob_open(f->blobs, f->sums.hex, &fd, &bytes, &f->err), 0);
	assert_int_equal(bytes, LARGE_BYTES);
	(void)close(fd);
	free(large);
}

static void
what_is_no_file_below_or_too_large_is_not_taken(void **state)
{
	struct fixture *f = *state;

	write_file(f, "a", "123456", 6);
	assert_int_equal(symlinkat("a", f->folder, "link"), 0);
	assert_int_equal(mkfifoat(f->folder, "pipe", 0600), 0);
	assert_string_equal(take(f, "a", 5), "FILE_LARGE");
	assert_string_equal(take(f, "a", 6), "");
	assert_string_equal(take(f, "link", 6), "DOOR_FILE_PATH");
	assert_string_equal(take(f, "pipe", 6), "DOOR_FILE_PATH");
	assert_string_equal(take(f, "../a", 6), "DOOR_FILE_PATH");
	assert_string_equal(take(f, "/etc/passwd", 6), "DOOR_FILE_PATH");
	assert_string_equal(take(f, "none", 6), "DOOR_FILE_PATH");
}

static void
file_that_changes_meanwhile_is_not_taken(void **state)
{
	struct fixture *f = *state;
	char *large = calloc(1, LARGE_BYTES);
	struct copy *copy;

	write_file(f, "a", large, LARGE_BYTES);
	copy = copy_take(
	    f->folder, "a", f->blobs, "take-1", 1 << 30, false, &f->err);
	assert_int_equal(copy_step(copy, &f->sums, &f->err), 1);
	write_file(f, "a", "more", 4);
	assert_string_equal(run(f, copy), "DOOR_FILE_BUSY");
	free(large);
}

static void
blob_is_given_whole_under_its_name(void **state)
{
	struct fixture *f = *state;
	struct copy *copy;
	int shelf;

	write_file(f, "a", "content", 7);
	assert_string_equal(take(f, "a", 100), "");
	for (int i = 0; i < 2; i++) { /* again, and nothing changes */
		copy = copy_give(
		    f->folder, "id", "имя.pdf", f->blobs, f->sums.hex, &f->err);
		assert_string_equal(run(f, copy), "");
		shelf = openat(f->folder, "files/id", O_RDONLY | O_DIRECTORY);
		assert_file_is(shelf, "имя.pdf", "content", 7);
		assert_int_equal(
		    faccessat(shelf, ".kontingent.tmp", F_OK, 0), -1);
		(void)close(shelf);
	}
}

static void
gift_goes_by_no_link_and_lost_blob_is_told(void **state)
{
	struct fixture *f = *state;
	struct copy *copy;

	write_file(f, "a", "content", 7);
	write_file(f, "victim", "safe", 4);
	assert_string_equal(take(f, "a", 100), "");
	assert_int_equal(symlinkat("/tmp", f->folder, "files"), 0);
	copy = copy_give(f->folder, "id", "x", f->blobs, f->sums.hex, &f->err);
	assert_null(copy);
	assert_string_equal(f->err.code, "DOOR_FOLDER");
	assert_int_equal(unlinkat(f->folder, "files", 0), 0);
	assert_int_equal(mkdirat(f->folder, "files", 0700), 0);
	assert_int_equal(mkdirat(f->folder, "files/id", 0700), 0);
	assert_int_equal(symlinkat("../../victim", f->folder, "files/id/x"), 0);
	copy = copy_give(f->folder, "id", "x", f->blobs, f->sums.hex, &f->err);
	assert_string_equal(run(f, copy), "");
	assert_file_is(f->folder, "victim", "safe", 4);
	assert_file_is(f->folder, "files/id/x", "content", 7);
	f->sums.hex[0] = f->sums.hex[0] == '0' ? '1' : '0';
	assert_null(
	    copy_give(f->folder, "id", "y", f->blobs, f->sums.hex, &f->err));
	assert_string_equal(f->err.code, "BLOB_LOST");
	assert_int_equal(f->err.kind, ERR_HOLD);
}

/* Names of a message become those, in their order. */
static void
assert_names(const char *const given[], const char *const wanted[])
{
	struct arena *arena = arena_new();
	struct file files[16];
	struct file_list list = { files, 0 };
	const char **names;

	for (; given[list.count] != NULL; list.count++)
		files[list.count] = (struct file){ .name = given[list.count],
			.ordinal = (int64_t)list.count + 1 };
	names = door_given_names(&list, arena);
	for (size_t i = 0; i < list.count; i++)
		assert_string_equal(names[i], wanted[i]);
	arena_free(arena);
}

static void
names_of_strangers_become_plain_ones(void **state)
{
	char longest[302] = "";
	struct arena *arena = arena_new();

	(void)state;
	assert_names((const char *[]){ "a.pdf", "../../etc/passwd", "",
			 ".bashrc", "a\nb\x7f:|.txt", "A.PDF", "a.pdf",
			 "Справка.pdf", "..", "end. ", NULL },
	    (const char *[]){ "a.pdf", "passwd", "file-3", "_bashrc",
		"a_b___.txt", "A~2.PDF", "a~3.pdf", "Справка.pdf", "__",
		"end__" });
	for (int i = 0; i < 148; i++)
		memcpy(longest + 2 * i, "я", 3);
	memcpy(longest + 296, ".pdf", 5);
	{
		struct file file = { .name = longest, .ordinal = 1 };
		struct file_list list = { &file, 1 };
		const char *name = door_given_names(&list, arena)[0];

		assert_int_equal(strlen(name), 200);
		assert_true(str_utf8(name, 200));
		assert_string_equal(name + 196, ".pdf");
	}
	assert_string_equal(door_given_shelf("../a b", arena), "___a_b");
	arena_free(arena);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(file_is_taken_whole_and_known_by_its_digests),
		T(what_is_no_file_below_or_too_large_is_not_taken),
		T(file_that_changes_meanwhile_is_not_taken),
		T(blob_is_given_whole_under_its_name),
		T(gift_goes_by_no_link_and_lost_blob_is_told),
		cmocka_unit_test(names_of_strangers_become_plain_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
