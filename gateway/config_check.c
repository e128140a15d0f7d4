#include "gateway/config_check.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "gateway/config.h"
#include "gateway/config_types.h"

#define CONFIG_BYTES (4UL * 1024 * 1024) /* more is no configuration */

static int
bad(const struct config *config, struct err *err, const char *code,
    const char *setting, const char *name, const char *what)
{
	return err_set(err, ERR_FATAL, code, "%s: %s%s%s%s: %s", config->path,
	    setting, *name != '\0' ? " of \"" : "", name,
	    *name != '\0' ? "\"" : "", what);
}

static bool
given(const char *s)
{
	return s[0] != '\0';
}

bool
config_plain_name(const char *name)
{
	size_t bytes = strlen(name);

	return bytes >= 1 && bytes <= 64
	    && strspn(name,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		   "0123456789._-")
	    == bytes;
}

/* of an information system: SMEV's string-50, and the name of a folder. */
static bool
mnemonic(const char *name)
{
	return config_plain_name(name) && strlen(name) <= 50 && name[0] != '.';
}

static int
check_top(const struct config *config, struct err *err)
{
	const char *region = config->region, *db = config->database;

	if (strlen(region) != 2 || !isdigit((unsigned char)region[0])
	    || !isdigit((unsigned char)region[1]))
		return bad(config, err, "CONF_VALUE", "region", "",
		    "two digits wanted");
	if (!str_begins(db, "sqlite:") && !str_begins(db, "postgresql://")
	    && !str_begins(db, "postgres://"))
		return bad(config, err, "CONF_VALUE", "database", "",
		    "neither sqlite: nor postgresql://");
	if (config->retry.cap_ms < config->retry.base_ms)
		return bad(config, err, "CONF_VALUE", "retry.cap_ms", "",
		    "less than retry.base_ms");
	return 0;
}

/* "ADDRESS:PORT", "[V6]:PORT" or "unix:PATH". */
static bool
listen_form(const char *at)
{
	const char *colon = strrchr(at, ':');
	int64_t port;

	if (str_begins(at, "unix:"))
		return at[5] == '/';
	return colon != NULL && colon > at
	    && str_int(colon + 1, 0, 65535, &port) == 0
	    && (at[0] != '[' || colon[-1] == ']');
}

static int
check_http(const struct config *config, struct err *err)
{
	const struct config_http *http = &config->http;
	bool tls = given(http->tls_cert);

	for (size_t i = 0; i < http->listen.count; i++)
		if (!listen_form(http->listen.items[i]))
			return bad(config, err, "CONF_VALUE", "http.listen",
			    http->listen.items[i],
			    "ADDRESS:PORT, [ADDRESS]:PORT or unix:/PATH "
			    "wanted");
	if (tls != given(http->tls_key))
		return bad(config, err, "CONF_REF",
		    tls ? "http.tls_key" : "http.tls_cert", "",
		    "certificate and key are given both or not at all");
	if (given(http->client_ca) && !tls)
		return bad(config, err, "CONF_REF", "http.client_ca", "",
		    "means nothing without tls_cert");
	return 0;
}

static bool
lists_meet(const struct config_list *a, const struct config_list *b)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t j = 0; j < b->count; j++)
			if (strcmp(a->items[i], b->items[j]) == 0)
				return true;
	return false;
}

/* Whether one of the two is the other or lies in it. */
static bool
folders_meet(const char *a, const char *b)
{
	size_t bytes = strlen(a);

	if (bytes > strlen(b)) {
		const char *longer = a;

		a = b;
		b = longer;
		bytes = strlen(a);
	}
	return strncmp(a, b, bytes) == 0
	    && (b[bytes] == '\0' || b[bytes] == '/');
}

/* /WORD/WORD: absolute, and nothing in it that leads elsewhere. */
static bool
plain_folder(const char *path)
{
	size_t bytes = strlen(path);

	return bytes > 1 && path[0] == '/' && path[bytes - 1] != '/'
	    && strstr(path, "//") == NULL && strstr(path, "/./") == NULL
	    && strstr(path, "/../") == NULL
	    && (bytes < 3 || strcmp(path + bytes - 3, "/..") != 0)
	    && (bytes < 2 || strcmp(path + bytes - 2, "/.") != 0);
}

