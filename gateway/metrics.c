#include "gateway/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "gateway/role.h"

#define PAGE_BYTES  ((size_t)4096)
#define BUCKETS     14
#define LAST_BUCKET (BUCKETS - 1) /* +Inf */

/* Upper bounds of the buckets in microseconds; the last one has none. */
static const int64_t bounds_us[LAST_BUCKET] = { 100, 250, 500, 1000, 2500, 5000,
	10000, 25000, 50000, 100000, 500000, 2000000, 10000000 };

struct histogram {
	_Atomic int64_t counts[BUCKETS];
	_Atomic int64_t sum_us;
};

/*
 * One process's figures.  Only it writes them; a reader sees each figure whole
 * and the figures among one another a moment apart.
 */
struct page {
	_Atomic int32_t used;
	int32_t role, index;
	_Atomic int64_t values[METRIC_COUNT];
	struct histogram times[METRIC_TIME_COUNT];
};

_Static_assert(sizeof(struct page) <= PAGE_BYTES, "a page is too small");

struct metrics_reader {
	const char *pages;
	size_t count;
};

static struct page *mine;

#define GAUGE true
static const struct {
	const char *name, *help;
	bool gauge;
} metric_rows[METRIC_COUNT] = {
	[METRIC_HTTP_2XX] = { "kontingent_http_answers_2xx_total",
	    "Requests answered with 2xx.", false },
	[METRIC_HTTP_4XX] = { "kontingent_http_answers_4xx_total",
	    "Requests answered with 4xx.", false },
	[METRIC_HTTP_5XX] = { "kontingent_http_answers_5xx_total",
	    "Requests answered with 5xx.", false },
	[METRIC_HTTP_REFUSED] = { "kontingent_http_malformed_total",
	    "Requests refused for their framing, size or slowness.", false },
	[METRIC_HTTP_BUSY] = { "kontingent_http_busy_total",
	    "Requests answered with 503 for want of room.", false },
	[METRIC_HTTP_UNKNOWN] = { "kontingent_http_unauthorized_total",
	    "Requests without a right proof of their source.", false },
	[METRIC_HTTP_BODY_BYTES] = { "kontingent_http_body_bytes_total",
	    "Bytes of bodies received.", false },
	[METRIC_HTTP_CONNECTIONS] = { "kontingent_http_connections",
	    "Connections open.", GAUGE },
	[METRIC_HTTP_IN_FLIGHT] = { "kontingent_http_in_flight",
	    "Requests that wait for an answer.", GAUGE },
	[METRIC_ROLE_STARTS] = { "kontingent_role_starts_total",
	    "Times the process was started.", false },
	[METRIC_STORE_BATCHES] = { "kontingent_store_batches_total",
	    "Transactions committed by the store.", false },
	[METRIC_STORE_JOBS] = { "kontingent_store_jobs_total",
	    "Jobs in the store's transactions.", false },
	[METRIC_STORE_ERRORS] = { "kontingent_store_errors_total",
	    "Transactions that failed.", false },
	[METRIC_PACKETS_ACCEPTED] = { "kontingent_packets_accepted_total",
	    "Packets written to the inbox.", false },
	[METRIC_PACKETS_DUPLICATE] = { "kontingent_packets_duplicate_total",
	    "Packets that were there already.", false },
	[METRIC_PACKETS_APPLIED] = { "kontingent_packets_applied_total",
	    "Packets applied to the registry.", false },
	[METRIC_PACKETS_REFUSED] = { "kontingent_packets_refused_total",
	    "Packets refused.", false },
	[METRIC_PACKETS_HELD] = { "kontingent_packets_held_total",
	    "Packets that wait for a person.", false },
	[METRIC_PACKETS_POISON] = { "kontingent_packets_poison_total",
	    "Packets that killed their openers.", false },
	[METRIC_OPENER_PACKETS] = { "kontingent_opener_packets_total",
	    "Packets opened.", false },
	[METRIC_OPENER_REFUSED] = { "kontingent_opener_refused_total",
	    "Packets an opener found wrong.", false },
	[METRIC_SEALER_MESSAGES] = { "kontingent_sealer_messages_total",
	    "Messages sealed.", false },
	[METRIC_SIGNER_SIGNATURES] = { "kontingent_signer_signatures_total",
	    "Signatures made.", false },
	[METRIC_COURIER_CALLS] = { "kontingent_courier_calls_total",
	    "Calls made to neighbours.", false },
	[METRIC_COURIER_FAILED] = { "kontingent_courier_failed_total",
	    "Calls that got no answer.", false },
	[METRIC_COURIER_RUNNING] = { "kontingent_courier_running",
	    "Calls under way.", GAUGE },
	[METRIC_SMEV_POLLS] = { "kontingent_smev_polls_total",
	    "Polls of SMEV's queues.", false },
	[METRIC_SMEV_RECEIVED] = { "kontingent_smev_received_total",
	    "Messages received from SMEV.", false },
	[METRIC_SMEV_SENT] = { "kontingent_smev_sent_total",
	    "Messages SMEV took.", false },
	[METRIC_SMEV_FAULTS] = { "kontingent_smev_faults_total",
	    "Faults SMEV answered.", false },
	[METRIC_SMEV_ACKS] = { "kontingent_smev_acks_total",
	    "Messages confirmed to SMEV.", false },
	[METRIC_SMEV_OVERDUE] = { "kontingent_smev_overdue_total",
	    "Requests whose answer did not come in time.", false },
	[METRIC_SMEV_LATE] = { "kontingent_smev_late_total",
	    "Messages owed that did not get through in time.", false },
	[METRIC_SMEV_PUSHES] = { "kontingent_smev_pushes_total",
	    "Push notifications that came.", false },
	[METRIC_FILES_RECEIVED] = { "kontingent_files_received_total",
	    "Files of messages that came.", false },
	[METRIC_FILES_SENT] = { "kontingent_files_sent_total",
	    "Files put into SMEV's store.", false },
	[METRIC_FILES_FAILED] = { "kontingent_files_failed_total",
	    "Messages that wait for a file, each time.", false },
};

