/*
 * base/rand.h - the only source of randomness: getrandom(2), or a seed.
 */
#ifndef BASE_RAND_H
#define BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

/* Random bytes, fit for keys unless rand_seed() was called. */
void rand_bytes(void *p, size_t bytes);
uint64_t rand_u64(void);
/* Evenly from 0 to below - 1; below is not 0. */
uint64_t rand_below(uint64_t below);
/* Tests and generators only: a repeatable sequence; 0 goes back to random. */
void rand_seed(uint64_t seed);

#endif
