/*
 * test/fuzz/fuzz.h - what a fuzz target is.
 *
 * The name is libFuzzer's.  A target gives data to one parser and frees what
 * it got; it returns 0 whatever the parser said.  A fault ends the process.
 */
#ifndef TEST_FUZZ_FUZZ_H
#define TEST_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

#endif
