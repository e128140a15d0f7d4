#include "tools/smevemu/emu_routing.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/dsig.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_wire_read.h"
#include "xsd/xml_read.h"

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

/* Where the values under list lead, or NULL. */
static struct emu_participant *
follow(const struct emu_type *type, const xmlNode *list, struct arena *arena)
{
	const xmlNode *item = list == NULL ? NULL : xml_child(list, NULL, NULL);

	for (; item != NULL; item = xml_next(item, NULL, NULL)) {
		const struct emu_route *route = type->routes;

		for (; route != NULL; route = route->next) {
			if (strcmp(route->value, xml_text(item, arena)) == 0)
				return route->to;
		}
	}
	return NULL;
}

struct emu_participant *
emu_routing_find(const struct emu *emu, const struct emu_call *call,
    struct xml_doc *doc, const struct emu_type *type,
    const struct emu_participant *caller, struct arena *arena,
    const struct emu_fault **ret_reject)
{
	const char *ns = emu_ns(EMU_NS_ROUTING, EMU_V13);
	struct emu_participant *to;
	const xmlNode *information;

	*ret_reject = NULL;
	if (call->routing == NULL)
		return type->provider;
	information = xml_child(call->routing, ns, "RoutingInformation");
	if (!str_equal(
		xml_child_text(information, ns, "MessageID", arena), call->id)
	    || !signed_by(emu, call, doc, information, caller)) {
		*ret_reject = emu_fault_by_element("SignatureIsInvalid");
		return type->provider;
	}
	to = follow(type, xml_child(information, ns, "DynamicRouting"), arena);
	if (to == NULL)
		to = follow(type,
		    xml_child(information, ns, "IdentifierRouting"), arena);
	if (to != NULL || xml_child(information, ns, "RegistryRouting") != NULL)
		return to != NULL ? to : type->provider;
	*ret_reject = emu_fault_by_element("RecipientIsNotFound");
	return type->provider;
}
