/*
 * Fuzz target: detached PKCS#7.  Nobody is trusted, whatever the bytes say.
 */
#include "test/fuzz/fuzz.h"

#include <stdlib.h>

#include "base/err.h"
#include "crypto/cms.h"
#include "crypto/gost.h"
#include "crypto/trust.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	static struct trust *trust;
	unsigned char digest[GOST_DIGEST_MAX] = { 0 };
	struct cms_verdict verdict;
	struct err err = { 0 };
	struct cms *cms;

	if (trust == NULL) {
		if (gost_setup(NULL, &err) == -1)
			abort();
		trust = trust_new();
	}
	if (cms_read(data, bytes, &cms, &err) == -1)
		return 0;
	cms_check(cms, digest, trust, &verdict);
	if (verdict.trusted || verdict.why.kind == ERR_NONE)
		abort();
	cms_free(cms);
	return 0;
}
