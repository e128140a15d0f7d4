/*
 * tools/smevemu/emu_compose.h - messages that are made here: accepted calls as
 * messages, and what SMEV itself and the built-in participants send.
 */
#ifndef SMEVEMU_EMU_COMPOSE_H
#define SMEVEMU_EMU_COMPOSE_H

#include "tools/smevemu/emu.h"

struct emu_async;
struct emu_call;
struct emu_fault;
struct err;

/*
 * The message of an accepted SendRequest or SendResponse, with its body,
 * signature and digests, in no queue yet.  raw is the envelope as it came.
 */
struct emu_message *
emu_compose_accepted(struct emu *emu, const struct emu_call *call,
    struct emu_participant *sender, const void *raw, size_t raw_bytes);
/* Give a request its ReplyTo, and know it by that. */
void emu_compose_reply_to(struct emu *emu, struct emu_message *request);

/* The envelope version a built-in participant writes: the receiver converts. */
#define EMU_COMPOSE_VERSION EMU_V11

/* What a request of a built-in participant has beside its content. */
struct emu_extra {
	const char *id; /* its MessageID; NULL: a new one */
	const char *headers, *refs; /* attachment header lists, or NULL */
	const char *contents; /* AttachmentContentList, or NULL */
	size_t file_bytes; /* of what is in it */
	struct emu_files *files; /* in the store, or NULL; the message's then */
};

/*
 * Whether content, a document of bytes, is a request that somebody provides.
 *
 * Errors: those of xml_doc_parse(), ERR_REFUSE EMU_TYPE nobody provides it.
 */
int emu_compose_known(
    struct emu *emu, const void *content, size_t bytes, struct err *err);
/*
 * Send content, a document of bytes, as a request of the built-in participant
 * from, to the provider of its type.  extra NULL: nothing beside it.
 *
 * Errors: those of xml_doc_parse(), ERR_REFUSE EMU_TYPE nobody provides it.
 */
int emu_compose_request(struct emu *emu, struct emu_participant *from,
    const void *content, size_t bytes, const struct emu_extra *extra,
    const struct emu_message **ret_msg, struct err *err);
/*
 * Answer request with content, an element that stands alone, of the QName ns
 * name.
 *
 * Errors: those of emu_sign().
 */
int emu_compose_response(struct emu *emu, struct emu_message *request,
    const char *ns, const char *name, const char *content, struct err *err);
/* Answer request with RequestRejected. */
int emu_compose_rejection(struct emu *emu, struct emu_message *request,
    const char *code, const char *text, struct err *err);
/* Answer request with RequestStatus, which is not final. */
int emu_compose_status(struct emu *emu, struct emu_message *request,
    const char *code, const char *text, struct err *err);
/*
 * Tell the sender of msg that SMEV rejected it: a response with
 * AsyncProcessingStatus for a request, a status for a response.  more NULL:
 * nothing beside the text.
 */
int emu_compose_async(struct emu *emu, struct emu_message *msg,
    const struct emu_fault *fault, const char *text,
    const struct emu_async *more, struct err *err);
/* Tell owner by a status that a notice did not arrive. */
void emu_compose_push_failed(
    struct emu *emu, struct emu_participant *owner, const char *why);
/* Queue a Cancel of request for its recipient. */
void emu_compose_cancel(struct emu *emu, const struct emu_message *request);

#endif
