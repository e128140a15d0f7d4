/*
 * A key on a token, by PKCS#11 itself: C_GetFunctionList of a shared object.
 *
 * One wrong PIN is all that is ever spent: a token remembers it
 * (CKF_USER_PIN_COUNT_LOW), and we do not log in to one that does, so that a
 * daemon which restarts does not lock it.
 */
#include "crypto/key_backend.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <p11-kit/pkcs11.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/* GOST R 34.10-2012 of 512 bits, as TC 26 numbers them for all vendors. */
#define TC26(n)            (0x80000000UL | 0x54321000UL | (n))
#define CKK_GOSTR3410_512_ TC26(0x003UL)
#define CKM_GOSTR3410_512_ TC26(0x006UL)

#define SLOTS_MAX          64
#define ID_BYTES           128

struct key_token {
	void *library;
	CK_FUNCTION_LIST *p11;
	CK_SESSION_HANDLE session;
	CK_OBJECT_HANDLE key;
	CK_MECHANISM_TYPE mechanism;
	const struct key_suite *suite;
	bool started, lost;
};

/* DER of a DigestInfo with SHA-256, up to the digest.  Source: RFC 8017, 9.2. */
static const unsigned char sha256_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09,
	0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	0x20 };

static int
bad(struct err *err, const char *what, CK_RV rv)
{
	return err_set(err, ERR_FATAL, "KEY_TOKEN", "%s (CKR 0x%lx)", what,
	    (unsigned long)rv);
}

/* Labels of tokens are filled with spaces. */
static bool
has_label(const CK_TOKEN_INFO *info, const char *label)
{
	size_t bytes = sizeof(info->label);

	while (bytes > 0 && info->label[bytes - 1] == ' ')
		bytes--;
	return strlen(label) == bytes && memcmp(info->label, label, bytes) == 0;
}

static int
find_slot(struct key_token *token, const char *label, CK_SLOT_ID *ret_slot,
    CK_FLAGS *ret_flags, struct err *err)
{
	CK_SLOT_ID slots[SLOTS_MAX];
	CK_ULONG count = SLOTS_MAX;
	CK_TOKEN_INFO info;
	CK_RV rv = token->p11->C_GetSlotList(CK_TRUE, slots, &count);

	if (rv != CKR_OK)
		return bad(err, "the module lists no slots", rv);
	for (CK_ULONG i = 0; i < count; i++) {
		if (token->p11->C_GetTokenInfo(slots[i], &info) != CKR_OK
		    || !has_label(&info, label))
			continue;
		*ret_slot = slots[i];
		*ret_flags = info.flags;
		return 0;
	}
	return err_set(
	    err, ERR_FATAL, "KEY_TOKEN", "no token is called %s", label);
}

static int
login(struct key_token *token, const struct key_place *place, struct err *err)
{
	CK_SLOT_ID slot;
	CK_FLAGS flags;
	CK_RV rv;

	if (find_slot(token, place->token, &slot, &flags, err) == -1)
		return -1;
	rv = token->p11->C_OpenSession(
	    slot, CKF_SERIAL_SESSION, NULL, NULL, &token->session);
	if (rv != CKR_OK)
		return bad(err, "the token opens no session", rv);
	if ((flags & CKF_LOGIN_REQUIRED) == 0)
		return 0;
	if (place->pin == NULL || *place->pin == '\0')
		return err_set(err, ERR_FATAL, "KEY_PIN",
		    "token %s wants a PIN", place->token);
	if ((flags
		& (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY
		    | CKF_USER_PIN_LOCKED))
	    != 0)
		return err_set(err, ERR_FATAL, "KEY_PIN",
		    "token %s was given a wrong PIN; log in by hand first",
		    place->token);
	rv = token->p11->C_Login(token->session, CKU_USER,
	    (CK_UTF8CHAR *)(uintptr_t)place->pin, strlen(place->pin));
	if (rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN)
		return 0;
	return err_set(err, ERR_FATAL, "KEY_PIN",
	    "token %s does not take the PIN (CKR 0x%lx)", place->token,
	    (unsigned long)rv);
}

static CK_ULONG
read_id(const char *hex, unsigned char id[ID_BYTES])
{
	CK_ULONG bytes = 0;
	unsigned byte;

	for (; hex[0] != '\0' && hex[1] != '\0' && bytes < ID_BYTES; hex += 2)
		if (sscanf(hex, "%2x", &byte) == 1)
			id[bytes++] = (unsigned char)byte;
	return bytes;
}

/* The one private key with that label and that id. */
static int
find_key(
    struct key_token *token, const struct key_place *place, struct err *err)
{
	CK_FUNCTION_LIST *p11 = token->p11;
	CK_OBJECT_CLASS class = CKO_PRIVATE_KEY;
	CK_ATTRIBUTE wanted[3] = { { CKA_CLASS, &class, sizeof(class) } };
	unsigned char id[ID_BYTES];
	CK_OBJECT_HANDLE found[2];
	CK_ULONG count = 1, hits = 0;
	CK_RV rv;

	if (place->object != NULL && *place->object != '\0')
		wanted[count++] =
		    (CK_ATTRIBUTE){ CKA_LABEL, (void *)(uintptr_t)place->object,
			    strlen(place->object) };
	if (place->object_id != NULL && *place->object_id != '\0')
		wanted[count++] =
		    (CK_ATTRIBUTE){ CKA_ID, id, read_id(place->object_id, id) };
	rv = p11->C_FindObjectsInit(token->session, wanted, count);
	if (rv == CKR_OK)
		rv = p11->C_FindObjects(token->session, found, 2, &hits);
	(void)p11->C_FindObjectsFinal(token->session);
	if (rv != CKR_OK)
		return bad(err, "the token finds nothing", rv);
	if (hits != 1)
		return err_set(err, ERR_FATAL, "KEY_TOKEN",
		    "token %s has %s private key of that name", place->token,
		    hits == 0 ? "no" : "more than one");
	token->key = found[0];
	return 0;
}

