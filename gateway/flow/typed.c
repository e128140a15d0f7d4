#include "gateway/flow/typed.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/config.h"
#include "smev/smev.h"
#include "xsd/xml_date.h"
#include "xsd/xml_write.h"

#define NS_PROCESS                                                 \
	"urn://x-artefacts-smev-gov-ru/services/message-exchange/" \
	"business-process-metadata/1.0"

const char *
typed_adapter(const char *kind, struct arena *arena, const char **ret_uri)
{
	const char *at = strchr(kind, '@');

	*ret_uri = at == NULL ? "" : at + 1;
	return at == NULL ? kind
			  : arena_strndup(arena, kind, (size_t)(at - kind));
}

const struct config_datatype *
typed_request(const struct config *config, const char *adapter)
{
	for (size_t i = 0; i < config->datatype_count; i++)
		if (!config->datatypes[i].provider
		    && strcmp(config->datatypes[i].adapter, adapter) == 0)
			return &config->datatypes[i];
	return NULL;
}

/* Whether what ends before at is xmlns= or xmlns:PREFIX=. */
static bool
declares(const char *xml, const char *at)
{
	static const char word[] = "xmlns";
	const char *name = at;

	if (at == xml || at[-1] != '=')
		return false;
	for (name--; name > xml && strchr(" \t\r\n<>\"", name[-1]) == NULL;
	     name--)
		;
	return strncmp(name, word, strlen(word)) == 0
	    && strchr("=:", name[strlen(word)]) != NULL;
}

const char *
typed_rename(const char *xml, size_t bytes, const char *from, const char *to,
    struct arena *arena, size_t *ret_bytes)
{
	const char *quoted = arena_printf(arena, "\"%s\"", from);
	const char *copy, *at = xml, *found;
	struct buf out;

	buf_init(&out, 0);
	while ((found = strstr(at, quoted)) != NULL) {
		buf_add(&out, at, (size_t)(found - at));
		buf_addf(&out, "\"%s\"", declares(xml, found) ? to : from);
		at = found + strlen(quoted);
	}
	buf_add(&out, at, bytes - (size_t)(at - xml));
	copy = arena_strndup(arena, buf_text(&out), out.bytes);
	*ret_bytes = out.bytes;
	buf_release(&out);
	return copy;
}

/* Children of BusinessProcessMetadata, or NULL for none. */
static const char *
process(const struct config_datatype *type, struct arena *arena)
{
	bool service = *type->service != '\0';
	bool coded = service || *type->function != '\0';
	const char *copy = NULL;
	struct xml_writer w;
	struct buf out;

	buf_init(&out, 0);
	xml_write_init(&w, &out);
	if (coded || *type->case_number != '\0') {
		xml_write_open(&w, "p:CaseInfo");
		xml_write_ns(&w, "p", NS_PROCESS);
		if (*type->case_number != '\0')
			xml_write_leaf(&w, "p:CaseNumber", type->case_number);
		if (coded) {
			xml_write_leaf(&w, "p:ServiceOrFunction",
			    service ? "SERVICE" : "FUNCTION");
			xml_write_leaf(&w, "p:ServiceOrFunctionCode",
			    service ? type->service : type->function);
		}
		xml_write_close(&w);
	}
	if (*type->frgu != '\0') {
		xml_write_open(&w, "p:frgu");
		xml_write_ns(&w, "p", NS_PROCESS);
		xml_write_text(&w, type->frgu);
		xml_write_close(&w);
	}
	if (out.bytes != 0)
		copy = arena_strndup(arena, buf_text(&out), out.bytes);
	buf_release(&out);
	return copy;
}

void
typed_fill(const struct config_datatype *type, int64_t eol_ms,
    struct arena *arena, struct smev_send *send)
{
	struct smev_routing *routing;
	char *eol;

	send->business_process = process(type, arena);
	send->transaction_code = type->transaction_code;
	if (eol_ms != 0) {
		eol = arena_alloc(arena, XML_DATETIME_BYTES);
		xml_datetime_format(eol_ms, XML_ZONE_MOSCOW, eol);
		send->eol = eol;
	}
	if (type->routing_dynamic.count == 0
	    && type->routing_identifier.count == 0)
		return;
	routing = arena_alloc(arena, sizeof(*routing));
	*routing = (struct smev_routing){
		.dynamic = { type->routing_dynamic.items,
		    type->routing_dynamic.count },
		.identifiers = { type->routing_identifier.items,
		    type->routing_identifier.count },
	};
	send->routing = routing;
}
