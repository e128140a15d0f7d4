/*
 * test/unit/conformance.h - what test_conformance exercised, and as a page.
 *
 * The test counts what passed; doc/CONFORMANCE.md is made of the counts and
 * compared with them, so that it can't say more than was done.
 */
#ifndef TEST_UNIT_CONFORMANCE_H
#define TEST_UNIT_CONFORMANCE_H

#include <stdbool.h>

#include "smev/smev.h"

struct buf;

#define VERSIONS 4 /* enum smev_version */
#define OPS      7 /* enum smev_op */

/* What is said, or what is taken from a queue. */
enum row {
	ROW_REQUEST,
	ROW_REQUEST_FILES,
	ROW_REQUEST_MTOM,
	ROW_RESPONSE,
	ROW_RESPONSE_REJECTED,
	ROW_RESPONSE_STATUS,
	ROW_TAKE_REQUEST,
	ROW_TAKE_REQUEST_FILES,
	ROW_TAKE_NO_REQUEST,
	ROW_TAKE_RESPONSE,
	ROW_TAKE_REJECTED,
	ROW_TAKE_STATUS,
	ROW_TAKE_ASYNC,
	ROW_TAKE_NO_RESPONSE,
	ROW_ACK,
	ROW_ACK_REFUSAL,
	ROW_ACK_AGAIN,
	ROW_STATUS_EMPTY,
	ROW_STATUS,
	ROW_STATISTICS,
	ROWS
};

/* How the same answer may be written. */
enum form {
	FORM_AS_IS,
	FORM_NO_HEADER,
	FORM_FOREIGN_HEADER,
	FORM_PREFIXES,
	FORM_DEFAULTS,
	FORM_SPACES,
	FORM_DECLARED,
	FORMS
};

struct tally {
	unsigned valid[ROWS][VERSIONS]; /* calls by a published schema */
	unsigned read[ROWS][VERSIONS]; /* answers in some form */
	unsigned verified[ROWS][VERSIONS]; /* signatures in them */
	unsigned forms[FORMS][2][2]; /* SOAP-ENV, multipart */
	unsigned converted[VERSIONS][VERSIONS]; /* sent in, taken in */
	unsigned faults[OPS][VERSIONS];
	unsigned numbers[OPS][VERSIONS];
	unsigned async[2][VERSIONS]; /* by GetResponse, by GetStatus */
	unsigned fate[4]; /* NONE, RETRY, REFUSE, HOLD */
	unsigned wire; /* forms as live SMEV and proxies have them */
	unsigned wsdl_faults[OPS][VERSIONS]; /* declared, and known to us */
};

extern struct tally tally;

extern const char *const form_names[FORMS];
extern const char *const version_names[VERSIONS];

/* Append xml, an envelope, in another form; its meaning is the same. */
void form_write(enum form form, const char *xml, size_t bytes, struct buf *out);
/* Append *tally as doc/CONFORMANCE.md. */
void page_write(struct buf *out);

/* Tests; each adds to tally. */
void each_operation_is_understood_in_each_form(void **state);
void what_is_sent_in_one_version_is_taken_in_another(void **state);
void each_fault_has_its_fate_in_each_answer(void **state);
void each_number_has_its_fate(void **state);
void each_later_rejection_has_its_fate(void **state);
void each_fault_of_the_published_wsdl_is_known(void **state);

void the_published_call_with_a_file_is_taken_apart(void **state);
void the_type_of_content_says_only_whether_there_are_parts(void **state);
void a_message_is_read_without_what_smev_leaves_out(void **state);

#endif
