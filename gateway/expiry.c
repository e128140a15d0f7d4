/* Runs in store: what ends, read from the files of the settings. */
#include "gateway/expiry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/x509.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "crypto/cert_files.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "gateway/config.h"
#include "gateway/keys.h"

#define DAY_MS INT64_C(86400000)

/* What expiry_remember() read; a process has one. */
static struct {
	struct arena *arena;
	struct expiry_item *items;
	size_t count;
} remembered;

struct list {
	const struct config *config;
	struct arena *arena;
	int64_t now_ms;
	struct expiry_item *items; /* grown with xrealloc() */
	size_t count;
	/* of what is being read */
	const char *kind, *name, *stops;
};

static struct expiry_item *
add(struct list *list, const char *kind, const char *name, const char *path)
{
	struct expiry_item *item;

	list->items =
	    xrealloc(list->items, (list->count + 1) * sizeof(*list->items));
	item = &list->items[list->count++];
	*item = (struct expiry_item){ .kind = kind,
		.name = name,
		.use = "",
		.place = "",
		.path = arena_strdup(list->arena, path),
		.serial = "",
		.fingerprint = "",
		.stops = "",
		.problem = "" };
	return item;
}

static const char *
serial_of(struct arena *arena, const ASN1_INTEGER *serial)
{
	BIGNUM *number =
	    serial == NULL ? NULL : ASN1_INTEGER_to_BN(serial, NULL);
	char *hex = number == NULL ? NULL : BN_bn2hex(number);
	const char *copy = hex == NULL ? "" : arena_strdup(arena, hex);

	OPENSSL_free(hex);
	BN_free(number);
	return copy;
}

static void
fill_cert(struct list *list, struct expiry_item *item, X509 *cert)
{
	char fingerprint[65];

	trust_fingerprint(cert, fingerprint);
	item->fingerprint = arena_strdup(list->arena, fingerprint);
	item->serial = serial_of(list->arena, X509_get0_serialNumber(cert));
	trust_dates(cert, &item->from_ms, &item->until_ms);
}

static void
fill_crl(struct list *list, struct expiry_item *item, X509_CRL *crl)
{
	ASN1_INTEGER *number =
	    X509_CRL_get_ext_d2i(crl, NID_crl_number, NULL, NULL);

	item->serial = serial_of(list->arena, number);
	ASN1_INTEGER_free(number);
	trust_crl_dates(crl, &item->from_ms, &item->until_ms);
	if (item->until_ms == 0) /* it does not say when it ends */
		item->until_ms = INT64_MAX;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? path : slash + 1;
}

static void
on_found(void *arg, const char *path, X509 *cert, X509_CRL *crl)
{
	struct list *list = arg;
	struct expiry_item *item =
	    add(list, crl != NULL ? "crl" : list->kind, list->name, path);

	if (list->name == NULL)
		item->name = base_name(item->path);
	item->stops = list->stops;
	if (crl == NULL) {
		fill_cert(list, item, cert);
		return;
	}
	fill_crl(list, item, crl);
	item->stops = "подписи, выданные этим центром, будут удержаны "
		      "(DSIG_CRL_STALE)";
}

/* Not ours to read any more; a file that is gone is another matter. */
static bool
is_forbidden(const char *path)
{
	return access(path, R_OK) == -1 && errno == EACCES;
}

/* What is remembered of the file or folder path; false: nothing. */
static bool
add_remembered(
    struct list *list, const char *kind, const char *name, const char *path)
{
	size_t bytes = strlen(path), before = list->count;

	for (size_t i = 0; is_forbidden(path) && i < remembered.count; i++) {
		const struct expiry_item *old = &remembered.items[i];

		if (*old->problem == '\0'
		    && (name == NULL || strcmp(old->name, name) == 0)
		    && (strcmp(old->kind, kind) == 0
			|| strcmp(old->kind, "crl") == 0)
		    && strncmp(old->path, path, bytes) == 0
		    && (old->path[bytes] == '\0' || old->path[bytes] == '/'))
			*add(list, kind, old->name, old->path) = *old;
	}
	return list->count != before;
}

/* All of the file or folder; one that can't be read is an item, too. */
static void
add_files(struct list *list, const char *kind, const char *name,
    const char *path, const char *stops)
{
	struct expiry_item *item;
	size_t before = list->count;
	struct err err;

	if (*path == '\0')
		return;
	list->kind = kind;
	list->name = name;
	list->stops = stops;
	if (cert_files_each(path, on_found, list, &err) == 0)
		return;
	list->count = before;
	if (add_remembered(list, kind, name, path))
		return;
	item = add(list, kind, name, path);
	if (name == NULL)
		item->name = base_name(item->path);
	item->stops = stops;
	item->problem = arena_strdup(list->arena, err.text);
}

static const char *
use_of(const struct config_key *key)
{
	return key->system && key->personal ? "system personal"
	    : key->system                   ? "system"
					    : "personal";
}

static const char *
place_of(const struct config_key *key)
{
	return *key->module != '\0'   ? "token"
	    : key->command.count != 0 ? "program"
				      : "file";
}

