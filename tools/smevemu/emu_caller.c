#include "tools/smevemu/emu_caller.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "crypto/dsig.h"
#include "crypto/trust.h"
#include "tools/smevemu/emu_cert.h"
#include "tools/smevemu/emu_wire_read.h"

/* Who signed, once the signature itself is known to be right. */
static int
registered(const struct emu *emu, const char *fingerprint, X509 *cert,
    struct emu_participant **ret_participant, struct err *err)
{
	struct emu_participant *found =
	    map_get(emu->by_fingerprint, fingerprint);
	struct err unknown = { .code = "DSIG_TRUST" };

	if (found == NULL)
		return emu_cert_words("ЭП-ОВ", &unknown, cert, err);
	if (emu->verify && emu_cert_revoked(emu, cert, err) == -1)
		return -1;
	*ret_participant = found;
	return 0;
}

int
emu_caller_find(const struct emu *emu, const struct emu_call *call,
    struct xml_doc *doc, struct emu_participant **ret_participant,
    struct err *err)
{
	struct dsig_verdict verdict = { 0 };
	struct err why = { .code = "DSIG_CERT" };
	X509 *cert;
	int rc;

	if (call->signature == NULL)
		return err_set(
		    err, ERR_REFUSE, "EMU_NO_SIGNATURE", "Отсутствует ЭП-ОВ");
	cert = emu_cert_of(call->signature);
	if (cert == NULL && !emu->verify)
		rc = emu_cert_words("ЭП-ОВ", &why, NULL, err);
	else if (emu->verify
	    && dsig_require(doc, call->signature, call->covered, emu->trust,
		   &verdict, &why)
		== -1)
		rc = emu_cert_words("ЭП-ОВ", &why, cert, err);
	else {
		trust_fingerprint(cert, verdict.fingerprint);
		rc = registered(
		    emu, verdict.fingerprint, cert, ret_participant, err);
	}
	X509_free(cert);
	/* For a caller an unknown certificate is an unknown system. */
	if (rc == -1 && strcmp(err->code, "EMU_CERT_UNKNOWN") == 0)
		str_copy(err->code, sizeof(err->code), "EMU_SENDER");
	return rc;
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
