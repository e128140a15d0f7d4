#include "tools/smevemu/emu_wire_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_remark.h"
#include "tools/smevemu/emu_wire_read.h"
#include "xsd/xml_write.h"

/* A number of bytes; 0: nothing was measured, a script wants the fault. */
static void
write_size(
    struct xml_writer *w, const char *name, uint64_t bytes, uint64_t scripted)
{
	char number[24];

	snprintf(
	    number, sizeof(number), "%" PRIu64, bytes == 0 ? scripted : bytes);
	xml_write_leaf(w, name, number);
}

/* All that is wrong, each at its line; without remarks text alone. */
static void
write_validation(
    struct xml_writer *w, const char *text, const struct emu_remarks *remarks)
{
	const struct emu_remark *remark =
	    remarks == NULL ? NULL : remarks->first;
	const struct emu_remark only = { .text = text };
	char line[24];

	for (remark = remark == NULL ? &only : remark; remark != NULL;
	     remark = remark->next) {
		snprintf(line, sizeof(line), "%ld", remark->line);
		xml_write_open(w, "ns3:ValidationError");
		xml_write_attr(w, "errorPosition", line);
		xml_write_text(w, remark->text);
		xml_write_close(w);
	}
}

/* Children that some faults have beside Code and Description. */
static void
write_fault_extra(struct xml_writer *w, const struct emu_fault *fault,
    const char *text, const struct emu_facts *facts)
{
	const struct emu_call *call = facts->call;
	const char *name = fault->element;

	if (fault->verdict != NULL) {
		xml_write_leaf(
		    w, "ns3:SignatureVerificationFault", fault->verdict);
	} else if (strcmp(name, "InvalidContent") == 0) {
		write_validation(w, text, facts->remarks);
	} else if (strcmp(name, "BusinessDataTypeIsNotSupported") == 0) {
		xml_write_leaf(w, "ns3:RootElementLocalName",
		    call != NULL && call->name != NULL ? call->name : "");
		xml_write_leaf(w, "ns3:RootElementNamespaceURI",
		    call != NULL && call->ns != NULL ? call->ns : "");
	} else if (strcmp(name, "DestinationOverflow") == 0) {
		xml_write_leaf(w, "ns3:MessageBrokerAddress", "unknown");
		xml_write_leaf(w, "ns3:DestinationName",
		    facts->destination[0] == '\0' ? "unknown"
						  : facts->destination);
	} else if (strcmp(name, "AttachmentSizeLimitExceeded") == 0) {
		write_size(w, "ns3:PermittedTotalAttachmentSize",
		    facts->permitted, 5242880);
		write_size(
		    w, "ns3:RealTotalAttachmentSize", facts->real, 5242881);
	} else if (strcmp(name, "QuoteLimitExceeded") == 0) {
		write_size(
		    w, "ns3:RemainedTotalQuoteSize", facts->permitted, 0);
		write_size(w, "ns3:RealTotalAttachmentSize", facts->real, 1);
	}
}

/* Declared without content in the schema; SMEV fills it by xsi:type. */
static bool
is_void(const struct emu_fault *fault)
{
	static const char *const typed[] = { "BusinessDataTypeIsNotSupported",
		"InvalidContent", "TransactionCodeInvalid",
		"PersonalAccessDenied", "AttachmentSizeLimitExceeded",
		"QuoteLimitExceeded", "SignatureVerificationFault",
		"DestinationOverflow" };

	for (size_t i = 0; i < sizeof(typed) / sizeof(typed[0]); i++) {
		if (strcmp(typed[i], fault->element) == 0)
			return false;
	}
	return true;
}

static void
write_fault_detail(const struct emu *emu, const struct emu_fault *fault,
    const char *text, const struct emu_facts *facts, enum emu_version version,
    struct xml_writer *w)
{
	char name[80], code[80];
	struct buf description;

