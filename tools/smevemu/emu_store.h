/*
 * tools/smevemu/emu_store.h - the file store: where files of messages lie
 * between the sender's folder and the receiver's.
 *
 * Three folders below the one that `ftp` names: in/ACCOUNT, where participants
 * upload; kept/, a folder a message; out/, a folder a delivery, of links to
 * what is kept.  kept/ and out/ are emptied at the start.
 * Source: smev PROTOCOL 8.2.
 */
#ifndef SMEVEMU_EMU_STORE_H
#define SMEVEMU_EMU_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/uuid.h"
#include "crypto/gost.h"

struct cms;
struct emu;
struct emu_harm;
struct emu_message;
struct emu_participant;
struct err;

/* A file that a message names in RefAttachmentHeaderList. */
struct emu_file {
	struct emu_file *next;
	char uuid[UUID_BYTES]; /* its folder */
	char *name; /* in it; NULL: it was not found */
	int64_t bytes;
	enum gost_digest which; /* what it is digested by */
	unsigned char hash[GOST_DIGEST_MAX]; /* that the sender says */
	size_t hash_bytes; /* 0: Hash can't be one */
	struct cms *cms; /* NULL: unsigned */
};

/* The files of a message, shared by the copies of a broadcast. */
struct emu_files {
	unsigned users; /* messages */
	struct emu_file *first;
	int64_t bytes; /* of all */
	char kept[UUID_BYTES]; /* folder in kept/; "" not taken yet */
	char trouble[400]; /* what is wrong with them; "" nothing yet */
	struct emu_message *waiting; /* for the end of the checks */
	struct emu_file *checked; /* the one whose digest is being taken */
	struct emu *emu;
};

/*
 * Make the folders and empty those of the last run.  Before the first call
 * that has files; does nothing without a store.
 *
 * Errors: ERR_FATAL EMU_STORE.
 */
int emu_store_open(struct emu *emu, struct err *err);
/* Start its server and give each participant his account. */
int emu_store_serve(struct emu *emu, struct err *err);
void emu_store_close(struct emu *emu);
/* An account of its own for participant from now on. */
void emu_store_know(struct emu *emu, struct emu_participant *participant);

/*
 * Look for file->uuid in sender's folder: fills name and bytes, or says why
 * not in Russian.
 */
const char *emu_store_find(const struct emu *emu,
    const struct emu_participant *sender, struct emu_file *file);
/* Move the files out of sender's folder.  Returns false: one is gone. */
bool emu_store_take(struct emu *emu, const struct emu_participant *sender,
    struct emu_files *files);
/* Put a copy of the file at path there, as files->first, to be sent. */
int emu_store_put(struct emu *emu, const char *path, struct emu_files *files,
    struct emu_file *file, struct err *err);
/* Open a file that was found, or taken; -1: it can't be. */
int emu_store_read_upload(const struct emu *emu,
    const struct emu_participant *sender, const struct emu_file *file);
int emu_store_read(const struct emu *emu, const struct emu_files *files,
    const struct emu_file *file);

/* Make the account of a delivery of msg, as harm lets. */
void emu_store_offer(
    struct emu *emu, struct emu_message *msg, const struct emu_harm *harm);
/* Its account is no good any more. */
void emu_store_withdraw(struct emu *emu, struct emu_message *msg);
/* Nobody needs the files of msg any more. */
void emu_store_drop(struct emu *emu, struct emu_message *msg);
void emu_files_free(struct emu_files *files); /* NULL is fine */

#endif
