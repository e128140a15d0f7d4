#include "tools/smevemu/emu_check_sign.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/str.h"
#include "crypto/dsig.h"
#include "crypto/trust.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_cert.h"
#include "tools/smevemu/emu_remark.h"
#include "tools/smevemu/emu_wire.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

/*
 * What the signature in a wrapper covers: a sibling of the wrapper with one of
 * these names, or the only child of that.
 */
static const struct rule {
	const char *wrapper, *names; /* names: between blanks */
	bool child, outside; /* outside: of the sender, may be converted */
} rules[] = {
	{ "CallerInformationSystemSignature",
	    " SenderProvidedRequestData SenderProvidedResponseData "
	    "MessageTypeSelector AckTargetMessage Timestamp ",
	    false, false },
	{ "SMEVSignature",
	    " MessageMetadata Request Response Cancel "
	    "AsyncProcessingStatusData ",
	    false, false },
	{ "SenderInformationSystemSignature",
	    " SenderProvidedRequestData SenderProvidedResponseData ", false,
	    true },
	{ "PersonalSignature", " MessagePrimaryContent ", true, false },
	{ "PersonalSignature", " RecordContent ", false, false },
	{ "RecordSignature", " Record ", false, false },
	{ "RoutingSignature", " RoutingInformation ", false, false },
};

static bool
among(const char *name, const char *names)
{
	char word[80];

	snprintf(word, sizeof(word), " %.70s ", name);
	return strstr(names, word) != NULL;
}

/* The element that the signature in wrapper has to cover, or NULL. */
static const xmlNode *
target_of(const xmlNode *wrapper, const struct rule **ret_rule)
{
	const xmlNode *node;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (strcmp(rules[i].wrapper, xml_name(wrapper)) != 0)
			continue;
		node = xml_child(wrapper->parent, NULL, NULL);
		while (node != NULL && !among(xml_name(node), rules[i].names))
			node = xml_next(node, NULL, NULL);
		if (node == NULL)
			continue;
		*ret_rule = &rules[i];
		return rules[i].child ? xml_only_child(node) : node;
	}
	return NULL;
}

/* SMEV takes no text between the elements of ds:Signature. */
static void
check_text(struct emu_remarks *remarks, const xmlNode *node)
{
	const xmlNode *child = node->children;
	bool elements = xml_child(node, NULL, NULL) != NULL;

	for (; child != NULL; child = child->next) {
		if (child->type == XML_ELEMENT_NODE) {
			check_text(remarks, child);
		} else if (elements
		    && (child->type == XML_TEXT_NODE
			|| child->type == XML_CDATA_SECTION_NODE)) {
			emu_remark(remarks, node,
			    "внутри ds:Signature между элементами не должно "
			    "быть текста, даже переводов строк");
			return;
		}
	}
}

/* Whose the certificate is, as far as the configuration knows. */
static void
note_owner(const struct emu *emu, X509 *cert, struct buf *notes)
{
	const struct emu_participant *owner;
	char fingerprint[65];

	if (cert == NULL)
		return;
	trust_fingerprint(cert, fingerprint);
	owner = map_get(emu->by_fingerprint, fingerprint);
	if (owner != NULL)
		buf_addf(notes, ", участник %s", owner->name);
	else if (emu->participants != NULL)
		buf_adds(notes, ", сертификат не участника");
}

/* Why the signature is not good, or 0. */
static int
judge(struct xml_doc *doc, xmlNode *signature, const xmlNode *target,
    const char *what, X509 *cert, struct err *err)
{
	struct dsig_verdict verdict = { 0 };
	struct err why = { 0 };

	if (dsig_verify(doc, signature, target, NULL, &verdict, &why) == -1)
		return emu_cert_words(what, &why, cert, err);
	if (!verdict.digest_ok)
		return err_set(err, ERR_REFUSE, "EMU_SIGN_INVALID",
		    "DigestValue не равен хэшу подписанного элемента %.60s",
		    xml_name(target));
	if (!verdict.value_ok)
		return err_set(err, ERR_REFUSE, "EMU_SIGN_INVALID",
		    "SignatureValue не проверяется ключом сертификата");
	return 0;
}

static void
check_one(const struct emu *emu, struct xml_doc *doc, xmlNode *signature,
    struct emu_remarks *remarks, struct buf *notes)
{
	const xmlNode *wrapper = signature->parent, *target;
	const struct rule *rule = NULL;
	struct err err = { 0 };
	X509 *cert;

	target = target_of(wrapper, &rule);
	if (target == NULL) {
		emu_remark(remarks, wrapper,
		    "подпись не на своём месте: нечего подписывать");
		return;
	}
	check_text(remarks, signature);
	cert = emu_cert_of(signature);
	buf_addf(
	    notes, "подпись %s над %s: ", xml_name(wrapper), xml_name(target));
	if (judge(doc, signature, target, xml_name(wrapper), cert, &err) == 0)
		buf_adds(notes, "верна");
	else if (rule->outside) /* SMEV converts versions: it can't hold */
		buf_addf(notes,
		    "неверна (%s); так бывает, когда СМЭВ переводил конверт в "
		    "другую версию",
		    err.text);
	else
		buf_adds(notes, "неверна");
	if (!rule->outside
	    && (err.kind != ERR_NONE
		|| emu_cert_check(emu, xml_name(wrapper), cert, &err) == -1))
		emu_remark(remarks, wrapper, "%s", err.text);
	note_owner(emu, cert, notes);
	buf_adds(notes, "\n");
	X509_free(cert);
}

static void
walk(const struct emu *emu, struct xml_doc *doc, xmlNode *node,
    struct emu_remarks *remarks, struct buf *notes)
{
	xmlNode *child = xml_child(node, NULL, NULL);

	if (xml_is(node, EMU_NS_DS, "Signature")) {
		check_one(emu, doc, node, remarks, notes);
		return;
	}
	for (; child != NULL; child = xml_next(child, NULL, NULL))
		walk(emu, doc, child, remarks, notes);
}

void
emu_check_signatures(const struct emu *emu, struct xml_doc *doc,
    struct emu_remarks *remarks, struct buf *notes)
{
	walk(emu, doc, xml_doc_root(doc), remarks, notes);
}
