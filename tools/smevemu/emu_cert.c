#include "tools/smevemu/emu_cert.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "crypto/trust.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_base64.h"
#include "tools/smevemu/emu_wire.h"
#include "xsd/xml_read.h"

X509 *
emu_cert_of(const xmlNode *signature)
{
	const xmlNode *info = xml_child(signature, EMU_NS_DS, "KeyInfo");
	const xmlNode *data = xml_child(info, EMU_NS_DS, "X509Data");
	struct arena *arena = arena_new();
	const char *text =
	    xml_text(xml_child(data, EMU_NS_DS, "X509Certificate"), arena);
	const unsigned char *der;
	X509 *cert = NULL;
	size_t bytes;

	der = emu_base64_decode(text, arena, &bytes);
	if (der != NULL)
		cert = d2i_X509(NULL, &der, (long)bytes);
	arena_free(arena);
	return cert;
}

/* The subject, shortened to fit an error. */
static void
subject(X509 *cert, char *dst, size_t room)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char text[512];
	int n;

	X509_NAME_print_ex(bio, X509_get_subject_name(cert), 0,
	    XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
	n = BIO_read(bio, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	str_copy(dst, room, text);
	BIO_free(bio);
}

static void
date(const ASN1_TIME *time, char dst[40])
{
	struct tm tm = { 0 };

	(void)ASN1_TIME_to_tm(time, &tm);
	strftime(dst, 40, "%d.%m.%Y %H:%M:%S UTC", &tm);
}

static int
dates_words(const char *what, bool expired, X509 *cert, struct err *err)
{
	char when[40] = "";

	if (cert != NULL)
		date(expired ? X509_get0_notAfter(cert)
			     : X509_get0_notBefore(cert),
		    when);
	return err_set(err, ERR_REFUSE, "EMU_CERT_EXPIRED",
	    expired ? "%s: Срок действия сертификата истёк. Сертификат "
		      "действителен до %s"
		    : "%s: Срок действия сертификата не начался. Сертификат "
		      "действителен с %s",
	    what, when);
}

int
emu_cert_words(
    const char *what, const struct err *why, X509 *cert, struct err *err)
{
	char name[90] = "";

	if (strcmp(why->code, "DSIG_TARGET") == 0
	    || strcmp(why->code, "DSIG_DUP_ID") == 0)
		return err_set(err, ERR_REFUSE, "EMU_SIGN_TARGET",
		    "%s подписывает не тот элемент сообщения", what);
	if (strcmp(why->code, "DSIG_NO_ID") == 0)
		return err_set(err, ERR_REFUSE, "EMU_SIGN_TARGET",
		    "У элемента, который подписывает %s, нет атрибута Id",
		    what);
	if (strcmp(why->code, "DSIG_CERT") == 0)
		return err_set(err, ERR_REFUSE, "EMU_CERT_NONE",
		    "В %s нет сертификата", what);
	if (strcmp(why->code, "DSIG_EXPIRED") == 0)
		return dates_words(what, true, cert, err);
	if (strcmp(why->code, "DSIG_NOT_YET") == 0)
		return dates_words(what, false, cert, err);
	if (strcmp(why->code, "DSIG_REVOKED") == 0)
		return err_set(err, ERR_REFUSE, "EMU_CERT_REVOKED",
		    "%s: Cертификат отозван. Код ответа в ГУЦ: 1", what);
	if (strcmp(why->code, "DSIG_TRUST") == 0) {
		if (cert != NULL)
			subject(cert, name, sizeof(name));
		return err_set(err, ERR_REFUSE, "EMU_CERT_UNKNOWN",
		    "Предъявленный сертификат пользователя %s не "
		    "зарегистрирован в СМЭВ",
		    name);
	}
	return err_set(err, ERR_REFUSE, "EMU_SIGN_INVALID",
	    "%s не соответствует подписанным данным: %.120s", what,
	    strcmp(why->code, "DSIG_DIGEST") == 0
		? "DigestValue не равен хэшу подписанного элемента"
		: strcmp(why->code, "DSIG_VALUE") == 0
		? "SignatureValue не проверяется ключом сертификата"
		: why->text);
}

/* The dates of cert, when nothing else of it is looked at. */
static int
check_dates(const char *what, X509 *cert, struct err *err)
{
	time_t now = (time_t)(clock_now_ms() / 1000);

	if (X509_cmp_time(X509_get0_notAfter(cert), &now) < 0)
		return dates_words(what, true, cert, err);
	if (X509_cmp_time(X509_get0_notBefore(cert), &now) > 0)
		return dates_words(what, false, cert, err);
	return 0;
}

int
emu_cert_check(
    const struct emu *emu, const char *what, X509 *cert, struct err *err)
{
	struct err why = { 0 };
	char fingerprint[65];

	trust_fingerprint(cert, fingerprint);
	if (!emu->persons_known
	    || map_get(emu->by_fingerprint, fingerprint) != NULL)
		return check_dates(what, cert, err);
	if (trust_check(emu->persons, cert, clock_now_ms(), &why) == 0
	    || why.kind == ERR_HOLD) /* a stale CRL says nothing */
		return 0;
	return emu_cert_words(what, &why, cert, err);
}

int
emu_cert_revoked(const struct emu *emu, X509 *cert, struct err *err)
{
	struct err why = { 0 };

	if (!emu->persons_known
	    || trust_check(emu->persons, cert, clock_now_ms(), &why) == 0
	    || strcmp(why.code, "DSIG_REVOKED") != 0)
		return 0;
	return emu_cert_words("ЭП-ОВ", &why, cert, err);
}
