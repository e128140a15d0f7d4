#include "xsd/xsd_registry.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/schemasInternals.h>

#include "base/arena.h"
#include "base/defect.h"
#include "base/err.h"
#include "base/mem.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_catalog.h"
#include "xsd/xsd_compile.h"
#include "xsd/xsd_defect.h"

#define SUBJECT_BYTES 320

struct xsd_registry {
	struct arena *arena; /* of the catalogue */
	struct xsd_entry *entries;
	struct xsd_compiled *compiled; /* entry i is compiled[i] */
	size_t count;
};

/* What a validation gathers while libxml2 walks. */
struct gather {
	const xmlNode *top;
	struct defects *defects;
	size_t added;
	char facet_of[SUBJECT_BYTES]; /* whose facet was broken last, or "" */
};

const char *
xsd_registry_folder(void)
{
	const char *folder = getenv("KONTINGENT_SCHEMAS");

	if (folder != NULL && *folder != '\0')
		return folder;
	return KONTINGENT_DATADIR "/schemas";
}

static int
check_namespace(const struct xsd_entry *entry,
    const struct xsd_compiled *compiled, struct err *err)
{
	const char *target = (const char *)compiled->schema->targetNamespace;

	if (target != NULL && strcmp(target, entry->namespace_uri) == 0)
		return 0;
	return err_set(err, ERR_FATAL, "XSD_CATALOG",
	    "catalog.conf: %.100s имеет другое пространство имён", entry->file);
}

int
xsd_registry_load(
    const char *folder, struct xsd_registry **ret_registry, struct err *err)
{
	struct xsd_registry *registry = xcalloc(1, sizeof(*registry));
	size_t count = 0;
	int rc;

	registry->arena = arena_new();
	rc = xsd_catalog_read(
	    folder, registry->arena, &registry->entries, &count, err);
	if (rc == 0)
		registry->compiled =
		    xcalloc(count, sizeof(*registry->compiled));
	for (size_t i = 0; rc == 0 && i < count; i++) {
		rc = xsd_compile(folder, registry->entries[i].file,
		    &registry->compiled[i], err);
		registry->count = i + (rc == 0);
		if (rc == 0)
			rc = check_namespace(
			    &registry->entries[i], &registry->compiled[i], err);
	}
	if (rc == -1) {
		xsd_registry_free(registry);
		return -1;
	}
	*ret_registry = registry;
	return 0;
}

void
xsd_registry_free(struct xsd_registry *registry)
{
	if (registry == NULL)
		return;
	for (size_t i = 0; i < registry->count; i++)
		xsd_compiled_release(&registry->compiled[i]);
	free(registry->compiled);
	arena_free(registry->arena);
	free(registry);
}

/* The schema for a root; one that has the namespace only, else NULL. */
static const struct xsd_compiled *
find(const struct xsd_registry *registry, const char *ns, const char *root)
{
	const struct xsd_compiled *second = NULL;
	int match;

	for (size_t i = 0; i < registry->count; i++) {
		if (strcmp(registry->entries[i].namespace_uri, ns) != 0)
			continue;
		match = xsd_catalog_match(registry->entries[i].roots, root);
		if (match == 1)
			return &registry->compiled[i];
		if (match == 0 || second == NULL)
			second = &registry->compiled[i];
	}
	return second;
}

static bool
is_facet(int code)
{
	return code >= XML_SCHEMAV_CVC_FACET_VALID
	    && code <= XML_SCHEMAV_CVC_ENUMERATION_VALID;
}

/* "Element 'a', attribute 'b'" of an error's message; cut to room. */
static void
subject_of(const xmlError *error, char *ret_subject, size_t room)
{
	const char *message = error->message == NULL ? "" : error->message;
	const char *end = strstr(message, "': ");
	size_t bytes = end == NULL ? 0 : (size_t)(end - message);

	snprintf(ret_subject, room, "%p %.*s", error->node,
	    (int)(bytes < room ? bytes : room), message);
}

/*
 * A value that breaks a facet may be reported once more as not of its type:
 * that says nothing new and is left out.
 */
static void
add_defect(void *arg, xmlError *error)
{
	struct gather *gather = arg;
	char subject[SUBJECT_BYTES];
	struct defect defect;

	if (error->level < XML_ERR_ERROR)
		return;
	subject_of(error, subject, sizeof(subject));
	if (error->code == XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1
	    && strcmp(subject, gather->facet_of) == 0)
		return;
	if (is_facet(error->code))
		memcpy(gather->facet_of, subject, sizeof(subject));
	if (gather->added++ >= XSD_DEFECTS_MAX)
		return;
	xsd_defect_fill(error, gather->top, gather->defects->arena, &defect);
	defects_add(gather->defects, &defect);
}

int
xsd_validate(const struct xsd_registry *registry, const xmlNode *node,
    struct defects *defects, struct err *err)
{
	struct gather gather = { .top = node, .defects = defects };
	const struct xsd_compiled *compiled =
	    find(registry, xml_ns(node), xml_name(node));
	xmlNode *top = node->parent == NULL ? NULL : node->parent->children;
	struct defect defect;
	int rc;

	if (compiled == NULL)
		return err_set(err, ERR_REFUSE, "PKT_UNKNOWN_TYPE",
		    "нет схемы для %.60s в пространстве имён %.120s",
		    xml_name(node), xml_ns(node));
	while (top != NULL && top != node) /* node, but not const */
		top = top->next;
	xmlSchemaSetValidStructuredErrors(compiled->valid, add_defect, &gather);
	rc = xmlSchemaValidateOneElement(compiled->valid, top);
	if (rc == 0 && gather.added == 0)
		return 0;
	if (gather.added == 0) {
		defect = (struct defect){ .level = DEFECT_FATAL,
			.code = "PKT_SCHEMA",
			.text = "проверка по схеме не удалась" };
		defects_add(defects, &defect);
	}
	return 1;
}

int
xsd_registry_has(const struct xsd_registry *registry, const char *namespace_uri)
{
	for (size_t i = 0; i < registry->count; i++)
		if (strcmp(registry->entries[i].namespace_uri, namespace_uri)
		    == 0)
			return 1;
	return 0;
}

size_t
xsd_registry_count(const struct xsd_registry *registry)
{
	return registry->count;
}
