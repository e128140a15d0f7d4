/* Commands about the files of a packet or of a message that is owed. */
#include "gateway/control_words.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/buf.h"
#include "gateway/config.h"
#include "queue/file.h"
#include "queue/inbox.h"
#include "queue/queue_query.h"

#define ROWS_MAX 1000 /* of one message */

static const char *
path_of(struct control_ask *ask, const struct file *file)
{
	return arena_printf(ask->arena, "%s/files/%.2s/%s",
	    ask->config->state_folder, file->digest, file->digest);
}

static const char *
signed_by(const struct file *file)
{
	return *file->signature == '\0' ? "не подписан"
	    : file->outbox_id != 0      ? "подписан"
	    : file->trusted ? "подписан, подписант доверенный"
			    : "подписан, подписант не из доверенных";
}

void
control_show_files(struct control_ask *ask, int64_t inbox_id)
{
	struct file_list list;

	file_list(ask->tx, inbox_id, 0, ask->arena, &list);
	for (size_t i = 0; i < list.count; i++)
		buf_addf(ask->out,
		    "файл %-6" PRId64 " %" PRId64 " байт %s %s\n",
		    list.files[i].ordinal, list.files[i].bytes,
		    list.files[i].mime, list.files[i].name);
}

static void
put_file(struct control_ask *ask, const char *id, const struct file *file)
{
	if (ask->json) {
		control_put_json(ask,
		    json_pack("{s:s,s:I,s:s,s:s,s:I,s:s,s:s,s:s,s:b,s:b,s:s}",
			"packet", id, "file", (json_int_t)file->ordinal, "name",
			file->name, "mime", file->mime, "bytes",
			(json_int_t)file->bytes, "digest", file->digest,
			"signature", file->signature, "signer", file->signer,
			"trusted", (int)file->trusted, "by_ftp",
			(int)file->by_ftp, "path", path_of(ask, file)));
		return;
	}
	buf_addf(ask->out, "%" PRId64 "\t%" PRId64 "\t%s\t%s\t%s\t%s\n",
	    file->ordinal, file->bytes, file->mime,
	    *file->name == '\0' ? "-" : file->name, signed_by(file),
	    path_of(ask, file));
}

static size_t
put_files(struct control_ask *ask, const char *id, int64_t inbox_id,
    int64_t outbox_id)
{
	struct file_list list;

	file_list(ask->tx, inbox_id, outbox_id, ask->arena, &list);
	for (size_t i = 0; i < list.count; i++)
		put_file(ask, id, &list.files[i]);
	return list.count;
}

/* Of a packet that came, or else of a message of ours by its MessageID. */
static size_t
files_of(struct control_ask *ask, const char *id)
{
	struct inbox_packet packet;
	int64_t ids[ROWS_MAX];
	size_t count, found = 0;

	if (control_find_packet(ask, id, &packet))
		return put_files(ask, id, packet.id, 0);
	count = queue_outbox_ids(ask->tx, id, ROWS_MAX, ids);
	for (size_t i = 0; i < count; i++)
		found += put_files(ask, id, 0, ids[i]);
	return found;
}

int
control_packet_files(struct control_ask *ask)
{
	int status = 0;

	for (size_t i = 0; i < ask->count; i++) {
		if (files_of(ask, ask->words[i]) != 0)
			continue;
		if (!ask->json)
			buf_addf(ask->out, "%s: файлов нет\n", ask->words[i]);
		status = 1;
	}
	return status;
}
