/* doc/CONFORMANCE.md, made of what was counted. */
#include "test/unit/conformance.h"

#include "base/buf.h"
#include "smev/smev_names.h"

const char *const version_names[VERSIONS] = { "1.1", "1.2", "1.3",
	"1.1 of 2014" };

/* The order of columns. */
static const enum smev_version columns[VERSIONS] = { SMEV_1_1_2014, SMEV_1_1,
	SMEV_1_2, SMEV_1_3 };

static const char *const row_names[ROWS] = {
	"SendRequest, with personal signature and TestMessage",
	"SendRequest, with a file as base64",
	"SendRequest, with a file by MTOM",
	"SendResponse, data",
	"SendResponse, RequestRejected",
	"SendResponse, RequestStatus",
	"GetRequest: a request",
	"GetRequest: a request with a file",
	"GetRequest: nothing",
	"GetResponse: data",
	"GetResponse: RequestRejected",
	"GetResponse: RequestStatus",
	"GetResponse: AsyncProcessingStatus",
	"GetResponse: nothing",
	"Ack, accepted",
	"Ack, not accepted",
	"Ack once more: TargetMessageIsNotFound",
	"GetStatus: nothing",
	"GetStatus: AsyncProcessingStatus",
	"GetIncomingQueueStatistics",
};

static const char head[] =
    "# Conformance to SMEV 3: what was exercised\n\n"
    "Made by `make conformance` from what test_conformance counts, and "
    "compared "
    "with it by\n`make check`: a figure here is a number of answers that were "
    "read and found right in the\nlast run, not a promise. Not edited by "
    "hand.\n\n"
    "Each call is written by smev/, signed with GOST R 34.10-2012 (256), "
    "validated, taken by\nthe emulator (smevemu, which shares no code with "
    "smev/), and the emulator's answer is read\nin every form below; every "
    "signature in it is verified each time: SMEV's own, the\nsender's and the "
    "official's, who signed before the answer was written anew.\n";

static const char not_exercised[] =
    "\n## What is not exercised here\n\n"
    "- The real SMEV. Its answers are known from published samples only, which "
    "test_smev_samples\n  and test_smev_verify read; a real GetStatus answer, "
    "real statistics, a real broadcast, a\n  real 1.3 envelope and a GOST "
    "512 signature of SMEV were never published.\n"
    "- The status of HTTP. The codec does not see it: a fault means the same "
    "with 200 and 500;\n  any other status is SMEV_HTTP, a matter of "
    "gateway/.\n"
    "- What the gateway does with a fate (pauses, limits, new MessageID): "
    "scenarios t4*.\n"
    "- Files of the emulator's answers beside the envelope (xop:Include): "
    "test_smev_mime and\n  test_smev_attach; files by FTP.\n"
    "- Routing, registry messages, NodeID, BusinessProcessMetadata and EOL: "
    "test_smev_schema,\n  test_smev_sign, test_smevemu*. Cancel: "
    "test_smev_read.\n"
    "- RequestStatus in the envelope of 2014 and statistics in 1.3: the "
    "schemas have neither.\n"
    "- Calls with MTOM by a schema: xop:Include is no base64Binary; the same "
    "call is validated\n  with its parts put back.\n";

static void
begin_table(const char *first, struct buf *out)
{
	buf_addf(out, "\n| %s |", first);
	for (int i = 0; i < VERSIONS; i++)
		buf_addf(out, " %s |", version_names[columns[i]]);
	buf_adds(out, "\n|---|---:|---:|---:|---:|\n");
}

static void
cell(unsigned count, struct buf *out)
{
	if (count == 0)
		buf_adds(out, " - |");
	else
		buf_addf(out, " %u |", count);
}

static void
write_operations(struct buf *out)
{
	buf_adds(out,
	    "\n## Operation by version\n\n"
	    "In each cell: published schemas that the call was validated by "
	    "(times calls) / answers read /\nsignatures verified in them.\n");
	begin_table("operation", out);
	for (int r = 0; r < ROWS; r++) {
		buf_addf(out, "| %s |", row_names[r]);
		for (int i = 0; i < VERSIONS; i++) {
			enum smev_version v = columns[i];

			if (tally.read[r][v] == 0)
				buf_adds(out, " - |");
			else
				buf_addf(out, " %u / %u / %u |",
				    tally.valid[r][v], tally.read[r][v],
				    tally.verified[r][v]);
		}
		buf_adds(out, "\n");
	}
}

