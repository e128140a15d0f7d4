/*
 * tools/smevemu/emu_wire_write.h - SMEV's answers as XML, signed by its key.
 *
 * Whole envelopes are appended to *out.  Source: smev PROTOCOL 2.1, 4, 5, 6.
 */
#ifndef SMEVEMU_EMU_WIRE_WRITE_H
#define SMEVEMU_EMU_WIRE_WRITE_H

#include "tools/smevemu/emu_wire.h"

struct buf;
struct emu_call;
struct emu_fault;
struct emu_remarks;
struct err;
struct xml_writer;

/*
 * SendRequestResponse or SendResponseResponse for msg.
 *
 * wrong_signature: spoil SMEV's signature.
 * Errors: those of signing.
 */
int emu_write_sent(const struct emu *emu, const struct emu_message *msg,
    enum emu_version version, bool wrong_signature, struct buf *out,
    struct err *err);
/*
 * GetRequestResponse or GetResponseResponse with msg, or empty when msg is
 * NULL; msg is converted to version when its sender used another.
 */
int emu_write_message(const struct emu *emu, enum emu_op op,
    const struct emu_message *msg, enum emu_version version,
    bool wrong_signature, struct buf *out, struct err *err);
/* GetStatusResponse with msg, or empty. */
int emu_write_status(const struct emu *emu, const struct emu_message *msg,
    enum emu_version version, bool wrong_signature, struct buf *out,
    struct err *err);
void
emu_write_ack(const struct emu *emu, enum emu_version version, struct buf *out);
/* Statistics of participant's queues; node NULL means all of them. */
void emu_write_statistics(const struct emu *emu,
    const struct emu_participant *participant, const char *node,
    enum emu_version version, struct buf *out);
/* What a fault tells beside its text; zeroes where nothing is known. */
struct emu_facts {
	const struct emu_call *call;
	const struct emu_remarks *remarks;
	uint64_t permitted, real; /* bytes of files; 0 not measured */
	char destination[200]; /* name of a queue */
};

/* soap:Fault, of emu_fault_write.c. */
void emu_write_fault(const struct emu *emu, const struct emu_fault *fault,
    const char *text, const struct emu_facts *facts, enum emu_version version,
    struct buf *out);
/* What a rejection after the answer tells beside its text. */
struct emu_async {
	const char *routing; /* RoutingStatus as XML (1.3), or NULL */
	const struct emu_remarks *remarks; /* of InvalidContent, or NULL */
};

/*
 * AsyncProcessingStatus about the message id, also in emu_fault_write.c.  With
 * remarks its SmevFault is of the derived type InvalidContent.
 * Source: smev PROTOCOL 10.
 */
void emu_write_async(struct xml_writer *w, const char *id,
    const struct emu_fault *fault, const char *text,
    const struct emu_async *more, enum emu_version version);
/* The envelope up to its body's content, and what follows that. */
void emu_write_begin(const struct emu *emu, struct buf *out);
void emu_write_end(const struct emu *emu, struct buf *out);
/* Name of the queue of owner; node NULL or "": the common one. */
void emu_write_queue_name(const struct emu_participant *owner, const char *kind,
    const char *node, char *dst, size_t room);
/* "2026-11-22T12:00:00.000+03:00", as SMEV writes times. */
void emu_write_time(int64_t ms, char ret_text[40]);

#endif
