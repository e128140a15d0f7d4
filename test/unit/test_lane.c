/* The promises of gateway/exchange/lane.h, one test each, on both databases. */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "gateway/config.h"
#include "gateway/desk.h"
#include "gateway/exchange/lane.h"
#include "queue/outbox.h"
#include "queue/rest.h"
#include "test/lib/fixture.h"

#define IN_TX(f, call)                                  \
	do {                                            \
		struct store_tx *tx = fixture_begin(f); \
		call;                                   \
		fixture_commit(f, tx);                  \
	} while (0)

static const struct config config = {
	.retry = { .base_ms = 1000, .cap_ms = 100000 },
	.smev = { .destination_calls = 4, .breaker_failures = 3 },
};

static void
on_ready(struct lane *lane)
{
	(void)lane;
}

/* A lane of most calls over the fixture's store; unmake() it. */
static struct lane *
make(struct fixture *f, int64_t most)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	struct lane *lane = calloc(1, sizeof(*lane));

	assert_non_null(desk);
	assert_non_null(lane);
	desk->config = &config;
	desk->store = f->store;
	desk->batch = batch_new(f->store, 100);
	lane->desk = desk;
	lane->name = "answers";
	lane->most = most;
	lane->ready = on_ready;
	lane_init(lane);
	return lane;
}

static void
unmake(struct lane *lane)
{
	lane_release(lane);
	batch_free(lane->desk->batch);
	free(lane->desk);
	free(lane);
}

static void
look(struct lane *lane)
{
	lane->look_ms = 0;
	lane_look(lane, clock_mono_ms());
	assert_int_equal(batch_run(lane->desk->batch), 0);
}

static void
put(struct fixture *f, const char *destination, const char *key)
{
	IN_TX(f,
	    outbox_put(tx,
		&(struct message){ .lane = "answers",
		    .destination = destination,
		    .kind = "k",
		    .dedup_key = key }));
}

/* The next one's name, which is begun; "" nobody. */
static const char *
begin(struct lane *lane)
{
	struct place *place = lane_next(lane, clock_mono_ms());

	if (place == NULL)
		return "";
	(void)destination_begin(&place->state, clock_mono_ms());
	lane->under_way++;
	return place->name;
}

static struct place *
place_named(struct lane *lane, const char *name)
{
	struct place *place = lane->places;

	while (place != NULL && strcmp(place->name, name) != 0)
		place = place->next;
	assert_non_null(place);
	return place;
}

static void
nothing_begins_before_it_was_looked(struct fixture *f)
{
	struct lane *lane = make(f, 4);

	put(f, "A", "k1");
	assert_string_equal(begin(lane), "");
	look(lane);
	assert_string_equal(begin(lane), "A");
	unmake(lane);
}

static void
destinations_take_turns(struct fixture *f)
{
	struct lane *lane = make(f, 8);

	put(f, "A", "k1");
	put(f, "B", "k2");
	put(f, "C", "k3");
	look(lane);
	assert_string_equal(begin(lane), "A");
	assert_string_equal(begin(lane), "B");
	assert_string_equal(begin(lane), "C");
	assert_string_equal(begin(lane), "A");
	assert_string_equal(begin(lane), "B");
	assert_string_equal(begin(lane), "C");
	/* A window is two calls at first. */
	assert_string_equal(begin(lane), "");
	unmake(lane);
}

static void
one_that_is_slow_does_not_keep_another_out(struct fixture *f)
{
	struct lane *lane = make(f, 2);

	put(f, "A", "k1");
	look(lane);
	assert_string_equal(begin(lane), "A");
	assert_string_equal(begin(lane), "A");
	assert_string_equal(begin(lane), "");
	put(f, "B", "k2");
	put(f, "C", "k3");
	put(f, "D", "k4");
	look(lane);
	assert_string_equal(begin(lane), "B");
	assert_string_equal(begin(lane), "C");
	/* But there is an end to that. */
	assert_string_equal(begin(lane), "");
	unmake(lane);
}

