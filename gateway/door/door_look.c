/*
 * Runs in an opener: SOAP of a client to a struct door_call.  What the schema
 * promises is not asked again.
 */
#include "gateway/door/door_look.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/gost.h"
#include "gateway/config.h"
#include "gateway/door/door_enclose.h"
#include "gateway/door/door_job.h"
#include "gateway/door/door_text.h"
#include "gateway/door/door_tree.h"
#include "gateway/flow/packet.h"
#include "gateway/flow/personal.h"
#include "xsd/xml_date.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

#define SOAP_NS     "http://schemas.xmlsoap.org/soap/envelope/"
#define TOLD_MAX    5 /* defects in the words of a fault */
#define DIGEST_SIZE 32

struct look {
	const struct flow_tools *tools;
	struct packet *packet;
	struct arena *arena;
	struct door_call call;
	struct door_words words;
};

/* Returns false, so that a reader may end with it. */
static bool
refuse(struct look *look, const char *code, const char *why)
{
	look->call.op = DOOR_REFUSED;
	look->call.code = arena_strdup(look->arena, code);
	look->call.why = arena_strdup(look->arena, why);
	return false;
}

static const xmlNode *
child(const xmlNode *node, const char *name)
{
	return node == NULL ? NULL : xml_child(node, DOOR_NS, name);
}

static const char *
text(const struct look *look, const xmlNode *node, const char *name)
{
	return xml_text(child(node, name), look->arena);
}

/* A subtree as a text of its own. */
static const char *
tree(const struct look *look, const xmlNode *node)
{
	const char *copy = "";
	struct buf out;

	buf_init(&out, 0);
	if (node != NULL) {
		door_tree_write(node, NULL, &out);
		copy = arena_strdup(look->arena, buf_text(&out));
	}
	buf_release(&out);
	return copy;
}

/* All elements in wrapper, one after another. */
static const char *
trees(const struct look *look, const xmlNode *wrapper)
{
	const char *copy;
	struct buf out;

	buf_init(&out, 0);
	for (const xmlNode *n =
		 wrapper == NULL ? NULL : xml_child(wrapper, NULL, NULL);
	     n != NULL; n = xml_next(n, NULL, NULL))
		door_tree_write(n, NULL, &out);
	copy = arena_strdup(look->arena, buf_text(&out));
	buf_release(&out);
	return copy;
}

static bool
parse(struct look *look)
{
	const struct config *config = look->tools->config;
	const struct open_job *job = &look->packet->job;
	struct xml_limits limits = {
		.body_bytes = (size_t)config->http.body_bytes,
		.depth = (int)config->limits.xml_depth,
		.elements = (int)config->limits.xml_elements,
		.attributes = (int)config->limits.xml_attributes,
		.name_bytes = (size_t)config->limits.xml_name_bytes,
		.text_bytes = (size_t)config->limits.xml_text_bytes,
	};
	struct err err;

	if (xml_doc_parse(
		job->body, job->body_bytes, &limits, &look->packet->doc, &err)
	    == -1)
		return refuse(look, err.code, err.text);
	return true;
}

/* The element in Body, or NULL: refused.  A folder has no envelopes. */
static const xmlNode *
find_call(struct look *look)
{
	const xmlNode *envelope = xml_doc_root(look->packet->doc), *body, *call;

	if (look->packet->job.channel == CHANNEL_FOLDER) {
		if (xml_is(envelope, DOOR_NS, "ClientMessage"))
			return envelope;
		(void)refuse(look, "DOOR_OPERATION", "ожидается ClientMessage");
		return NULL;
	}
	if (!xml_is(envelope, SOAP_NS, "Envelope")) {
		(void)refuse(look, "DOOR_SOAP", "ожидается SOAP 1.1");
		return NULL;
	}
	body = xml_child(envelope, SOAP_NS, "Body");
	call = body == NULL ? NULL : xml_only_child(body);
	if (call == NULL || xml_next(body, SOAP_NS, "Body") != NULL) {
		(void)refuse(
		    look, "DOOR_SOAP", "в Body нужен ровно один элемент");
		return NULL;
	}
	return call;
}

