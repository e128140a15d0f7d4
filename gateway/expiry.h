/*
 * gateway/expiry.h - what ends: certificates of ours and of those we believe,
 * and revocation lists; when, and what stops then.
 *
 * Runs in store, which reads the files anew at its start and once a day, and
 * says once what comes near: 60, 30, 14, 7 and 1 days before the end, and when
 * it is over.
 */
#ifndef GATEWAY_EXPIRY_H
#define GATEWAY_EXPIRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct config;
struct expiry;

/* Days before the end from which `check keys` says no. */
#define EXPIRY_SOON_DAYS 14

struct expiry_item {
	const char *kind; /* key, smev, source, tls, client-ca, ca, crl */
	const char *name; /* of the section, or of the file */
	const char *use; /* of a key: "system", "system personal"; "" */
	const char *place; /* of a key: file, token, program; "" */
	const char *path; /* where it was read */
	const char *serial; /* hex; of a list its number; "" */
	const char *fingerprint; /* Streebog-256, hex; "" of a list */
	int64_t from_ms, until_ms; /* UTC */
	bool active; /* a key that signs now */
	const char *stops; /* Russian: what stops at its end; "" nothing */
	const char *problem; /* why it can't be read; "" */
};

/*
 * Read them now, and keep what was read for expiry_list(): once a process, while
 * it still may read what belongs to root only.
 */
void expiry_remember(const struct config *config);
/* All of them as the files are now, in arena; of a file that we may not read,
 * what is remembered.  Returns how many. */
size_t expiry_list(const struct config *config, int64_t now_ms,
    struct arena *arena, struct expiry_item **ret);
/* Whole days to its end; less than 0 when it is over. */
int64_t expiry_days(const struct expiry_item *item, int64_t now_ms);
/* Whether a person has to act: it stops something within EXPIRY_SOON_DAYS, has
 * done so, or can't be read. */
bool expiry_soon(const struct expiry_item *item, int64_t now_ms);
/* The nearest of 60, 30, 14, 7, 1 that it has come to; 0: it is over; -1: it is
 * far. */
int expiry_threshold(const struct expiry_item *item, int64_t now_ms);

/* The watch of store; config has to stay. */
struct expiry *expiry_new(const struct config *config);
void expiry_free(struct expiry *expiry); /* NULL is fine */
/* Look if a day has gone since the last look, and log what is new. */
void expiry_tick(struct expiry *expiry);
/* Append the days that are left as metrics. */
void expiry_metrics(const struct expiry *expiry, struct buf *out);

#endif
