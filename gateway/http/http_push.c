/*
 * gateway/http/http_push.c - SMEV's push notifications at the front: who may
 * send them, and on to the store.  Nothing of them is read here.
 */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/config.h"
#include "gateway/door/door_text.h"
#include "gateway/flow/job.h"
#include "gateway/http/front.h"
#include "gateway/http/http_auth.h"
#include "gateway/http/http_server.h"
#include "smev/smev_push.h"

#define BODY_MAX ((size_t)1 << 20) /* a thousand queues are less */

/* From the address, or with the key or certificate, that item names. */
static bool
fits(const struct http_request *req, const char *item)
{
	unsigned char want[16], is[16];

	if (strlen(item) == 64)
		return http_auth_shows(req, item);
	if (inet_pton(AF_INET, item, want) == 1)
		return inet_pton(AF_INET, req->from, is) == 1
		    && memcmp(want, is, 4) == 0;
	return inet_pton(AF_INET6, item, want) == 1
	    && inet_pton(AF_INET6, req->from, is) == 1
	    && memcmp(want, is, 16) == 0;
}

bool
http_push_may(struct front *front, struct http_request *req)
{
	const struct config_list *from = &front->config->smev.push_from;

	if (from->count == 0) {
		http_refuse(front, req, 0, "HTTP_PATH", "");
		return false;
	}
	for (size_t i = 0; i < from->count; i++)
		if (fits(req, from->items[i]))
			return true;
	http_refuse(front, req, 0, "SRC_DENIED", "");
	return false;
}

void
http_push(struct front *front, struct http_request *req)
{
	struct ask what = {
		.source = *req->from == '\0' ? "unix" : req->from,
		.content_type = http_head_get(&req->head, "Content-Type"),
		.body = req->body.data,
		.body_bytes = req->body.bytes,
	};
	struct buf out;

	if (req->body.bytes > BODY_MAX) {
		http_refuse(front, req, 0, "PKT_SIZE", "");
		return;
	}
	http_note(req)->source = what.source;
	http_note(req)->ask = http_push;
	buf_init(&out, 0);
	ask_write(IPC_PUSH, &what, &out);
	http_ask_store(front, req, IPC_PUSH, out.data, out.bytes, 0);
	buf_release(&out);
}

/* The service as the operator of SMEV describes it, with the schema inside. */
static const char wsdl_types[] =
    "<wsdl:types><xs:schema targetNamespace=\"" SMEV_PUSH_NS "\">"
    "<xs:element name=\"PushNotificationRequest\"><xs:complexType>"
    "<xs:sequence><xs:element name=\"PushNotification\"><xs:complexType>"
    "<xs:sequence>"
    "<xs:element name=\"InformationTimestamp\" type=\"xs:dateTime\"/>"
    "<xs:element name=\"QueueInformation\" form=\"qualified\""
    " nillable=\"true\" maxOccurs=\"unbounded\"><xs:complexType>"
    "<xs:sequence><xs:element name=\"QueueName\"><xs:simpleType>"
    "<xs:restriction base=\"xs:string\"><xs:minLength value=\"1\"/>"
    "<xs:maxLength value=\"500\"/></xs:restriction></xs:simpleType>"
    "</xs:element><xs:element name=\"QueueSize\" type=\"xs:int\"/>"
    "</xs:sequence></xs:complexType></xs:element></xs:sequence>"
    "</xs:complexType></xs:element></xs:sequence></xs:complexType>"
    "</xs:element>"
    "<xs:element name=\"PushNotificationResponse\"><xs:complexType>"
    "<xs:sequence><xs:element name=\"DescriptionResponse\""
    " type=\"tns:Description\"/></xs:sequence></xs:complexType></xs:element>"
    "<xs:element name=\"PushNotificationException\"><xs:complexType>"
    "<xs:sequence><xs:element name=\"DescriptionException\""
    " type=\"tns:Description\"/></xs:sequence></xs:complexType></xs:element>"
    "<xs:complexType name=\"Description\"><xs:sequence>"
    "<xs:element name=\"Description\" type=\"xs:string\" form=\"qualified\""
    " nillable=\"true\" minOccurs=\"0\"/></xs:sequence></xs:complexType>"
    "</xs:schema></wsdl:types>";

static void
put_message(struct buf *out, const char *name)
{
	buf_addf(out,
	    "<wsdl:message name=\"%s\"><wsdl:part name=\"parameter\""
	    " element=\"tns:%s\"/></wsdl:message>",
	    name, name);
}

static void
put_wsdl(struct buf *out, const char *address)
{
	buf_adds(out,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<wsdl:definitions"
	    " xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\""
	    " xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\""
	    " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""
	    " xmlns:tns=\"" SMEV_PUSH_NS "\""
	    " targetNamespace=\"" SMEV_PUSH_NS "\">");
	buf_adds(out, wsdl_types);
	put_message(out, "PushNotificationRequest");
	put_message(out, "PushNotificationResponse");
	put_message(out, "PushNotificationException");
	buf_adds(out,
	    "<wsdl:portType name=\"PushNotificationType\">"
	    "<wsdl:operation name=\"PushNotification\">"
	    "<wsdl:input message=\"tns:PushNotificationRequest\"/>"
	    "<wsdl:output message=\"tns:PushNotificationResponse\"/>"
	    "<wsdl:fault name=\"PushNotificationException\""
	    " message=\"tns:PushNotificationException\"/>"
	    "</wsdl:operation></wsdl:portType>"
	    "<wsdl:binding name=\"PushNotificationBinding\""
	    " type=\"tns:PushNotificationType\"><soap:binding"
	    " style=\"document\""
	    " transport=\"http://schemas.xmlsoap.org/soap/http\"/>"
	    "<wsdl:operation name=\"PushNotification\">"
	    "<soap:operation soapAction=\" PushNotification \"/>"
	    "<wsdl:input><soap:body use=\"literal\"/></wsdl:input>"
	    "<wsdl:output><soap:body use=\"literal\"/></wsdl:output>"
	    "<wsdl:fault name=\"PushNotificationException\"><soap:fault"
	    " name=\"PushNotificationException\" use=\"literal\"/>"
	    "</wsdl:fault></wsdl:operation></wsdl:binding>"
	    "<wsdl:service name=\"PushNotificationService\"><wsdl:port"
	    " name=\"PushNotificationPort\""
	    " binding=\"tns:PushNotificationBinding\">");
	buf_addf(out,
	    "<soap:address location=\"%s\"/></wsdl:port></wsdl:service>"
	    "</wsdl:definitions>\n",
	    address);
}

void
http_push_wsdl(struct front *front, struct http_request *req)
{
	struct http_reply reply = { .status = 200, .content_type = DOOR_TYPE };
	struct buf out;

	if (strcasecmp(req->head.query, "wsdl") != 0) {
		http_refuse(front, req, 0, "HTTP_FORM", "ожидается ?wsdl");
		return;
	}
	buf_init(&out, 0);
	put_wsdl(&out, http_address_of(front, req));
	reply.body = out.data;
	reply.bytes = out.bytes;
	http_finish(front, req, &reply);
	buf_release(&out);
}
