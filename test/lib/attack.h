/*
 * test/lib/attack.h - signed documents to be attacked, and how the daemon
 * judges what comes of it.
 *
 * A message of SMEV has its signature beside the signed element (detached), a
 * packet inside of it (enveloped).
 */
#ifndef TEST_LIB_ATTACK_H
#define TEST_LIB_ATTACK_H

#include "base/buf.h"

struct keypair;

#define SMEV_TARGET                                                          \
	"<b:AckTargetMessage xmlns:b=\"urn:basic\" Id=\"SIGNED_BY_CALLER\">" \
	"good</b:AckTargetMessage>"
#define SMEV_EVIL(attribute)                                  \
	"<b:AckTargetMessage xmlns:b=\"urn:basic\"" attribute \
	">evil</b:AckTargetMessage>"
#define SMEV_HEAD     "<s:Envelope xmlns:s=\"urn:soap\" xmlns:t=\"urn:types\">"
#define SMEV_BODY     "<s:Body><t:AckRequest>"
#define SMEV_BODY_END "</t:AckRequest></s:Body>"
#define SMEV_TAIL     "</s:Envelope>"
#define SMEV_WRAP(what)                             \
	"<t:CallerInformationSystemSignature>" what \
	"</t:CallerInformationSystemSignature>"

#define PACKET_HEAD "<p:Packet xmlns:p=\"urn:packet\""
#define PACKET_GOOD "<p:Header>good</p:Header>"
#define PACKET_EVIL "<p:Header>evil</p:Header>"
#define PACKET_TAIL "</p:Packet>"

/* Make keys, trust and both signatures; and give them back. */
void attack_setup(void);
void attack_teardown(void);

extern struct keypair *attack_caller; /* who signed both */
/* The ds:Signature over SMEV_TARGET, and over the good packet. */
extern struct buf smev_signature, packet_signature;

/* Judge the signature at its fixed place over the element at its own: it is
 * good, or refused with that code (NULL: any about a signature). */
void expect_good(const char *xml);
void expect_refused(const char *xml, const char *code);
void refuse_and_free(char *xml, const char *code);

/* Texts below are freed by the caller. */

/* text with the first from replaced by to; from has to be there. */
char *swap(const char *text, const char *from, const char *to);
/* All pieces in a row, up to NULL. */
char *join(const char *first, ...) __attribute__((sentinel));
/* text with extra put in front of the first before. */
char *stuffed(const char *text, const char *before, const char *extra);
/* A message with head before its Body and tail after it. */
char *smev_message(const char *head, const char *target, const char *signature,
    const char *tail);
char *good_message(void);
/* A packet with that Id attribute, content, and signature at its end. */
char *packet(const char *id, const char *content, const char *signature);
char *good_packet(void);

#endif
