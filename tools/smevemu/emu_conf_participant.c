#include "tools/smevemu/emu_conf.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_line.h"
#include "tools/smevemu/emu_store.h"

static void
know_fingerprint(
    struct emu *emu, struct emu_participant *participant, const char *hex)
{
	str_copy(
	    participant->fingerprint, sizeof(participant->fingerprint), hex);
	for (size_t i = 0; i < sizeof(participant->fingerprint); i++) {
		if (participant->fingerprint[i] >= 'A'
		    && participant->fingerprint[i] <= 'F')
			participant->fingerprint[i] += 'a' - 'A';
	}
	map_put(emu->by_fingerprint, participant->fingerprint, participant);
}

static int
read_cert(struct emu_line *line, struct emu_participant *participant,
    const char *path)
{
	FILE *file = fopen(path, "r");
	X509 *cert =
	    file == NULL ? NULL : PEM_read_X509(file, NULL, NULL, NULL);
	char hex[65];

	if (file != NULL)
		fclose(file);
	if (cert == NULL)
		return emu_line_wrong(line, "not a certificate in PEM", path);
	trust_fingerprint(cert, hex);
	X509_free(cert);
	know_fingerprint(line->emu, participant, hex);
	return trust_pin(line->emu->trust, path, line->err);
}

static int
parse_role(struct emu_line *line, const char *word, enum emu_role *ret_role)
{
	if (strcmp(word, "zags") == 0)
		*ret_role = EMU_ROLE_ZAGS;
	else if (strcmp(word, "federal") == 0)
		*ret_role = EMU_ROLE_FEDERAL;
	else if (strcmp(word, "consumer") == 0)
		*ret_role = EMU_ROLE_CONSUMER;
	else if (strcmp(word, "provider") == 0)
		*ret_role = EMU_ROLE_PROVIDER;
	else
		return emu_line_wrong(line, "no such role", word);
	return 0;
}

/* The account of a participant in the file store; 2, -1, or 0: not that. */
static int
store_property(struct emu_line *line, struct emu_participant *participant,
    const char *word, const char *value)
{
	char **which = strcmp(word, "ftp-user") == 0 ? &participant->ftp_user
	    : strcmp(word, "ftp-password") == 0 ? &participant->ftp_password
						: NULL;

	if (which == NULL)
		return 0;
	if (*value == '\0' || *value == '.' || strpbrk(value, "/ \t") != NULL)
		return emu_line_wrong(line, "not for the file store", value);
	free(*which);
	*which = xstrdup(value);
	return 2;
}

int
emu_conf_manner(struct emu_line *line, const char *name, const char *value,
    struct emu_manner *manner, struct emu_manner *has)
{
	struct emu_manner none = { 0 }, *set = has == NULL ? &none : has;
	const struct {
		const char *name, *yes, *no;
		bool *value, *has;
	} settings[] = {
		{ "dialect", "SOAP-ENV", "soap", &manner->soap_env,
		    &set->soap_env },
		{ "multipart", "on", "off", &manner->multipart,
		    &set->multipart },
		{ "details", "empty", "filled", &manner->empty_details,
		    &set->empty_details },
		{ "ack", "empty", "element", &manner->empty_ack,
		    &set->empty_ack },
		{ "xop", "on", "off", &manner->xop, &set->xop },
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (strcmp(settings[i].name, name) != 0)
			continue;
		if (strcmp(value, settings[i].yes) != 0
		    && strcmp(value, settings[i].no) != 0)
			return emu_line_wrong(line, "not understood", value);
		*settings[i].value = strcmp(value, settings[i].yes) == 0;
		*settings[i].has = true;
		return 1;
	}
	return 0;
}

/* Bounds of a participant; 2, -1, or 0: not that. */
static int
bound_property(struct emu_line *line, struct emu_participant *participant,
    const char *word, const char *value)
{
	int64_t number = 0;

	if (strcmp(word, "limit") != 0 && strcmp(word, "capacity") != 0
	    && strcmp(word, "quota") != 0)
		return 0;
	if (emu_line_number(line, value, INT_MAX, &number) == -1)
		return -1;
	if (*word == 'l')
		participant->limit = (unsigned)number;
	else if (*word == 'c')
		participant->capacity = (size_t)number;
	else
		participant->quota = (size_t)number;
	return 2;
}

/* One property of a participant; returns how many words it took, or -1. */
static int
participant_property(
    struct emu_line *line, struct emu_participant *participant, size_t at)
{
	const char *word = line->words[at];
	char **value = &line->words[at + 1];
	size_t left = line->count - at - 1;
	int used;

	if (strcmp(word, "key") == 0 && left >= 2) {
		if (keypair_load(emu_line_path(line, value[0]),
			emu_line_path(line, value[1]), &participant->key,
			line->err)
			== -1
		    || read_cert(
			   line, participant, emu_line_path(line, value[1]))
			== -1)
			return -1;
		return 3;
	}
	if (left < 1)
		return emu_line_wrong(line, "a value is missing after", word);
	used = store_property(line, participant, word, value[0]);
	if (used == 0)
		used = bound_property(line, participant, word, value[0]);
	if (used == 0)
		used = 2
		    * emu_conf_manner(line, word, value[0],
			&participant->manner, &participant->has_manner);
	if (used != 0)
		return used < 0 ? -1 : used;
	if (strcmp(word, "title") == 0) {
		free(participant->title);
		participant->title = xstrdup(value[0]);
	} else if (strcmp(word, "cert") == 0) {
		if (read_cert(line, participant, emu_line_path(line, value[0]))
		    == -1)
			return -1;
	} else if (strcmp(word, "personal") == 0) {
		line->emu->persons_known = true;
		if (trust_pin(line->emu->persons, emu_line_path(line, value[0]),
			line->err)
		    == -1)
			return -1;
	} else if (strcmp(word, "vip") == 0) {
		participant->vip = strcmp(value[0], "on") == 0;
	} else if (strcmp(word, "push") == 0) {
		free(participant->push_url);
		participant->push_url = xstrdup(value[0]);
	} else if (strcmp(word, "fingerprint") == 0) {
		know_fingerprint(line->emu, participant, value[0]);
		trust_pin_fingerprint(
		    line->emu->trust, participant->fingerprint);
	} else if (strcmp(word, "role") == 0) {
		if (parse_role(line, value[0], &participant->role) == -1)
			return -1;
	} else {
		return emu_line_wrong(line, "not understood", word);
	}
	return 2;
}

int
emu_conf_participant(struct emu_line *line)
{
	struct emu_participant *participant =
	    emu_participant(line->emu, line->words[1]);
	int used;

	if (participant == NULL)
		participant = emu_participant_add(line->emu, line->words[1]);
	assert(participant != NULL);
	for (size_t at = 2; at < line->count; at += (size_t)used) {
		used = participant_property(line, participant, at);
		if (used == -1)
			return -1;
	}
	emu_store_know(line->emu, participant);
	return 0;
}
