#include "tools/smevemu/emu_wsdl.h"

#include <stdio.h>

#include "base/buf.h"
#include "tools/smevemu/emu_wire.h"
#include "xsd/xml_write.h"

#define NS_WSDL "http://schemas.xmlsoap.org/wsdl/"
#define NS_BIND "http://schemas.xmlsoap.org/wsdl/soap/"
#define NS_XSD  "http://www.w3.org/2001/XMLSchema"
#define SERVICE "urn://x-artefacts-smev-gov-ru/services/message-exchange/"

static bool
has_op(enum emu_version version, int op)
{
	return version != EMU_V13 || op != EMU_GET_STATISTICS;
}

/* Elements of calls and answers, with open content: the schemas proper are
 * the operator's to publish. */
static void
write_types(struct xml_writer *w, enum emu_version version)
{
	static const char *const ends[] = { "Request", "Response" };
	char name[80];

	xml_write_open(w, "wsdl:types");
	xml_write_open(w, "xs:schema");
	xml_write_attr(w, "targetNamespace", emu_ns(EMU_NS_TYPES, version));
	xml_write_attr(w, "elementFormDefault", "qualified");
	for (int op = 0; op < EMU_OPS; op++) {
		for (int i = 0; has_op(version, op) && i < 2; i++) {
			snprintf(name, sizeof(name), "%s%s",
			    emu_op_name((enum emu_op)op), ends[i]);
			xml_write_open(w, "xs:element");
			xml_write_attr(w, "name", name);
			xml_write_open(w, "xs:complexType");
			xml_write_open(w, "xs:sequence");
			xml_write_open(w, "xs:any");
			xml_write_attr(w, "minOccurs", "0");
			xml_write_attr(w, "maxOccurs", "unbounded");
			xml_write_attr(w, "namespace", "##any");
			xml_write_attr(w, "processContents", "lax");
			for (int depth = 0; depth < 4; depth++)
				xml_write_close(w);
		}
	}
	xml_write_close(w);
	xml_write_close(w);
}

static void
write_message(struct xml_writer *w, const char *op, const char *end)
{
	char name[80], element[80];

	snprintf(name, sizeof(name), "%s%sMessage", op, end);
	snprintf(element, sizeof(element), "types:%s%s", op, end);
	xml_write_open(w, "wsdl:message");
	xml_write_attr(w, "name", name);
	xml_write_open(w, "wsdl:part");
	xml_write_attr(w, "name", "parameters");
	xml_write_attr(w, "element", element);
	xml_write_close(w);
	xml_write_close(w);
}

static void
write_port_operation(struct xml_writer *w, const char *op)
{
	char name[80];

	xml_write_open(w, "wsdl:operation");
	xml_write_attr(w, "name", op);
	snprintf(name, sizeof(name), "tns:%sRequestMessage", op);
	xml_write_open(w, "wsdl:input");
	xml_write_attr(w, "message", name);
	xml_write_close(w);
	snprintf(name, sizeof(name), "tns:%sResponseMessage", op);
	xml_write_open(w, "wsdl:output");
	xml_write_attr(w, "message", name);
	xml_write_close(w);
	xml_write_close(w);
}

static void
write_literal(struct xml_writer *w, const char *element)
{
	xml_write_open(w, element);
	xml_write_open(w, "soap:body");
	xml_write_attr(w, "use", "literal");
	xml_write_close(w);
	xml_write_close(w);
}

static void
write_binding_operation(struct xml_writer *w, const char *op)
{
	char action[80];

	snprintf(action, sizeof(action), "urn:%s", op);
	xml_write_open(w, "wsdl:operation");
	xml_write_attr(w, "name", op);
	xml_write_open(w, "soap:operation");
	xml_write_attr(w, "soapAction", action);
	xml_write_close(w);
	write_literal(w, "wsdl:input");
	write_literal(w, "wsdl:output");
	xml_write_close(w);
}

static void
write_service(struct xml_writer *w, const char *location)
{
	xml_write_open(w, "wsdl:service");
	xml_write_attr(w, "name", "SMEVMessageExchangeService");
	xml_write_open(w, "wsdl:port");
	xml_write_attr(w, "name", "SMEVMessageExchangeEndpoint");
	xml_write_attr(w, "binding", "tns:SMEVMessageExchangeSoap11Binding");
	xml_write_open(w, "soap:address");
	xml_write_attr(w, "location", location);
	xml_write_close(w);
	xml_write_close(w);
	xml_write_close(w);
}

void
emu_wsdl_write(enum emu_version version, const char *location, struct buf *out)
{
	struct xml_writer w;
	char tns[120];
	int op;

	snprintf(tns, sizeof(tns), SERVICE "%s", emu_version_name(version));
	xml_write_init(&w, out);
	xml_write_open(&w, "wsdl:definitions");
	xml_write_ns(&w, "wsdl", NS_WSDL);
	xml_write_ns(&w, "soap", NS_BIND);
	xml_write_ns(&w, "xs", NS_XSD);
	xml_write_ns(&w, "tns", tns);
	xml_write_ns(&w, "types", emu_ns(EMU_NS_TYPES, version));
	xml_write_attr(&w, "targetNamespace", tns);
	write_types(&w, version);
	for (op = 0; op < EMU_OPS; op++) {
		if (!has_op(version, op))
			continue;
		write_message(&w, emu_op_name((enum emu_op)op), "Request");
		write_message(&w, emu_op_name((enum emu_op)op), "Response");
	}
	xml_write_open(&w, "wsdl:portType");
	xml_write_attr(&w, "name", "SMEVMessageExchangePortType");
	for (op = 0; op < EMU_OPS; op++) {
		if (has_op(version, op))
			write_port_operation(&w, emu_op_name((enum emu_op)op));
	}
	xml_write_close(&w);
	xml_write_open(&w, "wsdl:binding");
	xml_write_attr(&w, "name", "SMEVMessageExchangeSoap11Binding");
	xml_write_attr(&w, "type", "tns:SMEVMessageExchangePortType");
	xml_write_open(&w, "soap:binding");
	xml_write_attr(&w, "style", "document");
	xml_write_attr(&w, "transport", "http://schemas.xmlsoap.org/soap/http");
	xml_write_close(&w);
	for (op = 0; op < EMU_OPS; op++) {
		if (has_op(version, op))
			write_binding_operation(
			    &w, emu_op_name((enum emu_op)op));
	}
	xml_write_close(&w);
	write_service(&w, location);
	xml_write_close(&w);
}
