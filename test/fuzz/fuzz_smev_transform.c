/*
 * Fuzz target: the SMEV transform, over octets as they come, and over XML.
 * What the scan makes of canonical XML is canonical again, and final.
 */
#include "test/fuzz/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "crypto/smev_transform.h"

/* The transform of its own result may only number prefixes anew. */
static void
check_again(const struct buf *once)
{
	struct err err = { 0 };
	struct buf twice, thrice;

	buf_init(&twice, 0);
	buf_init(&thrice, 0);
	if (smev_transform(buf_text(once), once->bytes, &twice, &err) == -1
	    || smev_transform(buf_text(&twice), twice.bytes, &thrice, &err)
		== -1
	    || twice.bytes != thrice.bytes
	    || memcmp(buf_text(&twice), buf_text(&thrice), twice.bytes) != 0)
		abort();
	buf_release(&thrice);
	buf_release(&twice);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, 0);
	(void)smev_transform_canonical(data, bytes, &out, &err);
	buf_clear(&out);
	if (smev_transform(data, bytes, &out, &err) == 0)
		check_again(&out);
	buf_release(&out);
	return 0;
}