/* How the token signs a digest with that kind of key. */
static int
choose_mechanism(struct key_token *token, struct err *err)
{
	static const struct {
		CK_KEY_TYPE type;
		int nid;
		CK_MECHANISM_TYPE mechanism;
	} known[] = {
		{ CKK_GOSTR3410, NID_id_GostR3410_2012_256, CKM_GOSTR3410 },
		{ CKK_GOSTR3410_512_, NID_id_GostR3410_2012_512,
		    CKM_GOSTR3410_512_ },
		{ CKK_EC, EVP_PKEY_EC, CKM_ECDSA },
		{ CKK_RSA, EVP_PKEY_RSA, CKM_RSA_PKCS },
	};
	CK_KEY_TYPE type = 0;
	CK_ATTRIBUTE asked = { CKA_KEY_TYPE, &type, sizeof(type) };
	CK_RV rv = token->p11->C_GetAttributeValue(
	    token->session, token->key, &asked, 1);

	if (rv != CKR_OK)
		return bad(err, "the key does not say its type", rv);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (known[i].type != type
		    || known[i].nid != token->suite->key_nid)
			continue;
		token->mechanism = known[i].mechanism;
		return 0;
	}
	return err_set(err, ERR_FATAL, "KEY_MISMATCH",
	    "a key of type 0x%lx is not for this certificate",
	    (unsigned long)type);
}

/* r||s of ECDSA as DER, which is what EVP and CMS have. */
static int
ecdsa_to_der(unsigned char *value, size_t *bytes)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	size_t half = *bytes / 2;
	unsigned char *to = value;
	int der_bytes = -1;
	BIGNUM *r = BN_bin2bn(value, (int)half, NULL);
	BIGNUM *s = BN_bin2bn(value + half, (int)half, NULL);

	if (sig == NULL || r == NULL || s == NULL
	    || ECDSA_SIG_set0(sig, r, s) != 1)
		abort();
	if (half <= 66)
		der_bytes = i2d_ECDSA_SIG(sig, &to);
	ECDSA_SIG_free(sig);
	if (der_bytes <= 0)
		return -1;
	*bytes = (size_t)der_bytes;
	return 0;
}

static int
sign(void *self, const unsigned char *digest, unsigned char *ret,
    size_t *ret_bytes, struct err *err)
{
	struct key_token *token = self;
	CK_MECHANISM mechanism = { token->mechanism, NULL, 0 };
	unsigned char data[sizeof(sha256_info) + 64];
	CK_ULONG bytes = token->suite->digest_bytes, got = KEY_VALUE_MAX;
	CK_RV rv = CKR_DEVICE_REMOVED;

	memcpy(data, digest, bytes);
	if (token->mechanism == CKM_RSA_PKCS) {
		memcpy(data, sha256_info, sizeof(sha256_info));
		memcpy(data + sizeof(sha256_info), digest, bytes);
		bytes += sizeof(sha256_info);
	}
	if (!token->lost)
		rv = token->p11->C_SignInit(
		    token->session, &mechanism, token->key);
	if (rv == CKR_OK)
		rv = token->p11->C_Sign(token->session, data, bytes, ret, &got);
	if (rv != CKR_OK) {
		/* A session that failed once is not trusted with a state. */
		token->lost = true;
		return err_set(err, ERR_FATAL, "KEY_LOST",
		    "the token does not sign (CKR 0x%lx)", (unsigned long)rv);
	}
	*ret_bytes = got;
	if (token->mechanism == CKM_ECDSA && ecdsa_to_der(ret, ret_bytes) == -1)
		return err_set(err, ERR_RETRY, "KEY_SIGN",
		    "a signature has %lu bytes", (unsigned long)got);
	return 0;
}

/* The library stays: some do not survive to be unloaded. */
static void
release(void *self)
{
	struct key_token *token = self;

	if (token->session != 0)
		(void)token->p11->C_CloseSession(token->session);
	if (token->started)
		(void)token->p11->C_Finalize(NULL);
	free(token);
}

static int
load(struct key_token *token, const char *module, struct err *err)
{
	CK_C_GetFunctionList list;
	CK_RV rv;

	token->library = dlopen(module, RTLD_NOW | RTLD_LOCAL);
	if (token->library == NULL)
		return err_set(err, ERR_FATAL, "KEY_TOKEN", "%s", dlerror());
	*(void **)&list = dlsym(token->library, "C_GetFunctionList");
	if (list == NULL || list(&token->p11) != CKR_OK || token->p11 == NULL)
		return err_set(err, ERR_FATAL, "KEY_TOKEN",
		    "%s: no module of PKCS#11", module);
	rv = token->p11->C_Initialize(NULL);
	/* Two keys may be on tokens of one module. */
	if (rv != CKR_OK && rv != CKR_CRYPTOKI_ALREADY_INITIALIZED)
		return bad(err, "the module does not start", rv);
	token->started = rv == CKR_OK;
	return 0;
}

int
key_token_open(const struct key_place *place, const struct key_suite *suite,
    struct key_backend *ret, struct err *err)
{
	struct key_token *token = xcalloc(1, sizeof(*token));

	token->suite = suite;
	if (load(token, place->module, err) == -1
	    || login(token, place, err) == -1
	    || find_key(token, place, err) == -1
	    || choose_mechanism(token, err) == -1) {
		release(token);
		return -1;
	}
	*ret = (struct key_backend){
		.sign = sign, .free = release, .any_order = true, .self = token
	};
	return 0;
}
