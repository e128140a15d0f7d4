/*
 * test/lib/changeset_dump.h - a changeset as text that a person can read.
 */
#ifndef TEST_LIB_CHANGESET_DUMP_H
#define TEST_LIB_CHANGESET_DUMP_H

struct buf;
struct changeset;

/* Append all that change says to *out, a line a fact; unsaid fields are left
 * out. */
void changeset_dump(const struct changeset *change, struct buf *out);

#endif
