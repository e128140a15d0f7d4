/*
 * smev/smev_fault.h - what a fault of SMEV is called in our catalogue.
 *
 * The kind of the code's row says what becomes of the message: RETRY the same
 * bytes, HOLD for a person, NONE: it was done already.  Source: smev PROTOCOL
 * 9 and 10.
 */
#ifndef SMEV_SMEV_FAULT_H
#define SMEV_SMEV_FAULT_H

#include <libxml/tree.h>

struct arena;
struct smev_answer;

/* Fill code, text and version of ret_answer from a soap:Fault. */
void smev_fault_read(
    const xmlNode *fault, struct arena *arena, struct smev_answer *ret_answer);
/* The same from AsyncProcessingStatus, whose SmevFault may be absent; status is
 * filled already, failed is filled by this. */
void smev_fault_read_async(
    const xmlNode *status, struct arena *arena, struct smev_answer *ret_answer);
/* The row for the fault element (or xsi:type) name, or NULL. */
const char *smev_fault_by_element(const char *name);
/*
 * s without what may be a person's: values in quotes, SNILS and long numbers
 * become "*"; identifiers of messages stay.
 */
char *smev_fault_mask(const char *s, struct arena *arena);

#endif
