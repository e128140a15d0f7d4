/*
 * smev/smev_tree.h - elements of SMEV's own namespaces by local name.
 *
 * SMEV converts messages between envelope versions and is not always careful
 * with prefixes, so types and basic of any version count as one namespace.
 * Source: smev PROTOCOL 15.
 */
#ifndef SMEV_SMEV_TREE_H
#define SMEV_SMEV_TREE_H

#include <stdbool.h>

#include <libxml/tree.h>

struct arena;
struct err;

/* Whether node is such an element of types or basic; node may be NULL. */
bool smev_is(const xmlNode *node, const char *name);
/* The first such child of parent, or NULL; parent may be NULL. */
xmlNode *smev_child(const xmlNode *parent, const char *name);
/* Its text, "" without it; in arena. */
const char *
smev_text(const xmlNode *parent, const char *name, struct arena *arena);
/* The same without white space around it: for ids, codes and times. */
const char *
smev_word(const xmlNode *parent, const char *name, struct arena *arena);
/*
 * *ret_node is the only such child, or NULL.
 *
 * Errors: ERR_RETRY SMEV_FORM there are two: who verifies the one may not read
 * the other.
 */
int smev_single(const xmlNode *parent, const char *name, xmlNode **ret_node,
    struct err *err);
/* The ds:Signature alone in the wrapper of that name, or NULL. */
xmlNode *smev_signature(const xmlNode *parent, const char *wrapper);

#endif
