/* Runs in the signer, and in `kontingentd -n`. */
#include "gateway/keys.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "crypto/gost.h"
#include "crypto/key_suite.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "gateway/config.h"
#include "gateway/flow/trusts.h"
#include "gateway/http/http_tls.h"

struct key {
	const struct config_key *config;
	struct keypair *pair; /* NULL: not open */
	struct buf pin;
};

struct keys {
	struct key *items;
	struct key_times *times;
	size_t count;
	int active[KEY_USES]; /* last chosen, to tell a change */
};

static const char *const use_names[KEY_USES] = { "system", "personal" };

/* When what may sign would have taken over. */
static int64_t
begins(const struct key_times *times)
{
	return times->since_ms != 0 ? times->since_ms : times->not_before_ms;
}

int
keys_choose(const struct key_times *times, size_t count, enum key_use use,
    int64_t now_ms)
{
	int best = -1;

	for (size_t i = 0; i < count; i++) {
		const struct key_times *t = &times[i];

		if (t->uses[use] && now_ms >= t->since_ms
		    && now_ms >= t->not_before_ms && now_ms <= t->not_after_ms
		    && (best == -1 || begins(t) >= begins(&times[best])))
			best = (int)i;
	}
	return best;
}

static int
named(struct err *err, const struct config_key *config)
{
	const struct err why = *err;

	return err_set(
	    err, why.kind, why.code, "key %s: %.160s", config->name, why.text);
}

/* Its dates, and that its certificate is one for messages. */
static int
read_times(
    const struct config_key *config, struct key_times *ret, struct err *err)
{
	const struct key_suite *suite;
	X509 *cert;
	int rc = 0;

	if (cert_load(config->cert, &cert, err) == -1)
		return -1;
	suite = key_suite_of(X509_get0_pubkey(cert));
	if (suite == NULL || suite->gost == -1)
		rc = err_set(err, ERR_FATAL, "KEY_READ",
		    "%s: not a key of GOST R 34.10-2012", config->cert);
	ret->uses[KEY_SYSTEM] = config->system;
	ret->uses[KEY_PERSONAL] = config->personal;
	ret->since_ms = config->since_ms;
	trust_dates(cert, &ret->not_before_ms, &ret->not_after_ms);
	X509_free(cert);
	return rc;
}

static int
read_key(struct key *key, struct key_times *times, struct err *err)
{
	const struct config_key *config = key->config;

	if (read_times(config, times, err) == -1)
		return -1;
	if (*config->pin_file != '\0'
	    && key_pin_read(config->pin_file, &key->pin, err) == -1)
		return -1;
	return *config->file == '\0'
	    ? 0
	    : keypair_load(config->file, config->cert, &key->pair, err);
}

int
keys_read(const struct config *config, struct keys **ret, struct err *err)
{
	struct keys *keys = xcalloc(1, sizeof(*keys));

	(void)signal(SIGPIPE, SIG_IGN); /* a program may die */
	keys->items = xcalloc(config->key_count + 1, sizeof(*keys->items));
	keys->times = xcalloc(config->key_count + 1, sizeof(*keys->times));
	for (int use = 0; use < KEY_USES; use++)
		keys->active[use] = -1;
	for (size_t i = 0; i < config->key_count; i++) {
		struct key *key = &keys->items[keys->count++];

		key->config = &config->keys[i];
		buf_init(&key->pin, 0);
		if (read_key(key, &keys->times[i], err) == -1) {
			named(err, key->config);
			keys_free(keys);
			return -1;
		}
	}
	*ret = keys;
	return 0;
}

static int
open_key(struct key *key, struct err *err)
{
	const struct config_key *config = key->config;
	const struct key_place place = {
		.cert = config->cert,
		.module = *config->module == '\0' ? NULL : config->module,
		.token = config->token,
		.object = config->object,
		.object_id = config->object_id,
		.pin = buf_text(&key->pin),
		.command = config->command.items,
		.command_words = config->command.count,
		.timeout_ms = config->timeout_ms,
		.use = use_names[config->system ? KEY_SYSTEM : KEY_PERSONAL],
	};

	return keypair_open(&place, &key->pair, err);
}

