#include "crypto/gost.h"

#include <assert.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/conf.h>
#include <openssl/crypto.h>
#include <openssl/err.h>

#include "base/err.h"

/* Streebog works on blocks of 64 bytes in both lengths (RFC 6986). */
#define STREEBOG_BLOCK 64

static const struct {
	const char *name; /* as gost-engine registers it */
	size_t bytes;
} digests[] = {
	[GOST_STREEBOG_256] = { "md_gost12_256", 32 },
	[GOST_STREEBOG_512] = { "md_gost12_512", 64 },
	[GOST_34_11_94] = { "md_gost94", 32 },
};

#define DIGEST_COUNT (sizeof(digests) / sizeof(digests[0]))

static const EVP_MD *loaded[DIGEST_COUNT];
/* One context a digest: a process here has one thread. */
static EVP_MD_CTX *shared_ctx;

/* The configuration beside a program that runs from its build tree. */
static bool
beside_program(char *path, size_t room)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	char *slash;
	int len;

	if (n <= 0)
		return false;
	exe[n] = '\0';
	slash = strrchr(exe, '/');
	if (slash == NULL)
		return false;
	*slash = '\0';
	len = snprintf(path, room, "%s/etc/openssl-gost.cnf", exe);
	return len > 0 && (size_t)len < room && access(path, R_OK) == 0;
}

static const char *
default_conf(char *path, size_t room)
{
	const char *env = secure_getenv("KONTINGENT_OPENSSL_CONF");

	if (env != NULL && env[0] != '\0')
		return env;
	if (beside_program(path, room))
		return path;
	return KONTINGENT_DATADIR "/openssl-gost.cnf";
}

static const char *
openssl_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	return reason == NULL ? "no reason given" : reason;
}

int
gost_setup(const char *conf_path, struct err *err)
{
	static const uint64_t flags = OPENSSL_INIT_ENGINE_DYNAMIC
	    | OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS
	    | OPENSSL_INIT_ADD_ALL_CIPHERS;
	char path[PATH_MAX + 32];

	if (loaded[0] != NULL)
		return 0;
	if (conf_path == NULL || *conf_path == '\0')
		conf_path = default_conf(path, sizeof(path));
	/* First of all, or OpenSSL reads the system's openssl.cnf too. */
	if (OPENSSL_init_crypto(flags, NULL) != 1)
		return err_set(err, ERR_FATAL, "GOST_LOAD",
		    "OpenSSL does not start: %s", openssl_reason());
	if (CONF_modules_load_file(conf_path, NULL, 0) != 1)
		return err_set(err, ERR_FATAL, "GOST_LOAD",
		    "%s can't be loaded: %s", conf_path, openssl_reason());
	for (size_t i = DIGEST_COUNT; i-- > 0;) {
		/* Not EVP_MD_fetch(): it does not see digests of engines. */
		loaded[i] = EVP_get_digestbyname(digests[i].name);
		if (loaded[i] == NULL) {
			loaded[0] = NULL;
			return err_set(err, ERR_FATAL, "GOST_LOAD",
			    "%s brings no %s", conf_path, digests[i].name);
		}
	}
	shared_ctx = EVP_MD_CTX_new();
	if (shared_ctx == NULL)
		abort();
	return 0;
}

const EVP_MD *
gost_md(enum gost_digest which)
{
	assert(which < DIGEST_COUNT && loaded[which] != NULL);
	return loaded[which];
}

size_t
gost_digest_bytes(enum gost_digest which)
{
	assert(which < DIGEST_COUNT);
	return digests[which].bytes;
}

/* A digest fails only when memory is out or the engine is broken. */
static void
must(int ok)
{
	if (ok != 1)
		abort();
}

void
gost_digest(
    enum gost_digest which, const void *p, size_t bytes, unsigned char *ret)
{
	must(EVP_DigestInit_ex(shared_ctx, gost_md(which), NULL));
	must(EVP_DigestUpdate(shared_ctx, p, bytes));
	must(EVP_DigestFinal_ex(shared_ctx, ret, NULL));
}

void
gost_stream_init(struct gost_stream *stream, enum gost_digest which)
{
	stream->which = which;
	stream->ctx = EVP_MD_CTX_new();
	if (stream->ctx == NULL)
		abort();
	must(EVP_DigestInit_ex(stream->ctx, gost_md(which), NULL));
}

void
gost_stream_add(struct gost_stream *stream, const void *p, size_t bytes)
{
	must(EVP_DigestUpdate(stream->ctx, p, bytes));
}

void
gost_stream_end(struct gost_stream *stream, unsigned char *ret)
{
	must(EVP_DigestFinal_ex(stream->ctx, ret, NULL));
	must(EVP_DigestInit_ex(stream->ctx, gost_md(stream->which), NULL));
}

void
gost_stream_release(struct gost_stream *stream)
{
	EVP_MD_CTX_free(stream->ctx);
	stream->ctx = NULL;
}

/* Half of an HMAC: the digest of (key xor pad) and then the bytes at p. */
static void
hmac_pass(const unsigned char key[32], unsigned char pad, const void *p,
    size_t bytes, unsigned char ret[32])
{
	unsigned char block[STREEBOG_BLOCK];

	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < 32; i++)
		block[i] ^= key[i];
	must(EVP_DigestInit_ex(shared_ctx, gost_md(GOST_STREEBOG_256), NULL));
	must(EVP_DigestUpdate(shared_ctx, block, sizeof(block)));
	must(EVP_DigestUpdate(shared_ctx, p, bytes));
	must(EVP_DigestFinal_ex(shared_ctx, ret, NULL));
	OPENSSL_cleanse(block, sizeof(block));
}

void
gost_hmac(const unsigned char key[32], const void *p, size_t bytes,
    unsigned char ret[32])
{
	unsigned char inner[32];

	hmac_pass(key, 0x36, p, bytes, inner);
	hmac_pass(key, 0x5c, inner, sizeof(inner), ret);
	OPENSSL_cleanse(inner, sizeof(inner));
}
