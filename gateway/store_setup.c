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
#include "queue/queue.h"
#include "registry/key_mark.h"
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
 * the tables can try names against it.  It is never made twice: a database
 * that was written with a key wants that one.
 */
static int
load_key(const char *path, bool known, struct err *err)
{
	struct buf buf;
	int rc = -1;

	buf_init(&buf, 0);
	if (access(path, F_OK) == -1 && known) {
		(void)err_set(err, ERR_FATAL, "KEY_REGISTRY",
		    "%s is not there, and the database was written with it",
		    path);
	} else if (access(path, F_OK) == -1) {
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

/* The key, and the database's word that it is the right one. */
static int
setup_key(const struct config *config, struct store *store, struct err *err)
{
	struct store_tx *tx;
	char path[4096];
	bool known, fits;

	(void)snprintf(
	    path, sizeof(path), "%s/registry.key", config->state_folder);
	tx = store_begin(store);
	known = key_mark_known(tx);
	if (store_commit(tx, err) == -1 || load_key(path, known, err) == -1)
		return -1;
	tx = store_begin(store);
	fits = key_mark_fits(tx);
	if (store_commit(tx, err) == -1)
		return -1;
	if (!fits)
		return err_set(err, ERR_FATAL, "KEY_REGISTRY",
		    "%s is not the key that the database was written with",
		    path);
	return 0;
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
	    || store_open(config->database, ret, err) == -1
	    || store_migrate(*ret, err) == -1)
		return -1;
	name_setup();
	journal_setup(hash);
	queue_setup((int)config->node);
	rank_setup(config);
	registry_setup(&settings);
	return setup_key(config, *ret, err);
}
