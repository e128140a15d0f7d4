/*
 * gateway/door/door_enclose.h - the attachments of a ClientMessage, read in an
 * opener, which never sees the files.
 *
 * Newer clients say Id and TransferMethod in each header, which the published
 * schema does not have: both are tolerated, and REFERENCE is heard.
 */
#ifndef GATEWAY_DOOR_DOOR_ENCLOSE_H
#define GATEWAY_DOOR_DOOR_ENCLOSE_H

#include <libxml/tree.h>

struct arena;
struct door_call;
struct err;

/*
 * AttachmentHeaderList, or NULL, into ret->files.
 *
 * Errors: ERR_REFUSE DOOR_FILE_PATH an empty path, PKT_XML_LIMIT too many; a
 * signature that is none, or wrong whatever the file is: CMS_FORM,
 * CMS_ALGORITHM, CMS_VALUE, DSIG_CERT.
 */
int door_enclose(const xmlNode *list, struct arena *arena,
    struct door_call *ret, struct err *err);
/*
 * A copy of call without what the published schema does not have, for the
 * validation; or NULL: there is nothing of that in call.  xmlFreeDoc() it.
 */
xmlDoc *door_enclose_published(const xmlNode *call);

#endif
