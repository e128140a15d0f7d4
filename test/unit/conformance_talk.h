/*
 * test/unit/conformance_talk.h - two participants talk by way of the emulator,
 * and each answer is read in every form.
 */
#ifndef TEST_UNIT_CONFORMANCE_TALK_H
#define TEST_UNIT_CONFORMANCE_TALK_H

#include "base/buf.h"
#include "base/uuid.h"
#include "smev/smev.h"
#include "test/lib/emu_peer.h"
#include "test/unit/conformance.h"

struct arena;
struct keypair;
struct trust;
struct xml_doc;

/* Two participants of one emulator, and the call that is on its way. */
struct talk {
	struct peer *peer;
	struct trust *trust;
	struct keypair *personal;
	enum smev_version version;
	struct arena *arena; /* of the last answer */
	struct buf call, flat;
	struct emu_answer answer;
	struct xml_doc *doc;
	struct smev_answer said; /* the last answer as it came */
	char id[UUID_BYTES]; /* of the last message sent */
	char to[4001]; /* its ReplyTo, once it was taken */
};

/* A new emulator; soap_env: in its newer dialect. */
void talk_begin(struct talk *t, enum smev_version version, bool soap_env);
void talk_end(struct talk *t);
/* Sign t->call in place. */
void talk_sign(struct talk *t, const struct keypair *key);
/* ЭП-СП over content, for struct smev_send; lives until the next answer. */
const char *talk_personal(struct talk *t, const char *content);
/* t->call, an envelope, to the emulator's endpoint of its version. */
void talk_exchange(struct talk *t);
/*
 * Read the answer to op in every form, verify every signature in it and count
 * that for row; t->said is what it says.
 */
void talk_read(
    struct talk *t, enum row row, enum smev_op op, enum smev_answer_kind kind);
/* Sign t->call by key, validate it, exchange it and read the answer. */
void talk_say(struct talk *t, const struct keypair *key, enum row row,
    enum smev_op op, enum smev_answer_kind kind);

#endif
