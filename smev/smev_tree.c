#include "smev/smev_tree.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "smev/smev_names.h"
#include "xsd/xml_read.h"

bool
smev_is(const xmlNode *node, const char *name)
{
	return xml_is(node, NULL, name)
	    && str_begins(xml_ns(node), SMEV_NS_BEGIN);
}

xmlNode *
smev_child(const xmlNode *parent, const char *name)
{
	xmlNode *node;

	if (parent == NULL)
		return NULL;
	for (node = xml_child(parent, NULL, name); node != NULL;
	     node = xml_next(node, NULL, name)) {
		if (smev_is(node, name))
			return node;
	}
	return NULL;
}

const char *
smev_text(const xmlNode *parent, const char *name, struct arena *arena)
{
	return xml_text(smev_child(parent, name), arena);
}

const char *
smev_word(const xmlNode *parent, const char *name, struct arena *arena)
{
	static const char blank[] = " \t\r\n";
	const char *text = smev_text(parent, name, arena);
	size_t bytes;

	text += strspn(text, blank);
	bytes = strlen(text);
	while (bytes > 0 && strchr(blank, text[bytes - 1]) != NULL)
		bytes--;
	return text[bytes] == '\0' ? text : arena_strndup(arena, text, bytes);
}

int
smev_single(const xmlNode *parent, const char *name, xmlNode **ret_node,
    struct err *err)
{
	xmlNode *node = smev_child(parent, name);
	xmlNode *other = node;

	while (other != NULL) {
		other = xml_next(other, NULL, name);
		if (other != NULL && smev_is(other, name))
			return err_set(err, ERR_RETRY, "SMEV_FORM",
			    "element %s stands twice", name);
	}
	*ret_node = node;
	return 0;
}

xmlNode *
smev_signature(const xmlNode *parent, const char *wrapper)
{
	const xmlNode *node = smev_child(parent, wrapper);
	xmlNode *signature = node == NULL ? NULL : xml_only_child(node);

	return signature != NULL && xml_is(signature, SMEV_DS_NS, "Signature")
	    ? signature
	    : NULL;
}
