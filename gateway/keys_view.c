#include "gateway/keys_view.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "crypto/key_suite.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "gateway/config.h"
#include "gateway/keys.h"

struct keys_view {
	struct key_times *times;
	int *digests;
	size_t count;
};

static int
read_one(const struct config_key *key, struct key_times *ret_times,
    int *ret_digest, struct err *err)
{
	const struct key_suite *suite;
	X509 *cert;

	if (cert_load(key->cert, &cert, err) == -1)
		return -1;
	suite = key_suite_of(X509_get0_pubkey(cert));
	*ret_digest = suite == NULL || suite->gost == -1 ? GOST_STREEBOG_256
							 : suite->gost;
	*ret_times = (struct key_times){ .since_ms = key->since_ms };
	ret_times->uses[KEY_SYSTEM] = key->system;
	ret_times->uses[KEY_PERSONAL] = key->personal;
	trust_dates(cert, &ret_times->not_before_ms, &ret_times->not_after_ms);
	X509_free(cert);
	return 0;
}

int
keys_view_read(
    const struct config *config, struct keys_view **ret, struct err *err)
{
	struct keys_view *view = xcalloc(1, sizeof(*view));
	size_t count = config->key_count;

	view->times = xcalloc(count + 1, sizeof(*view->times));
	view->digests = xcalloc(count + 1, sizeof(*view->digests));
	for (; view->count < count; view->count++) {
		if (read_one(&config->keys[view->count],
			&view->times[view->count], &view->digests[view->count],
			err)
		    == 0)
			continue;
		keys_view_free(view);
		return -1;
	}
	*ret = view;
	return 0;
}

void
keys_view_free(struct keys_view *view)
{
	if (view == NULL)
		return;
	free(view->times);
	free(view->digests);
	free(view);
}

enum gost_digest
keys_view_digest(const struct keys_view *view, int64_t now_ms)
{
	int at = view == NULL
	    ? -1
	    : keys_choose(view->times, view->count, KEY_PERSONAL, now_ms);

	if (at == -1 && view != NULL)
		at = keys_choose(view->times, view->count, KEY_SYSTEM, now_ms);
	return at == -1 ? GOST_STREEBOG_256
			: (enum gost_digest)view->digests[at];
}
