#include "gateway/config_types.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "gateway/config.h"

#define FRGU_CHARS        50 /* of a code; bytes are no less */
#define CASE_CHARS        100
#define TRANSACTION_CHARS 1500
#define VALUE_CHARS       500
#define VALUES_MAX        1000

void
config_types_expand(struct config *config)
{
	struct config_datatype *rows;
	size_t count = 0, at = 0;

	for (size_t i = 0; i < config->datatype_count; i++)
		count += config->datatypes[i].namespaces.count == 0
		    ? 1
		    : config->datatypes[i].namespaces.count;
	rows = arena_alloc(config->arena, (count + 1) * sizeof(*rows));
	for (size_t i = 0; i < config->datatype_count; i++) {
		const struct config_datatype *from = &config->datatypes[i];
		const struct config_list *list = &from->namespaces;

		for (size_t v = 0; v < list->count || v == 0; v++) {
			rows[at] = *from;
			rows[at].version = v;
			rows[at++].namespace_uri =
			    list->count == 0 ? "" : list->items[v];
		}
	}
	config->datatypes = rows;
	config->datatype_count = count;
}

static int
bad(const struct config *config, const struct config_datatype *type,
    struct err *err, const char *setting, const char *what)
{
	return err_set(err, ERR_FATAL, "CONF_VALUE", "%s: %s of \"%s\": %s",
	    config->path, setting, type->name, what);
}

static bool
values_good(const struct config_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (*list->items[i] == '\0'
		    || strlen(list->items[i]) > VALUE_CHARS)
			return false;
	return list->count <= VALUES_MAX;
}

static bool
says_something(const struct config_datatype *type)
{
	return *type->frgu != '\0' || *type->case_number != '\0'
	    || *type->service != '\0' || *type->function != '\0'
	    || *type->transaction_code != '\0' || type->eol_s != 0
	    || type->routing_dynamic.count != 0
	    || type->routing_identifier.count != 0;
}

/* Source: smev PROTOCOL 5.1, 11.1 to 11.3. */
int
config_types_check(const struct config *config,
    const struct config_datatype *type, struct err *err)
{
	bool routed = type->routing_dynamic.count != 0
	    || type->routing_identifier.count != 0;

	if (!says_something(type))
		return 0;
	if (type->provider || strcmp(type->adapter, CONFIG_DOOR) == 0)
		return bad(config, type, err, "datatype",
		    "what requests carry is said for a consumer's own ones");
	if (strlen(type->frgu) > FRGU_CHARS)
		return bad(config, type, err, "frgu", "over 50 characters");
	if (strlen(type->service) > FRGU_CHARS
	    || strlen(type->function) > FRGU_CHARS
	    || (*type->service != '\0' && *type->function != '\0'))
		return bad(config, type, err, "service",
		    "a code of a service or of a function, up to 50 "
		    "characters");
	if (strlen(type->case_number) > CASE_CHARS)
		return bad(
		    config, type, err, "case_number", "over 100 characters");
	if (strlen(type->transaction_code) > TRANSACTION_CHARS)
		return bad(config, type, err, "transaction_code",
		    "over 1500 characters");
	if (routed && strcmp(config->smev.version, "1.3") != 0)
		return bad(config, type, err, "routing_dynamic",
		    "only smev.version 1.3 has routing");
	if (!values_good(&type->routing_dynamic)
	    || !values_good(&type->routing_identifier))
		return bad(config, type, err, "routing_dynamic",
		    "up to 1000 values of 1 to 500 characters");
	return 0;
}