/* What is wrong by the schema, as one text. */
static bool
validate(struct look *look, const xmlNode *call)
{
	struct defects defects;
	struct buf words;
	struct err err;

	xmlDoc *published = door_enclose_published(call);
	int rc;

	defects_init(&defects, look->arena);
	rc = xsd_validate(look->tools->schemas,
	    published != NULL ? xmlDocGetRootElement(published) : call,
	    &defects, &err);
	xmlFreeDoc(published);
	if (rc == -1)
		return refuse(look, err.code, err.text);
	if (defects.total == 0)
		return true;
	buf_init(&words, 0);
	for (size_t i = 0; i < defects.count && i < TOLD_MAX; i++) {
		const struct defect *d = &defects.items[i];

		buf_addf(&words, "%sстрока %ld, %s: %s", i == 0 ? "" : "; ",
		    d->line, d->path, d->text);
	}
	if (defects.total > TOLD_MAX)
		buf_addf(&words, "; и ещё %zu", defects.total - TOLD_MAX);
	(void)refuse(look, defects.items[0].code, buf_text(&words));
	buf_release(&words);
	return false;
}

/*
 * A client's own signature of an official has to be whole; whose it is, SMEV
 * and the receiver say.  One that is missing is made, if we have a key for it.
 */
static bool
look_personal(struct look *look, const xmlNode *root, const xmlNode *signature)
{
	const struct config *config = look->tools->config;
	const char *id, *why;
	bool whole;

	if (signature != NULL) {
		why = personal_judge(look->packet,
		    (xmlNode *)(uintptr_t)signature, root, NULL, &whole);
		return why == NULL || refuse(look, "SMEV_PERSONAL_BAD", why);
	}
	if (!config_personal(
		config, !look->call.response, xml_ns(root), xml_name(root)))
		return true;
	id = xml_attr(root, "Id", look->arena);
	if (!config_personal_key(config))
		return refuse(look, "SMEV_PERSONAL_NONE", "");
	return (id != NULL && *id != '\0')
	    || refuse(look, "SMEV_PERSONAL_NO_ID", "");
}

/* Business content: whose it is, and as text. */
static bool
look_content(struct look *look, const xmlNode *content)
{
	const xmlNode *root =
	    xml_only_child(child(content, "MessagePrimaryContent"));
	const xmlNode *personal = child(content, "PersonalSignature");
	const struct config_datatype *type = NULL;
	struct err err;

	if (door_enclose(child(content, "AttachmentHeaderList"), look->arena,
		&look->call, &err)
	    == -1)
		return refuse(look, err.code, err.text);
	if (root != NULL)
		type =
		    config_datatype_of(look->tools->config, look->call.system,
			look->call.response, xml_ns(root), xml_name(root));
	if (root == NULL || type == NULL)
		return refuse(look, "DOOR_TYPE",
		    root == NULL ? ""
				 : arena_printf(look->arena, "{%.200s}%.100s",
				     xml_ns(root), xml_name(root)));
	if (type->schema_required
	    && !xsd_registry_has(look->tools->schemas, xml_ns(root)))
		return refuse(look, "PKT_UNKNOWN_TYPE", "для него нет схемы");
	if (!look_personal(
		look, root, personal == NULL ? NULL : xml_only_child(personal)))
		return false;
	look->call.datatype = type->name;
	look->words.content = tree(look, root);
	look->words.personal_signature =
	    tree(look, personal == NULL ? NULL : xml_only_child(personal));
	return true;
}

/* The elements called name in node as pairs; false: too many. */
static bool
look_pairs(struct look *look, const xmlNode *node, const char *const names[3],
    struct door_pair **ret, size_t *ret_count)
{
	struct door_pair *pairs =
	    arena_alloc(look->arena, DOOR_LIST_MAX * sizeof(*pairs));
	size_t count = 0;

