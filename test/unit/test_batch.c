/* The promises of gateway/batch.h, one test each, on both databases. */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "gateway/batch.h"
#include "test/lib/fixture.h"

/* A job that puts a row, and what it was told. */
struct row_job {
	struct batch_job job;
	struct fixture *f;
	struct batch *batch;
	int64_t number;
	bool refused; /* undoes its own part */
	bool broken; /* its SQL is none: the commit fails */
	int runs, dones;
	bool refusal_seen;
	const char *code; /* given to done(), "" for NULL */
	int64_t rows_seen; /* by another connection, in done() */
	struct row_job *follower; /* added in done() */
};

#define NO_ROW_JOB        \
	{                 \
		.runs = 0 \
	} /* the first; and so the others */

static int64_t
committed_rows(struct fixture *f)
{
	struct store *other = NULL;
	struct store_tx *tx;
	struct row *row;
	struct err err;
	int64_t count;

	assert_int_equal(store_open(f->url, &other, &err), 0);
	tx = store_begin(other);
	row = store_one(tx, "SELECT COUNT(*) FROM batch_row", NO_PARAMS);
	count = row == NULL ? -1 : row_int(row, 0);
	store_rollback(tx);
	store_close(other);
	return count;
}

static void
run(struct store_tx *tx, struct batch_job *job)
{
	struct row_job *mine = (struct row_job *)job;
	struct err err;

	mine->runs++;
	store_savepoint(tx);
	store_exec(tx, "INSERT INTO batch_row (number) VALUES ($1)",
	    PARAMS(P_INT(mine->number)));
	if (mine->refused) {
		(void)err_set(&err, ERR_REFUSE, "PKT_SCHEMA", "no");
		store_fail(tx, &err);
	}
	if (mine->broken)
		store_exec(tx, "INSERT INTO nowhere VALUES (1)", NO_PARAMS);
	mine->refusal_seen = store_release(tx, &err) == -1
	    && strcmp(err.code, "PKT_SCHEMA") == 0;
}

static void
done(struct batch_job *job, const struct err *err)
{
	struct row_job *mine = (struct row_job *)job;

	mine->dones++;
	mine->code = err == NULL ? "" : arena_strdup(mine->f->arena, err->code);
	mine->rows_seen = committed_rows(mine->f);
	if (mine->follower != NULL)
		batch_add(mine->batch, &mine->follower->job);
}

/* A batch lives as long as its process. */
static struct batch *batches[32];
static size_t batch_count;

static struct batch *
begin(struct fixture *f, size_t max_jobs, struct row_job jobs[], size_t count)
{
	struct batch *batch = batch_new(f->store, max_jobs);
	struct store_tx *tx = fixture_begin(f);

	store_exec(tx, "CREATE TABLE batch_row (number BIGINT)", NO_PARAMS);
	fixture_commit(f, tx);
	assert_in_range(batch_count, 0, 31);
	batches[batch_count++] = batch;
	for (size_t i = 0; i < count; i++) {
		jobs[i].job = (struct batch_job){ .run = run, .done = done };
		jobs[i].f = f;
		jobs[i].batch = batch;
		jobs[i].number = (int64_t)i + 1;
		jobs[i].code = "not told";
		batch_add(batch, &jobs[i].job);
	}
	return batch;
}

static void
one_commit_makes_all_true_before_anybody_is_told(struct fixture *f)
{
	struct row_job jobs[3] = { NO_ROW_JOB };
	struct batch *batch = begin(f, 100, jobs, 3);

	assert_int_equal(committed_rows(f), 0);
	assert_int_equal(batch_run(batch), 0);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(jobs[i].runs, 1);
		assert_int_equal(jobs[i].dones, 1);
		assert_string_equal(jobs[i].code, "");
		assert_int_equal(jobs[i].rows_seen, 3);
	}
	assert_int_equal(batch_numbers(batch)->batches, 1);
	assert_int_equal(batch_numbers(batch)->jobs, 3);
	assert_int_equal(batch_numbers(batch)->failed, 0);
	assert_true(batch_empty(batch));
}

static void
refused_job_undoes_itself_only(struct fixture *f)
{
	struct row_job jobs[3] = { [1] = { .refused = true } };
	struct batch *batch = begin(f, 100, jobs, 3);

	assert_int_equal(batch_run(batch), 0);
	assert_true(jobs[1].refusal_seen);
	assert_false(jobs[0].refusal_seen);
	assert_string_equal(jobs[1].code, "");
	assert_int_equal(
	    fixture_int(f, "SELECT SUM(number) FROM batch_row"), 1 + 3);
}

