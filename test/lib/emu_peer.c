#include "test/lib/emu_peer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "crypto/dsig.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "test/lib/keys.h"
#include "test/lib/signer.h"
#include "tools/smevemu/emu_builtin.h"
#include "tools/smevemu/emu_conf.h"
#include "tools/smevemu/emu_wire.h"
#include "xsd/xml_doc.h"

static const char conf[] =
    "key smev.key smev.pem\n"
    "participant rs title \"Регион\" cert caller.pem\n"
    "participant dep cert source.pem\n"
    "participant old cert expired.pem\n"
    "participant zags role zags key zags.key zags.pem\n"
    "participant federal role federal key federal.key federal.pem\n"
    "type ask provider rs\n"
    "version urn://t/ask/1 ask answer\n"
    "version urn://t/ask/2 ask answer\n"
    "version urn://t/list/1 list answer registry\n"
    "type push provider federal consumers rs\n"
    "version urn://x-contingent/rs-federal/1.0.0 PushChangesRequest "
    "PushChangesResponse\n";

struct peer *
peer_new(const char *extra)
{
	struct peer *peer = xcalloc(1, sizeof(*peer));
	struct err err = { 0 };

	peer->emu = emu_new();
	if (emu_conf_text(peer->emu, "test", keys_folder(), conf, &err) == -1
	    || (extra != NULL
		&& emu_conf_text(peer->emu, "extra", keys_folder(), extra, &err)
		    == -1)) {
		(void)fprintf(stderr, "peer: %s\n", err.text);
		exit(99);
	}
	peer->rs = signer_key("caller");
	peer->dep = signer_key("source");
	return peer;
}

static void
forget(struct peer *peer)
{
	buf_release(&peer->answer.body);
	xml_doc_free(peer->doc);
	peer->doc = NULL;
}

void
peer_free(struct peer *peer)
{
	forget(peer);
	emu_free(peer->emu);
	keypair_free(peer->rs);
	keypair_free(peer->dep);
	free(peer);
}

/* text with @T and @B replaced. */
static void
fill(const char *text, enum emu_version version, struct buf *out)
{
	for (; *text != '\0'; text++) {
		if (strncmp(text, "@T", 2) == 0)
			buf_adds(out, emu_ns(EMU_NS_TYPES, version));
		else if (strncmp(text, "@B", 2) == 0)
			buf_adds(out, emu_ns(EMU_NS_BASIC, version));
		else {
			buf_addc(out, *text);
			continue;
		}
		text++;
	}
}

void
peer_call(struct peer *peer, enum emu_version version,
    const struct keypair *key, const char *format, ...)
{
	struct buf filled, sealed;
	struct err err;
	va_list args;
	char *body;

	va_start(args, format);
	if (vasprintf(&body, format, args) == -1)
		abort();
	va_end(args);
	buf_init(&filled, 0);
	buf_init(&sealed, 0);
	buf_adds(&filled,
	    "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\" "
	    "xmlns:t=\"");
	fill("@T\" xmlns:b=\"@B\"><S:Body>", version, &filled);
	fill(body, version, &filled);
	buf_adds(&filled, "</S:Body></S:Envelope>");
	if (key != NULL && strstr(body, "@SIGNATURE@") != NULL)
		sign_text(buf_text(&filled), "A", false, key, &sealed);
	else
		buf_adds(&sealed, buf_text(&filled));
	forget(peer);
	emu_exchange(
	    peer->emu, version, sealed.data, sealed.bytes, &peer->answer);
	emu_builtin_run(peer->emu);
	(void)xml_doc_parse(buf_text(&peer->answer.body),
	    peer->answer.body.bytes, NULL, &peer->doc, &err);
	buf_release(&sealed);
	buf_release(&filled);
	free(body);
}

#define CALLER                                 \
	"<t:CallerInformationSystemSignature>" \
	"@SIGNATURE@"                          \
	"</t:CallerInformationSystemSignature>"

void
peer_ask(struct peer *peer, const char *id, const char *text)
{
	peer_call(peer, EMU_V11, peer->dep,
	    "<t:SendRequestRequest><t:SenderProvidedRequestData Id=\"A\">"
	    "<t:MessageID>%s</t:MessageID><b:MessagePrimaryContent>"
	    "<q:ask xmlns:q=\"urn://t/ask/1\">%s</q:ask>"
	    "</b:MessagePrimaryContent></t:SenderProvidedRequestData>" CALLER
	    "</t:SendRequestRequest>",
	    id, text);
}

void
peer_get(struct peer *peer, enum emu_version version, const struct keypair *key,
    const char *what)
{
	peer_call(peer, version, key,
	    "<t:Get%sRequest><b:MessageTypeSelector Id=\"A\">"
	    "<b:Timestamp>2014-02-11T17:10:03.616+04:00</b:Timestamp>"
	    "</b:MessageTypeSelector>" CALLER "</t:Get%sRequest>",
	    what, what);
}

void
peer_ack(struct peer *peer, const struct keypair *key, const char *id)
{
	peer_call(peer, EMU_V11, key,
	    "<t:AckRequest><b:AckTargetMessage Id=\"A\" accepted=\"true\">%s"
	    "</b:AckTargetMessage>" CALLER "</t:AckRequest>",
	    id);
}

static xmlNode *
element(const struct peer *peer, const char *name)
{
	return peer->doc == NULL ? NULL
				 : find_element(xml_doc_root(peer->doc), name);
}

const char *
peer_text(const struct peer *peer, const char *name)
{
	static char text[4096];
	xmlNode *node = element(peer, name);
	xmlChar *content = node == NULL ? NULL : xmlNodeGetContent(node);

	(void)snprintf(text, sizeof(text), "%s",
	    content == NULL ? "" : (const char *)content);
	xmlFree(content);
	return text;
}

bool
peer_has(const struct peer *peer, const char *name)
{
	return element(peer, name) != NULL;
}

bool
peer_signed(const struct peer *peer, const char *wrapper, const char *target,
    const char *name)
{
	struct trust *trust = trust_new();
	xmlNode *holder = element(peer, wrapper);
	struct dsig_verdict verdict;
	struct err err = { 0 };
	char file[64];
	int rc = -1;

	(void)snprintf(file, sizeof(file), "%s.pem", name);
	if (holder != NULL && trust_pin(trust, keys_path(file), &err) == 0)
		rc = dsig_require(peer->doc, holder->children,
		    element(peer, target), trust, &verdict, &err);
	trust_free(trust);
	return rc == 0;
}
