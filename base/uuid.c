#include "base/uuid.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rand.h"

/* 100 ns steps from 1582-10-15 to 1970-01-01. */
#define EPOCH_STEPS INT64_C(0x01b21dd213814000)

static struct {
	pid_t pid; /* whose node it is */
	uint64_t last; /* the last time given out */
	uint16_t sequence;
	uint8_t node[6];
} maker;

static void
reseed(void)
{
	maker.pid = getpid();
	maker.last = 0;
	maker.sequence = (uint16_t)(rand_u64() & 0x3fff);
	rand_bytes(maker.node, sizeof(maker.node));
	maker.node[0] |= 1; /* multicast: no real card has it */
}

void
uuid_v1(char ret_text[UUID_BYTES])
{
	const uint8_t *n = maker.node;
	uint64_t t;

	if (maker.pid != getpid())
		reseed();
	t = (uint64_t)(clock_now_ms() * 10000 + EPOCH_STEPS);
	if (t <= maker.last)
		t = maker.last + 1;
	maker.last = t;
	(void)snprintf(ret_text, UUID_BYTES,
	    "%08x-%04x-%04x-%04x-%02x%02x%02x%02x%02x%02x",
	    (unsigned)(t & 0xffffffff), (unsigned)(t >> 32 & 0xffff),
	    (unsigned)(t >> 48 & 0x0fff) | 0x1000U,
	    (unsigned)maker.sequence | 0x8000U, n[0], n[1], n[2], n[3], n[4],
	    n[5]);
}

void
uuid_v4(char ret_text[UUID_BYTES])
{
	uint8_t b[16];

	rand_bytes(b, sizeof(b));
	b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
	b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
	(void)snprintf(ret_text, UUID_BYTES,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x",
	    b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10],
	    b[11], b[12], b[13], b[14], b[15]);
}

bool
uuid_valid(const char *text)
{
	for (int i = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i] != '-')
				return false;
		} else if (!isxdigit((unsigned char)text[i])) {
			return false;
		}
	}
	return text[36] == '\0';
}

int
uuid_version(const char *text)
{
	if (!uuid_valid(text) || text[14] < '1' || text[14] > '5')
		return 0;
	return text[14] - '0';
}

int64_t
uuid_v1_ms(const char *text)
{
	uint64_t low, mid, high;

	assert(uuid_version(text) == 1);
	low = strtoull(text, NULL, 16);
	mid = strtoull(text + 9, NULL, 16);
	high = strtoull(text + 14, NULL, 16) & 0x0fff;
	return ((int64_t)(high << 48 | mid << 32 | low) - EPOCH_STEPS) / 10000;
}
