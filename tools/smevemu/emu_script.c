#include "tools/smevemu/emu_script.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "tools/smevemu/emu_fault.h"

enum harm_kind {
	HARM_DELAY,
	HARM_STATUS,
	HARM_ELEMENT,
	HARM_RESET,
	HARM_DROP,
	HARM_GARBAGE,
	HARM_SILENT,
	HARM_DUPLICATE,
	HARM_LOSE_ACK,
	HARM_WRONG_SIGNATURE,
	HARM_ASYNC_REJECT,
	HARM_MISSING,
	HARM_WRONG_HASH,
	HARM_FTP_REFUSE,
	HARM_FTP_CUT,
	HARM_SLOW,
	HARMS
};

/* Not a call: a participant puts files into the store. */
#define UPLOAD (1u << EMU_OPS)

struct rule {
	struct rule *next;
	char *line; /* as written */
	char *from, *type; /* NULL: any */
	unsigned ops; /* bits; 0 any */
	enum harm_kind kind;
	int64_t value; /* delay, status */
	const struct emu_fault *fault;
	int64_t after, times; /* calls let through; 0 times: no end */
	double chance; /* 0..1 */
	int64_t seen;
	unsigned hits;
};

struct emu_script {
	struct rule *rules, **end;
	uint64_t state; /* of the generator for chances */
};

static const struct {
	const char *name;
	char value; /* n number, f fault element, '-' none */
} kinds[HARMS] = {
	[HARM_DELAY] = { "delay", 'n' },
	[HARM_STATUS] = { "status", 'n' },
	[HARM_ELEMENT] = { "element", 'f' },
	[HARM_RESET] = { "reset", '-' },
	[HARM_DROP] = { "drop", '-' },
	[HARM_GARBAGE] = { "garbage", '-' },
	[HARM_SILENT] = { "silent", '-' },
	[HARM_DUPLICATE] = { "duplicate", '-' },
	[HARM_LOSE_ACK] = { "lose-ack", '-' },
	[HARM_WRONG_SIGNATURE] = { "wrong-signature", '-' },
	[HARM_ASYNC_REJECT] = { "async-reject", 'f' },
	[HARM_MISSING] = { "missing", '-' },
	[HARM_WRONG_HASH] = { "wrong-hash", '-' },
	[HARM_FTP_REFUSE] = { "ftp-refuse", '-' },
	[HARM_FTP_CUT] = { "ftp-cut", 'n' },
	[HARM_SLOW] = { "slow", 'n' },
};

struct emu_script *
emu_script_new(void)
{
	struct emu_script *script = xcalloc(1, sizeof(*script));

	script->end = &script->rules;
	script->state = rand_u64();
	return script;
}

void
emu_script_clear(struct emu_script *script)
{
	struct rule *rule = script->rules, *next;

	for (; rule != NULL; rule = next) {
		next = rule->next;
		free(rule->line);
		free(rule->from);
		free(rule->type);
		free(rule);
	}
	script->rules = NULL;
	script->end = &script->rules;
}

void
emu_script_free(struct emu_script *script)
{
	if (script == NULL)
		return;
	emu_script_clear(script);
	free(script);
}

void
emu_script_seed(struct emu_script *script, uint64_t seed)
{
	script->state = seed;
}

