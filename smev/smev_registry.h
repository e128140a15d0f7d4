/*
 * smev/smev_registry.h - registry («directive») messages: records inside the
 * business data, each signed by itself and with files of its own.
 *
 *	RegistryRecord
 *	    RecordId, Record @Id, RecordSignature? (of the system, over Record)
 *	Record
 *	    RecordContent @Id, AttachmentHeaderList?, RefAttachmentHeaderList?,
 *	    PersonalSignature 0..10 (of officials, over RecordContent)
 *
 * Source: smev PROTOCOL 11.3, 12.1.
 */
#ifndef SMEV_SMEV_REGISTRY_H
#define SMEV_SMEV_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

struct arena;
struct err;
struct smev_answer;

#define SMEV_RECORDS_MAX         1000
#define SMEV_RECORD_PERSONAL_MAX 10

struct smev_record {
	int64_t record_id; /* 0: none that can be read */
	xmlNode *element; /* RegistryRecord */
	xmlNode *record, *content; /* NULL: none, or there are two */
	xmlNode *signature; /* ds:Signature over record, or NULL */
	bool signed_badly; /* a RecordSignature without one, or two of them */
	xmlNode *personal[SMEV_RECORD_PERSONAL_MAX]; /* over content */
	size_t personal_count; /* more than the limit: not all are there */
};

/*
 * Every RegistryRecord below root, wherever it stands, in order: none that a
 * reader may meet is left out.
 *
 * Errors: ERR_REFUSE SMEV_RECORD more than SMEV_RECORDS_MAX.
 */
int smev_registry_read(xmlNode *root, struct arena *arena,
    struct smev_record **ret, size_t *ret_count, struct err *err);
/*
 * Add the files of the records in answer->content to those of the message,
 * each with its record_id.  envelope and outer as in smev_attach_read().  Of
 * more records than may be nothing is added: whoever verifies them says so.
 *
 * Errors: those of smev_attach_read().
 */
int smev_registry_attachments(const xmlNode *envelope, const xmlNode *outer,
    struct arena *arena, struct smev_answer *answer, struct err *err);

#endif
