#include "smev/smev_fault.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/codes.h"
#include "base/str.h"
#include "base/uuid.h"
#include "smev/smev.h"
#include "smev/smev_names.h"
#include "smev/smev_routing.h"
#include "smev/smev_tree.h"
#include "xsd/xml_read.h"

#define TEXT_BYTES 1000 /* of fault_text */

struct name_code {
	const char *name, *code;
};

/* Elements of the faults schema of all versions. */
static const struct name_code elements[] = {
	{ "AccessDenied", "SMEV_ACCESS_DENIED" },
	{ "AttachmentContentMiscoordination", "SMEV_ATTACH_MISMATCH" },
	{ "AttachmentSizeLimitExceeded", "SMEV_ATTACH_SIZE" },
	{ "BusinessDataTypeIsNotSupported", "SMEV_TYPE_UNSUPPORTED" },
	{ "DestinationOverflow", "SMEV_DEST_OVERFLOW" },
	{ "EndOfLifeReached", "SMEV_END_OF_LIFE" },
	{ "IncorrectResponseContentType", "SMEV_RESPONSE_TYPE" },
	{ "InvalidContent", "SMEV_INVALID_CONTENT" },
	{ "InvalidMessageIdFormat", "SMEV_MESSAGE_ID_FORMAT" },
	{ "MessageIsAlreadySent", "SMEV_ALREADY_SENT" },
	{ "PersonalAccessDenied", "SMEV_PERSONAL_DENIED" },
	{ "QuoteLimitExceeded", "SMEV_QUOTE_LIMIT" },
	{ "RecipientIsNotFound", "SMEV_RECIPIENT_UNKNOWN" },
	{ "RequestIsNotFound", "SMEV_REQUEST_UNKNOWN" },
	{ "SMEVFailure", "SMEV_FAILURE" },
	{ "SenderIsNotRegistered", "SMEV_SENDER_UNKNOWN" },
	{ "SignatureVerificationFault", "SMEV_SIGNATURE_FAULT" },
	{ "StaleMessageId", "SMEV_STALE_MESSAGE_ID" },
	{ "TargetMessageIsNotFound", "SMEV_TARGET_NOT_FOUND" },
	{ "TransactionCodeInvalid", "SMEV_TRANSACTION_CODE" },
	{ "UnknownMessageType", "SMEV_UNKNOWN_TYPE" },
};

/* Values of the element SignatureVerificationFault within its namesake. */
static const struct name_code signature_faults[] = {
	{ "CertificateIsExpired", "SMEV_SIG_CERT_EXPIRED" },
	{ "CertificateIsNotFound", "SMEV_SIG_CERT_UNKNOWN" },
	{ "IncorrectSignatureTarget", "SMEV_SIG_TARGET" },
	{ "NoSignatureFound", "SMEV_SIG_MISSING" },
	{ "PoorSOAPEnvelopeFormat", "SMEV_SIG_ENVELOPE" },
	{ "SignatureIsInvalid", "SMEV_SIG_INVALID" },
};

static const char *
find_code(const struct name_code *table, size_t rows, const char *name)
{
	for (size_t i = 0; i < rows; i++) {
		if (strcmp(table[i].name, name) == 0)
			return table[i].code;
	}
	return NULL;
}

const char *
smev_fault_by_element(const char *name)
{
	return find_code(
	    elements, sizeof(elements) / sizeof(elements[0]), name);
}

/* The number in "SMEV-100: ...", or 0. */
static int
smev_number(const char *text)
{
	const char *at = strstr(text, "SMEV-");
	int64_t number;
	char digits[8];
	size_t length;

	if (at == NULL)
		return 0;
	at += strlen("SMEV-");
	length = strspn(at, "0123456789");
	if (length == 0 || length >= sizeof(digits))
		return 0;
	memcpy(digits, at, length);
	digits[length] = '\0';
	return str_int(digits, 0, 9999999, &number) == 0 ? (int)number : 0;
}

/* "SMEV_403" where the catalogue has it, or NULL. */
static const char *
code_of_number(int number, struct arena *arena)
{
	const struct code *row =
	    code_find(arena_printf(arena, "SMEV_%d", number));

	return row == NULL ? NULL : row->code;
}

/*
 * The rate limit comes as SMEV-100, the number of signature faults; only the
 * text tells, and which element carries it was never published.
 */
