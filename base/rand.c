#include "base/rand.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static uint64_t seeded; /* state of splitmix64; 0 means random */

void
rand_seed(uint64_t seed)
{
	seeded = seed;
}

uint64_t
rand_u64(void)
{
	uint64_t z;

	if (seeded == 0) {
		rand_bytes(&z, sizeof(z));
		return z;
	}
	z = (seeded += UINT64_C(0x9e3779b97f4a7c15));
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

void
rand_bytes(void *p, size_t bytes)
{
	char *to = p;
	size_t chunk;
	uint64_t z;
	ssize_t n;

	while (bytes > 0) {
		if (seeded != 0) {
			z = rand_u64();
			chunk = bytes < sizeof(z) ? bytes : sizeof(z);
			memcpy(to, &z, chunk);
		} else {
			n = getrandom(to, bytes, 0);
			if (n < 0 && errno != EINTR)
				abort();
			chunk = n < 0 ? 0 : (size_t)n;
		}
		to += chunk;
		bytes -= chunk;
	}
}

uint64_t
rand_below(uint64_t below)
{
	uint64_t limit, z;

	assert(below != 0);
	limit = UINT64_MAX - UINT64_MAX % below;
	do
		z = rand_u64();
	while (z >= limit);
	return z % below;
}
