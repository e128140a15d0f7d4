#include "gateway/http/http_auth.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/mem.h"
#include "base/str.h"
#include "gateway/config.h"
#include "gateway/http/http_server.h"

#define DIGEST_BYTES  32
#define KEY_BYTES_MAX 768

/* One way a source may prove itself. */
struct proof {
	unsigned char digest[DIGEST_BYTES];
	size_t source; /* index in config->sources */
	bool is_cert;
};

/* Tokens of a source, in thousandths of a packet. */
struct bucket {
	int64_t tokens, at_ms;
};

struct http_auth {
	const struct config *config;
	struct proof *proofs;
	size_t proof_count;
	struct bucket *buckets;
};

static void
from_hex(unsigned char *ret, const char *hex)
{
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		const char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		ret[i] = (unsigned char)strtoul(pair, NULL, 16);
	}
}

static void
add_proofs(struct http_auth *auth, size_t source,
    const struct config_list *list, bool is_cert)
{
	for (size_t i = 0; i < list->count; i++) {
		struct proof *proof;

		auth->proofs = xrealloc(auth->proofs,
		    (auth->proof_count + 1) * sizeof(*auth->proofs));
		proof = &auth->proofs[auth->proof_count++];
		proof->source = source;
		proof->is_cert = is_cert;
		from_hex(proof->digest, list->items[i]);
	}
}

struct http_auth *
http_auth_new(const struct config *config)
{
	struct http_auth *auth = xcalloc(1, sizeof(*auth));

	auth->config = config;
	auth->buckets =
	    xcalloc(config->source_count + 1, sizeof(*auth->buckets));
	for (size_t i = 0; i < config->source_count; i++) {
		add_proofs(auth, i, &config->sources[i].key_sha256, false);
		add_proofs(auth, i, &config->sources[i].cert_sha256, true);
	}
	return auth;
}

void
http_auth_free(struct http_auth *auth)
{
	if (auth == NULL)
		return;
	free(auth->proofs);
	free(auth->buckets);
	free(auth);
}

/* Look at every proof, so that the time taken tells nothing. */
static const struct config_source *
find(const struct http_auth *auth, const unsigned char *digest, bool is_cert)
{
	const struct config_source *found = NULL;

	for (size_t i = 0; i < auth->proof_count; i++) {
		const struct proof *proof = &auth->proofs[i];

		if (CRYPTO_memcmp(proof->digest, digest, DIGEST_BYTES) == 0
		    && proof->is_cert == is_cert)
			found = &auth->config->sources[proof->source];
	}
	return found;
}

/*
 * "NAME:KEY" in base64: clients of SOAP often know no other way.  The name says
 * nothing, the key tells who it is.
 */
static const char *
basic_key(const char *coded, char *room)
{
	size_t bytes = strlen(coded);
	char *colon;
	int got;

	if (bytes == 0 || bytes % 4 != 0 || bytes / 4 * 3 > KEY_BYTES_MAX)
		return NULL;
	got = EVP_DecodeBlock(
	    (unsigned char *)room, (const unsigned char *)coded, (int)bytes);
	for (size_t i = bytes; got > 0 && i > 0 && coded[i - 1] == '='; i--)
		got--;
	if (got <= 0)
		return NULL;
	room[got] = '\0';
	colon = strchr(room, ':');
	return colon == NULL || strlen(room) != (size_t)got ? NULL : colon + 1;
}

/* The key of "Bearer KEY" or "Basic NAME:KEY", or NULL. */
static const char *
key_of(const char *value, char room[KEY_BYTES_MAX + 1])
{
	bool basic = value != NULL && strncasecmp(value, "Basic ", 6) == 0;
	size_t bytes;

	if (value == NULL || (!basic && strncasecmp(value, "Bearer ", 7) != 0))
		return NULL;
	value += basic ? 6 : 7;
	value += strspn(value, " ");
	if (basic)
		value = basic_key(value, room);
	bytes = value == NULL ? 0 : strlen(value);
	return bytes > 0 && bytes <= KEY_BYTES_MAX ? value : NULL;
}

const struct config_source *
http_auth_source(struct http_auth *auth, const struct http_request *req,
    const char **ret_code)
{
	const char *value = http_head_get(&req->head, "Authorization");
	char room[KEY_BYTES_MAX + 1];
	const char *key = key_of(value, room);
	const struct config_source *by_key = NULL, *by_cert = NULL;
	unsigned char digest[EVP_MAX_MD_SIZE];

	*ret_code = "SRC_UNKNOWN";
	if (key != NULL
	    && EVP_Digest(key, strlen(key), digest, NULL, EVP_sha256(), NULL)
		== 1)
		by_key = find(auth, digest, false);
	if (value != NULL && by_key == NULL)
		return NULL; /* a wrong key is not made good by a certificate */
	if (req->cert_sha256[0] != '\0') {
		from_hex(digest, req->cert_sha256);
		by_cert = find(auth, digest, true);
	}
	if (by_key == NULL && by_cert == NULL)
		return NULL;
	*ret_code = "SRC_DENIED";
	if (by_key != NULL && by_cert != NULL && by_key != by_cert)
		return NULL;
	if (by_key == NULL)
		by_key = by_cert;
	return by_key->revoked ? NULL : by_key;
}

bool
http_auth_shows(const struct http_request *req, const char *sha256)
{
	char room[KEY_BYTES_MAX + 1];
	const char *key =
	    key_of(http_head_get(&req->head, "Authorization"), room);
	unsigned char want[EVP_MAX_MD_SIZE], is[EVP_MAX_MD_SIZE];

	from_hex(want, sha256);
	if (key != NULL
	    && EVP_Digest(key, strlen(key), is, NULL, EVP_sha256(), NULL) == 1
	    && CRYPTO_memcmp(want, is, DIGEST_BYTES) == 0)
		return true;
	if (req->cert_sha256[0] == '\0')
		return false;
	from_hex(is, req->cert_sha256);
	return CRYPTO_memcmp(want, is, DIGEST_BYTES) == 0;
}

int64_t
http_auth_rate(
    struct http_auth *auth, const struct config_source *source, int64_t now_ms)
{
	size_t at = (size_t)(source - auth->config->sources);
	struct bucket *bucket = &auth->buckets[at];
	int64_t full = source->rate * 1000; /* one second's worth at once */
	int64_t passed = now_ms - bucket->at_ms;

	assert(at < auth->config->source_count);
	if (source->rate == 0)
		return 0;
	if (bucket->at_ms == 0 || passed > 1000)
		passed = 1000;
	bucket->at_ms = now_ms;
	bucket->tokens += passed * source->rate;
	if (bucket->tokens > full)
		bucket->tokens = full;
	if (bucket->tokens < 1000)
		return 1;
	bucket->tokens -= 1000;
	return 0;
}
