#include "xsd/xsd_registry.h"

#include <assert.h>
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
	size_t validated; /* subtrees */
	char facet_of[SUBJECT_BYTES]; /* whose facet was broken last, or "" */
};

/* The schemas around a subtree, innermost first. */
struct cover {
	const struct xsd_compiled *compiled;
	const struct cover *up;
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

/* Validate one subtree by one schema; libxml2 takes no const node. */
static void
validate_one(
    const struct xsd_compiled *compiled, xmlNode *node, struct gather *gather)
{
	size_t before = gather->added;
	struct defect defect = {
		.level = DEFECT_FATAL,
		.code = "PKT_SCHEMA",
		.text = "проверка по схеме не удалась",
	};

	gather->top = node;
	*gather->facet_of = '\0';
	xmlSchemaSetValidStructuredErrors(compiled->valid, add_defect, gather);
	if (xmlSchemaValidateOneElement(compiled->valid, node) != 0
	    && gather->added == before) {
		gather->added++;
		defects_add(gather->defects, &defect);
	}
}

/* Whether a schema around has declarations of ns, by itself or an import. */
static bool
covered(const struct cover *cover, const char *ns)
{
	const xmlSchema *schema;

	for (; cover != NULL; cover = cover->up) {
		schema = cover->compiled->schema;
		if (schema->targetNamespace != NULL
		    && strcmp((const char *)schema->targetNamespace, ns) == 0)
			return true;
		if (xmlHashLookup(schema->schemasImports, (const xmlChar *)ns)
		    != NULL)
			return true;
	}
	return false;
}

/*
 * Messages carry messages: an envelope holds a registry that holds acts, and
 * the schema of each lets pass what it has no declaration for.  So each
 * subtree of another namespace is validated by its own schema, unless one
 * around it knows that namespace: then libxml2 has looked inside already.
 */
static void
walk(const struct xsd_registry *registry, xmlNode *node,
    const struct cover *around, struct gather *gather)
{
	const bool inner = node->parent != NULL && node->ns != NULL
	    && node->parent->ns == node->ns;
	struct cover cover = { .up = around };

	if (!inner && !covered(around, xml_ns(node)))
		cover.compiled = find(registry, xml_ns(node), xml_name(node));
	if (cover.compiled != NULL) {
		gather->validated++;
		validate_one(cover.compiled, node, gather);
	}
	for (xmlNode *child = xml_child(node, NULL, NULL); child != NULL;
	     child = xml_next(child, NULL, NULL))
		walk(registry, child, cover.compiled == NULL ? around : &cover,
		    gather);
}

int
xsd_validate_tree(const struct xsd_registry *registry, xmlNode *node,
    struct defects *defects, struct err *err)
{
	struct gather gather = { .defects = defects };

	walk(registry, node, NULL, &gather);
	if (gather.validated == 0)
		return err_set(err, ERR_REFUSE, "PKT_UNKNOWN_TYPE",
		    "нет схемы для %.60s в пространстве имён %.120s",
		    xml_name(node), xml_ns(node));
	return gather.added == 0 ? 0 : 1;
}

int
xsd_validate(const struct xsd_registry *registry, const xmlNode *node,
    struct defects *defects, struct err *err)
{
	xmlNode *top = node->parent == NULL ? NULL : node->parent->children;

	if (!xsd_registry_has(registry, xml_ns(node)))
		return err_set(err, ERR_REFUSE, "PKT_UNKNOWN_TYPE",
		    "нет схемы для %.60s в пространстве имён %.120s",
		    xml_name(node), xml_ns(node));
	while (top != NULL && top != node) /* node, but not const */
		top = top->next;
	assert(top != NULL);
	return xsd_validate_tree(registry, top, defects, err);
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