static bool
is_rate_limit(const char *text)
{
	return smev_number(text) == 100
	    && (strstr(text, "лимит") != NULL || strstr(text, "Лимит") != NULL);
}

/*
 * That files of the store are not there, or others: it comes within one element
 * or the other, and as AsyncProcessingStatus.  Only the text tells.
 */
static bool
is_about_store(const char *text)
{
	return strstr(text, "верки ftp файлов") != NULL
	    || strstr(text, "информация о фтп вложениях") != NULL;
}

/* Bytes of the closing quote that belongs to the opening one at s, or 0. */
static size_t
quote_open(const char *s, const char **ret_close)
{
	static const struct {
		const char *open, *close;
	} pairs[] = { { "'", "'" }, { "\"", "\"" }, { "«", "»" }, { "“", "”" },
		{ "„", "“" }, { "`", "`" } };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (str_begins(s, pairs[i].open)) {
			*ret_close = pairs[i].close;
			return strlen(pairs[i].open);
		}
	}
	return 0;
}

/* Whether text of bytes may be shown: it names a message or an element. */
static bool
harmless(const char *text, size_t bytes, struct arena *arena)
{
	return bytes == 0 || *text == '{'
	    || uuid_valid(arena_strndup(arena, text, bytes));
}

/* The length of a SNILS or of ten digits and more at s, else 0. */
static size_t
number_at(const char *s)
{
	size_t digits = strspn(s, "0123456789");
	size_t length = strspn(s, "0123456789-");

	if (digits >= 10 && s[digits] != '-'
	    && !isalpha((unsigned char)s[digits]))
		return digits;
	if (digits == 3 && length >= 11 && s[3] == '-' && s[7] == '-'
	    && strspn(s + 4, "0123456789") == 3
	    && strspn(s + 8, "0123456789") == 3) {
		if ((s[11] == ' ' || s[11] == '-')
		    && strspn(s + 12, "0123456789") == 2)
			return 14;
		return s[11] == '-' ? 0 : 11;
	}
	return 0;
}

char *
smev_fault_mask(const char *s, struct arena *arena)
{
	char *out = arena_alloc(arena, strlen(s) + 1), *to = out;
	bool in_word = false; /* of letters, digits and '-' */

	while (*s != '\0') {
		const char *close;
		size_t open = quote_open(s, &close), skip;

		if (open > 0) {
			const char *end = strstr(s + open, close);
			size_t bytes;

			if (end == NULL) { /* cut: what follows is a value */
				*to++ = '*';
				break;
			}
			bytes = (size_t)(end - s) + strlen(close);
			if (harmless(s + open, (size_t)(end - s) - open, arena))
				to = mempcpy(to, s, bytes);
			else
				*to++ = '*';
			s += bytes;
			in_word = false;
			continue;
		}
		skip = in_word ? 0 : number_at(s);
		if (skip > 0) {
			*to++ = '*';
			s += skip;
			continue;
		}
		in_word = isalnum((unsigned char)*s) || *s == '-';
		*to++ = *s++;
	}
	*to = '\0';
	return out;
}

/* Description or else, with the first validation errors, fit to be shown. */
static const char *
shown_text(const xmlNode *detail, const char *text, struct arena *arena)
{
	const xmlNode *node = smev_child(detail, "ValidationError");
	char *cut = arena_alloc(arena, TEXT_BYTES);

	for (int i = 0; node != NULL && i < 3; i++) {
		const char *line = xml_attr(node, "errorPosition", arena);

		text = arena_printf(arena, "%s; %s%s%s", text,
		    line == NULL ? "" : line, line == NULL ? "" : ": ",
		    xml_text(node, arena));
		node = xml_next(node, NULL, "ValidationError");
	}
	str_copy(cut, TEXT_BYTES, text);
	cut = smev_fault_mask(cut, arena);
	for (char *c = cut; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ')
			*c = ' ';
	}
	return cut;
}

/* The code of a fault named name (may be "") that says text. */
static const char *
fault_code(const char *name, const xmlNode *detail, const char *text,
    struct arena *arena)
{
	const char *code = smev_fault_by_element(name);
	const char *finer = NULL;

	if (is_about_store(text))
		return "SMEV_FTP_FILES";
	if (is_rate_limit(text))
		return "SMEV_RATE_LIMIT";
	if (strcmp(name, "SignatureVerificationFault") == 0)
		finer = find_code(signature_faults,
		    sizeof(signature_faults) / sizeof(signature_faults[0]),
		    smev_word(detail, "SignatureVerificationFault", arena));
	if (finer != NULL)
		return finer;
	if (code == NULL)
		code = code_of_number(smev_number(text), arena);
	return code;
}

