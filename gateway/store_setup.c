#include "gateway/store_setup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/rand.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/rank.h"
#include "model/name.h"
#include "queue/journal.h"
#include "registry/registry.h"
#include "store/migrate.h"
#include "store/store.h"

#define KEY_BYTES 32

static unsigned char registry_key[KEY_BYTES];

static void
hash(const void *p, size_t bytes, unsigned char ret[32])
{
	gost_digest(GOST_STREEBOG_256, p, bytes, ret);
}

static void
keyed_hash(const unsigned char *key, const void *p, size_t bytes,
    unsigned char ret[32])
{
	gost_hmac(key, p, bytes, ret);
}

/*
 * The key of the combined identifiers' index: made once, kept beside the data.
 * Without it the index can't be told from noise, so nobody who finds a copy of
 * the tables can try names against it.
 */
static int
load_key(const struct config *config, struct err *err)
{
	char path[4096];
	struct buf buf;
	int rc = -1;

	(void)snprintf(
	    path, sizeof(path), "%s/registry.key", config->state_folder);
	buf_init(&buf, 0);
	if (access(path, F_OK) == -1) {
		rand_bytes(registry_key, KEY_BYTES);
		rc = file_write(path, registry_key, KEY_BYTES, err);
	} else if (file_read(path, KEY_BYTES, &buf, err) == 0) {
		if (buf.bytes == KEY_BYTES) {
			memcpy(registry_key, buf.data, KEY_BYTES);
			rc = 0;
		} else {
			(void)err_set(err, ERR_FATAL, "KEY_READ",
			    "%s is not 32 bytes", path);
		}
	}
	buf_release(&buf);
	return rc;
}

int
store_setup(const struct config *config, struct store **ret, struct err *err)
{
	struct registry_settings settings = {
		.region = config->region,
		.hmac_key = registry_key,
		.hmac = keyed_hash,
		.trust = rank_of,
	};

	if (gost_setup(config->openssl_conf, err) == -1
	    || load_key(config, err) == -1
	    || store_open(config->database, ret, err) == -1
	    || store_migrate(*ret, err) == -1)
		return -1;
	name_setup();
	journal_setup(hash);
	rank_setup(config);
	registry_setup(&settings);
	return 0;
}
