/*
 * The promises of queue/blob.h and queue/file.h, one test each.
 */
#include "test/lib/unit.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "queue/blob.h"
#include "queue/file.h"
#include "queue/outbox.h"
#include "store/store.h"
#include "test/lib/fixture.h"

#define A                  \
	"aaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaa" \
	"aaaaaaaaaaaaaaaa"
#define B                  \
	"bbbbbbbbbbbbbbbb" \
	"bbbbbbbbbbbbbbbb" \
	"bbbbbbbbbbbbbbbb" \
	"bbbbbbbbbbbbbbbb"

#define IN_TX(f, call)                                  \
	do {                                            \
		struct store_tx *tx = fixture_begin(f); \
		call;                                   \
		fixture_commit(f, tx);                  \
	} while (0)

static char folder[64];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int
set_up(void **state)
{
	struct err err;

	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/kontingent-blob-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(blob_setup(folder, &err), 0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *
content(const char *hex)
{
	static char text[64];
	static struct err err;
	int64_t bytes;
	ssize_t n;
	int fd;

	if (blob_open(folder, hex, &fd, &bytes, &err) == -1)
		return err.code;
	n = read(fd, text, sizeof(text) - 1);
	assert_int_equal(n, bytes);
	text[n] = '\0';
	(void)close(fd);
	return text;
}

/* As if it had been kept at_s seconds after 1970. */
static void
make_old(const char *below, long at_s)
{
	struct timespec times[2] = { { .tv_sec = at_s }, { .tv_sec = at_s } };
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, below);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
kept_blob_is_read_by_its_digest(void **state)
{
	struct err err;

	(void)state;
	assert_string_equal(content(A), "BLOB_LOST");
	assert_int_equal(blob_put(folder, "u-1", "one", 3, A, &err), 0);
	assert_string_equal(content(A), "one");
	assert_string_equal(content(B), "BLOB_LOST");
}

static void
only_the_daemon_may_read_a_blob(void **state)
{
	struct stat st;
	struct err err;
	char path[256];

	(void)state;
	assert_int_equal(blob_put(folder, "u-1", "one", 3, A, &err), 0);
	(void)snprintf(path, sizeof(path), "%s/aa/" A, folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	(void)snprintf(path, sizeof(path), "%s/aa", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void
broken_part_goes_on_where_it_stopped(void **state)
{
	struct err err;
	int64_t there;
	int fd;

	(void)state;
	assert_int_equal(blob_begin(folder, "u-1", &there, &fd, &err), 0);
	assert_int_equal(there, 0);
	assert_int_equal(write(fd, "one ", 4), 4);
	(void)close(fd);
	assert_int_equal(blob_begin(folder, "u-1", &there, &fd, &err), 0);
	assert_int_equal(there, 4);
	assert_int_equal(lseek(fd, 0, SEEK_END), 4);
	assert_int_equal(write(fd, "two", 3), 3);
	(void)close(fd);
	assert_int_equal(blob_keep(folder, "u-1", A, &err), 0);
	assert_string_equal(content(A), "one two");
	assert_int_equal(blob_keep(folder, "u-1", A, &err), -1);
	assert_string_equal(err.code, "BLOB_WRITE");
}

static void
part_has_one_writer_until_all_copies_are_closed(void **state)
{
	struct err err;
	int64_t there;
	int fd, copy, other;

	(void)state;
	assert_int_equal(blob_begin(folder, "u-1", &there, &fd, &err), 0);
	copy = dup(fd);
	(void)close(fd);
	assert_int_equal(blob_begin(folder, "u-1", &there, &other, &err), -1);
	assert_string_equal(err.code, "BLOB_BUSY");
	(void)close(copy);
	assert_int_equal(blob_begin(folder, "u-1", &there, &other, &err), 0);
	(void)close(other);
}

static void
dropped_part_begins_anew(void **state)
{
	struct err err;
	int64_t there;
	int fd;

	(void)state;
	assert_int_equal(blob_begin(folder, "u-1", &there, &fd, &err), 0);
	assert_int_equal(write(fd, "one", 3), 3);
	(void)close(fd);
	blob_drop(folder, "u-1");
	blob_drop(folder, "u-1");
	assert_int_equal(blob_begin(folder, "u-1", &there, &fd, &err), 0);
	assert_int_equal(there, 0);
	(void)close(fd);
}

static void
name_never_leaves_the_folder(void **state)
{
	static const char *const names[] = { "", "../x", "a/b", ".", "a.b",
		"x y" };
	struct err err;
	int64_t bytes;
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(
		    blob_begin(folder, names[i], &bytes, &fd, &err), -1);
		assert_int_equal(blob_keep(folder, names[i], A, &err), -1);
		assert_int_equal(
		    blob_open(folder, names[i], &fd, &bytes, &err), -1);
	}
	assert_int_equal(blob_put(folder, "u", "x", 1, "../../x", &err), -1);
}

static void
link_in_place_of_a_part_is_not_followed(void **state)
{
	char path[256], target[256];
	struct err err;
	int64_t bytes;
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/part/u-1", folder);
	(void)snprintf(target, sizeof(target), "%s/elsewhere", folder);
	assert_int_equal(symlink(target, path), 0);
	assert_int_equal(blob_begin(folder, "u-1", &bytes, &fd, &err), -1);
	assert_int_equal(access(target, F_OK), -1);
}

static void
old_blob_is_found_and_removed_but_not_one_kept_again(void **state)
{
	char names[4][BLOB_NAME_BYTES];
	struct err err;

	(void)state;
	assert_int_equal(blob_put(folder, "u-1", "one", 3, A, &err), 0);
	assert_int_equal(blob_put(folder, "u-2", "two", 3, B, &err), 0);
	assert_int_equal(blob_old(folder, 0xaa, 2000000, 4, names), 0);
	make_old("aa/" A, 1000);
	make_old("bb/" B, 1000);
	assert_int_equal(blob_old(folder, 0xaa, 2000000, 4, names), 1);
	assert_string_equal(names[0], A);
	assert_int_equal(blob_old(folder, 0xab, 2000000, 4, names), 0);
	/* Somebody keeps the same content meanwhile. */
	assert_int_equal(blob_put(folder, "u-3", "one", 3, A, &err), 0);
	assert_false(blob_remove(folder, A, 2000000));
	assert_true(blob_remove(folder, B, 2000000));
	assert_string_equal(content(A), "one");
	assert_string_equal(content(B), "BLOB_LOST");
}

static void
parts_nobody_writes_to_are_swept(void **state)
{
	struct err err;
	int64_t bytes;
	int fd;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(blob_begin(folder, i == 0 ? "old" : "new",
				     &bytes, &fd, &err),
		    0);
		assert_int_equal(write(fd, "x", 1), 1);
		(void)close(fd);
	}
	make_old("part/old", 1000);
	assert_int_equal(blob_sweep_parts(folder, 2000000), 1);
	assert_int_equal(blob_begin(folder, "new", &bytes, &fd, &err), 0);
	assert_int_equal(bytes, 1);
	(void)close(fd);
}

static void
files_come_back_in_their_order_with_all_they_had(struct fixture *f)
{
	struct file first = { .inbox_id = 7,
		.ordinal = 1,
		.name = "act.pdf",
		.mime = "application/pdf",
		.namespace_uri = "urn://x",
		.digest = A,
		.bytes = INT64_C(5000000000),
		.signature = "c2ln",
		.signer = "abcd",
		.trusted = true,
		.by_ftp = true,
		.ref_id = "uuid",
		.hash = "aGFzaA==" };
	struct file second = { .inbox_id = 7, .ordinal = 2, .digest = B };
	struct file_list list;

	IN_TX(f, {
		file_put(tx, &second);
		file_put(tx, &first);
	});
	assert_true(first.id > second.id);
	IN_TX(f, file_list(tx, 7, 0, f->arena, &list));
	assert_int_equal(list.count, 2);
	assert_int_equal(list.files[0].id, first.id);
	assert_string_equal(list.files[0].name, "act.pdf");
	assert_string_equal(list.files[0].mime, "application/pdf");
	assert_string_equal(list.files[0].namespace_uri, "urn://x");
	assert_string_equal(list.files[0].digest, A);
	assert_true(list.files[0].bytes == INT64_C(5000000000));
	assert_string_equal(list.files[0].signature, "c2ln");
	assert_string_equal(list.files[0].signer, "abcd");
	assert_true(list.files[0].by_ftp);
	assert_true(list.files[0].trusted);
	assert_false(list.files[1].trusted);
	assert_string_equal(list.files[0].ref_id, "uuid");
	assert_string_equal(list.files[0].hash, "aGFzaA==");
	assert_int_equal(list.files[0].created_ms, FIXTURE_T0_MS);
	assert_string_equal(list.files[1].name, "");
}

static void
rows_of_inbox_and_outbox_are_told_apart(struct fixture *f)
{
	struct file in = { .inbox_id = 7, .ordinal = 1, .digest = A };
	struct file out = { .outbox_id = 7, .ordinal = 1, .digest = B };
	struct file_list list;

	IN_TX(f, {
		file_put(tx, &in);
		file_put(tx, &out);
	});
	IN_TX(f, file_list(tx, 7, 0, f->arena, &list));
	assert_int_equal(list.count, 1);
	assert_string_equal(list.files[0].digest, A);
	IN_TX(f, file_list(tx, 0, 7, f->arena, &list));
	assert_int_equal(list.count, 1);
	assert_string_equal(list.files[0].digest, B);
	IN_TX(f, file_list(tx, 0, 8, f->arena, &list));
	assert_int_equal(list.count, 0);
	IN_TX(f, file_list(tx, 0, 0, f->arena, &list));
	assert_int_equal(list.count, 0);
}

static void
blob_is_known_while_a_file_has_it(struct fixture *f)
{
	struct file file = { .inbox_id = 7, .ordinal = 1, .digest = A };
	bool known;

	IN_TX(f, known = file_known(tx, A));
	assert_false(known);
	IN_TX(f, file_put(tx, &file));
	IN_TX(f, known = file_known(tx, A));
	assert_true(known);
	IN_TX(f, known = file_known(tx, B));
	assert_false(known);
}

static void
file_is_stored_until_it_has_to_be_anew(struct fixture *f)
{
	struct file file = { .outbox_id = 7, .ordinal = 1, .digest = A };
	struct file_list list;

	IN_TX(f, file_put(tx, &file));
	IN_TX(f, file_refer(tx, file.id, true, "uuid-1", ""));
	IN_TX(f, file_stored(tx, file.id, "aGFzaA=="));
	IN_TX(f, file_list(tx, 0, 7, f->arena, &list));
	assert_string_equal(list.files[0].ref_id, "uuid-1");
	assert_string_equal(list.files[0].hash, "aGFzaA==");
	assert_int_equal(list.files[0].stored_ms, FIXTURE_T0_MS);
	IN_TX(f, file_restore(tx, 7));
	IN_TX(f, file_list(tx, 0, 7, f->arena, &list));
	assert_string_equal(list.files[0].ref_id, "");
	assert_int_equal(list.files[0].stored_ms, 0);
	IN_TX(f, file_refer(tx, file.id, false, "A1", ""));
	IN_TX(f, file_restore(tx, 7));
	IN_TX(f, file_list(tx, 0, 7, f->arena, &list));
	assert_string_equal(list.files[0].ref_id, "A1");
}

/* The only message of a lane, leased for a second. */
static int
lease(struct fixture *f, const char *message_id, struct envelope *ret)
{
	int found;

	IN_TX(f,
	    found = outbox_lease(
		tx, "federal", NULL, 1, 0, message_id, 1000, f->arena, ret));
	return found;
}

static int64_t
put_message(struct fixture *f)
{
	struct message message = { .lane = "federal",
		.kind = "k",
		.dedup_key = "1",
		.subject = "",
		.reply_to = "",
		.cause = "",
		.body = "x",
		.body_bytes = 1 };
	int64_t id;

	IN_TX(f, id = outbox_put(tx, &message));
	assert_true(id > 0);
	return id;
}

static void
files_go_anew_only_when_their_message_becomes_another(struct fixture *f)
{
	struct file file = { .outbox_id = put_message(f), .digest = A };
	struct file_list list;
	struct envelope e;

	IN_TX(f, {
		file_put(tx, &file);
		file_refer(tx, file.id, true, "uuid-1", "");
		file_stored(tx, file.id, "aGFzaA==");
	});
	assert_int_equal(lease(f, "m1", &e), 1);
	IN_TX(f, outbox_sealed(tx, e.id, "text/xml", "<S/>", 4));
	clock_freeze_ms(FIXTURE_T0_MS + 1000);
	assert_int_equal(lease(f, "m2", &e), 1);
	assert_string_equal(e.message_id, "m1");
	IN_TX(f, file_list(tx, 0, file.outbox_id, f->arena, &list));
	assert_string_equal(list.files[0].ref_id, "uuid-1");
	IN_TX(f, outbox_renew(tx, e.id));
	assert_int_equal(lease(f, "m3", &e), 1);
	assert_string_equal(e.message_id, "m3");
	assert_null(e.sealed);
	IN_TX(f, file_list(tx, 0, file.outbox_id, f->arena, &list));
	assert_string_equal(list.files[0].ref_id, "");
	assert_int_equal(list.files[0].stored_ms, 0);
}

static void
prolonged_lease_hides_a_message_on(struct fixture *f)
{
	struct envelope e, again;

	(void)put_message(f);
	assert_int_equal(lease(f, "m1", &e), 1);
	clock_freeze_ms(FIXTURE_T0_MS + 900);
	IN_TX(f, outbox_prolong(tx, e.id, 1000));
	clock_freeze_ms(FIXTURE_T0_MS + 1800);
	assert_int_equal(lease(f, "m2", &again), 0);
	clock_freeze_ms(FIXTURE_T0_MS + 1900);
	assert_int_equal(lease(f, "m2", &again), 1);
	assert_int_equal(again.id, e.id);
}

#define BLOB(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BLOB(kept_blob_is_read_by_its_digest),
		BLOB(only_the_daemon_may_read_a_blob),
		BLOB(broken_part_goes_on_where_it_stopped),
		BLOB(part_has_one_writer_until_all_copies_are_closed),
		BLOB(dropped_part_begins_anew),
		BLOB(name_never_leaves_the_folder),
		BLOB(link_in_place_of_a_part_is_not_followed),
		BLOB(old_blob_is_found_and_removed_but_not_one_kept_again),
		BLOB(parts_nobody_writes_to_are_swept),
		FIXTURE_BOTH(files_come_back_in_their_order_with_all_they_had),
		FIXTURE_BOTH(rows_of_inbox_and_outbox_are_told_apart),
		FIXTURE_BOTH(blob_is_known_while_a_file_has_it),
		FIXTURE_BOTH(file_is_stored_until_it_has_to_be_anew),
		FIXTURE_BOTH(
		    files_go_anew_only_when_their_message_becomes_another),
		FIXTURE_BOTH(prolonged_lease_hides_a_message_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
