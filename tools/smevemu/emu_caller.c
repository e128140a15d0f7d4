#include "tools/smevemu/emu_caller.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "crypto/dsig.h"
#include "crypto/trust.h"
#include "tools/smevemu/emu_wire_read.h"
#include "xsd/xml_read.h"

/* What crypto/ says, in SMEV's words. */
static int
translate(const struct err *from, struct err *err)
{
	static const struct {
		const char *from, *to, *text;
	} words[] = {
		{ "DSIG_TARGET", "EMU_SIGN_TARGET",
		    "ЭП-ОВ подписывает не тот элемент сообщения" },
		{ "DSIG_NO_ID", "EMU_SIGN_TARGET",
		    "У подписанного элемента нет атрибута Id" },
		{ "DSIG_CERT", "EMU_CERT_NONE", "В ЭП-ОВ нет сертификата" },
		{ "DSIG_EXPIRED", "EMU_CERT_EXPIRED",
		    "Срок действия сертификата истёк." },
		{ "DSIG_NOT_YET", "EMU_CERT_EXPIRED",
		    "Срок действия сертификата не начался." },
		{ "DSIG_TRUST", "EMU_SENDER",
		    "Предъявленный сертификат пользователя не зарегистрирован "
		    "в СМЭВ" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(from->code, words[i].from) == 0)
			return err_set(
			    err, ERR_REFUSE, words[i].to, "%s", words[i].text);
	}
	return err_set(err, ERR_REFUSE, "EMU_SIGN_INVALID",
	    "ЭП-ОВ не соответствует подписанным данным: %s: %.120s", from->code,
	    from->text);
}

/* The fingerprint of the certificate in KeyInfo, believed as it is. */
static int
claimed(const struct emu_call *call, char ret_hex[65], struct err *err)
{
	struct arena *arena = arena_new();
	const xmlNode *info = xml_child(call->signature, EMU_NS_DS, "KeyInfo");
	const xmlNode *data = xml_child(info, EMU_NS_DS, "X509Data");
	const char *text =
	    xml_text(xml_child(data, EMU_NS_DS, "X509Certificate"), arena);
	size_t length = strlen(text);
	unsigned char *der = arena_alloc(arena, length + 4);
	const unsigned char *at = der;
	EVP_ENCODE_CTX *base64 = EVP_ENCODE_CTX_new();
	int bytes = 0, tail = 0;
	X509 *cert = NULL;

	EVP_DecodeInit(base64);
	if (EVP_DecodeUpdate(
		base64, der, &bytes, (const unsigned char *)text, (int)length)
		!= -1
	    && EVP_DecodeFinal(base64, der + bytes, &tail) != -1)
		cert = d2i_X509(NULL, &at, bytes + tail);
	EVP_ENCODE_CTX_free(base64);
	arena_free(arena);
	if (cert == NULL)
		return err_set(err, ERR_REFUSE, "EMU_CERT_NONE",
		    "В ЭП-ОВ нет сертификата");
	trust_fingerprint(cert, ret_hex);
	X509_free(cert);
	return 0;
}

int
emu_caller_find(const struct emu *emu, const struct emu_call *call,
    struct xml_doc *doc, struct emu_participant **ret_participant,
    struct err *err)
{
	struct dsig_verdict verdict = { 0 };
	struct emu_participant *found;
	struct err why = { 0 };

	if (call->signature == NULL)
		return err_set(
		    err, ERR_REFUSE, "EMU_NO_SIGNATURE", "Отсутствует ЭП-ОВ");
	if (!emu->verify) {
		if (claimed(call, verdict.fingerprint, err) == -1)
			return -1;
	} else if (dsig_require(doc, call->signature, call->covered, emu->trust,
		       &verdict, &why)
	    == -1) {
		return translate(&why, err);
	}
	found = map_get(emu->by_fingerprint, verdict.fingerprint);
	if (found == NULL)
		return err_set(err, ERR_REFUSE, "EMU_SENDER",
		    "Информационная система не зарегистрирована в СМЭВ.");
	*ret_participant = found;
	return 0;
}

int
emu_caller_count(struct emu_participant *participant, struct err *err)
{
	int64_t now_ms = clock_mono_ms();

	participant->call_count++;
	if (now_ms - participant->second_ms >= 1000) {
		participant->second_ms = now_ms;
		participant->calls = 0;
	}
	participant->calls++;
	if (participant->limit == 0 || participant->calls <= participant->limit)
		return 0;
	return err_set(err, ERR_REFUSE, "EMU_LIMIT",
	    "Технологический доступ к СМЭВ временно отозван в связи с "
	    "нарушением установленного лимита обращений в систему");
}