/* Evenly from 0 to 1: splitmix64, apart from the generator of base/rand. */
static double
chance(struct emu_script *script)
{
	uint64_t z = (script->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	z ^= z >> 31;
	return (double)(z >> 11) / 9007199254740992.0;
}

static int
bad(struct err *err, const char *what, const char *word)
{
	return err_set(err, ERR_FATAL, "EMU_CONF", "fault: %s: \"%s\"", what,
	    word == NULL ? "" : word);
}

static int
parse_ops(const char *list, unsigned *ret_ops, struct err *err)
{
	char name[64];
	size_t length;
	int op;

	while (*list != '\0') {
		length = strcspn(list, ",");
		str_copy(name,
		    length + 1 < sizeof(name) ? length + 1 : sizeof(name),
		    list);
		op = strcmp(name, "Upload") == 0 ? EMU_OPS : emu_op_find(name);
		if (op == -1)
			return bad(err, "no such operation", name);
		*ret_ops |= 1u << op;
		list += length + (list[length] == ',');
	}
	return 0;
}

static int
parse_chance(const char *word, double *ret_chance, struct err *err)
{
	char *end;
	double value = strtod(word, &end);

	if (*end == '%' && end[1] == '\0')
		value /= 100;
	else if (*end != '\0' || end == word)
		return bad(err, "not a chance", word);
	if (!(value >= 0 && value <= 1))
		return bad(err, "not a chance", word);
	*ret_chance = value;
	return 0;
}

/* One condition: its word and its value. */
static int
parse_condition(
    struct rule *rule, const char *word, const char *value, struct err *err)
{
	if (value == NULL)
		return bad(err, "a value is missing after", word);
	if (strcmp(word, "on") == 0)
		return parse_ops(value, &rule->ops, err);
	if (strcmp(word, "chance") == 0)
		return parse_chance(value, &rule->chance, err);
	if (strcmp(word, "after") == 0) {
		if (str_int(value, 0, INT64_MAX, &rule->after) == -1)
			return bad(err, "not a number", value);
	} else if (strcmp(word, "times") == 0) {
		if (str_int(value, 1, INT64_MAX, &rule->times) == -1)
			return bad(err, "not a number", value);
	} else if (strcmp(word, "from") == 0 && rule->from == NULL) {
		rule->from = xstrdup(value);
	} else if (strcmp(word, "type") == 0 && rule->type == NULL) {
		rule->type = xstrdup(value);
	} else {
		return bad(err, "not understood", word);
	}
	return 0;
}

static int
parse_kind(struct rule *rule, char *const *words, size_t word_count,
    size_t *ret_used, struct err *err)
{
	const char *value = word_count > 1 ? words[1] : NULL;
	int kind = 0;

	while (kind < HARMS
	    && (word_count == 0 || strcmp(kinds[kind].name, words[0]) != 0))
		kind++;
	if (kind == HARMS)
		return bad(
		    err, "no such kind", word_count > 0 ? words[0] : NULL);
	rule->kind = (enum harm_kind)kind;
	*ret_used = kinds[kind].value == '-' ? 1 : 2;
	if (kinds[kind].value == 'n'
	    && (value == NULL
		|| str_int(value, 0, INT64_C(1) << 40, &rule->value) == -1))
		return bad(err, "not a number", value);
	if (kind == HARM_DELAY && rule->value > 86400000)
		return bad(err, "longer than a day", value);
	if (kind == HARM_STATUS && (rule->value < 300 || rule->value > 599))
		return bad(err, "not a status from 300 to 599", value);
	if (kinds[kind].value == 'f') {
		rule->fault =
		    value == NULL ? NULL : emu_fault_by_element(value);
		if (rule->fault == NULL)
			return bad(err, "no such fault element", value);
	}
	return 0;
}

static char *
join(char *const *words, size_t word_count)
{
	struct buf line;

	buf_init(&line, 0);
	for (size_t i = 0; i < word_count; i++)
		buf_addf(&line, "%s%s", i == 0 ? "" : " ", words[i]);
	return line.data;
}

/* What the file store can do by itself. */
static bool
fits_upload(const struct rule *rule)
{
	return rule->ops == UPLOAD && rule->type == NULL && rule->after == 0
	    && rule->chance >= 1
	    && (rule->kind == HARM_FTP_REFUSE || rule->kind == HARM_FTP_CUT
		|| rule->kind == HARM_SLOW);
}

int
emu_script_add(struct emu_script *script, char *const *words, size_t word_count,
    struct err *err)
{
	struct rule *rule = xcalloc(1, sizeof(*rule));
	size_t used = 0;

	rule->chance = 1;
	if (parse_kind(rule, words, word_count, &used, err) == -1)
		goto fail;
	for (; used < word_count; used += 2) {
		if (parse_condition(rule, words[used],
			used + 1 < word_count ? words[used + 1] : NULL, err)
		    == -1)
			goto fail;
	}
	if (rule->kind == HARM_LOSE_ACK)
		rule->ops = 1u << EMU_ACK;
	if ((rule->ops & UPLOAD) != 0 && !fits_upload(rule)) {
		bad(err, "not for Upload", words[0]);
		goto fail;
	}
	rule->line = join(words, word_count);
	*script->end = rule;
	script->end = &rule->next;
	return 0;
fail:
	free(rule->from);
	free(rule->type);
	free(rule);
	return -1;
}

static bool
applies(struct emu_script *script, struct rule *rule, enum emu_op op,
    const char *participant, const char *type)
{
	if ((rule->ops != 0 && (rule->ops & (1u << op)) == 0)
	    || (rule->from != NULL && !str_equal(rule->from, participant))
	    || (rule->type != NULL && !str_equal(rule->type, type)))
		return false;
	if (rule->times != 0 && rule->hits >= rule->times)
		return false;
	if (rule->seen++ < rule->after)
		return false;
	if (rule->chance < 1 && chance(script) >= rule->chance)
		return false;
	rule->hits++;
	return true;
}

static void
add_harm(const struct rule *rule, struct emu_harm *harm)
{
	switch (rule->kind) {
	case HARM_DELAY:
		harm->delay_ms += rule->value;
		break;
	case HARM_STATUS:
		harm->http_status = (int)rule->value;
		break;
	case HARM_ELEMENT:
		harm->fault = rule->fault;
		break;
	case HARM_RESET:
		harm->reset = true;
		break;
	case HARM_DROP:
		harm->drop = true;
		break;
	case HARM_GARBAGE:
		harm->garbage = true;
		break;
	case HARM_SILENT:
		harm->silent = true;
		break;
	case HARM_DUPLICATE:
		harm->duplicate = true;
		break;
	case HARM_LOSE_ACK:
		harm->lose = true;
		break;
	case HARM_WRONG_SIGNATURE:
		harm->wrong_signature = true;
		break;
	case HARM_ASYNC_REJECT:
		harm->reject = rule->fault;
		break;
	case HARM_MISSING:
		harm->missing = true;
		break;
	case HARM_WRONG_HASH:
		harm->wrong_hash = true;
		break;
	case HARM_FTP_REFUSE:
		harm->ftp_refuse = true;
		break;
	case HARM_FTP_CUT:
		harm->ftp_cut = rule->value;
		break;
	case HARM_SLOW:
		harm->slow = rule->value;
		break;
	case HARMS:
		break;
	}
}

void
emu_script_ask(struct emu_script *script, enum emu_op op,
    const char *participant, const char *type, struct emu_harm *ret_harm)
{
	memset(ret_harm, 0, sizeof(*ret_harm));
	for (struct rule *rule = script->rules; rule != NULL;
	     rule = rule->next) {
		if (applies(script, rule, op, participant, type))
			add_harm(rule, ret_harm);
	}
}

void
emu_script_each(const struct emu_script *script,
    void (*each)(const char *line, unsigned hits, void *arg), void *arg)
{
	for (const struct rule *rule = script->rules; rule != NULL;
	     rule = rule->next)
		each(rule->line, rule->hits, arg);
}

void
emu_script_uploads(const struct emu_script *script, bool last,
    void (*each)(const char *from, const char *kind, int64_t n, int64_t times,
	void *arg),
    void *arg)
{
	for (const struct rule *rule = script->rules; rule != NULL;
	     rule = rule->next) {
		if ((rule->ops & UPLOAD) == 0 || (last && rule->next != NULL))
			continue;
		each(rule->from,
		    rule->kind == HARM_FTP_REFUSE    ? "refuse"
			: rule->kind == HARM_FTP_CUT ? "cut"
						     : "slow",
		    rule->value, rule->times, arg);
	}
}
