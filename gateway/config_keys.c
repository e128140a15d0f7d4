/* What sections key have to say; crypto/ is not asked yet. */
#include "gateway/config_check.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/err.h"
#include "gateway/config.h"

static int
bad(const struct config *config, struct err *err, const char *code,
    const char *setting, const struct config_key *key, const char *what)
{
	return err_set(err, ERR_FATAL, code, "%s: %s of key \"%s\": %s",
	    config->path, setting, key->name, what);
}

static bool
given(const char *s)
{
	return s[0] != '\0';
}

/* "2026-12-01" or "2026-12-01T09:00:00Z" in milliseconds, or -1. */
static int64_t
read_since(const char *text)
{
	struct tm tm = { 0 }, again;
	char written[32];
	time_t at;
	int used = 0;

	if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
		&used)
	    != 3)
		return -1;
	if (text[used] == 'T'
	    && sscanf(text + used, "T%2d:%2d:%2dZ", &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec)
		!= 3)
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	at = timegm(&tm);
	/* What is no date, or has more behind it, is not written the same. */
	if (at <= 0 || gmtime_r(&at, &again) == NULL
	    || strftime(written, sizeof(written),
		   strlen(text) == 10 ? "%Y-%m-%d" : "%Y-%m-%dT%H:%M:%SZ",
		   &again)
		== 0
	    || strcmp(written, text) != 0)
		return -1;
	return (int64_t)at * 1000;
}

/* Exactly one place, with all that belongs to it and nothing of another. */
static int
check_place(
    const struct config *config, const struct config_key *key, struct err *err)
{
	bool module = given(key->module);
	size_t hex = strlen(key->object_id);

	if (given(key->file) + module + (key->command.count != 0) != 1)
		return bad(config, err, "CONF_REF", "file", key,
		    "one of file, module and command has to be given");
	if (!module
	    && (given(key->token) || given(key->object) || hex != 0
		|| given(key->pin_file)))
		return bad(config, err, "CONF_REF", "module", key,
		    "token, object, object_id and pin_file go with it only");
	if (module && !given(key->token))
		return bad(config, err, "CONF_VALUE", "token", key,
		    "has to be given with module");
	if (module && !given(key->object) && hex == 0)
		return bad(config, err, "CONF_VALUE", "object", key,
		    "or object_id has to be given with module");
	if (hex % 2 != 0
	    || strspn(key->object_id, "0123456789abcdefABCDEF") != hex)
		return bad(config, err, "CONF_VALUE", "object_id", key,
		    "pairs of hex digits wanted");
	if (key->command.count != 0 && key->command.items[0][0] != '/')
		return bad(config, err, "CONF_VALUE", "command", key,
		    "the path of the program begins with /");
	return 0;
}

static int
check_key(struct config *config, struct config_key *key, struct err *err)
{
	for (size_t i = 0; i < key->use.count; i++) {
		key->system |= strcmp(key->use.items[i], "system") == 0;
		key->personal |= strcmp(key->use.items[i], "personal") == 0;
	}
	if (!config_plain_name(key->name))
		return bad(config, err, "CONF_VALUE", "name", key,
		    "a name has 1 to 64 letters, digits, dots, - and _");
	if (!key->system && !key->personal)
		return bad(config, err, "CONF_VALUE", "use", key,
		    "has to be given: system, personal or both");
	if (!given(key->cert))
		return bad(
		    config, err, "CONF_VALUE", "cert", key, "has to be given");
	if (check_place(config, key, err) == -1)
		return -1;
	if (key->timeout_ms >= config->roles.hang_ms)
		return bad(config, err, "CONF_VALUE", "timeout_ms", key,
		    "has to be less than roles.hang_ms");
	if (given(key->since) && (key->since_ms = read_since(key->since)) == -1)
		return bad(config, err, "CONF_VALUE", "since", key,
		    "YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ wanted");
	return 0;
}

/* smev.key and smev.cert as a key like the others. */
static void
add_short(struct config *config)
{
	const char **use = arena_alloc(config->arena, sizeof(*use));

	use[0] = "system";
	config->keys[config->key_count++] = (struct config_key){
		.name = "smev",
		.use = { use, 1 },
		.cert = config->smev.cert,
		.file = config->smev.key,
		.module = "",
		.token = "",
		.object = "",
		.object_id = "",
		.pin_file = "",
		.since = "",
	};
}

int
config_check_keys(struct config *config, struct err *err)
{
	bool system = false;

	if (given(config->smev.key))
		add_short(config);
	for (size_t i = 0; i < config->key_count; i++) {
		struct config_key *key = &config->keys[i];

		if (check_key(config, key, err) == -1)
			return -1;
		system |= key->system;
		for (size_t j = 0; j < i; j++)
			if (strcmp(config->keys[j].name, key->name) == 0)
				return bad(config, err, "CONF_REF", "name", key,
				    "smev.key is called so");
	}
	if (given(config->smev.url) && !system)
		return err_set(err, ERR_FATAL, "CONF_REF",
		    "%s: no key is for system, and smev.url is given",
		    config->path);
	return 0;
}