static void
one_without_room_rests_alone_and_one_call_tries_later(struct fixture *f)
{
	struct lane *lane = make(f, 8);
	enum lane_news news = LANE_NO_NEWS;
	struct place *place;
	int64_t pause_ms = 0;

	put(f, "A", "k1");
	look(lane);
	place = place_named(lane, "A");
	for (int i = 0; i < 3; i++) {
		assert_int_equal(news, LANE_NO_NEWS);
		assert_string_equal(begin(lane), "A");
		news = lane_bad(place, false, "SMEV_DEST_OVERFLOW", &pause_ms);
	}
	assert_int_equal(news, LANE_RESTS);
	assert_in_range(pause_ms, 1000, 2000);
	put(f, "B", "k2");
	look(lane);
	assert_string_equal(begin(lane), "B");
	assert_string_equal(begin(lane), "B");
	assert_string_equal(begin(lane), "");
	clock_freeze_ms(FIXTURE_T0_MS + pause_ms);
	assert_string_equal(begin(lane), "A");
	assert_string_equal(begin(lane), "");
	assert_int_equal(lane_good(place), LANE_GOES_ON);
	assert_string_equal(begin(lane), "A");
	unmake(lane);
}

static void
what_another_node_saw_is_heeded(struct fixture *f)
{
	const struct rest rest = { .realm = "answers",
		.name = "A",
		.rests = 3,
		.until_ms = FIXTURE_T0_MS + 500,
		.code = "SMEV_600",
		.why = "" };
	struct lane *lane = make(f, 8);

	put(f, "A", "k1");
	IN_TX(f, rest_put(tx, &rest));
	look(lane);
	assert_string_equal(begin(lane), "");
	clock_freeze_ms(FIXTURE_T0_MS + 500);
	assert_string_equal(begin(lane), "A");
	assert_string_equal(begin(lane), "");
	/* Its success ends that, with what waited for it. */
	assert_string_equal(place_named(lane, "A")->code, "SMEV_600");
	assert_int_equal(lane_good(place_named(lane, "A")), LANE_GOES_ON);
	unmake(lane);
}

static void
a_rest_that_nobody_will_end_is_forgotten(struct fixture *f)
{
	struct rest rest = { .realm = "answers",
		.name = "gone",
		.until_ms = FIXTURE_T0_MS + 500,
		.code = "",
		.why = "" };
	struct lane *lane = make(f, 8);
	size_t count;

	IN_TX(f, rest_put(tx, &rest));
	look(lane);
	IN_TX(f, count = rest_list(tx, NULL, 1, f->arena, &rest));
	assert_int_equal(count, 1);
	clock_freeze_ms(FIXTURE_T0_MS + 501);
	look(lane);
	IN_TX(f, count = rest_list(tx, NULL, 1, f->arena, &rest));
	assert_int_equal(count, 0);
	unmake(lane);
}

static void
trouble_of_ours_stops_the_whole_lane(struct fixture *f)
{
	struct lane *lane = make(f, 8);
	enum lane_news news = LANE_NO_NEWS;
	int64_t pause_ms = 0;

	put(f, "A", "k1");
	put(f, "B", "k2");
	look(lane);
	for (int i = 0; i < 3; i++)
		news = lane_own_bad(lane, false, "KEY_AWAY", &pause_ms);
	assert_int_equal(news, LANE_RESTS);
	assert_string_equal(begin(lane), "");
	clock_freeze_ms(FIXTURE_T0_MS + pause_ms);
	assert_int_equal(lane_own_good(lane), LANE_GOES_ON);
	assert_string_equal(begin(lane), "A");
	assert_string_equal(begin(lane), "B");
	unmake(lane);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_BOTH(nothing_begins_before_it_was_looked),
		FIXTURE_BOTH(destinations_take_turns),
		FIXTURE_BOTH(one_that_is_slow_does_not_keep_another_out),
		FIXTURE_BOTH(
		    one_without_room_rests_alone_and_one_call_tries_later),
		FIXTURE_BOTH(what_another_node_saw_is_heeded),
		FIXTURE_BOTH(a_rest_that_nobody_will_end_is_forgotten),
		FIXTURE_BOTH(trouble_of_ours_stops_the_whole_lane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
