#include "crypto/dsig_names.h"

#include <assert.h>
#include <string.h>

#include <openssl/obj_mac.h>

#define CPXMLSEC "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
#define MORE     "http://www.w3.org/2001/04/xmldsig-more#"

static const struct dsig_suite suites[] = {
	{ GOST_STREEBOG_256, NID_id_GostR3410_2012_256,
	    CPXMLSEC "gostr34112012-256",
	    CPXMLSEC "gostr34102012-gostr34112012-256" },
	{ GOST_STREEBOG_512, NID_id_GostR3410_2012_512,
	    CPXMLSEC "gostr34112012-512",
	    CPXMLSEC "gostr34102012-gostr34112012-512" },
	/* Old messages, verify only, under either of two names. */
	{ GOST_34_11_94, NID_id_GostR3410_2001, MORE "gostr3411",
	    MORE "gostr34102001-gostr3411" },
	{ GOST_34_11_94, NID_id_GostR3410_2001, CPXMLSEC "gostr3411",
	    CPXMLSEC "gostr34102001-gostr3411" },
};

#define SUITE_COUNT (sizeof(suites) / sizeof(suites[0]))

const struct dsig_suite *
dsig_suite_by_signature(const char *uri)
{
	for (size_t i = 0; i < SUITE_COUNT; i++)
		if (strcmp(suites[i].signature_uri, uri) == 0)
			return &suites[i];
	return NULL;
}

const struct dsig_suite *
dsig_suite_by_digest(const char *uri)
{
	for (size_t i = 0; i < SUITE_COUNT; i++)
		if (strcmp(suites[i].digest_uri, uri) == 0)
			return &suites[i];
	return NULL;
}

const struct dsig_suite *
dsig_suite_for(enum gost_digest digest)
{
	assert(digest != GOST_34_11_94);
	return &suites[digest == GOST_STREEBOG_256 ? 0 : 1];
}

const struct dsig_suite *
dsig_suites(size_t *ret_count)
{
	*ret_count = SUITE_COUNT;
	return suites;
}
