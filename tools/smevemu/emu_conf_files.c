#include "tools/smevemu/emu_conf.h"

#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/uuid.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_ftpd.h"
#include "tools/smevemu/emu_line.h"
#include "tools/smevemu/emu_outgoing.h"
#include "tools/smevemu/emu_script.h"

int
emu_conf_ftp(struct emu_line *line)
{
	struct emu *emu = line->emu;
	const char *folder = emu_line_path(line, line->words[3]);
	int64_t port;

	if (emu->base != NULL)
		return emu_line_wrong(
		    line, "only before the start", line->words[0]);
	if (strchr(folder, '\n') != NULL)
		return emu_line_wrong(line, "not a folder", folder);
	if (emu_line_number(line, line->words[2], 65535, &port) == -1)
		return -1;
	free(emu->ftp_address);
	free(emu->ftp_folder);
	emu->ftp_address = xstrdup(line->words[1]);
	emu->ftp_folder = xstrdup(folder);
	emu->ftp_port = (int)port;
	return 0;
}

int
emu_conf_ftp_limit(struct emu_line *line)
{
	int64_t number;

	if (emu_line_number(line, line->words[1], INT64_MAX, &number) == -1)
		return -1;
	line->emu->ftp_limit = (size_t)number;
	return 0;
}

int
emu_conf_file_checks(struct emu_line *line)
{
	return emu_line_choice(line, "sync", "async", &line->emu->files_first);
}

int
emu_conf_file_signatures(struct emu_line *line)
{
	static const char *const words[] = { "required", "on", "off" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(words[i], line->words[1]) == 0) {
			line->emu->file_signatures =
			    (enum emu_file_signatures)i;
			return 0;
		}
	}
	return emu_line_wrong(line, "not understood", line->words[1]);
}

static void
hurt_uploads(
    const char *from, const char *kind, int64_t n, int64_t times, void *arg)
{
	const struct emu *emu = arg;
	const struct emu_participant *participant =
	    from == NULL ? NULL : emu_participant(emu, from);

	emu_ftpd_hurt(emu->ftpd,
	    participant == NULL ? "*" : participant->ftp_user, kind, n, times);
}

void
emu_conf_uploads(struct emu *emu, bool last)
{
	if (emu->ftpd != NULL)
		emu_script_uploads(emu->script, last, hurt_uploads, emu);
}

static int
send_file(struct emu_line *line, struct emu_participant *from, const char *path,
    const struct emu_attach *files, size_t count)
{
	char id[UUID_BYTES];
	struct buf content;
	int rc = -1;

	buf_init(&content, 0);
	if (file_read(path, 10 << 20, &content, line->err) == 0)
		rc = emu_outgoing_send(line->emu, from, content.data,
		    content.bytes, files, count, id, line->err);
	buf_release(&content);
	return rc;
}

/* mtom PATH and ftp PATH from word 2 on; returns the word after them. */
static size_t
read_attachments(
    const struct emu_line *line, struct emu_attach *files, size_t *ret_count)
{
	size_t at = 2;
	bool by_ftp;

	for (*ret_count = 0; at + 2 < line->count; at += 2) {
		by_ftp = strcmp(line->words[at], "ftp") == 0;
		if (!by_ftp && strcmp(line->words[at], "mtom") != 0)
			break;
		files[*ret_count].by_ftp = by_ftp;
		files[(*ret_count)++].path =
		    emu_line_path(line, line->words[at + 1]);
	}
	return at;
}

int
emu_conf_send(struct emu_line *line)
{
	struct emu_participant *from =
	    emu_participant(line->emu, line->words[1]);
	struct emu_attach files[EMU_LINE_WORDS / 2];
	glob_t found;
	size_t count;
	int rc = 0;

	if (from == NULL)
		return emu_line_wrong(
		    line, "no such participant", line->words[1]);
	for (size_t at = read_attachments(line, files, &count);
	     at < line->count && rc == 0; at++) {
		if (glob(emu_line_path(line, line->words[at]), 0, NULL, &found)
		    != 0)
			return emu_line_wrong(
			    line, "no such file", line->words[at]);
		for (size_t i = 0; i < found.gl_pathc && rc == 0; i++)
			rc = send_file(
			    line, from, found.gl_pathv[i], files, count);
		globfree(&found);
	}
	return rc;
}

int
emu_conf_attachment_limit(struct emu_line *line)
{
	int64_t number;

	if (emu_line_number(line, line->words[1], INT_MAX, &number) == -1)
		return -1;
	line->emu->attachment_limit = (size_t)number;
	return 0;
}

int
emu_conf_cancel(struct emu_line *line)
{
	const struct emu_message *request =
	    map_get(line->emu->by_id, line->words[1]);

	if (request == NULL || request->kind != EMU_REQUEST
	    || request->recipient == NULL)
		return emu_line_wrong(line, "no such request", line->words[1]);
	emu_compose_cancel(line->emu, request);
	return 0;
}
