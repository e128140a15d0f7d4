/*
 * test/lib/emu_peer.h - participants that call an emulator, for its tests.
 *
 * rs and dep are clients (keys caller and source), zags and federal are built
 * in.  rs provides the type "ask" (urn://t/ask/1 and /2), federal "push".
 */
#ifndef TEST_LIB_EMU_PEER_H
#define TEST_LIB_EMU_PEER_H

#include <stdbool.h>

#include "base/buf.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_exchange.h"

struct keypair;
struct xml_doc;

struct peer {
	struct emu *emu;
	struct keypair *rs, *dep; /* who signs */
	struct emu_answer answer; /* of the last call */
	struct xml_doc *doc; /* its XML; NULL: none, or not well-formed */
};

/* An emulator with those participants; extra is more configuration. */
struct peer *peer_new(const char *extra);
void peer_free(struct peer *peer);
/*
 * Call with an envelope whose body is printed from format; "@T" and "@B" in it
 * become the namespaces of version, "@SIGNATURE@" the signature of key over
 * the element with the Id "A".
 */
void peer_call(struct peer *peer, enum emu_version version,
    const struct keypair *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* SendRequest of urn://t/ask/1 ask, with text inside it. */
void peer_ask(struct peer *peer, const char *id, const char *text);
/* GetRequest or GetResponse by key without a selector. */
void peer_get(struct peer *peer, enum emu_version version,
    const struct keypair *key, const char *what);
void peer_ack(struct peer *peer, const struct keypair *key, const char *id);
/* Text of the first element called name in the answer; "" if none. */
const char *peer_text(const struct peer *peer, const char *name);
bool peer_has(const struct peer *peer, const char *name);
/* Whether wrapper's signature covers the element target and is by certificate
 * name, all good. */
bool peer_signed(const struct peer *peer, const char *wrapper,
    const char *target, const char *name);

#endif
