/*
 * gateway/config.h - the settings, read whole and checked before they count.
 *
 * A struct config is a snapshot that never changes; a reload makes another
 * one.  Every setting is a row of the table in gateway/config_table.c, which
 * also gives the default, the range and the sentence that explains it.
 */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct err;

/* A list of texts; items is NULL when count is 0. */
struct config_list {
	const char **items;
	size_t count;
};

/*
 * Texts that were not given are "".  Time is in milliseconds and room in bytes
 * where the name says so.  Files and folders are as written in the file.
 */
struct config_roles {
	int64_t openers, sealers; /* as many as cores where 0 was given */
	int64_t queue; /* messages that may wait in one peer */
	int64_t hang_ms; /* a role that answers no ping so long is replaced */
	bool sandbox;
};

struct config_http {
	struct config_list
	    listen; /* "ADDRESS:PORT", "[V6]:PORT", "unix:PATH" */
	const char *tls_cert, *tls_key; /* PEM; both or none */
	const char *client_ca; /* PEM; "" accepts a pinned fingerprint only */
	int64_t connections, in_flight;
	int64_t body_bytes, header_bytes, body_timeout_ms, keepalive_ms;
	int64_t answer_timeout_ms, wait_max_s, retry_after_s;
	bool public_status; /* /metrics ... from any address */
};

struct config_limits {
	int64_t xml_depth, xml_elements, xml_attributes, xml_name_bytes,
	    xml_text_bytes, opener_cpu_s, opener_bytes;
};

struct config_batch {
	int64_t max_jobs;
};

struct config_retry {
	int64_t base_ms, cap_ms;
	int64_t packet_attempts, send_attempts, poison_attempts;
};

struct config_control {
	const char *socket;
};

/* Folders of systems behind the door. */
struct config_filer {
	int64_t scan_ms, settle_ms;
};

struct config_log {
	const char *level; /* error, warn, info, debug */
};

/* A private key of ours, and when it signs what. */
struct config_key {
	const char *name;
	struct config_list use; /* system, personal */
	bool system, personal; /* the same */
	const char *cert; /* PEM */
	const char *file; /* PEM; or */
	const char *module, *token, *object, *object_id, *pin_file; /* or */
	struct config_list command;
	const char *since; /* as written; "" none */
	int64_t since_ms; /* 0 none */
	int64_t timeout_ms; /* of an answer of command */
};

/* How sure we have to be who signed a packet. */
enum signature_need { SIGNATURE_NONE, SIGNATURE_REQUIRED };

/* Who may send, how it proves that, and what it may say. */
struct config_source {
	const char *name;
	const char *role; /* whose word it is: school, zags ... MODEL 5.2 */
	struct config_list key_sha256; /* of bearer keys, lower-case hex */
	struct config_list cert_sha256; /* of client certificates, DER */
	struct config_list kinds; /* empty: every kind */
	struct config_list scope; /* organisations' keys; empty: all */
	const char *signature; /* as written: none, required */
	enum signature_need signature_need;
	struct config_list signer; /* PEM, of whom one has to have signed */
	const char *it_system; /* whom it speaks for at the door; "" nobody */
	const char *folder; /* in/, out/ of that system; "" none */
	const char *folder_names, *folder_sent, *folder_in; /* as written */
	bool folder_plain; /* no braces around clientId */
	bool folder_keep; /* what was sent goes to done/ */
	bool folder_letters; /* what came for it goes to in/ */
	bool revoked;
	int64_t rate; /* packets a second; 0 has no bound */
};

struct config_smev {
	const char *url; /* "": no SMEV */
	const char *version; /* 1.1-2014, 1.1, 1.2, 1.3 */
	const char *key, *cert; /* short for a key that is for system */
	struct config_list smev_cert; /* PEM files, pinned */
	const char *ca_folder;
	const char *tls_ca;
	const char *node_id;
	bool test_message;
	int64_t poll_fast_ms, poll_slow_ms, poll_status_ms, batch, push_records,
	    timeout_ms, ack_ms, answer_bytes;
	struct config_list push_from; /* addresses, SHA-256 of keys */
	int64_t calls_per_s, calls_learn_s; /* 0: no limit; see pace.h */
	int64_t destination_calls, breaker_failures;
	const char *ftp_url; /* "": files of the store can't be had */
	const char *ftp_user, *ftp_password, *ftp_password_file;
	int64_t ftp_timeout_ms, file_bytes, mtom_bytes;
};