/* Folders of systems are apart from one another and from ours. */
static int
check_folder(const struct config *config, size_t at, struct err *err)
{
	const struct config_source *src = &config->sources[at];

	if (!given(src->folder))
		return 0;
	if (!given(src->it_system))
		return bad(config, err, "CONF_REF", "folder", src->name,
		    "means nothing without it_system");
	if (!plain_folder(src->folder))
		return bad(config, err, "CONF_VALUE", "folder", src->name,
		    "/PATH/OF/FOLDER wanted, without . and ..");
	if (folders_meet(src->folder, config->state_folder))
		return bad(config, err, "CONF_REF", "folder", src->name,
		    "has to be apart from state_folder");
	for (size_t i = 0; i < at; i++)
		if (given(config->sources[i].folder)
		    && folders_meet(src->folder, config->sources[i].folder))
			return bad(config, err, "CONF_REF", "folder", src->name,
			    "has to be apart from that of another source");
	return 0;
}

static int
check_source(struct config *config, size_t at, struct err *err)
{
	struct config_source *src = &config->sources[at];

	src->signature_need = strcmp(src->signature, "required") == 0
	    ? SIGNATURE_REQUIRED
	    : SIGNATURE_NONE;
	src->folder_plain = strcmp(src->folder_names, "plain") == 0;
	src->folder_keep = strcmp(src->folder_sent, "keep") == 0;
	/* Who has a key takes its messages itself, by Get. */
	src->folder_letters = strcmp(src->folder_in, "always") == 0
	    || (strcmp(src->folder_in, "auto") == 0
		&& src->key_sha256.count == 0 && src->cert_sha256.count == 0);
	if (!config_plain_name(src->name))
		return bad(config, err, "CONF_VALUE", "source", src->name,
		    "a name has 1 to 64 letters, digits, dots, - and _");
	if (!given(src->role) && !given(src->it_system))
		return bad(config, err, "CONF_VALUE", "role", src->name,
		    "has to be given, or it_system");
	if (given(src->it_system) && !mnemonic(src->it_system))
		return bad(config, err, "CONF_VALUE", "it_system", src->name,
		    "a mnemonic has 1 to 50 letters, digits, dots, - and _");
	if (src->signature_need == SIGNATURE_REQUIRED && src->signer.count == 0)
		return bad(config, err, "CONF_REF", "signer", src->name,
		    "has to be given where a signature is required");
	for (size_t i = 0; i < at; i++) {
		const struct config_source *other = &config->sources[i];

		if (lists_meet(&src->key_sha256, &other->key_sha256))
			return bad(config, err, "CONF_REF", "key_sha256",
			    src->name, "another source has the same key");
		if (lists_meet(&src->cert_sha256, &other->cert_sha256))
			return bad(config, err, "CONF_REF", "cert_sha256",
			    src->name,
			    "another source has the same certificate");
		if (given(src->it_system)
		    && strcmp(src->it_system, other->it_system) == 0)
			return bad(config, err, "CONF_REF", "it_system",
			    src->name, "another source has the same");
	}
	return check_folder(config, at, err);
}

/* The account is said apart: an address may be shown. */
static bool
ftp_form(const char *url)
{
	const char *host = strstr(url, "://");

	return (str_begins(url, "ftp://") || str_begins(url, "ftps://"))
	    && host[3] != '\0' && strpbrk(host, "@?# ") == NULL;
}

/* Whose notifications are heeded. */
static bool
push_form(const char *from)
{
	unsigned char address[16];

	return (strlen(from) == 64
		   && strspn(from, "0123456789abcdefABCDEF") == 64)
	    || inet_pton(AF_INET, from, address) == 1
	    || inet_pton(AF_INET6, from, address) == 1;
}

