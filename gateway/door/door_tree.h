/*
 * gateway/door/door_tree.h - a subtree as XML that means the same elsewhere.
 * Runs in an opener.
 */
#ifndef GATEWAY_DOOR_DOOR_TREE_H
#define GATEWAY_DOOR_DOOR_TREE_H

#include <libxml/tree.h>

struct buf;

/*
 * Append the subtree at node, without declaration.  Every namespace that is in
 * scope at node is declared in it, used or not: a value may be a name with a
 * prefix (xsi:type), and no canonical form sees that.
 *
 * as: the element gets this type, and becomes a Message in its own namespace;
 * NULL: it stays what it is.
 */
void door_tree_write(const xmlNode *node, const char *as, struct buf *out);

#endif