static void
failed_commit_is_told_to_all_and_nothing_has_happened(struct fixture *f)
{
	struct row_job jobs[3] = { [1] = { .broken = true } };
	struct row_job again;
	struct batch *batch = begin(f, 100, jobs, 3);

	assert_int_equal(batch_run(batch), -1); /* STO_SQL is for good */
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(jobs[i].dones, 1);
		assert_string_equal(jobs[i].code, "STO_SQL");
	}
	assert_int_equal(committed_rows(f), 0);
	assert_int_equal(batch_numbers(batch)->failed, 1);
	again = jobs[0];
	again.job.next = NULL;
	batch_add(batch, &again.job);
	assert_int_equal(batch_run(batch), 0);
	assert_int_equal(committed_rows(f), 1);
}

/* Whichever call to the database fails: all jobs are told the same, once. */
static void
passing_failure_is_told_to_all_and_the_store_goes_on(struct fixture *f)
{
	struct row_job jobs[3] = { NO_ROW_JOB };
	struct batch *batch = begin(f, 100, jobs, 3);
	int64_t rows, nth = 1;

	for (;; nth++) {
		rows = committed_rows(f);
		if (nth > 1)
			for (size_t i = 0; i < 3; i++)
				batch_add(batch, &jobs[i].job);
		(void)store_fail_nth(f->store, nth);
		assert_int_equal(batch_run(batch), 0);
		(void)store_fail_nth(f->store, 0);
		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(jobs[i].dones, nth);
			assert_string_equal(jobs[i].code, jobs[0].code);
		}
		if (*jobs[0].code == '\0')
			break;
		assert_string_equal(jobs[0].code, "STO_INJECTED");
		assert_int_equal(committed_rows(f), rows);
	}
	assert_in_range(nth, 3, 100);
	assert_int_equal(committed_rows(f), rows + 3);
}

static void
no_more_than_max_jobs_are_taken_and_in_their_order(struct fixture *f)
{
	struct row_job jobs[5] = { NO_ROW_JOB };
	struct batch *batch = begin(f, 2, jobs, 5);

	assert_int_equal(batch_run(batch), 0);
	assert_int_equal(jobs[1].rows_seen, 2);
	assert_int_equal(jobs[2].runs, 0);
	assert_false(batch_empty(batch));
	assert_int_equal(batch_run(batch), 0);
	assert_int_equal(jobs[3].dones, 1);
	assert_int_equal(jobs[4].runs, 0);
	assert_int_equal(batch_run(batch), 0);
	assert_int_equal(jobs[4].dones, 1);
	assert_true(batch_empty(batch));
	assert_int_equal(batch_numbers(batch)->batches, 3);
	assert_int_equal(batch_numbers(batch)->jobs, 5);
}

static void
job_added_while_others_are_told_is_of_the_next_batch(struct fixture *f)
{
	struct row_job next, jobs[2] = { NO_ROW_JOB };
	struct batch *batch = begin(f, 100, jobs, 2);

	next = jobs[1];
	next.number = 7;
	jobs[0].follower = &next;
	assert_int_equal(batch_run(batch), 0);
	assert_int_equal(next.runs, 0);
	assert_false(batch_empty(batch));
	assert_int_equal(batch_run(batch), 0);
	assert_int_equal(next.dones, 1);
	assert_int_equal(committed_rows(f), 3);
}

static void
nothing_to_do_begins_no_transaction(struct fixture *f)
{
	struct batch *batch = begin(f, 100, NULL, 0);
	int64_t calls = store_fail_nth(f->store, 0);

	assert_true(batch_empty(batch));
	assert_int_equal(batch_run(batch), 0);
	assert_int_equal(store_fail_nth(f->store, 0), calls);
	assert_int_equal(batch_numbers(batch)->batches, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(one_commit_makes_all_true_before_anybody_is_told),
		FIXTURE_BOTH(refused_job_undoes_itself_only),
		FIXTURE_BOTH(
		    failed_commit_is_told_to_all_and_nothing_has_happened),
		FIXTURE_BOTH(
		    passing_failure_is_told_to_all_and_the_store_goes_on),
		FIXTURE_BOTH(
		    no_more_than_max_jobs_are_taken_and_in_their_order),
		FIXTURE_BOTH(
		    job_added_while_others_are_told_is_of_the_next_batch),
		FIXTURE_BOTH(nothing_to_do_begins_no_transaction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