/* The first element child, or NULL. */
static xmlNode *
first_element(const xmlNode *node)
{
	return node == NULL ? NULL : xml_child(node, NULL, NULL);
}

static void
fault_version(const xmlNode *detail, struct smev_answer *ret_answer)
{
	for (int v = SMEV_1_1; v <= SMEV_1_3; v++) {
		if (strcmp(xml_ns(detail), smev_ns_faults((enum smev_version)v))
		    == 0)
			ret_answer->version = (enum smev_version)v;
	}
}

void
smev_fault_read(
    const xmlNode *fault, struct arena *arena, struct smev_answer *ret_answer)
{
	const xmlNode *detail = first_element(xml_child(fault, NULL, "detail"));
	const char *text = xml_child_text(fault, NULL, "faultstring", arena);
	const char *said = smev_text(detail, "Description", arena);
	const char *name = "", *code;

	if (detail != NULL && str_begins(xml_ns(detail), SMEV_NS_BEGIN)) {
		name = xml_name(detail);
		fault_version(detail, ret_answer);
	}
	if (text == NULL || *said != '\0')
		text = said;
	code = fault_code(name, detail, text, arena);
	if (code == NULL && *name == '\0' && smev_number(text) == 0)
		code = "SMEV_FAULT"; /* of a server in between: try again */
	ret_answer->kind = SMEV_ANSWER_FAULT;
	ret_answer->fault_code = code == NULL ? "SMEV_FAULT_UNKNOWN" : code;
	ret_answer->fault_text = shown_text(detail, text, arena);
}

/* The local part of xsi:type, or "". */
static const char *
type_name(const xmlNode *node)
{
	const xmlAttr *attr = node == NULL ? NULL : node->properties;

	for (; attr != NULL; attr = attr->next) {
		const char *value, *colon;

		if (attr->ns == NULL || attr->children == NULL
		    || strcmp((const char *)attr->name, "type") != 0
		    || strcmp((const char *)attr->ns->href, SMEV_XSI_NS) != 0)
			continue;
		value = (const char *)attr->children->content;
		colon = value == NULL ? NULL : strchr(value, ':');
		return colon != NULL ? colon + 1 : value == NULL ? "" : value;
	}
	return "";
}

/*
 * Whether category and fault say that the message came to nothing.  Categories
 * outside of the schema's list are met; a new one without a fault is a note.
 */
static bool
failed(const char *category, const xmlNode *fault)
{
	static const char *const on_its_way[] = { "requestIsQueued",
		"requestIsAcceptedBySmev", "requestIsProcessed",
		"underProcessing", "responseIsQueued",
		"responseIsAcceptedBySmev", "responseIsProcessed",
		"responseIsDelivered", "messageIsDelivered",
		"messageIsArchived" };

	if (fault != NULL && xml_child(fault, NULL, NULL) != NULL)
		return true;
	for (size_t i = 0; i < sizeof(on_its_way) / sizeof(on_its_way[0]); i++)
		if (strcmp(category, on_its_way[i]) == 0)
			return false;
	return fault != NULL || *category == '\0'
	    || strstr(category, "Rejected") != NULL
	    || strcmp(category, "cancelled") == 0
	    || strcmp(category, "doesNotExist") == 0;
}

void
smev_fault_read_async(
    const xmlNode *status, struct arena *arena, struct smev_answer *ret_answer)
{
	const xmlNode *fault = smev_child(status, "SmevFault");
	const char *details = smev_text(status, "StatusDetails", arena);
	const char *text = smev_text(fault, "Description", arena);
	const char *routing_code, *code;
	const char *routing = smev_routing_read(status, arena, &routing_code);

	if (*text == '\0')
		text = details;
	code = fault_code(type_name(fault), fault, text, arena);
	if (code == NULL)
		code = routing_code;
	if (*routing != '\0')
		text = arena_printf(
		    arena, "%s%s%s", text, *text == '\0' ? "" : "; ", routing);
	ret_answer->fault_code = code == NULL ? "SMEV_ASYNC_REJECTED" : code;
	ret_answer->fault_text = shown_text(fault, text, arena);
	ret_answer->failed = failed(ret_answer->status, fault);
}