static int
check_smev(const struct config *config, struct err *err)
{
	const struct config_smev *smev = &config->smev;

	if (given(smev->key) != given(smev->cert))
		return bad(config, err, "CONF_REF", "smev.cert", "",
		    "key and certificate are given both or not at all");
	if (smev->poll_slow_ms < smev->poll_fast_ms)
		return bad(config, err, "CONF_VALUE", "smev.poll_slow_ms", "",
		    "less than smev.poll_fast_ms");
	for (size_t i = 0; i < smev->push_from.count; i++)
		if (!push_form(smev->push_from.items[i]))
			return bad(config, err, "CONF_VALUE", "smev.push_from",
			    smev->push_from.items[i],
			    "an address or 64 hexadecimal digits wanted");
	if (!given(smev->url))
		return 0;
	if (!str_begins(smev->url, "http://")
	    && !str_begins(smev->url, "https://"))
		return bad(config, err, "CONF_VALUE", "smev.url", "",
		    "neither http:// nor https://");
	if (given(smev->ftp_url) && !ftp_form(smev->ftp_url))
		return bad(config, err, "CONF_VALUE", "smev.ftp_url", "",
		    "ftp://HOST:PORT or ftps://HOST:PORT, without account");
	if (!given(smev->key) && config->key_count == 0)
		return bad(config, err, "CONF_REF", "smev.key", "",
		    "has to be given with smev.url, or a key for system");
	if (smev->smev_cert.count == 0)
		return bad(config, err, "CONF_REF", "smev.smev_cert", "",
		    "has to be given with smev.url: nothing else is believed");
	return 0;
}

/* A setting without a default that has to be there. */
static int
check_type_given(const struct config *config,
    const struct config_datatype *type, struct err *err)
{
	const struct {
		const char *name, *value;
	} wanted[] = { { "namespace", type->namespace_uri },
		{ "request_root", type->request_root },
		{ "response_root", type->response_root },
		{ "role", type->role }, { "adapter", type->adapter } };

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!given(wanted[i].value))
			return bad(config, err, "CONF_VALUE", wanted[i].name,
			    type->name, "has to be given");
	return 0;
}

static bool
system_known(const struct config *config, const char *system)
{
	for (size_t i = 0; i < config->source_count; i++)
		if (strcmp(config->sources[i].it_system, system) == 0)
			return true;
	return false;
}

/* What we say ourselves has to be signed by a key of ours; a system behind the
 * door may bring its own signature. */
static int
check_personal(const struct config *config, const struct config_datatype *type,
    struct err *err)
{
	bool ours =
	    type->provider ? type->personal_response : type->personal_request;

	if (!ours || strcmp(type->adapter, CONFIG_DOOR) == 0
	    || config_personal_key(config))
		return 0;
	return bad(config, err, "CONF_REF", "personal_signature", type->name,
	    "no key is for personal signatures");
}

/* A data type that passes through to systems behind the door, and only such a
 * one, says to which. */
static int
check_door(const struct config *config, const struct config_datatype *type,
    struct err *err)
{
	const struct config_list *systems = &type->it_system;

	if (strcmp(type->adapter, CONFIG_DOOR) != 0) {
		if (systems->count == 0)
			return 0;
		return bad(config, err, "CONF_REF", "it_system", type->name,
		    "means nothing without adapter = \"door\"");
	}
	if (systems->count == 0 || (type->provider && systems->count > 1))
		return bad(config, err, "CONF_VALUE", "it_system", type->name,
		    "who asks, one or more; or the one who answers");
	for (size_t i = 0; i < systems->count; i++)
		if (!system_known(config, systems->items[i]))
			return bad(config, err, "CONF_REF", "it_system",
			    type->name, "no source has that it_system");
	return 0;
}