static void
write_forms(struct buf *out)
{
	buf_adds(out,
	    "\n## Form of the answer by dialect\n\n"
	    "Answers to all operations of all versions.\n\n"
	    "| form | soap:, text/xml | soap:, multipart | SOAP-ENV:, "
	    "text/xml | SOAP-ENV:, multipart |\n|---|---:|---:|---:|---:|\n");
	for (int f = 0; f < FORMS; f++) {
		buf_addf(out, "| %s |", form_names[f]);
		for (int i = 0; i < 4; i++)
			cell(tally.forms[f][i / 2][i % 2], out);
		buf_adds(out, "\n");
	}
}

static void
write_conversion(struct buf *out)
{
	buf_adds(out,
	    "\n## Sent in one version, taken in another\n\n"
	    "Requests whose personal signature and SMEV's were good after the "
	    "conversion; the sender's\nsignature is there when nothing was "
	    "converted, and then good.\n");
	begin_table("sent in \\ taken in", out);
	for (int i = 0; i < VERSIONS; i++) {
		buf_addf(out, "| %s |", version_names[columns[i]]);
		for (int k = 0; k < VERSIONS; k++)
			cell(tally.converted[columns[i]][columns[k]], out);
		buf_adds(out, "\n");
	}
}

static void
write_by_op(const char *title, unsigned counts[OPS][VERSIONS], struct buf *out)
{
	begin_table(title, out);
	for (int op = 0; op < OPS; op++) {
		buf_addf(out, "| %s |", smev_op_name((enum smev_op)op));
		for (int i = 0; i < VERSIONS; i++)
			cell(counts[op][columns[i]], out);
		buf_adds(out, "\n");
	}
}

static void
write_faults(struct buf *out)
{
	buf_addf(out,
	    "\n## Faults and their fates\n\n"
	    "Each of the 21 fault elements and of the 6 words of "
	    "SignatureVerificationFault, as an answer\nto each operation "
	    "(declared for it or not), with empty and with filled detail, "
	    "soap: "
	    "and\nSOAP-ENV:, in each form above, plain and multipart: code and "
	    "kind of doc/codes.tsv.\nOf all fault answers on this page %u are "
	    "a "
	    "success (MessageIsAlreadySent,\nTargetMessageIsNotFound, "
	    "SMEV-301, "
	    "SMEV-501), %u RETRY, %u REFUSE and %u HOLD.\n",
	    tally.fate[0], tally.fate[1], tally.fate[2], tally.fate[3]);
	write_by_op("fault elements", tally.faults, out);
	buf_adds(out,
	    "\nSMEV-100, 300, 301, 403, 501, 600, the rate limit (SMEV-100 "
	    "too), "
	    "a number that nobody knows,\nand a fault of a server in between; "
	    "in "
	    "faultstring without detail, and in an unknown element:\n");
	write_by_op("SMEV-nnn", tally.numbers, out);
	buf_adds(out, "\nRejections after acceptance, by xsi:type:\n");
	begin_table("AsyncProcessingStatus", out);
	for (int k = 0; k < 2; k++) {
		buf_addf(out, "| %s |", k == 0 ? "GetResponse" : "GetStatus");
		for (int i = 0; i < VERSIONS; i++)
			cell(tally.async[k][columns[i]], out);
		buf_adds(out, "\n");
	}
	buf_adds(out,
	    "\nFaults that the published WSDL declares, each of which has a "
	    "code and is among those above:\n");
	write_by_op("declared", tally.wsdl_faults, out);
}

void
page_write(struct buf *out)
{
	buf_adds(out, head);
	write_operations(out);
	write_forms(out);
	write_conversion(out);
	write_faults(out);
	buf_addf(out,
	    "\n## As captured from the wire\n\n"
	    "%u answers with types of content as proxies leave them, with a "
	    "BOM, with an empty\nFSAttachmentsList, a status outside the "
	    "schema's list, names in Cyrillic, and without each\nelement that "
	    "live SMEV was seen to leave out or that may be absent in some "
	    "version; the\noperator's sample of a call with a file is taken "
	    "apart by both sides. Faults, multipart and\nPKCS#7 as published: "
	    "test_smev_samples, test_cms. SOAPAction, empty or not, is not "
	    "looked at\nby the emulator; ours is exact: test_transport.\n",
	    tally.wire);
	buf_adds(out, not_exercised);
}