	for (const xmlNode *n = child(node, names[0]); n != NULL;
	     n = xml_next(n, DOOR_NS, names[0])) {
		if (count == DOOR_LIST_MAX)
			return refuse(
			    look, "PKT_XML_LIMIT", "слишком длинный список");
		pairs[count++] = (struct door_pair){ text(look, n, names[1]),
			text(look, n, names[2]) };
	}
	*ret = pairs;
	*ret_count = count;
	return true;
}

static bool
look_status(struct look *look, const xmlNode *status)
{
	static const char *const names[] = { "parameter", "key", "value" };
	struct door_words *words = &look->words;

	if (str_int(text(look, status, "code"), INT32_MIN, INT32_MAX,
		&words->status_code)
	    == -1)
		return refuse(look, "DOOR_STATUS_CODE", "");
	words->status_text = text(look, status, "description");
	if (*words->status_text == '\0')
		words->status_text = arena_printf(
		    look->arena, "Статус %lld", (long long)words->status_code);
	look->call.final = false;
	return look_pairs(
	    look, status, names, &words->parameters, &words->parameter_count);
}

static bool
look_response(struct look *look, const xmlNode *message)
{
	static const char *const names[] = { "rejects", "code", "description" };
	const xmlNode *metadata = child(message, "ResponseMetadata");
	const xmlNode *said = child(message, "ResponseContent");

	look->call.response = look->call.final = true;
	look->call.client_id = text(look, metadata, "clientId");
	look->call.reply_to_client_id = text(look, metadata, "replyToClientId");
	if (child(said, "content") != NULL)
		return look_content(look, child(said, "content"));
	if (child(said, "status") != NULL)
		return look_status(look, child(said, "status"));
	return look_pairs(
	    look, said, names, &look->words.rejects, &look->words.reject_count);
}

static bool
look_request(struct look *look, const xmlNode *message)
{
	const xmlNode *metadata = child(message, "RequestMetadata");
	const xmlNode *group = child(metadata, "linkedGroupIdentity");
	const char *test = text(look, metadata, "testMessage");

	look->call.client_id = text(look, metadata, "clientId");
	look->call.reference_client_id = text(look, group, "refClientId");
	look->call.node = text(look, metadata, "nodeId");
	look->words.eol = text(look, metadata, "eol");
	look->words.test = strcmp(test, "true") == 0 || strcmp(test, "1") == 0;
	look->words.business_process =
	    trees(look, child(metadata, "BusinessProcessMetadata"));
	return look_content(
	    look, child(child(message, "RequestContent"), "content"));
}

/* Kept as it is, for the inbox and for Find; its digest names its content. */
static void
keep(struct look *look, const xmlNode *call, const xmlNode *message)
{
	unsigned char digest[DIGEST_SIZE];
	char hex[2 * DIGEST_SIZE + 1];
	struct buf out;

	buf_init(&out, 0);
	door_tree_write(call, NULL, &out);
	gost_digest(GOST_STREEBOG_256, out.data, out.bytes, digest);
	str_hex(hex, digest, sizeof(digest));
	look->call.digest = arena_strdup(look->arena, hex);
	look->call.body = arena_memdup(look->arena, out.data, out.bytes);
	look->call.body_bytes = out.bytes;
	buf_clear(&out);
	door_tree_write(message,
	    look->call.response ? "ResponseMessageType" : "RequestMessageType",
	    &out);
	look->call.message = arena_memdup(look->arena, out.data, out.bytes);
	look->call.message_bytes = out.bytes;
	buf_clear(&out);
	door_words_write(&look->words, &out);
	look->call.words = arena_memdup(look->arena, out.data, out.bytes);
	look->call.words_bytes = out.bytes;
	buf_release(&out);
}

