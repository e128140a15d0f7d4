#include "crypto/dsig_key.h"

#include <stdbool.h>

#include <openssl/err.h>

#include <xmlsec/keyinfo.h>
#include <xmlsec/strings.h>
#include <xmlsec/xmltree.h>

#include "crypto/dsig_klass.h"

/* xmlsec allocates objSize bytes and sees only the first member. */
struct key_data {
	xmlSecKeyData base;
	EVP_PKEY *key;
	bool is_private;
};

static struct key_data *
key_data_of(xmlSecKeyDataPtr data)
{
	return (struct key_data *)(void *)data;
}

static int
key_start(xmlSecKeyDataPtr data)
{
	key_data_of(data)->key = NULL;
	key_data_of(data)->is_private = false;
	return 0;
}

static void
key_stop(xmlSecKeyDataPtr data)
{
	EVP_PKEY_free(key_data_of(data)->key);
	key_data_of(data)->key = NULL;
}

static int
key_duplicate(xmlSecKeyDataPtr dst, xmlSecKeyDataPtr src)
{
	const struct key_data *from = key_data_of(src);

	if (from->key != NULL && EVP_PKEY_up_ref(from->key) != 1)
		return -1;
	key_data_of(dst)->key = from->key;
	key_data_of(dst)->is_private = from->is_private;
	return 0;
}

static xmlSecKeyDataType
key_type(xmlSecKeyDataPtr data)
{
	return xmlSecKeyDataTypePublic
	    | (key_data_of(data)->is_private ? xmlSecKeyDataTypePrivate : 0);
}

static xmlSecSize
key_bits(xmlSecKeyDataPtr data)
{
	return (xmlSecSize)EVP_PKEY_get_bits(key_data_of(data)->key);
}

static xmlSecKeyDataKlass key_klass = {
	.klassSize = sizeof(xmlSecKeyDataKlass),
	.objSize = sizeof(struct key_data),
	.name = (const xmlChar *)"gostr3410",
	.usage = xmlSecKeyDataUsageKeyValueNode,
	.href = (const xmlChar *)"urn:ietf:params:xml:ns:cpxmlsec:gostr3410",
	.dataNodeName = (const xmlChar *)"GostR3410KeyValue",
	.dataNodeNs = xmlSecDSigNs,
	.initialize = key_start,
	.duplicate = key_duplicate,
	.finalize = key_stop,
	.getType = key_type,
	.getSize = key_bits,
};

xmlSecKeyDataId
dsig_key_klass(void)
{
	return &key_klass;
}

EVP_PKEY *
dsig_key_evp(xmlSecKeyDataPtr data)
{
	if (data == NULL || data->id != &key_klass)
		return NULL;
	return key_data_of(data)->key;
}

static int
set_value(xmlSecKeyPtr key, EVP_PKEY *evp, bool is_private)
{
	xmlSecKeyDataPtr data = xmlSecKeyDataCreate(&key_klass);

	if (data == NULL)
		return -1;
	if (EVP_PKEY_up_ref(evp) == 1) {
		key_data_of(data)->key = evp;
		key_data_of(data)->is_private = is_private;
		if (xmlSecKeySetValue(key, data) == 0)
			return 0;
	}
	xmlSecKeyDataDestroy(data);
	return -1;
}

xmlSecKeyPtr
dsig_klass_key(EVP_PKEY *evp, int is_private)
{
	xmlSecKeyPtr key = xmlSecKeyCreate();

	if (key != NULL && set_value(key, evp, is_private != 0) == -1) {
		xmlSecKeyDestroy(key);
		key = NULL;
	}
	return key;
}

static int
x509_start(xmlSecKeyDataPtr data)
{
	(void)data;
	return 0;
}

static int
x509_duplicate(xmlSecKeyDataPtr dst, xmlSecKeyDataPtr src)
{
	(void)dst;
	(void)src;
	return 0;
}

static void
x509_stop(xmlSecKeyDataPtr data)
{
	(void)data;
}

static xmlSecKeyDataType
x509_type(xmlSecKeyDataPtr data)
{
	(void)data;
	return xmlSecKeyDataTypeUnknown;
}

/* The certificate itself was read by dsig_form, and its key is at hand. */
static int
x509_read(xmlSecKeyDataId id, xmlSecKeyPtr key, xmlNodePtr node,
    xmlSecKeyInfoCtxPtr ctx)
{
	(void)id;
	(void)node;
	if (ctx->userData == NULL)
		return -1;
	return set_value(key, ctx->userData, false);
}

/* The template holds the certificate already. */
static int
x509_write(xmlSecKeyDataId id, xmlSecKeyPtr key, xmlNodePtr node,
    xmlSecKeyInfoCtxPtr ctx)
{
	(void)id;
	(void)key;
	(void)node;
	(void)ctx;
	return 0;
}

static xmlSecKeyDataKlass x509_klass = {
	.klassSize = sizeof(xmlSecKeyDataKlass),
	.objSize = sizeof(xmlSecKeyData),
	.name = (const xmlChar *)"gost-x509",
	.usage = xmlSecKeyDataUsageKeyInfoNode,
	.href = (const xmlChar *)"http://www.w3.org/2000/09/xmldsig#X509Data",
	.dataNodeName = (const xmlChar *)"X509Data",
	.dataNodeNs = xmlSecDSigNs,
	.initialize = x509_start,
	.duplicate = x509_duplicate,
	.finalize = x509_stop,
	.getType = x509_type,
	.xmlRead = x509_read,
	.xmlWrite = x509_write,
};

xmlSecKeyDataId
dsig_klass_x509(void)
{
	return &x509_klass;
}