/* What stops when key i is over: nothing where another goes on. */
static const char *
key_stops(const struct key_times *times, size_t count, size_t i)
{
	int64_t after_ms = times[i].not_after_ms + 1;
	bool system = times[i].uses[KEY_SYSTEM]
	    && keys_choose(times, count, KEY_SYSTEM, after_ms) == -1;
	bool personal = times[i].uses[KEY_PERSONAL]
	    && keys_choose(times, count, KEY_PERSONAL, after_ms) == -1;

	return system && personal
	    ? "весь обмен со СМЭВ и подписи должностного лица"
	    : system   ? "весь обмен со СМЭВ: подписывать вызовы будет нечем"
	    : personal ? "отправка видов сведений, которым нужна подпись "
			 "должностного лица"
		       : "";
}

/* The dates of one key, as its certificate says or is remembered. */
static bool
read_key(struct list *list, struct expiry_item *item, const char *path)
{
	struct expiry_item *old;
	struct err err;
	X509 *cert;

	if (cert_load(path, &cert, &err) == 0) {
		fill_cert(list, item, cert);
		X509_free(cert);
		return true;
	}
	for (size_t i = 0; is_forbidden(path) && i < remembered.count; i++) {
		old = &remembered.items[i];
		if (strcmp(old->kind, "key") != 0 || *old->problem != '\0'
		    || strcmp(old->path, path) != 0)
			continue;
		item->serial = old->serial;
		item->fingerprint = old->fingerprint;
		item->from_ms = old->from_ms;
		item->until_ms = old->until_ms;
		return true;
	}
	item->problem = arena_strdup(list->arena, err.text);
	item->stops = "обмен со СМЭВ";
	return false; /* it is for no use */
}

static void
add_keys(struct list *list)
{
	const struct config *config = list->config;
	struct key_times *times =
	    xcalloc(config->key_count + 1, sizeof(*times));
	size_t first = list->count;

	for (size_t i = 0; i < config->key_count; i++) {
		const struct config_key *key = &config->keys[i];
		struct expiry_item *item =
		    add(list, "key", key->name, key->cert);

		item->use = use_of(key);
		item->place = place_of(key);
		if (!read_key(list, item, key->cert))
			continue;
		times[i] = (struct key_times){ { key->system, key->personal },
			key->since_ms, item->from_ms, item->until_ms };
	}
	for (size_t i = 0; i < config->key_count; i++) {
		struct expiry_item *item = &list->items[first + i];

		if (*item->problem != '\0')
			continue;
		item->stops = key_stops(times, config->key_count, i);
		for (int use = 0; use < KEY_USES; use++)
			item->active |= keys_choose(times, config->key_count,
					    (enum key_use)use, list->now_ms)
			    == (int)i;
	}
	free(times);
}

static void
add_believed(struct list *list)
{
	const struct config *config = list->config;

	for (size_t i = 0; i < config->smev.smev_cert.count; i++)
		add_files(list, "smev", "smev_cert",
		    config->smev.smev_cert.items[i],
		    "приём от СМЭВ: её подписи этим ключом не поверим");
	for (size_t i = 0; i < config->source_count; i++) {
		const struct config_source *source = &config->sources[i];

		for (size_t j = 0; j < source->signer.count; j++)
			add_files(list, "source", source->name,
			    source->signer.items[j],
			    arena_printf(list->arena,
				"пакеты источника %s, подписанные этим ключом",
				source->name));
	}
	add_files(list, "tls", "http.tls_cert", config->http.tls_cert,
	    "приём по HTTPS: клиенты не поверят серверу");
	add_files(list, "client-ca", NULL, config->http.client_ca,
	    "вход клиентов по сертификатам этого центра");
	add_files(list, "ca", NULL, config->smev.ca_folder,
	    "доверие подписям, сертификаты которых выдал этот центр");
}

size_t
expiry_list(const struct config *config, int64_t now_ms, struct arena *arena,
    struct expiry_item **ret)
{
	struct list list = { .config = config, .arena = arena };
	size_t bytes;

	list.now_ms = now_ms;
	add_keys(&list);
	add_believed(&list);
	bytes = list.count * sizeof(*list.items);
	*ret = arena_alloc(arena, bytes + 1);
	if (bytes != 0)
		memcpy(*ret, list.items, bytes);
	free(list.items);
	return list.count;
}

void
expiry_remember(const struct config *config)
{
	struct arena *arena = arena_new();
	struct expiry_item *items;
	size_t count = expiry_list(config, 0, arena, &items);

	arena_free(remembered.arena);
	remembered.arena = arena;
	remembered.items = items;
	remembered.count = count;
}

int64_t
expiry_days(const struct expiry_item *item, int64_t now_ms)
{
	int64_t left_ms = item->until_ms - now_ms;

	return left_ms >= 0 ? left_ms / DAY_MS : -((-left_ms - 1) / DAY_MS) - 1;
}

bool
expiry_soon(const struct expiry_item *item, int64_t now_ms)
{
	return *item->problem != '\0'
	    || (*item->stops != '\0'
		&& item->until_ms - now_ms <= EXPIRY_SOON_DAYS * DAY_MS);
}

int
expiry_threshold(const struct expiry_item *item, int64_t now_ms)
{
	static const int thresholds[] = { 1, 7, 14, 30, 60 };
	int64_t left_ms = item->until_ms - now_ms;

	if (left_ms < 0)
		return 0;
	for (size_t i = 0; i < sizeof(thresholds) / sizeof(thresholds[0]); i++)
		if (left_ms <= thresholds[i] * DAY_MS)
			return thresholds[i];
	return -1;
}
