#include "tools/smevemu/emu_inner.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "base/uuid.h"
#include "crypto/cms.h"
#include "crypto/dsig.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_base64.h"
#include "tools/smevemu/emu_cert.h"
#include "tools/smevemu/emu_remark.h"
#include "tools/smevemu/emu_wire_read.h"
#include "xsd/xml_read.h"

#define DIRECTIVE emu_ns(EMU_NS_DIRECTIVE, EMU_V13)

struct look {
	const struct emu *emu;
	const struct emu_call *call;
	struct xml_doc *doc;
	struct emu_remarks *remarks;
	struct err *err; /* the first that is wrong */
};

/* One more thing that is wrong, about node. */
static void
wrong(const struct look *look, const xmlNode *node, const struct err *why)
{
	emu_remark(look->remarks, node, "%s", why->text);
	if (look->err->kind == ERR_NONE)
		*look->err = *why;
}

/* The signature in wrapper over target, by somebody who may. */
static int
judge(const struct emu *emu, struct xml_doc *doc, const xmlNode *wrapper,
    const xmlNode *target, const char *what, struct err *err)
{
	xmlNode *signature = xml_child(wrapper, EMU_NS_DS, "Signature");
	struct dsig_verdict verdict = { 0 };
	struct err why = { 0 };
	X509 *cert;
	int rc = 0;

	if (signature == NULL)
		return err_set(err, ERR_REFUSE, "EMU_NO_SIGNATURE",
		    "Отсутствует %s", what);
	cert = emu_cert_of(signature);
	if (dsig_verify(doc, signature, target, NULL, &verdict, &why) == -1)
		rc = emu_cert_words(what, &why, cert, err);
	else if (!verdict.digest_ok || !verdict.value_ok)
		rc = emu_cert_words(what, &verdict.why, cert, err);
	else
		rc = emu_cert_check(emu, what, cert, err);
	X509_free(cert);
	return rc;
}

static void
check_personal(const struct look *look, bool personal)
{
	const struct emu_call *call = look->call;
	const xmlNode *wrapper = xml_child(call->covered,
	    emu_ns(EMU_NS_TYPES, call->version), "PersonalSignature");
	struct err why = { 0 };

	if (call->content == NULL)
		return;
	if (wrapper == NULL && personal) {
		err_set(&why, ERR_REFUSE, "EMU_NO_SIGNATURE",
		    "Отсутствует ЭП-СП: этот вид сведений её требует");
		wrong(look, call->covered, &why);
	} else if (wrapper != NULL
	    && judge(
		   look->emu, look->doc, wrapper, call->content, "ЭП-СП", &why)
		== -1) {
		wrong(look, wrapper, &why);
	}
}

/* The first element Registry at or below node. */
static xmlNode *
find_registry(xmlNode *node)
{
	xmlNode *child, *found;

	if (node == NULL || xml_is(node, DIRECTIVE, "Registry"))
		return node;
	for (child = xml_child(node, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL)) {
		found = find_registry(child);
		if (found != NULL)
			return found;
	}
	return NULL;
}

xmlNode *
emu_inner_registry(const struct emu_call *call)
{
	return find_registry(call->content);
}

bool
emu_inner_record(const struct emu *emu, struct xml_doc *doc,
    const xmlNode *record, struct err *err)
{
	const xmlNode *wrapper =
	    xml_child(record, DIRECTIVE, "RecordSignature");

	return wrapper == NULL
	    || judge(emu, doc, wrapper, xml_child(record, DIRECTIVE, "Record"),
		   "ЭП-ОВ записи", err)
	    == 0;
}

/* ЭП-СП of one record, each over its content. */
static void
check_record(const struct look *look, const xmlNode *item)
{
	const xmlNode *record = xml_child(item, DIRECTIVE, "Record");
	const xmlNode *content = xml_child(record, DIRECTIVE, "RecordContent");
	const xmlNode *wrapper =
	    xml_child(record, DIRECTIVE, "PersonalSignature");
	struct err why = { 0 };

	if (record == NULL || content == NULL) {
		err_set(&why, ERR_REFUSE, "EMU_CONTENT",
		    "Реестровая запись без Record или RecordContent");
		wrong(look, item, &why);
		return;
	}
	for (; wrapper != NULL;
	     wrapper = xml_next(wrapper, DIRECTIVE, "PersonalSignature")) {
		if (judge(look->emu, look->doc, wrapper, content,
			"ЭП-СП записи", &why)
		    == -1)
			wrong(look, wrapper, &why);
	}
}

