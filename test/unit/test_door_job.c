/* The promises of gateway/door/door_job.h and gateway/filer/filer_job.h: what is
 * written is read, and what was shortened anywhere is refused. */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/door/door_job.h"
#include "gateway/filer/filer_job.h"
#include "gateway/ipc.h"

struct fixture {
	struct arena *arena;
	struct buf out;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->arena = arena_new();
	buf_init(&f->out, 0);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	buf_release(&f->out);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void
call_of_a_system_keeps_its_files(void **state)
{
	struct fixture *f = *state;
	struct door_file files[2] = {
		{ .path = "docs/a.pdf",
		    .reference = true,
		    .signature = "c2ln",
		    .signer = "aa",
		    .digest = "bb",
		    .by_512 = true },
		{ .path = "b", .signature = "", .signer = "", .digest = "" },
	};
	struct door_call call = { .op = DOOR_SEND,
		.client_id = "c",
		.files = files,
		.file_count = 2,
		.body = "xml",
		.body_bytes = 3 };
	struct door_call read;

	door_call_write(&call, &f->out);
	assert_true(door_call_read(f->out.data, f->out.bytes, f->arena, &read));
	assert_int_equal(read.op, DOOR_SEND);
	assert_string_equal(read.client_id, "c");
	assert_int_equal(read.file_count, 2);
	assert_string_equal(read.files[0].path, "docs/a.pdf");
	assert_true(read.files[0].reference && read.files[0].by_512);
	assert_string_equal(read.files[0].signature, "c2ln");
	assert_string_equal(read.files[0].digest, "bb");
	assert_string_equal(read.files[1].path, "b");
	assert_false(read.files[1].reference || read.files[1].by_512);
	assert_memory_equal(read.body, "xml", 3);
	for (size_t i = 0; i < f->out.bytes; i++)
		assert_false(door_call_read(f->out.data, i, f->arena, &read));
}

static void
news_of_smev_say_where_files_go_and_never_beyond_the_content(void **state)
{
	struct fixture *f = *state;
	struct door_news news = { .kind = DOOR_NEWS_REQUEST,
		.files = true,
		.content = "<a></a>",
		.files_at = 3 };
	struct door_news read;

	door_news_write(&news, &f->out);
	assert_true(door_news_read(f->out.data, f->out.bytes, f->arena, &read));
	assert_true(read.files);
	assert_int_equal(read.files_at, 3);
	assert_string_equal(read.content, "<a></a>");
	for (size_t i = 0; i < f->out.bytes; i++)
		assert_false(door_news_read(f->out.data, i, f->arena, &read));
	buf_clear(&f->out);
	news.files_at = 8;
	door_news_write(&news, &f->out);
	assert_false(
	    door_news_read(f->out.data, f->out.bytes, f->arena, &read));
}

static void
what_store_and_filer_say_is_read_as_it_was_written(void **state)
{
	struct fixture *f = *state;
	struct file_job job = { .source = "s",
		.name = "n",
		.shelf = "id",
		.digest = "d",
		.bytes = 5,
		.want_512 = true,
		.body = "b",
		.body_bytes = 1 };
	struct filed filed = { .fate = FILED_LATER,
		.code = "C",
		.why = "w",
		.client_id = "id",
		.digest = "d",
		.digest_512 = "e",
		.bytes = 7 };
	struct ipc_message msg = { .fd = -1 };
	struct file_job job_read;
	struct filed filed_got;

	file_job_write(&job, &f->out);
	msg.body = f->out.data;
	msg.bytes = f->out.bytes;
	assert_true(file_job_read(&msg, f->arena, &job_read));
	assert_string_equal(job_read.source, "s");
	assert_string_equal(job_read.shelf, "id");
	assert_int_equal(job_read.bytes, 5);
	assert_true(job_read.want_512);
	assert_memory_equal(job_read.body, "b", 1);
	while (msg.bytes-- > 0)
		assert_false(file_job_read(&msg, f->arena, &job_read));
	buf_clear(&f->out);
	filed_write(&filed, &f->out);
	msg.body = f->out.data;
	msg.bytes = f->out.bytes;
	assert_true(filed_read(&msg, f->arena, &filed_got));
	assert_int_equal(filed_got.fate, FILED_LATER);
	assert_string_equal(filed_got.client_id, "id");
	assert_string_equal(filed_got.digest_512, "e");
	assert_int_equal(filed_got.bytes, 7);
	while (msg.bytes-- > 0)
		assert_false(filed_read(&msg, f->arena, &filed_got));
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(call_of_a_system_keeps_its_files),
		T(news_of_smev_say_where_files_go_and_never_beyond_the_content),
		T(what_store_and_filer_say_is_read_as_it_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
