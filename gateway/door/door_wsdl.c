#include "gateway/door/door_wsdl.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "gateway/config.h"
#include "gateway/door/door_text.h"
#include "xsd/xml_write.h"

#define SCHEMA_BYTES ((size_t)1 << 20)
#define WSDL_NS      "http://schemas.xmlsoap.org/wsdl/"
#define WSDL_SOAP_NS "http://schemas.xmlsoap.org/wsdl/soap/"
#define SOAP_HTTP    "http://schemas.xmlsoap.org/soap/http"

struct door_wsdl {
	struct buf faults, types; /* elements xs:schema */
};

static const struct operation {
	const char *name, *action, *in, *out;
} operations[] = {
	{ "Send", "urn:Send", "ClientMessage", "MessageResult" },
	{ "Get", "urn:Get", "MessageQuery", "QueryResult" },
	{ "Find", "urn:Find", "FindMessageQuery", "QueryResultList" },
};

#define OPERATION_COUNT (sizeof(operations) / sizeof(operations[0]))

/*
 * The schema without declaration and comments before it; and what it imports
 * stands beside it, so no place is named.
 */
static void
take_schema(const char *text, struct buf *out)
{
	static const char place[] = "schemaLocation=\"";
	const char *at = strstr(text, "<xs:schema"), *found, *end;

	while (at != NULL && (found = strstr(at, place)) != NULL) {
		end = strchr(found + sizeof(place) - 1, '"');
		if (end == NULL)
			break;
		buf_add(out, at, (size_t)(found - at));
		at = end + 1;
	}
	if (at != NULL)
		buf_adds(out, at);
}

static int
read_schema(const char *folder, const char *name, struct buf *ret)
{
	struct buf path, text;
	struct err err;
	int rc;

	buf_init(&path, 0);
	buf_init(&text, SCHEMA_BYTES);
	buf_addf(&path, "%s/adapter-service/%s", folder, name);
	rc = file_read(buf_text(&path), SCHEMA_BYTES, &text, &err);
	if (rc == 0)
		take_schema(buf_text(&text), ret);
	buf_release(&text);
	buf_release(&path);
	return rc;
}

struct door_wsdl *
door_wsdl_new(const struct config *config)
{
	struct door_wsdl *wsdl = xcalloc(1, sizeof(*wsdl));

	buf_init(&wsdl->faults, 0);
	buf_init(&wsdl->types, 0);
	if (read_schema(config->schema_folder, "faults.xsd", &wsdl->faults)
		== -1
	    || read_schema(config->schema_folder, "types.xsd", &wsdl->types)
		== -1) {
		door_wsdl_free(wsdl);
		return NULL;
	}
	return wsdl;
}

void
door_wsdl_free(struct door_wsdl *wsdl)
{
	if (wsdl == NULL)
		return;
	buf_release(&wsdl->faults);
	buf_release(&wsdl->types);
	free(wsdl);
}

static void
message(struct buf *out, const char *prefix, const char *element)
{
	buf_addf(out,
	    "<w:message name=\"%s\"><w:part name=\"parameters\""
	    " element=\"%s:%s\"/></w:message>\n",
	    element, prefix, element);
}

static void
port_type(struct buf *out)
{
	buf_adds(out, "<w:portType name=\"SMEVServiceAdapterPortType\">\n");
	for (size_t i = 0; i < OPERATION_COUNT; i++)
		buf_addf(out,
		    "<w:operation name=\"%s\"><w:input message=\"v:%s\"/>"
		    "<w:output message=\"v:%s\"/>"
		    "<w:fault name=\"SystemFault\" message=\"v:SystemFault\"/>"
		    "<w:fault name=\"ValidationFault\""
		    " message=\"v:ValidationFault\"/></w:operation>\n",
		    operations[i].name, operations[i].in, operations[i].out);
	buf_adds(out, "</w:portType>\n");
}

static void
binding(struct buf *out)
{
	buf_addf(out,
	    "<w:binding name=\"SMEVServiceAdapterBinding\""
	    " type=\"v:SMEVServiceAdapterPortType\">"
	    "<ws:binding style=\"document\" transport=\"%s\"/>\n",
	    SOAP_HTTP);
	for (size_t i = 0; i < OPERATION_COUNT; i++)
		buf_addf(out,
		    "<w:operation name=\"%s\">"
		    "<ws:operation soapAction=\"%s\"/>"
		    "<w:input><ws:body use=\"literal\"/></w:input>"
		    "<w:output><ws:body use=\"literal\"/></w:output>"
		    "<w:fault name=\"SystemFault\">"
		    "<ws:fault name=\"SystemFault\" use=\"literal\"/></w:fault>"
		    "<w:fault name=\"ValidationFault\">"
		    "<ws:fault name=\"ValidationFault\" use=\"literal\"/>"
		    "</w:fault></w:operation>\n",
		    operations[i].name, operations[i].action);
	buf_adds(out, "</w:binding>\n");
}

void
door_wsdl_write(
    const struct door_wsdl *wsdl, const char *address, struct buf *out)
{
	struct xml_writer w;

	buf_addf(out,
	    "<w:definitions xmlns:w=\"%s\" xmlns:ws=\"%s\" xmlns:v=\"%s\""
	    " xmlns:a=\"%s\" xmlns:f=\"%s\" targetNamespace=\"%s\""
	    " name=\"SMEVServiceAdapterService\">\n<w:types>\n",
	    WSDL_NS, WSDL_SOAP_NS, DOOR_SERVICE_NS, DOOR_NS, DOOR_FAULT_NS,
	    DOOR_SERVICE_NS);
	buf_add(out, wsdl->faults.data, wsdl->faults.bytes);
	buf_add(out, wsdl->types.data, wsdl->types.bytes);
	buf_adds(out, "</w:types>\n");
	for (size_t i = 0; i < OPERATION_COUNT; i++) {
		message(out, "a", operations[i].in);
		message(out, "a", operations[i].out);
	}
	message(out, "f", "SystemFault");
	message(out, "f", "ValidationFault");
	port_type(out);
	binding(out);
	buf_adds(out,
	    "<w:service name=\"SMEVServiceAdapterService\">"
	    "<w:port name=\"SMEVServiceAdapterPort\""
	    " binding=\"v:SMEVServiceAdapterBinding\">");
	xml_write_init(&w, out);
	xml_write_open(&w, "ws:address");
	xml_write_attr(&w, "location", address);
	xml_write_close(&w);
	buf_adds(out, "</w:port></w:service>\n</w:definitions>\n");
}
