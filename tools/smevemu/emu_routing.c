#include "tools/smevemu/emu_routing.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/dsig.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_inner.h"
#include "tools/smevemu/emu_wire_read.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

void
emu_routing_add(struct emu_type *type, const char *value,
    struct emu_participant *participant)
{
	struct emu_route *route = xcalloc(1, sizeof(*route));

	route->value = xstrdup(value);
	route->to = participant;
	route->next = type->routes;
	type->routes = route;
}

void
emu_routing_free(struct emu_type *type)
{
	struct emu_route *route = type->routes, *next;

	for (; route != NULL; route = next) {
		next = route->next;
		free(route->value);
		free(route);
	}
	type->routes = NULL;
}

bool
emu_routing_leads(
    const struct emu_type *type, const struct emu_participant *participant)
{
	const struct emu_route *route = type->routes;

	for (; route != NULL; route = route->next) {
		if (route->to == participant)
			return true;
	}
	return false;
}

/* Whether RoutingSignature is the caller's, and over RoutingInformation. */
static bool
signed_by(const struct emu *emu, const struct emu_call *call,
    struct xml_doc *doc, const xmlNode *information,
    const struct emu_participant *caller)
{
	const char *ns = emu_ns(EMU_NS_ROUTING, call->version);
	const xmlNode *wrapper =
	    xml_child(call->routing, ns, "RoutingSignature");
	xmlNode *signature = xml_child(wrapper, EMU_NS_DS, "Signature");
	struct dsig_verdict verdict = { 0 };
	struct err err = { 0 };

	if (!emu->verify)
		return true;
	return signature != NULL
	    && dsig_require(
		   doc, signature, information, emu->trust, &verdict, &err)
	    == 0
	    && map_get(emu->by_fingerprint, verdict.fingerprint) == caller;
}

/* A RoutingStatus as it grows. */
struct routing {
	const struct emu *emu;
	const struct emu_type *type;
	struct xml_doc *doc;
	struct arena *arena;
	struct xml_writer w;
	struct emu_participant *to; /* where the first known value leads */
	const xmlNode *registry; /* of the business data, or NULL */
	bool some; /* values that do not belong to a record */
	bool bad_record, bad_signature;
};

/* Where value leads, or NULL. */
static struct emu_participant *
lookup(const struct emu_type *type, const char *value)
{
	const struct emu_route *route = type->routes;

	while (route != NULL && strcmp(route->value, value) != 0)
		route = route->next;
	return route == NULL ? NULL : route->to;
}

/*
 * Write a status for each value of the list kind ("Dynamic", "Identifier") of
 * parent.  Returns where the first known one leads; *some: there are values.
 */
static struct emu_participant *
follow(struct routing *r, const xmlNode *parent, const char *kind, bool *some)
{
	const char *ns = emu_ns(EMU_NS_ROUTING, EMU_V13);
	const char *list = arena_printf(r->arena, "%sRouting", kind);
	const xmlNode *item = xml_child(xml_child(parent, ns, list), ns, NULL);
	struct emu_participant *first = NULL, *to;
	const char *value;

	for (; item != NULL; item = xml_next(item, ns, NULL)) {
		value = xml_text(item, r->arena);
		to = lookup(r->type, value);
		first = first == NULL ? to : first;
		*some = true;
		xml_write_open(
		    &r->w, arena_printf(r->arena, "r:%sRoutingStatus", kind));
		xml_write_leaf(
		    &r->w, arena_printf(r->arena, "r:%sValue", kind), value);
		xml_write_leaf(&r->w, "r:RoutingStatusCode",
		    to != NULL ? "success" : "recipientNotFound");
		xml_write_close(&r->w);
	}
	return first;
}

/* The record with that RecordId in the business data, or NULL. */
static const xmlNode *
record_of(const struct routing *r, const char *id)
{
	const char *ns = emu_ns(EMU_NS_DIRECTIVE, EMU_V13);
	const xmlNode *record = xml_child(r->registry, ns, "RegistryRecord");

	while (record != NULL
	    && !str_equal(xml_child_text(record, ns, "RecordId", r->arena), id))
		record = xml_next(record, ns, "RegistryRecord");
	return record;
}

static void
open_record(struct routing *r, const char *id, const char *code)
{
	xml_write_open(&r->w, "r:RegistryRoutingStatus");
	xml_write_leaf(&r->w, "r:RecordId", id);
	xml_write_leaf(&r->w, "r:RoutingStatusCode", code);
}

