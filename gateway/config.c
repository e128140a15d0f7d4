#include "gateway/config.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <confuse.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "gateway/config_check.h"
#include "gateway/config_table.h"
#include "gateway/config_types.h"

/*
 * libconfuse gives its callbacks no argument of ours, so what one reading
 * needs stands here; config_load() is not called from within itself.
 */
static struct reading {
	const char *path;
	struct err *err; /* the first thing that was wrong */
	const cfg_opt_t **given; /* settings met so far, for "given twice" */
	size_t given_count;
} reading;

/* The first fault counts: what comes after it may follow from it. */
static void complain(const char *code, const cfg_t *cfg, const cfg_opt_t *opt,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void
complain(const char *code, const cfg_t *cfg, const cfg_opt_t *opt,
    const char *fmt, ...)
{
	char what[200];
	va_list ap;

	if (reading.err->kind != ERR_NONE)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	(void)err_set(reading.err, ERR_FATAL, code, "%s:%d: %s%s%s",
	    cfg->filename != NULL ? cfg->filename : reading.path, cfg->line,
	    opt == NULL ? "" : opt->name, opt == NULL ? "" : ": ", what);
}

static void on_syntax(cfg_t *cfg, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

static void
on_syntax(cfg_t *cfg, const char *fmt, va_list ap)
{
	char what[200];

	(void)vsnprintf(what, sizeof(what), fmt, ap);
	complain(strstr(what, "no such option") != NULL ? "CONF_UNKNOWN"
							: "CONF_SYNTAX",
	    cfg, NULL, "%s", what);
}

static bool
is_list(enum setting_type type)
{
	return type == SETTING_LIST || type == SETTING_FILES
	    || type == SETTING_DIGESTS || type == SETTING_WORDS;
}

static bool
hex64(const char *s)
{
	return strlen(s) == 64 && strspn(s, "0123456789abcdefABCDEF") == 64;
}

/* Whether the text value, one of a list or the only one, is what set wants. */
static int
check_text(
    cfg_t *cfg, cfg_opt_t *opt, const struct setting *set, const char *value)
{
	size_t bytes = strlen(value);

	if (bytes > (size_t)set->high)
		complain("CONF_VALUE", cfg, opt, "longer than %lld bytes",
		    (long long)set->high);
	else if (!str_utf8(value, bytes))
		complain("CONF_VALUE", cfg, opt, "not UTF-8");
	else if (bytes < (size_t)set->low && set->type == SETTING_TEXT)
		complain("CONF_VALUE", cfg, opt, "at least %lld characters",
		    (long long)set->low);
	else if ((set->type == SETTING_WORD || set->type == SETTING_WORDS)
	    && !setting_word(set->words, value))
		complain("CONF_VALUE", cfg, opt, "\"%.40s\" is none of %s",
		    value, set->words);
	else if (set->type == SETTING_DIGESTS && !hex64(value))
		complain("CONF_VALUE", cfg, opt, "not 64 hexadecimal digits");
	else if ((set->type == SETTING_FILE || set->type == SETTING_FILES)
	    && bytes > 0 && access(value, R_OK) == -1)
		complain(
		    "CONF_REF", cfg, opt, "%.100s: %s", value, strerror(errno));
	return reading.err->kind == ERR_NONE ? 0 : -1;
}

static int
check_once(cfg_t *cfg, cfg_opt_t *opt, const struct setting *set)
{
	for (size_t i = 0; i < reading.given_count && !is_list(set->type); i++)
		if (reading.given[i] == opt) {
			complain("CONF_VALUE", cfg, opt, "given twice");
			return -1;
		}
	reading.given = xrealloc(
	    reading.given, (reading.given_count + 1) * sizeof(*reading.given));
	reading.given[reading.given_count++] = opt;
	return 0;
}

/* libconfuse calls this after each value, while cfg->line is still there. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *section = strcmp(cfg->name, "root") == 0 ? "" : cfg->name;
	const struct setting *set = setting_find(section, opt->name);
	unsigned last = cfg_opt_size(opt);
	long value;

	assert(set != NULL);
	if (check_once(cfg, opt, set) == -1)
		return -1;
	if (last == 0 || set->type == SETTING_BOOL)
		return 0;
	if (set->type != SETTING_INT)
		return check_text(
		    cfg, opt, set, cfg_opt_getnstr(opt, last - 1));
	value = cfg_opt_getnint(opt, 0);
	if (value >= set->low && value <= set->high)
		return 0;
	complain("CONF_VALUE", cfg, opt, "%ld is not from %lld to %lld", value,
	    (long long)set->low, (long long)set->high);
	return -1;
}

/* The rows of section as libconfuse wants them; strings are the table's. */
static cfg_opt_t
option_of(const struct setting *set)
{
	cfg_opt_t opt = { .name = set->name, .validcb = on_value };
	int64_t number = 0;

	switch (set->type) {
	case SETTING_INT:
		opt.type = CFGT_INT;
		if (str_int(set->fallback, INT64_MIN, INT64_MAX, &number) == -1)
			assert(!"a default that is no integer");
		opt.def.number = (long)number;
		break;
	case SETTING_BOOL:
		opt.type = CFGT_BOOL;
		opt.def.boolean =
		    strcmp(set->fallback, "true") == 0 ? cfg_true : cfg_false;
		break;
	default:
		opt.type = CFGT_STR;
		if (is_list(set->type))
			opt.flags = CFGF_LIST;
		else
			opt.def.string = set->fallback;
	}
	return opt;
}

static cfg_opt_t *
section_options(struct arena *arena, const char *section, size_t extra)
{
	const struct setting *set;
	cfg_opt_t *opts;
	size_t count = 0;

	for (size_t i = 0; (set = setting_at(i)) != NULL; i++)
		count += strcmp(set->section, section) == 0;
	opts = arena_alloc(arena, (count + extra + 1) * sizeof(*opts));
	count = 0;
	for (size_t i = 0; (set = setting_at(i)) != NULL; i++)
		if (strcmp(set->section, section) == 0)
			opts[count++] = option_of(set);
	return opts; /* what follows is zero: CFG_END() */
}

/* All options: those at the top, then a section for each group of rows. */
static cfg_opt_t *
all_options(struct arena *arena)
{
	const struct setting *set;
	const char *last = "";
	size_t sections = 0, at = 0;
	cfg_opt_t *opts;

	for (size_t i = 0; (set = setting_at(i)) != NULL; i++)
		if (strcmp(set->section, last) != 0) {
			sections++;
			last = set->section;
		}
	opts = section_options(arena, "", sections + 1);
	while (opts[at].name != NULL)
		at++;
	last = "";
	for (size_t i = 0; (set = setting_at(i)) != NULL; i++) {
		if (strcmp(set->section, last) == 0)
			continue;
		last = set->section;
		opts[at++] = (cfg_opt_t){ .name = last,
			.type = CFGT_SEC,
			.flags = setting_titled(last)
			    ? CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES
			    : CFGF_NONE,
			.subopts = section_options(arena, last, 0) };
	}
	opts[at] = (cfg_opt_t)CFG_FUNC("include", cfg_include);
	return opts;
}

static char *
take_text(struct arena *arena, const struct setting *set, const char *text)
{
	char *copy = arena_strdup(arena, text != NULL ? text : "");

	for (char *p = copy; set->type == SETTING_DIGESTS && *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static void
take_list(struct arena *arena, const struct setting *set, cfg_opt_t *opt,
    struct config_list *ret)
{
	ret->count = cfg_opt_size(opt);
	if (ret->count == 0 && set->fallback[0] != '\0') {
		ret->items = arena_alloc(arena, sizeof(*ret->items));
		ret->items[ret->count++] = set->fallback;
	} else if (ret->count > 0) {
		ret->items =
		    arena_alloc(arena, ret->count * sizeof(*ret->items));
		for (unsigned i = 0; i < ret->count; i++)
			ret->items[i] =
			    take_text(arena, set, cfg_opt_getnstr(opt, i));
	}
}

/* Copy the values of one section into the struct at to, by the table. */
static void
take_section(struct arena *arena, cfg_t *cfg, const char *section, void *to)
{
	const struct setting *set;

	for (size_t i = 0; (set = setting_at(i)) != NULL; i++) {
		cfg_opt_t *opt;
		char *at = (char *)to + set->offset;

		if (strcmp(set->section, section) != 0)
			continue;
		opt = cfg_getopt(cfg, set->name);
		if (set->type == SETTING_INT)
			*(int64_t *)(void *)at = cfg_opt_getnint(opt, 0);
		else if (set->type == SETTING_BOOL)
			*(bool *)(void *)at = cfg_opt_getnbool(opt, 0);
		else if (is_list(set->type))
			take_list(arena, set, opt, (void *)at);
		else
			*(const char **)(void *)at =
			    take_text(arena, set, cfg_opt_getnstr(opt, 0));
	}
}

/*
 * All sections of that name, with room for one more; the struct of each begins
 * with its name.
 */
static void *
take_titled(struct arena *arena, cfg_t *cfg, const char *section,
    size_t item_bytes, size_t *ret_count)
{
	unsigned count = cfg_size(cfg, section);
	char *items = arena_alloc(arena, (count + 1) * item_bytes);

	for (unsigned i = 0; i < count; i++) {
		cfg_t *sec = cfg_getnsec(cfg, section, i);
		char *at = items + i * item_bytes;

		take_section(arena, sec, section, at);
		*(const char **)(void *)at =
		    arena_strdup(arena, cfg_title(sec));
	}
	*ret_count = count;
	return items;
}

static void
take_all(struct config *config, cfg_t *cfg)
{
	const struct setting *set;
	const char *last = "";
	struct arena *arena = config->arena;

	take_section(arena, cfg, "", config);
	for (size_t i = 0; (set = setting_at(i)) != NULL; i++) {
		if (strcmp(set->section, last) == 0)
			continue;
		last = set->section;
		if (!setting_titled(last))
			take_section(
			    arena, cfg_getsec(cfg, last), last, config);
	}
	config->keys = take_titled(
	    arena, cfg, "key", sizeof(*config->keys), &config->key_count);
	config->sources = take_titled(arena, cfg, "source",
	    sizeof(*config->sources), &config->source_count);
	config->datatypes = take_titled(arena, cfg, "datatype",
	    sizeof(*config->datatypes), &config->datatype_count);
	config_types_expand(config);
}

static int
read_file(struct config *config, struct err *err)
{
	cfg_t *cfg = cfg_init(all_options(config->arena), CFGF_NONE);
	int rc = -1, status;

	reading = (struct reading){ .path = config->path, .err = err };
	(void)cfg_set_error_function(cfg, on_syntax);
	errno = 0;
	status = cfg_parse(cfg, config->path);
	if (status == CFG_SUCCESS && err->kind == ERR_NONE) {
		take_all(config, cfg);
		rc = 0;
	} else if (err->kind == ERR_NONE) {
		(void)err_set(err, ERR_FATAL,
		    status == CFG_FILE_ERROR ? "CONF_READ" : "CONF_SYNTAX",
		    "%s: %s", config->path,
		    status == CFG_FILE_ERROR ? strerror(errno)
					     : "not understood");
	}
	free(reading.given);
	reading = (struct reading){ 0 };
	(void)cfg_free(cfg);
	return rc;
}

int
config_load(const char *path, struct config **ret, struct err *err)
{
	struct arena *arena = arena_new();
	struct config *config = arena_alloc(arena, sizeof(*config));
	struct err mine = { 0 };

	config->arena = arena;
	config->path = arena_strdup(arena, path);
	if (config_check_braces(path, &mine) == -1
	    || read_file(config, &mine) == -1
	    || config_check(config, &mine) == -1) {
		*err = mine;
		arena_free(arena);
		return -1;
	}
	*ret = config;
	return 0;
}

void
config_free(struct config *config)
{
	if (config != NULL)
		arena_free(config->arena);
}

const struct config_source *
config_source(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->source_count; i++)
		if (strcmp(config->sources[i].name, name) == 0)
			return &config->sources[i];
	return NULL;
}

const struct config_datatype *
config_datatype_named(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->datatype_count; i++)
		if (strcmp(config->datatypes[i].name, name) == 0)
			return &config->datatypes[i];
	return NULL;
}

const struct config_datatype *
config_datatype(
    const struct config *config, const char *namespace_uri, const char *root)
{
	for (size_t i = 0; i < config->datatype_count; i++) {
		const struct config_datatype *type = &config->datatypes[i];

		if (strcmp(type->namespace_uri, namespace_uri) == 0
		    && (strcmp(type->request_root, root) == 0
			|| strcmp(type->response_root, root) == 0))
			return type;
	}
	return NULL;
}

const struct config_datatype *
config_datatype_as(const struct config *config, bool provider,
    const char *namespace_uri, const char *root)
{
	for (size_t i = 0; i < config->datatype_count; i++) {
		const struct config_datatype *type = &config->datatypes[i];

		if (type->provider == provider
		    && strcmp(type->namespace_uri, namespace_uri) == 0
		    && strcmp(
			   provider ? type->request_root : type->response_root,
			   root)
			== 0)
			return type;
	}
	return NULL;
}

const struct config_datatype *
config_datatype_of(const struct config *config, const char *system,
    bool provider, const char *namespace_uri, const char *root)
{
	for (size_t i = 0; i < config->datatype_count; i++) {
		const struct config_datatype *type = &config->datatypes[i];

		if (type->provider != provider
		    || strcmp(type->adapter, CONFIG_DOOR) != 0
		    || strcmp(type->namespace_uri, namespace_uri) != 0
		    || strcmp(
			   provider ? type->response_root : type->request_root,
			   root)
			!= 0)
			continue;
		for (size_t j = 0; j < type->it_system.count; j++)
			if (strcmp(type->it_system.items[j], system) == 0)
				return type;
	}
	return NULL;
}

bool
config_personal(const struct config *config, bool request,
    const char *namespace_uri, const char *root)
{
	for (size_t i = 0; i < config->datatype_count; i++) {
		const struct config_datatype *type = &config->datatypes[i];

		if ((request ? type->personal_request : type->personal_response)
		    && strcmp(type->namespace_uri, namespace_uri) == 0
		    && strcmp(
			   request ? type->request_root : type->response_root,
			   root)
			== 0)
			return true;
	}
	return false;
}

bool
config_personal_key(const struct config *config)
{
	for (size_t i = 0; i < config->key_count; i++)
		if (config->keys[i].personal)
			return true;
	return false;
}
