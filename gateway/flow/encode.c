/* Runs in a sealer. */
#include "gateway/flow/encode.h"

#include <assert.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/failpoint.h"
#include "base/str.h"
#include "gateway/config.h"
#include "gateway/door/door_seal.h"
#include "gateway/flow/job.h"
#include "gateway/flow/typed.h"
#include "model/changeset.h"
#include "model/changeset_codec.h"
#include "smev/smev_codec.h"

static enum smev_version
version_of(const struct config *config)
{
	const char *version = config->smev.version;

	return strcmp(version, "1.3") == 0     ? SMEV_1_3
	    : strcmp(version, "1.2") == 0      ? SMEV_1_2
	    : strcmp(version, "1.1-2014") == 0 ? SMEV_1_1_2014
					       : SMEV_1_1;
}

/* The stored changesets as one, records in their order and numbered anew. */
static int
merge(const struct seal_job *job, struct arena *arena,
    struct changeset **ret_change, struct err *err)
{
	struct changeset *all = NULL, *one = NULL;
	struct record *records;
	size_t count = 0;

	for (size_t i = 0; i < job->body_count; i++) {
		if (changeset_decode(
			job->bodies[i], job->body_bytes[i], arena, &one, err)
		    == -1)
			return -1;
		if (all == NULL) {
			all = one;
			count = one->record_count;
			continue;
		}
		records = arena_alloc(
		    arena, (count + one->record_count + 1) * sizeof(*records));
		if (count != 0)
			memcpy(records, all->records, count * sizeof(*records));
		if (one->record_count != 0)
			memcpy(records + count, one->records,
			    one->record_count * sizeof(*records));
		count += one->record_count;
		all->records = records;
		all->record_count = count;
	}
	if (all == NULL)
		return err_set(err, ERR_HOLD, "CHG_FORMAT", "nothing to say");
	for (size_t i = 0; job->body_count > 1 && i < count; i++)
		all->records[i].rec_no = (long)i + 1;
	all->packet_id = job->message_id;
	*ret_change = all;
	return 0;
}

/* Our answer's words as a reason that SMEV knows, or NULL: there is content. */
static const char *
reject_code(const struct answer *answer)
{
	static const char *const known[] = { "ACCESS_DENIED", "NO_DATA",
		"UNKNOWN_REQUEST_DESCRIPTION" };

	if (answer == NULL)
		return NULL;
	if (strcmp(answer->status, "no_data") == 0)
		return "NO_DATA";
	if (strcmp(answer->status, "ambiguous") == 0)
		return "FAILURE";
	if (strcmp(answer->status, "rejected") != 0)
		return NULL;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(answer->code, known[i]) == 0)
			return known[i];
	return "FAILURE";
}

/* SMEV wants a text; what there are no own words for has these. */
static const char *
reject_text(const struct answer *answer, struct arena *arena)
{
	if (strcmp(answer->status, "ambiguous") == 0)
		return "AMBIGUOUS: найдено несколько лиц, уточните запрос";
	if (*answer->text == '\0')
		return strcmp(answer->status, "no_data") == 0
		    ? "Сведения не найдены"
		    : "Запрос отклонён";
	if (*answer->code == '\0')
		return answer->text;
	return arena_printf(arena, "%s: %s", answer->code, answer->text);
}

/* An official may have to sign what that adapter writes: then it needs an Id. */
static bool
wants_id(const struct config *config, const char *adapter, bool request)
{
	for (size_t i = 0; i < config->datatype_count; i++) {
		const struct config_datatype *type = &config->datatypes[i];

		if (strcmp(type->adapter, adapter) == 0
		    && (request ? type->personal_request
				: type->personal_response))
			return true;
	}
	return false;
}

/* The content, by the adapter of that kind, in the version that is wanted. */
static int
write_content(const struct config *config, const struct seal_job *job,
    struct changeset *change, struct arena *arena, struct smev_send *ret,
    struct err *err)
{
	const struct config_datatype *type = NULL;
	const char *uri, *name = typed_adapter(job->kind, arena, &uri);
	const struct adapter *adapter = adapter_named(name);
	struct buf content;
	int rc;

	if (adapter == NULL || adapter->encode == NULL)
		return err_set(err, ERR_HOLD, "X_ENCODER",
		    "nothing writes messages of kind %s", job->kind);
	if (job->op == SMEV_SEND_REQUEST)
		type = typed_request(config, name);
	if (type != NULL) {
		typed_fill(type, job->eol_ms, arena, ret);
		uri = type->namespace_uri;
	}
	change->root_id = wants_id(config, name, job->op == SMEV_SEND_REQUEST)
	    ? "PERSONAL_SIGNATURE"
	    : "";
	buf_init(&content, 0);
	rc = adapter->encode(change, &content, err);
	if (rc == 0) {
		ret->content =
		    arena_strndup(arena, buf_text(&content), content.bytes);
		ret->content_bytes = content.bytes;
		if (*uri != '\0' && strcmp(uri, adapter->namespace_uri) != 0)
			ret->content = typed_rename(ret->content, content.bytes,
			    adapter->namespace_uri, uri, arena,
			    &ret->content_bytes);
	}
	buf_release(&content);
	return rc;
}

bool
flow_encode_sends(const struct seal_job *job)
{
	return job->op == SMEV_SEND_REQUEST || job->op == SMEV_SEND_RESPONSE;
}

int
flow_encode_send(const struct config *config, const struct seal_job *job,
    struct arena *arena, struct smev_send *ret, struct err *err)
{
	bool request = job->op == SMEV_SEND_REQUEST;
	struct smev_send send = {
		.version = version_of(config),
		.op = (enum smev_op)job->op,
		.message_id = job->message_id,
		.to = job->to,
		.node_id = request ? config->smev.node_id : "",
		.test_message = request && job->test,
	};
	const struct answer *answer;
	struct changeset *change = NULL;

	if (FAILPOINT("encode.job"))
		return err_set(err, ERR_RETRY, "X_INTERNAL", "failpoint");
	*ret = send;
	if (strcmp(job->kind, CONFIG_DOOR) == 0)
		return door_seal(job, ret, arena, err);
	if (merge(job, arena, &change, err) == -1)
		return -1;
	answer = change->record_count == 0 ? NULL : change->records[0].answer;
	ret->reject_code = reject_code(answer);
	if (ret->reject_code == NULL)
		return write_content(config, job, change, arena, ret, err);
	assert(answer != NULL); /* reject_code() */
	ret->reject_text = reject_text(answer, arena);
	return 0;
}

void
flow_encode_other(
    const struct config *config, const struct seal_job *job, struct buf *out)
{
	enum smev_version version = version_of(config);
	const char *node = config->smev.node_id;
	const char *ns =
	    *job->namespace_uri == '\0' ? NULL : job->namespace_uri;

	/* A node has a queue of responses of its own, and no other. */
	if ((job->op != SMEV_GET_RESPONSE && job->op != SMEV_QUEUE_STATISTICS)
	    || *node == '\0')
		node = NULL;
	if (job->op == SMEV_ACK)
		smev_write_ack(version, job->message_id, job->accepted, out);
	else
		smev_write_get(version, (enum smev_op)job->op, ns,
		    ns == NULL ? NULL : job->root, node, job->timestamp, out);
}
