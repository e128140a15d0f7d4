/* The promises of gateway/expiry.h. */
#include "test/lib/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "gateway/config.h"
#include "gateway/expiry.h"
#include "test/lib/keys.h"
#include "test/lib/short_cert.h"

#define T0_MS  INT64_C(1800000000000)
#define DAY_MS INT64_C(86400000)

/* A certificate of each kind; each ends some days after T0. */
struct fixture {
	char folder[40], ca[60];
	struct config_key keys[2];
	struct config_source sources[2];
	const char *smev_certs[1], *signers[1];
	struct config config;
	struct arena *arena;
	struct expiry_item *items;
	size_t count;
};

static const char *
make(struct fixture *f, int at, const char *name, int64_t days)
{
	static char paths[8][100];
	char *path = paths[at];
	struct short_cert made = short_cert_new(
	    name, NULL, 16 + at, T0_MS - DAY_MS, T0_MS + days * DAY_MS);

	(void)snprintf(path, 100, "%.39s/%s", f->folder, name);
	short_write(f->folder, name, made.cert, NULL);
	if (strcmp(name, "ca/ca.pem") == 0) {
		X509_CRL *crl =
		    short_crl_new(&made, 0, T0_MS - DAY_MS, T0_MS + 5 * DAY_MS);

		short_write(f->folder, "ca/ca.crl", NULL, crl);
		X509_CRL_free(crl);
	}
	short_cert_free(&made);
	return path;
}

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)snprintf(
	    f->folder, sizeof(f->folder), "/tmp/kontingent-expiry-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->ca, sizeof(f->ca), "%.39s/ca", f->folder);
	assert_int_equal(mkdir(f->ca, 0700), 0);
	f->keys[0] = (struct config_key){ .name = "old",
		.system = true,
		.module = "",
		.cert = make(f, 0, "old.pem", 10) };
	f->keys[1] = (struct config_key){ .name = "official",
		.personal = true,
		.module = "m",
		.cert = make(f, 1, "official.pem", 40) };
	f->smev_certs[0] = make(f, 2, "smev.pem", 20);
	f->signers[0] = make(f, 3, "sgo.pem", -1);
	f->sources[0] = (struct config_source){ .name = "sgo",
		.signer = { f->signers, 1 } };
	f->sources[1] = f->sources[0];
	f->sources[1].name = "sgo-two";
	(void)make(f, 4, "ca/ca.pem", 1000);
	f->config = (struct config){ .keys = f->keys,
		.key_count = 2,
		.sources = f->sources,
		.source_count = 2 };
	f->config.smev.smev_cert = (struct config_list){ f->smev_certs, 1 };
	f->config.smev.ca_folder = f->ca;
	f->config.http.tls_cert = make(f, 6, "tls.pem", 61);
	f->config.http.client_ca = "";
	f->arena = arena_new();
	clock_freeze_ms(T0_MS);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	clock_freeze_ms(0);
	arena_free(f->arena);
	if (fork() == 0)
		(void)execl("/bin/rm", "rm", "-rf", f->folder, (char *)NULL);
	(void)wait(NULL);
	free(f);
	return 0;
}

static const struct expiry_item *
item(struct fixture *f, const char *kind, const char *name)
{
	f->count = expiry_list(&f->config, T0_MS, f->arena, &f->items);
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->items[i].kind, kind) == 0
		    && strcmp(f->items[i].name, name) == 0)
			return &f->items[i];
	fail_msg("no %s %s", kind, name);
	return NULL;
}

