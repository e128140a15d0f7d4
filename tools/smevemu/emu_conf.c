#include "tools/smevemu/emu_conf.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_builtin.h"
#include "tools/smevemu/emu_ftpd.h"
#include "tools/smevemu/emu_line.h"
#include "tools/smevemu/emu_routing.h"
#include "tools/smevemu/emu_script.h"
#include "tools/smevemu/emu_stub.h"
#include "xsd/xsd_registry.h"

static int
do_listen(struct emu_line *line)
{
	int64_t port;

	if (emu_line_number(line, line->words[line->count - 1], 65535, &port)
	    == -1)
		return -1;
	if (line->count > 2) {
		free(line->emu->listen_address);
		line->emu->listen_address = xstrdup(line->words[1]);
	}
	line->emu->port = (int)port;
	return 0;
}

static int
do_key(struct emu_line *line)
{
	keypair_free(line->emu->key);
	line->emu->key = NULL;
	return keypair_load(emu_line_path(line, line->words[1]),
	    emu_line_path(line, line->words[2]), &line->emu->key, line->err);
}

static int
do_unconfirmed(struct emu_line *line)
{
	return emu_line_duration(
	    line, line->words[1], &line->emu->unconfirmed_ms);
}

static int
do_max_age(struct emu_line *line)
{
	return emu_line_duration(line, line->words[1], &line->emu->max_age_ms);
}

static int
do_manner(struct emu_line *line)
{
	return emu_conf_manner(line, line->words[0], line->words[1],
		   &line->emu->manner, NULL)
		== 1
	    ? 0
	    : -1;
}

static int
do_verify(struct emu_line *line)
{
	return emu_line_choice(line, "on", "off", &line->emu->verify);
}

static int
do_content_checks(struct emu_line *line)
{
	return emu_line_choice(
	    line, "async", "sync", &line->emu->content_later);
}

static int
do_transaction_codes(struct emu_line *line)
{
	return emu_line_choice(
	    line, "checked", "any", &line->emu->transaction_codes);
}

static int
do_keep_raw(struct emu_line *line)
{
	return emu_line_choice(line, "on", "off", &line->emu->keep_raw);
}

static int
do_schemas(struct emu_line *line)
{
	xsd_registry_free(line->emu->schemas);
	line->emu->schemas = NULL;
	return xsd_registry_load(emu_line_path(line, line->words[1]),
	    &line->emu->schemas, line->err);
}

static int
do_trust(struct emu_line *line)
{
	line->emu->persons_known = true;
	return trust_add_ca(
	    line->emu->persons, emu_line_path(line, line->words[1]), line->err);
}

static int
do_seed(struct emu_line *line)
{
	int64_t seed;

	if (emu_line_number(line, line->words[1], INT64_MAX, &seed) == -1)
		return -1;
	emu_script_seed(line->emu->script, (uint64_t)seed);
	return 0;
}

static int
add_consumers(struct emu_line *line, struct emu_type *type, const char *list)
{
	struct emu_participant *participant;
	size_t length;
	char *name;

	for (; *list != '\0'; list += length + (list[length] == ',')) {
		length = strcspn(list, ",");
		name = arena_strndup(line->arena, list, length);
		participant = emu_participant(line->emu, name);
		if (participant == NULL)
			return emu_line_wrong(
			    line, "no such participant", name);
		if (type->consumer_count
		    == sizeof(type->consumers) / sizeof(type->consumers[0]))
			return emu_line_wrong(line, "too many consumers", name);
		type->consumers[type->consumer_count++] = participant;
	}
	return 0;
}

static int
do_type(struct emu_line *line)
{
	struct emu_type *type = emu_type_add(line->emu, line->words[1], NULL);
	const char *word, *value;

	for (size_t at = 2; at < line->count; at++) {
		word = line->words[at];
		value = at + 1 < line->count ? line->words[at + 1] : NULL;
		if (strcmp(word, "broadcast") == 0) {
			type->broadcast = true;
		} else if (strcmp(word, "provider") == 0 && value != NULL) {
			type->provider = emu_participant(line->emu, value);
			if (type->provider == NULL)
				return emu_line_wrong(
				    line, "no such participant", value);
			at++;
		} else if (strcmp(word, "consumers") == 0 && value != NULL) {
			if (add_consumers(line, type, value) == -1)
				return -1;
			at++;
		} else {
			return emu_line_wrong(line, "not understood", word);
		}
	}
	return 0;
}

/* What stands after the roots of a version; returns how many words. */
static size_t
version_flags(const struct emu_line *line, bool *registry, bool *personal)
{
	size_t count = line->count;

	for (; count > 3; count--) {
		if (strcmp(line->words[count - 1], "registry") == 0)
			*registry = true;
		else if (strcmp(line->words[count - 1], "personal") == 0)
			*personal = true;
		else
			break;
	}
	return count;
}

static int
do_version(struct emu_line *line)
{
	struct emu_type_version *version;
	bool registry = false, personal = false;
	size_t count = version_flags(line, &registry, &personal);

	if (line->emu->last_type == NULL)
		return emu_line_wrong(
		    line, "no type before version", line->words[1]);
	if (count > 4)
		return emu_line_wrong(
		    line, "not understood", line->words[count - 1]);
	version = emu_type_version_add(line->emu, line->emu->last_type,
	    line->words[1], line->words[2], count > 3 ? line->words[3] : NULL);
	if (version == NULL)
		return emu_line_wrong(
		    line, "taken by another type", line->words[2]);
	version->registry = registry;
	version->personal = personal;
	return 0;
}

