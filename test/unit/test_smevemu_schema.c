/* What smevemu writes is valid by the published schemas, where they are. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <string.h>

#include <libxml/xmlschemas.h>

#include "base/uuid.h"
#include "test/lib/emu_peer.h"
#include "test/lib/keys.h"
#include "test/lib/signer.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"

struct schemas {
	xmlSchema *types, *faults;
};

static xmlSchema *
load(const char *version, const char *part)
{
	char name[200];
	const char *path;
	xmlSchemaParserCtxt *parser;
	xmlSchema *schema;

	snprintf(name, sizeof(name),
	    "smev/xsd/%s/smev-message-exchange-%s-%s.xsd", version, part,
	    version);
	path = shared_path(name);
	if (path == NULL)
		return NULL;
	parser = xmlSchemaNewParserCtxt(path);
	schema = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	return schema;
}

static struct schemas v11, v13;

/* Before the tools' parser is set up: that one opens no files by itself. */
static void
load_all(void)
{
	v11 = (struct schemas){ load("1.1", "types"), load("1.1", "faults") };
	v13 = (struct schemas){ load("1.3", "types"), load("1.3", "faults") };
}

static void
drop_all(void)
{
	xmlSchemaFree(v11.types);
	xmlSchemaFree(v11.faults);
	xmlSchemaFree(v13.types);
	xmlSchemaFree(v13.faults);
}

static void
need(const struct schemas *schemas)
{
	if (schemas->types != NULL && schemas->faults != NULL)
		return;
	print_message("skipped: no published schemas ($KONTINGENT_SHARED)\n");
	skip();
}

/* The last answer's first element called name, by schema. */
static void
check(const struct peer *peer, const char *name, xmlSchema *schema)
{
	xmlNode *node = find_element(xml_doc_root(peer->doc), name);
	xmlSchemaValidCtxt *valid = xmlSchemaNewValidCtxt(schema);
	int rc;

	assert_non_null(node);
	rc = xmlSchemaValidateOneElement(valid, node);
	xmlSchemaFreeValidCtxt(valid);
	if (rc != 0)
		fail_msg(
		    "%s is not valid: %.2000s", name, peer->answer.body.data);
}

/* A rejected and an answered request, each operation's answer on its way. */
static void
visit(
    struct peer *peer, enum emu_version version, const struct schemas *schemas)
{
	char id[UUID_BYTES], to[2000];

	uuid_v1(id);
	peer_ask(peer, id, "x");
	peer_ask(peer, id, "x");
	peer_get(peer, version, peer->rs, "Request");
	check(peer, "GetRequestResponse", schemas->types);
	snprintf(to, sizeof(to), "%s", peer_text(peer, "ReplyTo"));
	uuid_v1(id);
	peer_call(peer, version, peer->rs,
	    "<t:SendResponseRequest><t:SenderProvidedResponseData Id=\"A\">"
	    "<t:MessageID>%s</t:MessageID><t:To>%s</t:To>"
	    "<b:MessagePrimaryContent><q:answer xmlns:q=\"urn://t/ask/1\"/>"
	    "</b:MessagePrimaryContent></t:SenderProvidedResponseData>"
	    "<t:CallerInformationSystemSignature>@SIGNATURE@"
	    "</t:CallerInformationSystemSignature></t:SendResponseRequest>",
	    id, to);
	check(peer, "SendResponseResponse", schemas->types);
	peer_get(peer, version, peer->dep, "Response");
	check(peer, "GetResponseResponse", schemas->types);
	assert_true(peer_has(peer, "OriginalMessageId"));
	peer_get(peer, version, peer->dep, "Response");
	check(peer, "GetResponseResponse", schemas->types);
}

static void
answers_are_valid_in_1_1(void **state)
{
	struct peer *peer;
	char id[UUID_BYTES];

	(void)state;
	need(&v11);
	peer = peer_new(NULL);
	visit(peer, EMU_V11, &v11);
	uuid_v1(id);
	peer_ask(peer, id, "x");
	check(peer, "SendRequestResponse", v11.types);
	peer_ask(peer, id, "x");
	check(peer, "MessageIsAlreadySent", v11.faults);
	uuid_v4(id);
	peer_ask(peer, id, "x");
	check(peer, "InvalidMessageIdFormat", v11.faults);
	peer_call(peer, EMU_V11, NULL, "<t:AckRequest/>");
	check(peer, "InvalidContent", v11.faults);
	peer_free(peer);
}

static void
answers_are_valid_in_1_3(void **state)
{
	struct peer *peer;

	(void)state;
	need(&v13);
	peer = peer_new(NULL);
	visit(peer, EMU_V13, &v13);
	peer_free(peer);
}

/* Every fault that a script can ask for. */
static void
scripted_faults_are_valid(void **state)
{
	static const char *const elements[] = { "SMEVFailure", "AccessDenied",
		"DestinationOverflow", "QuoteLimitExceeded",
		"AttachmentSizeLimitExceeded", "TransactionCodeInvalid",
		"AttachmentContentMiscoordination", "StaleMessageId",
		"BusinessDataTypeIsNotSupported", "UnknownMessageType",
		"RecipientIsNotFound", "SenderIsNotRegistered",
		"SignatureVerificationFault" };

	(void)state;
	need(&v11);
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++) {
		struct peer *peer;
		char rule[100];

		snprintf(rule, sizeof(rule), "fault element %s\n", elements[i]);
		peer = peer_new(rule);
		peer_get(peer, EMU_V11, peer->rs, "Request");
		check(peer, elements[i], v11.faults);
		peer_free(peer);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_valid_in_1_1),
		cmocka_unit_test(answers_are_valid_in_1_3),
		cmocka_unit_test(scripted_faults_are_valid),
	};
	int failed;

	load_all();
	signer_setup();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	drop_all();
	return failed;
}
