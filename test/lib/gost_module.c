/*
 * A token of GOST keys for tests: a module of PKCS#11 over a PEM file, because
 * SoftHSM of Debian is built without GOST.
 *
 * KONTINGENT_TOKEN_KEY is the file, KONTINGENT_TOKEN_TRICK what it plays: "rs"
 * and "reversed" give other orders of bytes, "lie" another value, "gone" is a
 * token that is pulled out after the first signature.  The token is called
 * "token", the key "key" with id 01, the PIN is 1234.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>
#include <p11-kit/pkcs11.h>

#define GOST_512_TYPE (0x80000000UL | 0x54321003UL)
#define GOST_512_SIGN (0x80000000UL | 0x54321006UL)

static EVP_PKEY *key;
static bool logged_in, wrong_pin, searching;
static int signatures;

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list);

static bool
plays(const char *trick)
{
	const char *now = getenv("KONTINGENT_TOKEN_TRICK");

	return now != NULL && strcmp(now, trick) == 0;
}

static CK_RV
initialize(void *args)
{
	const char *path = getenv("KONTINGENT_TOKEN_KEY");
	BIO *bio = path == NULL ? NULL : BIO_new_file(path, "r");

	(void)args;
	if (key != NULL)
		return CKR_CRYPTOKI_ALREADY_INITIALIZED;
	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	BIO_free(bio);
	return key == NULL ? CKR_DEVICE_ERROR : CKR_OK;
}

static CK_RV
finalize(void *reserved)
{
	(void)reserved;
	EVP_PKEY_free(key);
	key = NULL;
	logged_in = false;
	signatures = 0;
	return CKR_OK;
}

static CK_RV
get_slot_list(CK_BBOOL present, CK_SLOT_ID *slots, CK_ULONG *count)
{
	(void)present;
	slots[0] = 7;
	*count = 1;
	return CKR_OK;
}

static CK_RV
get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	(void)slot;
	memset(info, 0, sizeof(*info));
	memset(info->label, ' ', sizeof(info->label));
	memcpy(info->label, "token", 5);
	info->flags = CKF_LOGIN_REQUIRED;
	if (wrong_pin)
		info->flags |= CKF_USER_PIN_COUNT_LOW;
	return CKR_OK;
}

static CK_RV
open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *app, CK_NOTIFY notify,
    CK_SESSION_HANDLE *session)
{
	(void)slot;
	(void)flags;
	(void)app;
	(void)notify;
	*session = 1;
	return CKR_OK;
}

static CK_RV
close_session(CK_SESSION_HANDLE session)
{
	(void)session;
	return CKR_OK;
}

static CK_RV
log_in(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR *pin,
    CK_ULONG bytes)
{
	(void)session;
	(void)user;
	wrong_pin = bytes != 4 || memcmp(pin, "1234", 4) != 0;
	logged_in = !wrong_pin;
	return wrong_pin ? CKR_PIN_INCORRECT : CKR_OK;
}

static CK_RV
find_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *wanted, CK_ULONG count)
{
	(void)session;
	searching = logged_in;
	for (CK_ULONG i = 0; i < count; i++) {
		if (wanted[i].type == CKA_LABEL
		    && (wanted[i].ulValueLen != 3
			|| memcmp(wanted[i].pValue, "key", 3) != 0))
			searching = false;
		if (wanted[i].type == CKA_ID
		    && (wanted[i].ulValueLen != 1
			|| *(unsigned char *)wanted[i].pValue != 1))
			searching = false;
	}
	return CKR_OK;
}

static CK_RV
find(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *found, CK_ULONG max,
    CK_ULONG *count)
{
	(void)session;
	(void)max;
	found[0] = 1;
	*count = searching;
	return CKR_OK;
}

static CK_RV
find_final(CK_SESSION_HANDLE session)
{
	(void)session;
	return CKR_OK;
}

static bool
is_512(void)
{
	return EVP_PKEY_get_base_id(key) == NID_id_GostR3410_2012_512;
}

static CK_RV
get_attribute(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
    CK_ATTRIBUTE *wanted, CK_ULONG count)
{
	(void)session;
	(void)object;
	if (count != 1 || wanted->type != CKA_KEY_TYPE)
		return CKR_ATTRIBUTE_TYPE_INVALID;
	*(CK_KEY_TYPE *)wanted->pValue =
	    is_512() ? GOST_512_TYPE : CKK_GOSTR3410;
	return CKR_OK;
}

static CK_RV
sign_init(
    CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE object)
{
	(void)session;
	(void)object;
	if (plays("gone") && signatures > 0)
		return CKR_DEVICE_REMOVED;
	return mechanism->mechanism
		== (is_512() ? GOST_512_SIGN : CKM_GOSTR3410)
	    ? CKR_OK
	    : CKR_MECHANISM_INVALID;
}

static void
swap(unsigned char *a, unsigned char *b)
{
	unsigned char c = *a;

	*a = *b;
	*b = c;
}

static CK_RV
sign(CK_SESSION_HANDLE session, unsigned char *data, CK_ULONG bytes,
    unsigned char *value, CK_ULONG *value_bytes)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	size_t room = *value_bytes;
	bool good = EVP_PKEY_sign_init(ctx) > 0
	    && EVP_PKEY_sign(ctx, value, &room, data, bytes) > 0;

	(void)session;
	EVP_PKEY_CTX_free(ctx);
	for (size_t i = 0; i < room / 2 && plays("rs"); i++)
		swap(&value[i], &value[room / 2 + i]);
	for (size_t i = 0; i < room / 2 && plays("reversed"); i++)
		swap(&value[i], &value[room - 1 - i]);
	if (plays("lie") && signatures > 0)
		value[3] ^= 1;
	signatures++;
	*value_bytes = room;
	return good ? CKR_OK : CKR_FUNCTION_FAILED;
}

static CK_FUNCTION_LIST functions = {
	.version = { 2, 40 },
	.C_Initialize = initialize,
	.C_Finalize = finalize,
	.C_GetSlotList = get_slot_list,
	.C_GetTokenInfo = get_token_info,
	.C_OpenSession = open_session,
	.C_CloseSession = close_session,
	.C_Login = log_in,
	.C_FindObjectsInit = find_init,
	.C_FindObjects = find,
	.C_FindObjectsFinal = find_final,
	.C_GetAttributeValue = get_attribute,
	.C_SignInit = sign_init,
	.C_Sign = sign,
};

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list)
{
	*list = &functions;
	return CKR_OK;
}
