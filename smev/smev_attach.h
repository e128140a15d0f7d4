/*
 * smev/smev_attach.h - lists of files in an envelope: headers and contents.
 *
 * MTOM files stand in AttachmentHeaderList and AttachmentContentList, files of
 * the FTP store in RefAttachmentHeaderList and, received, FSAttachmentsList.
 * Source: smev PROTOCOL 8.
 */
#ifndef SMEV_SMEV_ATTACH_H
#define SMEV_SMEV_ATTACH_H

#include <libxml/tree.h>

#include "smev/smev.h"

struct arena;
struct err;
struct xml_writer;

#define SMEV_ATTACHMENTS_MAX 1000

/*
 * Whether the attachments of send can be said in its version.
 *
 * Errors: ERR_HOLD SMEV_UNSENDABLE.
 */
int smev_attach_check(const struct smev_send *send, struct err *err);
/* Both header lists, then the contents; nothing when there are none. */
void
smev_attach_write_headers(struct xml_writer *w, const struct smev_send *send);
void
smev_attach_write_contents(struct xml_writer *w, const struct smev_send *send);
/*
 * Read what data (SenderProvided*Data), envelope (Request or Response: has
 * FSAttachmentsList) and outer (its parent: has AttachmentContentList) say of
 * files into ret_answer; each may be NULL.  xop:Include is resolved already.
 *
 * Errors: ERR_RETRY SMEV_FORM more than SMEV_ATTACHMENTS_MAX.
 */
int smev_attach_read(const xmlNode *data, const xmlNode *envelope,
    const xmlNode *outer, struct arena *arena, struct smev_answer *ret_answer,
    struct err *err);

#endif