/* Whether another record before item has its RecordId. */
static bool
known_id(const xmlNode *registry, const xmlNode *item, struct arena *arena)
{
	const char *id = xml_child_text(item, DIRECTIVE, "RecordId", arena);
	const xmlNode *other = xml_child(registry, DIRECTIVE, "RegistryRecord");

	while (other != item
	    && !str_equal(
		xml_child_text(other, DIRECTIVE, "RecordId", arena), id))
		other = xml_next(other, DIRECTIVE, "RegistryRecord");
	return other != item;
}

static void
check_registry(const struct look *look)
{
	const xmlNode *registry = emu_inner_registry(look->call);
	const xmlNode *item = xml_child(registry, DIRECTIVE, "RegistryRecord");
	struct err why = { 0 };

	for (; item != NULL;
	     item = xml_next(item, DIRECTIVE, "RegistryRecord")) {
		if (known_id(registry, item, look->remarks->arena)) {
			err_set(&why, ERR_REFUSE, "EMU_CONTENT",
			    "RecordId повторяется в реестре");
			wrong(look, item, &why);
		}
		check_record(look, item);
	}
}

/* (text|image|audio|video|application)/[a-zA-Z0-9\-+.]* */
static bool
good_mime(const char *text)
{
	static const char *const kinds[] = { "text/", "image/", "audio/",
		"video/", "application/" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!str_begins(text, kinds[i]))
			continue;
		text += strlen(kinds[i]);
		while (isalnum((unsigned char)*text)
		    || (*text != '\0' && strchr("-+.", *text) != NULL))
			text++;
		return *text == '\0';
	}
	return false;
}

/* AttachmentContent whose Id is id. */
static const xmlNode *
content_of(const struct look *look, const char *id)
{
	const char *basic = emu_ns(EMU_NS_BASIC, look->call->version);
	const xmlNode *item =
	    xml_child(look->call->attachments, basic, "AttachmentContent");

	while (item != NULL
	    && !str_equal(
		xml_child_text(item, basic, "Id", look->remarks->arena), id))
		item = xml_next(item, basic, "AttachmentContent");
	return item;
}

/* The detached signature octets over the content with id. */
static int
judge_file(const struct look *look, const void *octets, size_t bytes,
    const char *id, struct err *err)
{
	const char *basic = emu_ns(EMU_NS_BASIC, look->call->version);
	struct arena *arena = look->remarks->arena;
	const char *text =
	    xml_child_text(content_of(look, id), basic, "Content", arena);
	unsigned char digest[GOST_DIGEST_MAX], *content;
	struct cms_verdict verdict = { 0 };
	struct err why = { 0 };
	struct cms *cms = NULL;
	size_t content_bytes = 0;

	content =
	    emu_base64_decode(text == NULL ? "" : text, arena, &content_bytes);
	if (cms_read(octets, bytes, &cms, &why) == -1)
		return err_set(err, ERR_REFUSE, "EMU_SIGN_INVALID",
		    "SignaturePKCS7 вложения %.60s не отсоединённая подпись "
		    "PKCS#7: %.100s",
		    id, why.text);
	gost_digest(cms_digest(cms), content == NULL ? "" : (char *)content,
	    content_bytes, digest);
	cms_check(cms, digest,
	    look->emu->persons_known ? look->emu->persons : NULL, &verdict);
	cms_free(cms);
	if (!verdict.digest_ok || !verdict.value_ok)
		return err_set(err, ERR_REFUSE, "EMU_SIGN_INVALID",
		    "ЭП-СП вложения %.60s не соответствует подписанным "
		    "данным: %s",
		    id,
		    verdict.digest_ok
			? "SignatureValue не проверяется ключом сертификата"
			: "хэш содержимого не равен messageDigest");
	if (look->emu->persons_known && !verdict.trusted
	    && map_get(look->emu->by_fingerprint, verdict.fingerprint) == NULL)
		return emu_cert_words(
		    "ЭП-СП вложения", &verdict.why, NULL, err);
	return 0;
}