static int
check_datatype(struct config *config, size_t at, struct err *err)
{
	struct config_datatype *type = &config->datatypes[at];

	type->subscriber = strcmp(type->role, "subscriber") == 0;
	type->provider =
	    type->subscriber || strcmp(type->role, "provider") == 0;
	type->personal_request =
	    strcmp(type->personal_signature, "request") == 0
	    || strcmp(type->personal_signature, "both") == 0;
	type->personal_response =
	    strcmp(type->personal_signature, "response") == 0
	    || strcmp(type->personal_signature, "both") == 0;
	type->schema_required = strcmp(type->schema, "required") == 0;
	type->record_signature =
	    strcmp(type->record_signature_word, "none") == 0
	    ? RECORD_SIGNATURE_NONE
	    : strcmp(type->record_signature_word, "required") == 0
	    ? RECORD_SIGNATURE_REQUIRED
	    : RECORD_SIGNATURE_CHECKED;
	type->poll_own = strcmp(type->poll, "own") == 0;
	if (!config_plain_name(type->name))
		return bad(config, err, "CONF_VALUE", "datatype", type->name,
		    "a name has 1 to 64 letters, digits, dots, - and _");
	if (check_type_given(config, type, err) == -1)
		return -1;
	if (check_door(config, type, err) == -1
	    || config_types_check(config, type, err) == -1
	    || check_personal(config, type, err) == -1)
		return -1;
	if (given(type->source) && config_source(config, type->source) == NULL)
		return bad(config, err, "CONF_REF", "source", type->name,
		    "there is no source of that name");
	if (!given(config->smev.url))
		return bad(config, err, "CONF_REF", "datatype", type->name,
		    "smev.url is not given");
	for (size_t i = 0; i < at; i++) {
		const struct config_datatype *other = &config->datatypes[i];

		if (strcmp(other->namespace_uri, type->namespace_uri) == 0
		    && strcmp(other->request_root, type->request_root) == 0
		    && other->provider == type->provider)
			return bad(config, err, "CONF_REF", "request_root",
			    type->name, "another datatype has the same");
	}
	return 0;
}

int
config_check(struct config *config, struct err *err)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (config->roles.openers == 0)
		config->roles.openers = cores > 0 ? cores : 1;
	if (config->roles.sealers == 0)
		config->roles.sealers = cores > 0 ? cores : 1;
	if (check_top(config, err) == -1 || check_http(config, err) == -1
	    || check_smev(config, err) == -1
	    || config_check_keys(config, err) == -1)
		return -1;
	for (size_t i = 0; i < config->source_count; i++)
		if (check_source(config, i, err) == -1)
			return -1;
	for (size_t i = 0; i < config->datatype_count; i++)
		if (check_datatype(config, i, err) == -1)
			return -1;
	return 0;
}

/* The last byte of the comment or string that begins at p, or p itself. */
static const char *
skip_quoted(const char *p)
{
	char quote = *p;

	if (*p == '#' || (p[0] == '/' && p[1] == '/')) {
		p += strcspn(p, "\n");
		return *p == '\0' ? p - 1 : p;
	}
	if (p[0] == '/' && p[1] == '*') {
		const char *end = strstr(p + 2, "*/");

		return end != NULL ? end + 1 : p + strlen(p) - 1;
	}
	if (quote != '"' && quote != '\'')
		return p;
	for (p++; *p != '\0' && *p != quote; p++)
		if (*p == '\\' && p[1] != '\0')
			p++;
	return *p == '\0' ? p - 1 : p;
}

int
config_check_braces(const char *path, struct err *err)
{
	struct err why = { 0 };
	struct buf text;
	int open = 0, line = 1, opened = 0, rc = 0;
	const char *at;

	buf_init(&text, CONFIG_BYTES);
	if (file_read(path, CONFIG_BYTES, &text, &why) == -1) {
		buf_release(&text);
		return err_set(
		    err, ERR_FATAL, "CONF_READ", "%s: %s", path, why.text);
	}
	at = buf_text(&text);
	if (strlen(at) != text.bytes)
		rc = err_set(
		    err, ERR_FATAL, "CONF_SYNTAX", "%s: a NUL character", path);
	for (; rc == 0 && *at != '\0'; at++) {
		const char *end = skip_quoted(at);

		if (end == at && *at == '{' && open++ == 0)
			opened = line;
		open -= end == at && *at == '}';
		for (; at <= end; at++)
			line += *at == '\n';
		at--;
	}
	if (rc == 0 && open > 0)
		rc = err_set(err, ERR_FATAL, "CONF_SYNTAX",
		    "%s:%d: this section has no end", path, opened);
	buf_release(&text);
	return rc;
}