static void
each_thing_that_ends_is_listed_with_what_stops(void **state)
{
	static const struct {
		const char *kind, *name, *stops;
		int64_t days;
	} wanted[] = {
		{ "key", "old", "обмен со СМЭВ", 10 },
		{ "key", "official", "должностного лица", 40 },
		{ "smev", "smev_cert", "приём от СМЭВ", 20 },
		{ "source", "sgo", "пакеты источника sgo", -1 },
		{ "tls", "http.tls_cert", "HTTPS", 61 },
		{ "ca", "ca.pem", "этот центр", 1000 },
		{ "crl", "ca.crl", "DSIG_CRL_STALE", 5 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct expiry_item *it =
		    item(f, wanted[i].kind, wanted[i].name);

		assert_non_null(strstr(it->stops, wanted[i].stops));
		assert_true(expiry_days(it, T0_MS) == wanted[i].days);
		assert_string_equal(it->problem, "");
	}
	assert_int_equal(f->count, 8);
	assert_true(item(f, "key", "old")->active);
	assert_string_equal(item(f, "key", "old")->serial, "10");
	assert_int_equal(strlen(item(f, "key", "old")->fingerprint), 64);
	assert_string_equal(item(f, "key", "official")->place, "token");
	assert_string_equal(item(f, "key", "official")->use, "personal");
}

static void
key_with_a_successor_stops_nothing(void **state)
{
	struct fixture *f = *state;
	const struct expiry_item *old;

	assert_true(expiry_soon(item(f, "key", "old"), T0_MS));
	f->keys[1].system = true;
	old = item(f, "key", "old");
	assert_string_equal(old->stops, "");
	assert_false(expiry_soon(old, T0_MS));
	assert_false(expiry_soon(old, T0_MS + 100 * DAY_MS));
	/* It begins too late. */
	f->keys[1].since_ms = T0_MS + 15 * DAY_MS;
	assert_non_null(strstr(item(f, "key", "old")->stops, "СМЭВ"));
}

static void
what_can_not_be_read_is_listed_and_told(void **state)
{
	struct fixture *f = *state;

	f->signers[0] = "/tmp/no/such.pem";
	assert_true(*item(f, "source", "sgo")->problem != '\0');
	assert_true(expiry_soon(item(f, "source", "sgo"), T0_MS));
	f->keys[0].cert = "/dev/null";
	assert_true(*item(f, "key", "old")->problem != '\0');
}

/* In a process of its own, which becomes nobody when it is root. */
static void
what_may_not_be_read_any_more_is_remembered(void **state)
{
	struct fixture *f = *state;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		expiry_remember(&f->config);
		if (geteuid() == 0 ? setresuid(65534, 65534, 65534) == -1
				   : chmod(f->folder, 0) == -1)
			_exit(10);
		f->count = expiry_list(&f->config, T0_MS, f->arena, &f->items);
		if (f->count != 8)
			_exit(11);
		for (size_t i = 0; i < f->count; i++)
			if (*f->items[i].problem != '\0'
			    || f->items[i].until_ms == 0
			    || *f->items[i].stops == '\0')
				_exit(12);
		_exit(f->items[0].active ? 0 : 13);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(chmod(f->folder, 0700), 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
thresholds_are_60_30_14_7_1_and_the_end(void **state)
{
	static const struct {
		int64_t left_ms;
		int threshold;
	} steps[] = { { 60 * DAY_MS + 1, -1 }, { 60 * DAY_MS, 60 },
		{ 30 * DAY_MS + 1, 60 }, { 30 * DAY_MS, 30 },
		{ 14 * DAY_MS, 14 }, { 7 * DAY_MS, 7 }, { DAY_MS + 1, 7 },
		{ DAY_MS, 1 }, { 0, 1 }, { -1, 0 }, { -100 * DAY_MS, 0 } };
	struct expiry_item it = { .stops = "x", .problem = "" };

	(void)state;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		it.until_ms = T0_MS + steps[i].left_ms;
		assert_int_equal(
		    expiry_threshold(&it, T0_MS), steps[i].threshold);
		assert_true(expiry_soon(&it, T0_MS)
		    == (steps[i].left_ms <= 14 * DAY_MS));
	}
}

/* How many lines of the log at path say word. */
static int
lines_with(const char *path, const char *word)
{
	struct buf text;
	struct err err;
	int count = 0;

	buf_init(&text, 0);
	assert_int_equal(file_read(path, 1 << 20, &text, &err), 0);
	for (const char *at = buf_text(&text); (at = strstr(at, word)) != NULL;
	     at++)
		count++;
	buf_release(&text);
	return count;
}

static void
each_step_of_an_item_is_one_line(void **state)
{
	struct fixture *f = *state;
	struct expiry *expiry = expiry_new(&f->config);
	int out = dup(STDERR_FILENO), fd;
	char path[100];
	struct buf metrics;

	(void)snprintf(path, sizeof(path), "%s/log", f->folder);
	fd = open(path, O_CREAT | O_WRONLY | O_APPEND, 0600);
	assert_true(dup2(fd, STDERR_FILENO) != -1);
	log_open("store", LOG_LEVEL_INFO);
	for (int64_t day = 0; day <= 70; day++)
		for (int again = 0; again < 3; again++) {
			clock_freeze_ms(T0_MS + day * DAY_MS);
			expiry_tick(expiry);
		}
	(void)dup2(out, STDERR_FILENO);
	(void)close(fd);
	(void)close(out);
	/* 61 days at first: 60, 30, 14, 7, 1, over. */
	assert_int_equal(lines_with(path, "kind=tls"), 6);
	/* 10 days at first: 14, 7, 1, over. */
	assert_int_equal(lines_with(path, "name=old"), 4);
	assert_int_equal(
	    lines_with(path, "name=old serial=10 result=over threshold=0"), 1);
	assert_int_equal(lines_with(path, "kind=source"), 2);
	assert_int_equal(lines_with(path, "kind=ca "), 0);
	/* 5 days at first: 7, 1, over. */
	assert_int_equal(lines_with(path, "kind=crl"), 3);
	buf_init(&metrics, 0);
	expiry_metrics(expiry, &metrics);
	assert_non_null(strstr(buf_text(&metrics),
	    "kontingent_expiry_days{kind=\"key\",name=\"old\",serial=\"10\","
	    "stops=\"yes\"} -60\n"));
	buf_release(&metrics);
	expiry_free(expiry);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_thing_that_ends_is_listed_with_what_stops),
		TEST(key_with_a_successor_stops_nothing),
		TEST(what_can_not_be_read_is_listed_and_told),
		TEST(what_may_not_be_read_any_more_is_remembered),
		cmocka_unit_test(thresholds_are_60_30_14_7_1_and_the_end),
		TEST(each_step_of_an_item_is_one_line),
	};

	keys_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
