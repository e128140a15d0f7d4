/*
 * base/clock.h - the only place that knows what time it is.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since 1970-01-01 UTC. */
int64_t clock_now_ms(void);

/* Milliseconds that only grow; for durations and deadlines inside a process. */
int64_t clock_mono_ms(void);

/* The same clock in microseconds; for measuring, never frozen. */
int64_t clock_mono_us(void);

/* Tests only: both clocks stand still at now_ms; 0 lets them go again. */
void clock_freeze_ms(int64_t now_ms);

#endif