static const struct {
	const char *name, *help;
} time_rows[METRIC_TIME_COUNT] = {
	[METRIC_TIME_HTTP] = { "kontingent_http_seconds",
	    "From a request's first byte to its answer." },
	[METRIC_TIME_BATCH] = { "kontingent_store_batch_seconds",
	    "One transaction of the store, commit included." },
	[METRIC_TIME_OPEN] = { "kontingent_opener_seconds",
	    "One packet in an opener." },
	[METRIC_TIME_SIGN] = { "kontingent_signer_seconds", "One signature." },
	[METRIC_TIME_CALL] = { "kontingent_courier_seconds",
	    "One call of the courier." },
};

int
metrics_create(size_t pages)
{
	int fd = memfd_create("metrics", MFD_CLOEXEC);

	if (fd != -1 && ftruncate(fd, (off_t)(pages * PAGE_BYTES)) == -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

void
metrics_open(int fd, size_t page, enum ipc_role role, int index)
{
	void *p;

	if (fd <= 0)
		return;
	p = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    (off_t)(page * PAGE_BYTES));
	if (p == MAP_FAILED)
		return; /* a daemon without figures is better than none */
	if (mine != NULL)
		(void)munmap(mine, PAGE_BYTES);
	mine = p;
	mine->role = (int32_t)role;
	mine->index = index;
	atomic_store(&mine->used, 1);
	metrics_add(METRIC_ROLE_STARTS, 1);
}

void
metrics_add(enum metric metric, int64_t count)
{
	assert(metric < METRIC_COUNT);
	if (mine != NULL)
		atomic_fetch_add_explicit(
		    &mine->values[metric], count, memory_order_relaxed);
}

void
metrics_set(enum metric metric, int64_t value)
{
	assert(metric < METRIC_COUNT);
	if (mine != NULL)
		atomic_store_explicit(
		    &mine->values[metric], value, memory_order_relaxed);
}

void
metrics_observe_us(enum metric_time metric, int64_t us)
{
	struct histogram *histogram;
	size_t i = 0;

	assert(metric < METRIC_TIME_COUNT);
	if (mine == NULL)
		return;
	histogram = &mine->times[metric];
	while (i < LAST_BUCKET && us > bounds_us[i])
		i++;
	atomic_fetch_add_explicit(
	    &histogram->counts[i], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&histogram->sum_us, us, memory_order_relaxed);
}

struct metrics_reader *
metrics_reader_new(int fd, size_t pages)
{
	struct metrics_reader *reader;
	void *p;

	if (fd <= 0 || pages == 0)
		return NULL;
	p = mmap(NULL, pages * PAGE_BYTES, PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return NULL;
	reader = xcalloc(1, sizeof(*reader));
	reader->pages = p;
	reader->count = pages;
	return reader;
}

void
metrics_reader_free(struct metrics_reader *reader)
{
	if (reader == NULL)
		return;
	(void)munmap(
	    (void *)(uintptr_t)reader->pages, reader->count * PAGE_BYTES);
	free(reader);
}

/* Page i, or NULL: nobody counts there. */
static const struct page *
page_at(const struct metrics_reader *reader, size_t i)
{
	const struct page *page =
	    (const void *)(reader->pages + i * PAGE_BYTES);

	return atomic_load(&page->used) == 1 && page->role >= 0
		&& page->role < ROLE_COUNT
	    ? page
	    : NULL;
}

static void
head_text(struct buf *out, const char *name, const char *help, const char *type)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void
value_text(const struct metrics_reader *reader, struct buf *out, size_t metric)
{
	bool headed = false;

	for (size_t i = 0; i < reader->count; i++) {
		const struct page *page = page_at(reader, i);
		int64_t value =
		    page == NULL ? 0 : atomic_load(&page->values[metric]);

		if (value == 0) /* most roles never touch most figures */
			continue;
		if (!headed)
			head_text(out, metric_rows[metric].name,
			    metric_rows[metric].help,
			    metric_rows[metric].gauge ? "gauge" : "counter");
		headed = true;
		buf_addf(out,
		    "%s{role=\"%s\",index=\"%" PRId32 "\"} %" PRId64 "\n",
		    metric_rows[metric].name,
		    role_name((enum ipc_role)page->role), page->index, value);
	}
}

static void
histogram_text(const struct page *page, struct buf *out, size_t metric)
{
	const struct histogram *histogram = &page->times[metric];
	const char *name = time_rows[metric].name;
	const char *role = role_name((enum ipc_role)page->role);
	int64_t total = 0;

	for (size_t i = 0; i < BUCKETS; i++) {
		total += atomic_load(&histogram->counts[i]);
		buf_addf(out,
		    "%s_bucket{role=\"%s\",index=\"%" PRId32 "\",le=", name,
		    role, page->index);
		if (i < LAST_BUCKET)
			buf_addf(out, "\"%g\"", (double)bounds_us[i] / 1e6);
		else
			buf_adds(out, "\"+Inf\"");
		buf_addf(out, "} %" PRId64 "\n", total);
	}
	buf_addf(out,
	    "%s_sum{role=\"%s\",index=\"%" PRId32 "\"} %.6f\n"
	    "%s_count{role=\"%s\",index=\"%" PRId32 "\"} %" PRId64 "\n",
	    name, role, page->index,
	    (double)atomic_load(&histogram->sum_us) / 1e6, name, role,
	    page->index, total);
}

static void
time_text(const struct metrics_reader *reader, struct buf *out, size_t metric)
{
	bool headed = false;

	for (size_t i = 0; i < reader->count; i++) {
		const struct page *page = page_at(reader, i);

		if (page == NULL
		    || atomic_load(&page->times[metric].sum_us) == 0)
			continue;
		if (!headed)
			head_text(out, time_rows[metric].name,
			    time_rows[metric].help, "histogram");
		headed = true;
		histogram_text(page, out, metric);
	}
}

void
metrics_text(const struct metrics_reader *reader, struct buf *out)
{
	if (reader == NULL)
		return;
	for (size_t i = 0; i < METRIC_COUNT; i++)
		value_text(reader, out, i);
	for (size_t i = 0; i < METRIC_TIME_COUNT; i++)
		time_text(reader, out, i);
}
