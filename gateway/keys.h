/*
 * gateway/keys.h - our keys while the daemon runs: which one signs now.
 *
 * Of those for a use whose certificate is valid and whose `since` has come, the
 * one whose since (else whose certificate) began last signs.  So a new one
 * takes over by itself at its moment, and the old one goes on until then.
 */
#ifndef GATEWAY_KEYS_H
#define GATEWAY_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/flow/job.h"

struct config;
struct err;
struct keypair;
struct keys;

/* When a key may sign, and what. */
struct key_times {
	bool uses[KEY_USES];
	int64_t since_ms; /* 0: when its certificate begins */
	int64_t not_before_ms, not_after_ms; /* of its certificate */
};

/* The key of count ones that signs for use at now_ms, or -1: none may. */
int keys_choose(const struct key_times *times, size_t count, enum key_use use,
    int64_t now_ms);

/*
 * Read what the settings' keys need of files: PEM keys, certificates, PINs.
 * Before the user is changed; SIGPIPE is ignored from now on.
 *
 * Errors: ERR_FATAL KEY_*.
 */
int keys_read(const struct config *config, struct keys **ret, struct err *err);
/*
 * Log in to tokens and start programs; the process may be locked in after that.
 * A key that can't be opened and need not sign at now_ms is only told in the
 * log, and tried again by the next process.
 *
 * Errors: ERR_FATAL KEY_*.
 */
int keys_open(struct keys *keys, int64_t now_ms, struct err *err);
void keys_free(struct keys *keys); /* NULL is fine */
/*
 * The pair that signs at now_ms.  A file is signed with the system's key where
 * none for an official's use may sign.
 *
 * Errors: ERR_RETRY KEY_NONE no key may; ERR_FATAL KEY_LOST it was not opened.
 */
int keys_signer(struct keys *keys, enum key_use use, enum sign_form form,
    int64_t now_ms, struct keypair **ret, struct err *err);
/*
 * What can be seen of the settings' keys without a token or a program at hand:
 * pairs fit, certificates can be read and are GOST, PINs and programs are there;
 * whether the certificates that we believe can be read, and the server's key.
 *
 * Errors: ERR_FATAL KEY_*; TRUST_READ; HTTP_TLS; GOST_LOAD.
 */
int keys_check(const struct config *config, struct err *err);

#endif