static int
do_route(struct emu_line *line)
{
	struct emu_participant *to = emu_participant(line->emu, line->words[2]);

	if (line->emu->last_type == NULL)
		return emu_line_wrong(
		    line, "no type before route", line->words[1]);
	if (to == NULL)
		return emu_line_wrong(
		    line, "no such participant", line->words[2]);
	emu_routing_add(line->emu->last_type, line->words[1], to);
	return 0;
}

static int
do_fault(struct emu_line *line)
{
	if (emu_script_add(
		line->emu->script, line->words + 1, line->count - 1, line->err)
	    == -1)
		return -1;
	emu_conf_uploads(line->emu, true);
	return 0;
}

static int
do_clear(struct emu_line *line)
{
	if (strcmp(line->words[1], "faults") != 0)
		return emu_line_wrong(line, "not understood", line->words[1]);
	emu_script_clear(line->emu->script);
	if (line->emu->ftpd != NULL)
		emu_ftpd_heal(line->emu->ftpd);
	return 0;
}

static int
do_federal(struct emu_line *line)
{
	char **words = line->words;

	if (strcmp(words[1], "delay") == 0 && line->count == 3)
		return emu_line_duration(
		    line, words[2], &line->emu->federal_delay_ms);
	if (line->count < 4 || strcmp(words[1], "answer") != 0
	    || emu_builtin_verdict(line->emu, words[2], words[3],
		   line->count > 4 ? words[4] : NULL,
		   line->count > 5 ? words[5] : NULL)
		== -1)
		return emu_line_wrong(line, "not understood", words[1]);
	return 0;
}

static const struct {
	const char *name;
	size_t least, most; /* words after the name */
	int (*run)(struct emu_line *line);
} directives[] = {
	{ "listen", 1, 2, do_listen },
	{ "key", 2, 2, do_key },
	{ "unconfirmed", 1, 1, do_unconfirmed },
	{ "max-age", 1, 1, do_max_age },
	{ "attachment-limit", 1, 1, emu_conf_attachment_limit },
	{ "ftp", 3, 3, emu_conf_ftp },
	{ "ftp-limit", 1, 1, emu_conf_ftp_limit },
	{ "file-checks", 1, 1, emu_conf_file_checks },
	{ "file-signatures", 1, 1, emu_conf_file_signatures },
	{ "dialect", 1, 1, do_manner },
	{ "multipart", 1, 1, do_manner },
	{ "ack", 1, 1, do_manner },
	{ "xop", 1, 1, do_manner },
	{ "details", 1, 1, do_manner },
	{ "content-checks", 1, 1, do_content_checks },
	{ "transaction-codes", 1, 1, do_transaction_codes },
	{ "verify", 1, 1, do_verify },
	{ "keep-raw", 1, 1, do_keep_raw },
	{ "schemas", 1, 1, do_schemas },
	{ "trust", 1, 1, do_trust },
	{ "seed", 1, 1, do_seed },
	{ "participant", 1, EMU_LINE_WORDS, emu_conf_participant },
	{ "type", 1, EMU_LINE_WORDS, do_type },
	{ "version", 2, 5, do_version },
	{ "route", 2, 2, do_route },
	{ "reply", 1, 3, emu_stub_reply },
	{ "send", 2, EMU_LINE_WORDS, emu_conf_send },
	{ "cancel", 1, 1, emu_conf_cancel },
	{ "fault", 1, EMU_LINE_WORDS, do_fault },
	{ "clear", 1, 1, do_clear },
	{ "federal", 2, 5, do_federal },
};

static int
run_line(struct emu_line *line)
{
	size_t args = line->count - 1;

	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]);
	     i++) {
		if (strcmp(directives[i].name, line->words[0]) != 0)
			continue;
		if (args < directives[i].least || args > directives[i].most)
			return emu_line_wrong(
			    line, "wrong number of words", line->words[0]);
		return directives[i].run(line);
	}
	return emu_line_wrong(line, "no such directive", line->words[0]);
}

int
emu_conf_text(struct emu *emu, const char *name, const char *folder,
    const char *text, struct err *err)
{
	struct err why = { 0 };
	struct emu_line line = {
		.emu = emu, .folder = folder, .arena = arena_new(), .err = &why
	};
	int number = 0, rc = 0;
	bool ok;

	while (*text != '\0' && rc == 0) {
		number++;
		text = emu_line_split(&line, text, &ok);
		if (!ok)
			rc = emu_line_wrong(&line, "unreadable line", name);
		else if (line.count > 0)
			rc = run_line(&line);
	}
	if (rc == -1)
		err_set(err, ERR_FATAL, why.code, "%.80s:%d: %.140s", name,
		    number, why.text);
	arena_free(line.arena);
	return rc;
}

int
emu_conf_file(struct emu *emu, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	struct buf text;
	int rc = -1;

	if (slash != NULL)
		snprintf(
		    folder, sizeof(folder), "%.*s", (int)(slash - path), path);
	buf_init(&text, 0);
	if (file_read(path, 1 << 20, &text, err) == 0)
		rc = emu_conf_text(emu, path, folder, buf_text(&text), err);
	buf_release(&text);
	return rc;
}