/* Signatures inside a registry message: not looked at, good where there is one,
 * or one on each record. */
enum record_signature {
	RECORD_SIGNATURE_NONE,
	RECORD_SIGNATURE_CHECKED,
	RECORD_SIGNATURE_REQUIRED
};

/* A kind of information («вид сведений») that is asked or answered. */
struct config_datatype {
	const char *name;
	struct config_list namespaces; /* of all its versions, as written */
	const char *namespace_uri; /* of this row's */
	size_t version; /* this row's place in namespaces */
	const char *request_root, *response_root;
	const char *role; /* as written */
	bool provider; /* we are asked; else we ask */
	bool subscriber; /* we are told, and never answer */
	const char *adapter;
	const char *source; /* name of the source its content counts as */
	struct config_list it_system; /* adapter "door": who uses it */
	const char *schema; /* as written: known, required */
	bool schema_required;
	const char *record_signature_word; /* as written */
	enum record_signature record_signature;
	const char *poll; /* as written: common, own */
	bool poll_own; /* by its selector */
	const char *personal_signature; /* as written */
	bool personal_request, personal_response; /* who has to have one */
	int64_t deadline_s;
	/* What our requests carry; "", 0 or empty: nothing. */
	const char *frgu, *case_number, *service, *function;
	const char *transaction_code;
	int64_t eol_s;
	struct config_list routing_dynamic, routing_identifier;
};

/* The adapter of data types that pass through, to systems behind the door. */
#define CONFIG_DOOR "door"

struct config {
	const char *path; /* of the file it was read from */
	const char *region; /* two digits */
	const char *database; /* sqlite:PATH, postgresql:... */
	const char *state_folder, *schema_folder, *user;
	const char *openssl_conf; /* "": the one installed */
	int64_t node;
	int64_t lease_ms;
	struct config_roles roles;
	struct config_http http;
	struct config_limits limits;
	struct config_batch batch;
	struct config_retry retry;
	struct config_control control;
	struct config_log log;
	struct config_filer filer;
	struct config_smev smev;
	struct config_key *keys; /* with the short one */
	size_t key_count;
	struct config_source *sources;
	size_t source_count;
	struct config_datatype *datatypes;
	size_t datatype_count;
	struct arena *arena; /* all of the above */
};

/*
 * Read and check the file at path; the caller frees *ret.
 *
 * Errors: ERR_FATAL CONF_READ, CONF_SYNTAX, CONF_UNKNOWN a setting nobody
 * knows, CONF_VALUE out of its range, CONF_REF it points at what is not
 * there.  The text is "file:line: setting: what".
 */
int config_load(const char *path, struct config **ret, struct err *err);
void config_free(struct config *config); /* NULL is fine */

/* The source called name, or NULL. */
const struct config_source *
config_source(const struct config *config, const char *name);
/* The data type called name, or NULL. */
const struct config_datatype *
config_datatype_named(const struct config *config, const char *name);
/* The data type whose request or response has this root, or NULL. */
const struct config_datatype *config_datatype(
    const struct config *config, const char *namespace_uri, const char *root);
/* The data type by its role: a provider's by the root of its request, a
 * consumer's by the root of its response; or NULL. */
const struct config_datatype *config_datatype_as(const struct config *config,
    bool provider, const char *namespace_uri, const char *root);
/* Whether the definition of a data type demands an official's signature over a
 * content with this root; request: in a request, else in a response. */
bool config_personal(const struct config *config, bool request,
    const char *namespace_uri, const char *root);
/* Whether a key of ours is for such signatures. */
bool config_personal_key(const struct config *config);
/* The data type of the door that system may use so, by the root that it sends
 * (a consumer's request, a provider's response); or NULL. */
const struct config_datatype *
config_datatype_of(const struct config *config, const char *system,
    bool provider, const char *namespace_uri, const char *root);
/*
 * Print each setting whose name begins with prefix ("" for all): a line
 * "section.name<tab>type<tab>unit<tab>default<tab>low<tab>high<tab>
 * reload|restart<tab>sentence", or as JSON lines of the same fields.
 *
 * Returns how many there were.
 */
size_t config_explain(FILE *out, const char *prefix, bool json);

#endif