/* A record that Routing names: is it there, and where does it go? */
static void
route_record(struct routing *r, const xmlNode *item)
{
	const char *ns = emu_ns(EMU_NS_ROUTING, EMU_V13);
	const char *id = xml_child_text(item, ns, "RecordId", r->arena);
	const char *general =
	    xml_child_text(item, ns, "UseGeneralRouting", r->arena);
	const xmlNode *list = xml_child(item, ns, NULL);
	const char *code = "success";
	bool some = false, known = false;

	for (; list != NULL; list = xml_next(list, ns, NULL)) {
		const xmlNode *value = xml_child(list, ns, NULL);

		for (; value != NULL; value = xml_next(value, ns, NULL)) {
			some = true;
			if (lookup(r->type, xml_text(value, r->arena)) != NULL)
				known = true;
		}
	}
	if (record_of(r, id) == NULL)
		code = "invalidRegistryRecordId";
	else if (some && !known && !str_equal(general, "true")
	    && !str_equal(general, "1"))
		code = "recipientNotFound";
	r->bad_record = r->bad_record || strcmp(code, "success") != 0;
	open_record(r, id, code);
	follow(r, item, "Dynamic", &some);
	follow(r, item, "Identifier", &some);
	xml_write_close(&r->w);
}

/* Records whose signature is not right. */
static void
check_signatures(struct routing *r)
{
	const char *ns = emu_ns(EMU_NS_DIRECTIVE, EMU_V13);
	const xmlNode *record = xml_child(r->registry, ns, "RegistryRecord");
	struct err why = { 0 };

	for (; record != NULL;
	     record = xml_next(record, ns, "RegistryRecord")) {
		if (!r->emu->verify
		    || emu_inner_record(r->emu, r->doc, record, &why))
			continue;
		r->bad_signature = true;
		open_record(r, xml_child_text(record, ns, "RecordId", r->arena),
		    "signatureInvalid");
		xml_write_close(&r->w);
	}
}

static void
write_status(struct routing *r, const struct emu_call *call)
{
	const char *ns = emu_ns(EMU_NS_ROUTING, EMU_V13);
	const xmlNode *information =
	    xml_child(call->routing, ns, "RoutingInformation");
	const xmlNode *list = xml_child(information, ns, "RegistryRouting");
	const xmlNode *item = xml_child(list, ns, "RegistryRecordRouting");
	struct emu_participant *by_identifier;

	xml_write_open(&r->w, "r:RoutingStatus");
	xml_write_ns(&r->w, "r", ns);
	r->to = follow(r, information, "Dynamic", &r->some);
	by_identifier = follow(r, information, "Identifier", &r->some);
	r->to = r->to == NULL ? by_identifier : r->to;
	for (; item != NULL; item = xml_next(item, ns, "RegistryRecordRouting"))
		route_record(r, item);
	check_signatures(r);
	xml_write_close(&r->w);
}

/* What write_status() has seen that is wrong. */
static const struct emu_fault *
judge(const struct routing *r)
{
	if (r->bad_signature)
		return emu_fault_by_element("SignatureIsInvalid");
	if (r->bad_record || (r->some && r->to == NULL))
		return emu_fault_by_element("RecipientIsNotFound");
	return NULL;
}

struct emu_participant *
emu_routing_find(const struct emu *emu, const struct emu_call *call,
    struct xml_doc *doc, const struct emu_type *type,
    const struct emu_participant *caller, struct arena *arena,
    struct emu_routed *ret)
{
	const char *ns = emu_ns(EMU_NS_ROUTING, EMU_V13);
	const xmlNode *information =
	    xml_child(call->routing, ns, "RoutingInformation");
	struct routing r = { .emu = emu,
		.type = type,
		.doc = doc,
		.arena = arena,
		.registry = emu_inner_registry(call) };
	struct buf status;

	memset(ret, 0, sizeof(*ret));
	if (call->routing == NULL && r.registry == NULL)
		return type->provider;
	if (call->routing != NULL
	    && (!str_equal(xml_child_text(information, ns, "MessageID", arena),
		    call->id)
		|| !signed_by(emu, call, doc, information, caller))) {
		ret->reject = emu_fault_by_element("SignatureIsInvalid");
		return type->provider;
	}
	buf_init(&status, 0);
	xml_write_init(&r.w, &status);
	write_status(&r, call);
	ret->reject = judge(&r);
	if (ret->reject != NULL && call->version == EMU_V13)
		ret->status = arena_strdup(arena, buf_text(&status));
	buf_release(&status);
	return ret->reject == NULL && r.to != NULL ? r.to : type->provider;
}