static bool
needed(const struct keys *keys, size_t at, int64_t now_ms)
{
	for (int use = 0; use < KEY_USES; use++)
		if (keys_choose(
			keys->times, keys->count, (enum key_use)use, now_ms)
		    == (int)at)
			return true;
	return false;
}

static void
forget_pin(struct key *key)
{
	if (key->pin.data != NULL)
		explicit_bzero(key->pin.data, key->pin.bytes);
	buf_clear(&key->pin);
}

int
keys_open(struct keys *keys, int64_t now_ms, struct err *err)
{
	for (size_t i = 0; i < keys->count; i++) {
		struct key *key = &keys->items[i];
		int rc = key->pair != NULL ? 0 : open_key(key, err);

		forget_pin(key);
		if (rc == 0)
			continue;
		named(err, key->config);
		if (needed(keys, i, now_ms))
			return -1;
		log_event(LOG_LEVEL_WARN,
		    "event=key name=%s result=not-opened code=%s why=\"%s\"",
		    key->config->name, err->code, err->text);
	}
	return 0;
}

void
keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->count; i++) {
		forget_pin(&keys->items[i]);
		buf_release(&keys->items[i].pin);
		keypair_free(keys->items[i].pair);
	}
	free(keys->items);
	free(keys->times);
	free(keys);
}

/* One line when another one signs than before. */
static void
tell(struct keys *keys, enum key_use use, int now)
{
	if (keys->active[use] == now)
		return;
	keys->active[use] = now;
	if (now == -1)
		log_event(LOG_LEVEL_ERROR, "event=key use=%s result=none",
		    use_names[use]);
	else
		log_event(LOG_LEVEL_INFO,
		    "event=key use=%s name=%s result=active", use_names[use],
		    keys->items[now].config->name);
}

int
keys_signer(struct keys *keys, enum key_use use, enum sign_form form,
    int64_t now_ms, struct keypair **ret, struct err *err)
{
	int at = keys_choose(keys->times, keys->count, use, now_ms);

	if (at == -1 && form == SIGN_PKCS7 && use == KEY_PERSONAL) {
		use = KEY_SYSTEM;
		at = keys_choose(keys->times, keys->count, use, now_ms);
	}
	tell(keys, use, at);
	if (at == -1)
		return err_set(err, ERR_RETRY, "KEY_NONE",
		    "no valid key for the use %s", use_names[use]);
	if (keys->items[at].pair == NULL)
		return err_set(err, ERR_FATAL, "KEY_LOST",
		    "key %s was not opened", keys->items[at].config->name);
	*ret = keys->items[at].pair;
	return 0;
}

/* A token or a program is not touched: it may be another's turn to use it. */
static int
check_key(const struct config_key *config, struct err *err)
{
	const char *program =
	    config->command.count == 0 ? NULL : config->command.items[0];

	if (program != NULL && access(program, X_OK) == -1)
		return err_set(err, ERR_FATAL, "KEY_COMMAND",
		    "%s: can't be started", program);
	return 0;
}

int
keys_check(const struct config *config, struct err *err)
{
	struct trusts *trusts;
	struct keys *keys;
	SSL_CTX *tls;

	if (gost_setup(config->openssl_conf, err) == -1
	    || keys_read(config, &keys, err) == -1)
		return -1;
	keys_free(keys);
	if (trusts_open(config, &trusts, err) == -1)
		return -1;
	trusts_free(trusts);
	if (http_tls_new(&config->http, &tls, err) == -1)
		return -1;
	SSL_CTX_free(tls);
	for (size_t i = 0; i < config->key_count; i++)
		if (check_key(&config->keys[i], err) == -1)
			return named(err, &config->keys[i]);
	return 0;
}
