/* The promises of gateway/sweep.h, one test each. */
#include "test/lib/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/batch.h"
#include "gateway/sweep.h"
#include "queue/blob.h"
#include "queue/file.h"
#include "store/store.h"
#include "test/lib/fixture.h"

#define DAY_S (24L * 3600)

static char folder[64];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Name of a blob that begins so. */
static const char *
name(char first)
{
	static char text[BLOB_NAME_BYTES];

	memset(text, first, sizeof(text) - 1);
	return text;
}

/* Kept days ago, by the clock of the fixture. */
static void
keep(char first, long days)
{
	struct timespec times[2] = { { .tv_sec = FIXTURE_T0_MS / 1000 },
		{ .tv_sec = FIXTURE_T0_MS / 1000 } };
	char path[256];
	struct err err;

	assert_int_equal(blob_put(folder, "u", "x", 1, name(first), &err), 0);
	times[1].tv_sec -= days * DAY_S;
	(void)snprintf(path, sizeof(path), "%s/%c%c/%s", folder, first, first,
	    name(first));
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool
there(char first)
{
	struct err err;
	int64_t bytes;
	int fd;

	if (blob_open(folder, name(first), &fd, &bytes, &err) == -1)
		return false;
	(void)close(fd);
	return true;
}

/* Every shelf once. */
static void
sweep_all(struct fixture *f)
{
	struct batch *batch = batch_new(f->store, 100);
	struct sweep *sweep = sweep_new(batch, folder);

	for (int i = 0; i < BLOB_SHELVES; i++) {
		sweep_tick(sweep, i * INT64_C(60000));
		assert_int_equal(batch_run(batch), 0);
	}
	sweep_free(sweep);
	batch_free(batch);
}

static void
old_blob_without_a_file_is_removed_and_no_other(struct fixture *f)
{
	struct file file = { .inbox_id = 1, .ordinal = 1, .digest = name('b') };
	struct store_tx *tx = fixture_begin(f);
	struct err err;

	file_put(tx, &file);
	fixture_commit(f, tx);
	(void)snprintf(folder, sizeof(folder), "/tmp/kontingent-sweep-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(blob_setup(folder, &err), 0);
	keep('a', 2); /* nobody's */
	keep('b', 2); /* the file's */
	keep('c', 0); /* its row may be on the way */
	sweep_all(f);
	assert_false(there('a'));
	assert_true(there('b'));
	assert_true(there('c'));
	assert_int_equal(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(old_blob_without_a_file_is_removed_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
