#include "gateway/http/http_pending.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rand.h"

#define FIRST_USE_MAX UINT32_C(0x40000000)

struct place {
	struct http_request *req; /* NULL: free */
	int64_t until_ms;
	uint32_t uses;
	uint32_t next_free; /* index + 1; 0: none */
};

struct http_pending {
	size_t places, count;
	uint32_t first_free; /* index + 1; 0: none */
	struct place place[];
};

struct http_pending *
http_pending_new(size_t places)
{
	struct http_pending *pending;
	uint32_t first_use;

	assert(places > 0 && places < UINT32_MAX);
	pending =
	    xcalloc(1, sizeof(*pending) + places * sizeof(pending->place[0]));
	pending->places = places;
	first_use = (uint32_t)rand_below(FIRST_USE_MAX);
	for (size_t i = 0; i < places; i++)
		pending->place[i].uses = first_use;
	pending->first_free = 1;
	for (uint32_t i = 0; i + 1 < places; i++)
		pending->place[i].next_free = i + 2;
	return pending;
}

void
http_pending_free(struct http_pending *pending)
{
	free(pending);
}

uint64_t
http_pending_put(
    struct http_pending *pending, struct http_request *req, int64_t until_ms)
{
	uint32_t at = pending->first_free;
	struct place *place;

	if (at == 0)
		return 0;
	place = &pending->place[at - 1];
	pending->first_free = place->next_free;
	pending->count++;
	place->req = req;
	place->until_ms = until_ms;
	place->uses++;
	return (uint64_t)place->uses << 32 | at;
}

static struct http_request *
take_at(struct http_pending *pending, uint32_t at)
{
	struct place *place = &pending->place[at - 1];
	struct http_request *req = place->req;

	place->req = NULL;
	place->next_free = pending->first_free;
	pending->first_free = at;
	pending->count--;
	return req;
}

struct http_request *
http_pending_take(struct http_pending *pending, uint64_t id)
{
	uint32_t at = (uint32_t)id;

	if (at == 0 || at > pending->places
	    || pending->place[at - 1].req == NULL
	    || pending->place[at - 1].uses != (uint32_t)(id >> 32))
		return NULL;
	return take_at(pending, at);
}

struct http_request *
http_pending_expired(struct http_pending *pending, int64_t now_ms)
{
	for (uint32_t at = 1; at <= pending->places && pending->count > 0; at++)
		if (pending->place[at - 1].req != NULL
		    && pending->place[at - 1].until_ms <= now_ms)
			return take_at(pending, at);
	return NULL;
}

size_t
http_pending_count(const struct http_pending *pending)
{
	return pending->count;
}
