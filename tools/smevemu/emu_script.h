/*
 * tools/smevemu/emu_script.h - what shall go wrong: rules tried on each call.
 *
 * One rule a line: fault KIND [VALUE] [on OP,...] [from NAME] [type NAME]
 * [after N] [times N] [chance P%].  smevemu(8) is the reference.
 */
#ifndef SMEVEMU_EMU_SCRIPT_H
#define SMEVEMU_EMU_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "tools/smevemu/emu_wire.h"

struct emu_fault;
struct emu_script;
struct err;

/* What a call has to suffer; all that apply, together. */
struct emu_harm {
	int64_t delay_ms; /* before the answer leaves */
	int http_status; /* refuse with it, nothing done; 0 none */
	const struct emu_fault *fault; /* refuse with it, nothing done */
	bool reset; /* cut the connection, nothing done */
	bool drop; /* do it, then cut the connection */
	bool garbage; /* do it, then answer half of the XML */
	bool silent; /* do it and never answer */
	bool duplicate; /* deliver the message once more after its Ack */
	bool lose; /* Ack: say yes and forget it */
	bool wrong_signature;
	bool missing, wrong_hash; /* files: sent, or given out */
	bool ftp_refuse; /* the account of this delivery */
	int64_t ftp_cut, slow; /* its transfers: bytes, bytes a second; 0 no */
	const struct emu_fault *reject; /* accept, then reject in a response */
};

/* No rules: nothing goes wrong. */
struct emu_script *emu_script_new(void);
void emu_script_free(struct emu_script *script); /* NULL is fine */
/* Repeatable chances from here on. */
void emu_script_seed(struct emu_script *script, uint64_t seed);
/*
 * Add the rule of words, which follow the word "fault".
 *
 * Errors: ERR_FATAL EMU_CONF the text says what is not understood.
 */
int emu_script_add(struct emu_script *script, char *const *words,
    size_t word_count, struct err *err);
/* Forget all rules. */
void emu_script_clear(struct emu_script *script);
/*
 * What happens to a call of op by participant about type (name or NULL);
 * rules that have a count use it up.
 */
void emu_script_ask(struct emu_script *script, enum emu_op op,
    const char *participant, const char *type, struct emu_harm *ret_harm);
/*
 * The rules on Upload, which concern the file store and not a call: kind as
 * emu_ftpd_hurt() has it, from NULL: anybody's.  last: the newest rule only.
 */
void emu_script_uploads(const struct emu_script *script, bool last,
    void (*each)(const char *from, const char *kind, int64_t n, int64_t times,
	void *arg),
    void *arg);
/* Each rule as its line, with hits so far; for the page and the dump. */
void emu_script_each(const struct emu_script *script,
    void (*each)(const char *line, unsigned hits, void *arg), void *arg);

#endif
