#include "tools/smevemu/emu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_refusal.h"
#include "tools/smevemu/emu_routing.h"
#include "tools/smevemu/emu_script.h"
#include "tools/smevemu/emu_slice.h"
#include "tools/smevemu/emu_store.h"
#include "tools/smevemu/emu_stub.h"
#include "xsd/xsd_registry.h"

static const char *const version_names[EMU_VERSIONS] = { "1.1", "1.2", "1.3" };

const char *
emu_version_name(enum emu_version version)
{
	return version_names[version];
}

struct emu *
emu_new(void)
{
	struct emu *emu = xcalloc(1, sizeof(*emu));

	emu->trust = trust_new();
	emu->persons = trust_new();
	emu->by_name = map_new();
	emu->by_fingerprint = map_new();
	emu->by_qname = map_new();
	emu->by_id = map_new();
	emu->by_ack = map_new();
	emu->by_reply_to = map_new();
	emu->federal_errors = map_new();
	emu->script = emu_script_new();
	emu->listen_address = xstrdup("127.0.0.1");
	emu->port = 7500;
	emu->unconfirmed_ms = INT64_C(15) * 60 * 1000;
	emu->max_age_ms = INT64_C(24) * 60 * 60 * 1000;
	emu->attachment_limit = 5 << 20;
	emu->ftp_limit = 1 << 30;
	emu->manner.multipart = emu->manner.xop = true;
	emu->speak = emu->manner;
	emu->transaction_codes = true;
	emu->verify = true;
	emu->keep_raw = true;
	emu->started_ms = clock_now_ms();
	return emu;
}

static void
participant_free(struct emu_participant *participant)
{
	struct emu_queue *queue = participant->responses.next, *next;

	for (; queue != NULL; queue = next) {
		next = queue->next;
		free(queue->node);
		free(queue);
	}
	keypair_free(participant->key);
	free(participant->name);
	free(participant->title);
	free(participant->ftp_user);
	free(participant->ftp_password);
	free(participant->push_url);
	free(participant);
}

static void
type_free(struct emu_type *type)
{
	struct emu_type_version *version = type->versions, *next;

	emu_routing_free(type);
	emu_stub_free(type);

	for (; version != NULL; version = next) {
		next = version->next;
		free(version->ns);
		free(version->request);
		free(version->response);
		free(version);
	}
	free(type->name);
	free(type);
}

void
emu_free(struct emu *emu)
{
	struct emu_participant *participant, *next_participant;
	struct emu_type *type, *next_type;
	struct emu_message *msg, *next_msg;

	if (emu == NULL)
		return;
	emu_store_close(emu);
	emu_slices_free(emu->slices);
	emu_refusals_free(emu->refusals);
	for (msg = emu->made_first; msg != NULL; msg = next_msg) {
		next_msg = msg->made_next;
		emu_message_free(msg);
	}
	participant = emu->participants;
	for (; participant != NULL; participant = next_participant) {
		next_participant = participant->next;
		participant_free(participant);
	}
	for (type = emu->types; type != NULL; type = next_type) {
		next_type = type->next;
		type_free(type);
	}
	map_free(emu->by_name, NULL);
	map_free(emu->by_fingerprint, NULL);
	map_free(emu->by_qname, NULL);
	map_free(emu->by_id, NULL);
	map_free(emu->by_ack, NULL);
	map_free(emu->by_reply_to, NULL);
	map_free(emu->federal_errors, free);
	emu_script_free(emu->script);
	xsd_registry_free(emu->schemas);
	trust_free(emu->trust);
	trust_free(emu->persons);
	keypair_free(emu->key);
	free(emu->listen_address);
	free(emu->ftp_address);
	free(emu->ftp_folder);
	free(emu);
}

struct emu_participant *
emu_participant(const struct emu *emu, const char *name)
{
	return map_get(emu->by_name, name);
}

static char empty[1];

struct emu_participant *
emu_participant_add(struct emu *emu, const char *name)
{
	struct emu_participant *participant = xcalloc(1, sizeof(*participant));

	participant->name = xstrdup(name);
	participant->title = xstrdup(name);
	participant->ftp_user = xstrdup("anonymous");
	participant->ftp_password = xstrdup("smev");
	participant->requests.node = empty;
	participant->statuses.node = empty;
	participant->responses.node = empty;
	map_put(emu->by_name, name, participant);
	if (emu->last_participant == NULL)
		emu->participants = participant;
	else
		emu->last_participant->next = participant;
	emu->last_participant = participant;
	return participant;
}

struct emu_type *
emu_type_add(
    struct emu *emu, const char *name, struct emu_participant *provider)
{
	struct emu_type *type = xcalloc(1, sizeof(*type));

	type->name = xstrdup(name);
	type->provider = provider;
	if (emu->last_type == NULL)
		emu->types = type;
	else
		emu->last_type->next = type;
	emu->last_type = type;
	return type;
}

/* Register one QName; 0, or -1 when another type has it. */
static int
claim(struct emu *emu, struct emu_type_version *version, const char *name)
{
	struct emu_type_version *other = emu_type_find(emu, version->ns, name);
	char key[1024];

	if (other != NULL && other->type != version->type)
		return -1;
	snprintf(key, sizeof(key), "%s %s", version->ns, name);
	map_put(emu->by_qname, key, version);
	return 0;
}

struct emu_type_version *
emu_type_version_add(struct emu *emu, struct emu_type *type, const char *ns,
    const char *request, const char *response)
{
	struct emu_type_version *version = xcalloc(1, sizeof(*version));

	version->type = type;
	version->ns = xstrdup(ns);
	version->request = xstrdup(request);
	version->response = xstrdup(response);
	version->next = type->versions;
	type->versions = version;
	if (claim(emu, version, request) == -1
	    || (response != NULL && claim(emu, version, response) == -1))
		return NULL;
	return version;
}

struct emu_type_version *
emu_type_find(const struct emu *emu, const char *ns, const char *name)
{
	char key[1024];

	snprintf(key, sizeof(key), "%s %s", ns, name);
	return map_get(emu->by_qname, key);
}

bool
emu_type_allows(
    const struct emu_type *type, const struct emu_participant *participant)
{
	if (type->consumer_count == 0)
		return true;
	for (size_t i = 0; i < type->consumer_count; i++) {
		if (type->consumers[i] == participant)
			return true;
	}
	return false;
}

void
emu_speak_to(struct emu *emu, const struct emu_participant *participant)
{
	const struct emu_manner *own, *has;

	emu->speak = emu->manner;
	if (participant == NULL)
		return;
	own = &participant->manner;
	has = &participant->has_manner;
	if (has->soap_env)
		emu->speak.soap_env = own->soap_env;
	if (has->multipart)
		emu->speak.multipart = own->multipart;
	if (has->empty_details)
		emu->speak.empty_details = own->empty_details;
	if (has->empty_ack)
		emu->speak.empty_ack = own->empty_ack;
	if (has->xop)
		emu->speak.xop = own->xop;
}
