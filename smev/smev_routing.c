#include "smev/smev_routing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "smev/smev_names.h"
#include "smev/smev_sign.h"
#include "smev/smev_text.h"
#include "smev/smev_tree.h"
#include "xsd/xml_read.h"
#include "xsd/xml_write.h"

#define ITEMS_MAX   1000
#define VALUE_CHARS 500

static bool
values_ok(const struct smev_values *values)
{
	if (values->count > ITEMS_MAX)
		return false;
	for (size_t i = 0; i < values->count; i++) {
		if (smev_chars(values->items[i]) > VALUE_CHARS)
			return false;
	}
	return true;
}

int
smev_routing_check(const struct smev_send *send, struct err *err)
{
	const struct smev_routing *routing = send->routing;
	bool ok;

	if (routing == NULL)
		return 0;
	ok = send->version == SMEV_1_3 && send->op == SMEV_SEND_REQUEST
	    && values_ok(&routing->dynamic) && values_ok(&routing->identifiers)
	    && routing->record_count <= ITEMS_MAX;
	for (size_t i = 0; ok && i < routing->record_count; i++)
		ok = values_ok(&routing->records[i].dynamic)
		    && values_ok(&routing->records[i].identifiers);
	if (ok)
		return 0;
	return err_set(err, ERR_HOLD, "SMEV_UNSENDABLE",
	    "routing is for requests in 1.3, and has limits");
}

static void
write_values(struct xml_writer *w, const char *list, const char *item,
    const struct smev_values *values)
{
	if (values->count == 0)
		return;
	xml_write_open(w, list);
	for (size_t i = 0; i < values->count; i++)
		xml_write_leaf(w, item, values->items[i]);
	xml_write_close(w);
}

static void
write_both(struct xml_writer *w, const struct smev_values *dynamic,
    const struct smev_values *identifiers)
{
	write_values(w, "r:DynamicRouting", "r:DynamicValue", dynamic);
	write_values(
	    w, "r:IdentifierRouting", "r:IdentifierValue", identifiers);
}

static void
write_records(struct xml_writer *w, const struct smev_routing *routing)
{
	if (routing->record_count == 0)
		return;
	xml_write_open(w, "r:RegistryRouting");
	for (size_t i = 0; i < routing->record_count; i++) {
		const struct smev_record_routing *record = &routing->records[i];
		char id[16];

		(void)snprintf(id, sizeof(id), "%" PRId32, record->record_id);
		xml_write_open(w, "r:RegistryRecordRouting");
		xml_write_leaf(w, "r:RecordId", id);
		xml_write_leaf(w, "r:UseGeneralRouting",
		    record->use_general ? "true" : "false");
		write_both(w, &record->dynamic, &record->identifiers);
		xml_write_close(w);
	}
	xml_write_close(w);
}

void
smev_routing_write(struct xml_writer *w, const struct smev_send *send)
{
	if (send->routing == NULL)
		return;
	xml_write_open(w, "r:Routing");
	xml_write_ns(w, "r", SMEV_NS_BEGIN "routing/1.3");
	xml_write_open(w, "r:RoutingInformation");
	xml_write_attr(w, "Id", "SIGNED_ROUTING");
	xml_write_leaf(w, "r:MessageID", send->message_id);
	write_both(w, &send->routing->dynamic, &send->routing->identifiers);
	write_records(w, send->routing);
	xml_write_close(w);
	xml_write_raw(w, SMEV_ROUTING_WRAPPER, strlen(SMEV_ROUTING_WRAPPER));
	xml_write_close(w);
}

/* Words of RoutingStatusCode of all editions; what is new is a refusal too. */
static const struct fate {
	const char *word, *code;
} fates[] = {
	{ "success", NULL },
	{ "recipientNotFound", "SMEV_RECIPIENT_UNKNOWN" },
	{ "generalRoutingNotFound", "SMEV_RECIPIENT_UNKNOWN" },
	{ "invalidRegistryRecordId", "SMEV_INVALID_CONTENT" },
	{ "signatureInvalid", "SMEV_SIG_INVALID" },
	{ "certificateInvalid", "SMEV_SIG_CERT_UNKNOWN" },
	{ "personalAccessDenied", "SMEV_PERSONAL_DENIED" },
};
#define FATES (sizeof(fates) / sizeof(fates[0]))

/* Count each RoutingStatusCode below node; the last place is for others. */
static void
count_fates(const xmlNode *node, struct arena *arena, size_t seen[FATES + 1],
    const char **ret_code)
{
	for (const xmlNode *n = xml_child(node, NULL, NULL); n != NULL;
	     n = xml_next(n, NULL, NULL)) {
		size_t at = 0;

		if (strcmp(xml_name(n), "RoutingStatusCode") != 0) {
			count_fates(n, arena, seen, ret_code);
			continue;
		}
		while (at < FATES
		    && strcmp(fates[at].word, xml_text(n, arena)) != 0)
			at++;
		seen[at]++;
		if (*ret_code == NULL)
			*ret_code = at == FATES ? "SMEV_RECIPIENT_UNKNOWN"
						: fates[at].code;
	}
}

const char *
smev_routing_read(
    const xmlNode *status, struct arena *arena, const char **ret_code)
{
	const xmlNode *routing = smev_child(status, "RoutingStatus");
	size_t seen[FATES + 1] = { 0 };
	const char *text = "";

	*ret_code = NULL;
	if (routing == NULL)
		return "";
	count_fates(routing, arena, seen, ret_code);
	for (size_t i = 0; i <= FATES; i++)
		if (seen[i] != 0)
			text = arena_printf(arena, "%s%s%s: %zu", text,
			    *text == '\0' ? "" : ", ",
			    i == FATES ? "?" : fates[i].word, seen[i]);
	return text;
}