static void
check_header(const struct look *look, const xmlNode *header)
{
	const char *basic = emu_ns(EMU_NS_BASIC, look->call->version);
	struct arena *arena = look->remarks->arena;
	const char *id = xml_child_text(header, basic, "contentId", arena);
	const char *mime = xml_child_text(header, basic, "MimeType", arena);
	const char *text =
	    xml_child_text(header, basic, "SignaturePKCS7", arena);
	struct err why = { 0 };
	unsigned char *octets;
	size_t bytes;

	if (mime == NULL || !good_mime(mime))
		err_set(&why, ERR_REFUSE, "EMU_CONTENT",
		    "Нарушен формат бизнес-конверта: MimeType \"%.60s\" не "
		    "вида text/plain",
		    mime == NULL ? "" : mime);
	else if (text == NULL || *text == '\0') {
		if (look->emu->file_signatures != EMU_FILES_SIGNED)
			return;
		err_set(&why, ERR_REFUSE, "EMU_ATTACHMENT",
		    "Вложения не имеют заполненных требуемых полей: %.60s: "
		    "нет SignaturePKCS7",
		    id);
	} else {
		octets = emu_base64_decode(text, arena, &bytes);
		if (octets == NULL)
			err_set(&why, ERR_REFUSE, "EMU_SIGN_INVALID",
			    "SignaturePKCS7 вложения %.60s не в base64", id);
		else if (judge_file(look, octets, bytes, id, &why) == 0)
			return;
	}
	wrong(look, header, &why);
}

static void
check_headers(const struct look *look)
{
	const char *basic = emu_ns(EMU_NS_BASIC, look->call->version);
	const xmlNode *list =
	    xml_child(look->call->covered, basic, "AttachmentHeaderList");
	const xmlNode *header = xml_child(list, basic, "AttachmentHeader");

	for (; header != NULL;
	     header = xml_next(header, basic, "AttachmentHeader"))
		check_header(look, header);
}

void
emu_inner_files(const struct emu *emu, const struct emu_call *call,
    struct emu_remarks *remarks)
{
	struct err err = { 0 };
	const struct look look = { emu, call, NULL, remarks, &err };

	check_headers(&look);
}

/* SignaturePKCS7 of a file in the store against its Hash. */
static void
check_ref(const xmlNode *header, const char *basic, struct emu_remarks *remarks)
{
	struct arena *arena = remarks->arena;
	const char *hash_text = xml_child_text(header, basic, "Hash", arena);
	const char *text =
	    xml_child_text(header, basic, "SignaturePKCS7", arena);
	const char *uuid = xml_child_text(header, basic, "uuid", arena);
	unsigned char *hash, *octets = NULL;
	size_t hash_bytes, bytes = 0;
	struct cms_verdict verdict;
	struct cms *cms = NULL;
	struct err err = { 0 };

	hash = emu_base64_decode(
	    hash_text == NULL ? "" : hash_text, arena, &hash_bytes);
	if (hash == NULL || (hash_bytes != 32 && hash_bytes != 64))
		emu_remark(remarks, header, "Hash не хэш по ГОСТ в base64");
	if (uuid == NULL || !uuid_valid(uuid))
		emu_remark(remarks, header, "uuid не UUID");
	if (text != NULL && *text != '\0')
		octets = emu_base64_decode(text, arena, &bytes);
	if (octets == NULL || cms_read(octets, bytes, &cms, &err) == -1) {
		emu_remark(remarks, header,
		    "нет подписи PKCS#7 в SignaturePKCS7, или она не той "
		    "формы: %s",
		    err.text);
		return;
	}
	if (hash != NULL && hash_bytes == gost_digest_bytes(cms_digest(cms))) {
		cms_check(cms, hash, NULL, &verdict);
		if (!verdict.digest_ok || !verdict.value_ok)
			emu_remark(remarks, header, "SignaturePKCS7: %s",
			    verdict.digest_ok ? "подпись неверна"
					      : "messageDigest не равен Hash");
	}
	cms_free(cms);
}

void
emu_inner_refs(const struct emu *emu, const struct emu_call *call,
    struct emu_remarks *remarks)
{
	const char *basic = emu_ns(EMU_NS_BASIC, call->version);
	const xmlNode *list =
	    xml_child(call->covered, basic, "RefAttachmentHeaderList");
	const xmlNode *header = xml_child(list, basic, "RefAttachmentHeader");

	for (; header != NULL && emu->file_signatures != EMU_FILES_UNSIGNED;
	     header = xml_next(header, basic, "RefAttachmentHeader"))
		check_ref(header, basic, remarks);
}

int
emu_inner_check(const struct emu *emu, const struct emu_call *call,
    struct xml_doc *doc, bool personal, struct emu_remarks *remarks,
    struct err *err)
{
	const struct look look = { emu, call, doc, remarks, err };

	if (emu->verify) {
		check_personal(&look, personal);
		check_registry(&look);
	}
	if (emu->file_signatures != EMU_FILES_UNSIGNED && emu->verify)
		check_headers(&look);
	return err->kind == ERR_NONE ? 0 : -1;
}