	snprintf(name, sizeof(name), "ns3:%s", fault->element);
	snprintf(code, sizeof(code), "tsmev3:EMULATOR:CORE1 : TR:SYNC:%s",
	    fault->step);
	buf_init(&description, 0);
	buf_addf(&description, "%s%s%s",
	    fault->number == NULL ? "" : fault->number,
	    fault->number == NULL ? "" : ":", text);
	if (facts->remarks != NULL && facts->remarks->count > 0
	    && strcmp(fault->element, "InvalidContent") != 0) {
		buf_adds(&description, "\n");
		emu_remarks_text(facts->remarks, &description);
	}
	xml_write_open(w, name);
	xml_write_ns(w, "ns3", emu_ns(EMU_NS_FAULTS, version));
	xml_write_ns(w, "ns2", emu_ns(EMU_NS_TYPES, version));
	xml_write_ns(w, "", emu_ns(EMU_NS_BASIC, version));
	if (!emu->speak.empty_details && is_void(fault)) {
		xml_write_ns(
		    w, "xsi", "http://www.w3.org/2001/XMLSchema-instance");
		xml_write_attr(w, "xsi:type", "SmevFault");
	}
	if (!emu->speak.empty_details) {
		xml_write_leaf(w, "Code", code);
		xml_write_leaf(w, "Description", buf_text(&description));
	}
	if (!emu->speak.empty_details || fault->verdict != NULL)
		write_fault_extra(w, fault, text, facts);
	xml_write_close(w);
	buf_release(&description);
}

void
emu_write_fault(const struct emu *emu, const struct emu_fault *fault,
    const char *text, const struct emu_facts *facts, enum emu_version version,
    struct buf *out)
{
	const char *p = emu->speak.soap_env ? "SOAP-ENV" : "soap";
	struct xml_writer w;
	char qname[40];

	emu_write_begin(emu, out);
	xml_write_init(&w, out);
	snprintf(qname, sizeof(qname), "%s:Fault", p);
	xml_write_open(&w, qname);
	xml_write_leaf(&w, "faultcode",
	    emu->speak.soap_env ? "SOAP-ENV:Client" : "soap:Server");
	xml_write_open(&w, "faultstring");
	if (emu->speak.soap_env)
		xml_write_attr(&w, "xml:lang", "ru");
	xml_write_text(&w, text);
	xml_write_close(&w);
	xml_write_open(&w, "detail");
	write_fault_detail(emu, fault, text, facts, version, &w);
	xml_write_close(&w);
	xml_write_close(&w);
	emu_write_end(emu, out);
}

void
emu_write_async(struct xml_writer *w, const char *id,
    const struct emu_fault *fault, const char *text,
    const struct emu_async *more, enum emu_version version)
{
	bool content = more != NULL && more->remarks != NULL;
	char code[80], description[600];

	snprintf(code, sizeof(code), "tsmev3:EMULATOR:CORE1 : TR:ASYNC:%s",
	    fault->step);
	snprintf(description, sizeof(description), "%s%s%s",
	    fault->number == NULL ? "" : fault->number,
	    fault->number == NULL ? "" : ":", text);
	xml_write_open(w, "ns2:AsyncProcessingStatus");
	xml_write_leaf(w, "ns2:OriginalMessageId", id);
	xml_write_leaf(w, "ns2:StatusCategory", "requestIsRejectedBySmev");
	xml_write_leaf(w, "ns2:StatusDetails", text);
	if (more != NULL && more->routing != NULL)
		xml_write_raw(w, more->routing, strlen(more->routing));
	xml_write_open(w, "ns2:SmevFault");
	if (content) {
		xml_write_ns(w, "ns3", emu_ns(EMU_NS_FAULTS, version));
		xml_write_ns(
		    w, "xsi", "http://www.w3.org/2001/XMLSchema-instance");
		xml_write_attr(w, "xsi:type", "ns3:InvalidContent");
	}
	xml_write_leaf(w, "Code", code);
	xml_write_leaf(w, "Description", description);
	if (content)
		write_validation(w, text, more->remarks);
	xml_write_close(w);
	xml_write_close(w);
}
