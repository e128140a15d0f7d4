/*
 * model/document.h - identity documents: normal form, checks, and which of
 * them may be a key.
 *
 * Kinds are the two-digit codes of the federal list (21 passport of Russia,
 * 03 birth certificate).  Source: domain MODEL 2.2 and 4.1.
 */
#ifndef MODEL_DOCUMENT_H
#define MODEL_DOCUMENT_H

#include <stdbool.h>

struct arena;
struct document;

#define DOCUMENT_PASSPORT "21"
#define DOCUMENT_BIRTH    "03"
#define CERT_SERIES_BYTES 16 /* six Roman, dash, two Cyrillic, NUL */

enum document_verdict {
	DOCUMENT_GOOD,
	DOCUMENT_SERIES, /* D_SERIES: not of the form of its kind */
	DOCUMENT_NUMBER, /* D_NUMBER: not of the form of its kind, or missing */
	DOCUMENT_PLACEHOLDER, /* all zero or all equal digits: never a key */
};

/*
 * The series of a ZAGS certificate, "I-КА": Roman numeral in Latin letters, a
 * dash, two Cyrillic capitals, from what people type instead: digits (1-КА),
 * Cyrillic look-alikes (І, У, Х, П, Ш), l, |, lower case, no dash, spaces.
 *
 * Returns 0 with ret_series, or -1: it can't be read so.
 */
int cert_series(
    struct arena *arena, const char *text, char ret_series[CERT_SERIES_BYTES]);

/*
 * Bring series and number of *document to their normal form, in arena: two
 * digits of kind (19 is 18), no spaces in a passport, certificate series as above.  What
 * can't be read so is only cleaned.
 */
void document_normal(struct arena *arena, struct document *document);
/*
 * Series and number from one text, "43 34 444444" or "I-КА 200630", by the
 * form of document->kind; what does not split is the number.
 */
void document_split(
    struct arena *arena, struct document *document, const char *text);
/* Judge a document in normal form. */
enum document_verdict document_check(const struct document *document);
/* Its kind and number are said, the check is good: it may be a key. */
bool document_usable(const struct document *document);

#endif