static void
look_send(struct look *look, const xmlNode *call)
{
	const xmlNode *request = child(call, "RequestMessage");
	const xmlNode *response = child(call, "ResponseMessage");
	bool good = request != NULL ? look_request(look, request)
				    : look_response(look, response);

	if (good && *look->call.client_id == '\0')
		good = refuse(look, "DOOR_CLIENT_ID", "");
	if (good)
		keep(look, call, request != NULL ? request : response);
}

static void
look_get(struct look *look, const xmlNode *call)
{
	look->call.node = text(look, call, "nodeId");
	look->call.what =
	    text(look, child(call, "specificQuery"), "messageTypeCriteria");
}

static void
look_find(struct look *look, const xmlNode *call)
{
	const xmlNode *query = child(call, "specificQuery");
	const xmlNode *name = child(query, "messageClientIdCriteria");
	const xmlNode *period = child(query, "messagePeriodCriteria");
	const char *to = text(look, period, "to");

	look->call.to_ms = INT64_MAX;
	if (name != NULL) {
		look->call.client_id = text(look, name, "clientId");
		look->call.what = text(look, name, "clientIdCriteria");
		if (*look->call.client_id == '\0')
			(void)refuse(look, "DOOR_CLIENT_ID", "");
	} else if (xml_datetime_parse(
		       text(look, period, "from"), &look->call.from_ms)
		== -1
	    || (*to != '\0'
		&& xml_datetime_parse(to, &look->call.to_ms) == -1)) {
		(void)refuse(look, "DOOR_PERIOD", "");
	}
}

/* Whatever else is wrong with it, who sent it wants to know which it was. */
static const char *
client_id_of(const struct look *look, const xmlNode *call)
{
	const xmlNode *request =
	    child(child(call, "RequestMessage"), "RequestMetadata");
	const xmlNode *response =
	    child(child(call, "ResponseMessage"), "ResponseMetadata");

	return text(look, request != NULL ? request : response, "clientId");
}

static void
look_call(struct look *look, const xmlNode *call)
{
	static const struct {
		const char *root;
		enum door_op op;
		void (*look)(struct look *look, const xmlNode *call);
	} calls[] = { { "ClientMessage", DOOR_SEND, look_send },
		{ "MessageQuery", DOOR_GET, look_get },
		{ "FindMessageQuery", DOOR_FIND, look_find } };
	const struct config_source *source =
	    config_source(look->tools->config, look->packet->job.source);

	look->call.system = text(look, call, "itSystem");
	look->call.client_id = client_id_of(look, call);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (!xml_is(call, DOOR_NS, calls[i].root))
			continue;
		look->call.op = calls[i].op;
		if (!validate(look, call))
			return;
		if (source == NULL
		    || strcmp(source->it_system, look->call.system) != 0)
			(void)refuse(look, "DOOR_SYSTEM", "");
		else
			calls[i].look(look, call);
		return;
	}
	(void)refuse(look, "DOOR_OPERATION",
	    arena_printf(
		look->arena, "{%.200s}%.100s", xml_ns(call), xml_name(call)));
}

void
door_look(const struct flow_tools *tools, struct packet *packet)
{
	struct look look = { .tools = tools,
		.packet = packet,
		.arena = packet->arena,
		.call = { .code = "",
		    .why = "",
		    .system = "",
		    .client_id = "",
		    .reply_to_client_id = "",
		    .reference_client_id = "",
		    .node = "",
		    .datatype = "",
		    .digest = "",
		    .what = "" },
		.words = { .content = "",
		    .personal_signature = "",
		    .business_process = "",
		    .eol = "",
		    .status_text = "" } };
	const xmlNode *call;
	struct buf out;

	if (parse(&look) && (call = find_call(&look)) != NULL)
		look_call(&look, call);
	buf_init(&out, 0);
	door_call_write(&look.call, &out);
	packet->door = arena_memdup(packet->arena, out.data, out.bytes);
	packet->door_bytes = out.bytes;
	buf_release(&out);
}
