#include "gateway/config_table.h"

#include <string.h>

#include "base/str.h"
#include "gateway/config.h"

#define KIB    1024LL
#define MIB    (1024LL * KIB)
#define GIB    (1024LL * MIB)
#define DAY_MS (24LL * 3600 * 1000)

#define KINDS  "LEARNER|ENROLMENT|MOVEMENT|ORG|GROUP|CIVIL_ACT|MIXED"
#define TRUST_ROLES                                                        \
	"zags|school|preschool|extra|vocational|services|diary|navigator|" \
	"health|exams|federal|police|pension|esia|operator"

/*
 * INT: unit, default, low, high.  TEXT and the like: default.  R: counts after
 * a restart only, else after a reload.
 */
#define AT(member)       offsetof(struct config, member)
#define SOURCE(member)   offsetof(struct config_source, member)
#define DATATYPE(member) offsetof(struct config_datatype, member)
#define KEY(member)      offsetof(struct config_key, member)
#define L                false
#define R                true
#define INT(sec, name, unit, def, low, high, when, at, text)                \
	{                                                                   \
		sec, name, SETTING_INT, unit, def, low, high, "", when, at, \
		    text                                                    \
	}
#define BOOL(sec, name, def, when, at, text)                               \
	{                                                                  \
		sec, name, SETTING_BOOL, "", def, 0, 1, "", when, at, text \
	}
#define WORD(sec, name, def, words, when, at, text)                         \
	{                                                                   \
		sec, name, SETTING_WORD, "", def, 0, 4096, words, when, at, \
		    text                                                    \
	}
#define TEXT(sec, name, def, low, when, at, text)                          \
	{                                                                  \
		sec, name, SETTING_TEXT, "", def, low, 4096, "", when, at, \
		    text                                                   \
	}
#define FILE_(sec, name, when, at, text)                                     \
	{                                                                    \
		sec, name, SETTING_FILE, "", "", 0, 4096, "", when, at, text \
	}
#define LIST(sec, name, type, def, words, when, at, text)                \
	{                                                                \
		sec, name, type, "", def, 0, 4096, words, when, at, text \
	}

static const struct setting settings[] = {
	/* clang-format off */
TEXT("", "region", "", 2, R, AT(region),
    "Two digits of the region; they begin every regional number."),
TEXT("", "database", "sqlite:/var/lib/kontingent/kontingent.db", 7, R, AT(database),
    "Where everything is kept: sqlite:PATH or a postgresql:// address."),
TEXT("", "state_folder", "/var/lib/kontingent", 1, R, AT(state_folder),
    "Folder for large bodies and backups."),
TEXT("", "schema_folder", KONTINGENT_DATADIR "/schemas", 1, L, AT(schema_folder),
    "Folder of the XML schemas of packets and data types."),
TEXT("", "user", "kontingent", 0, R, AT(user),
    "Account the roles run as when started as root; empty keeps the starting one."),
FILE_("", "openssl_conf", R, AT(openssl_conf),
    "OpenSSL configuration that loads GOST; empty takes the one installed."),
INT("", "node", "", "1", 1, 4096, R, AT(node),
    "Number of this node; each that shares the database has its own."),
INT("", "lease_ms", "ms", "60000", 1000, DAY_MS, L, AT(lease_ms),
    "How long a worker may hold a message before others may take it."),

INT("roles", "openers", "", "0", 0, 256, L, AT(roles.openers),
    "Processes that parse, verify and decode what came in; 0 is one a core."),
INT("roles", "sealers", "", "0", 0, 256, L, AT(roles.sealers),
    "Processes that encode and have signed what goes out; 0 is one a core."),
INT("roles", "queue", "messages", "1024", 1, 1000000, L, AT(roles.queue),
    "Messages that may wait between two processes before one says later."),
INT("roles", "hang_ms", "ms", "30000", 1000, DAY_MS, L, AT(roles.hang_ms),
    "A process that answers nothing for so long is replaced."),
BOOL("roles", "sandbox", "true", R, AT(roles.sandbox),
    "Lock each process in with seccomp, landlock and resource limits."),

LIST("http", "listen", SETTING_LIST, "127.0.0.1:8080", "", R, AT(http.listen),
    "Addresses to serve: ADDRESS:PORT, [ADDRESS]:PORT or unix:PATH."),
FILE_("http", "tls_cert", L, AT(http.tls_cert),
    "PEM certificate chain of the server; with tls_key turns TLS on."),
FILE_("http", "tls_key", L, AT(http.tls_key),
    "PEM private key of tls_cert."),
FILE_("http", "client_ca", L, AT(http.client_ca),
    "PEM authorities of client certificates; empty takes only pinned ones."),
INT("http", "connections", "", "1024", 1, 1000000, L, AT(http.connections),
    "Connections open at a time; one more is closed at once."),
INT("http", "in_flight", "requests", "512", 1, 1000000, L, AT(http.in_flight),
    "Requests that wait for an answer at a time; more get 503."),
INT("http", "body_bytes", "bytes", "10485760", KIB, GIB, L, AT(http.body_bytes),
    "Largest body of a request; a larger one gets 413."),
INT("http", "header_bytes", "bytes", "32768", KIB, MIB, L, AT(http.header_bytes),
    "Most bytes of the headers of a request."),
INT("http", "body_timeout_ms", "ms", "30000", 100, DAY_MS, L, AT(http.body_timeout_ms),
    "Time to send one whole request, however slowly; then 408."),
INT("http", "keepalive_ms", "ms", "60000", 0, DAY_MS, L, AT(http.keepalive_ms),
    "How long a connection may stay open without a request; 0 closes it after each."),
INT("http", "answer_timeout_ms", "ms", "60000", 1000, DAY_MS, L, AT(http.answer_timeout_ms),
    "How long a request waits for the store beyond Prefer: wait; then 503."),
INT("http", "wait_max_s", "s", "60", 0, 3600, L, AT(http.wait_max_s),
    "Longest wait that Prefer: wait may ask for."),
INT("http", "retry_after_s", "s", "1", 1, 3600, L, AT(http.retry_after_s),
    "What Retry-After says when there is no room."),
BOOL("http", "public_status", "false", L, AT(http.public_status),
    "Answer /healthz, /readyz and /metrics without a key from any address, not only from this machine."),

INT("limits", "xml_depth", "", "64", 8, 4096, L, AT(limits.xml_depth),
    "Elements inside one another in a packet."),
INT("limits", "xml_elements", "", "200000", 100, 100000000, L, AT(limits.xml_elements),
    "Elements of a packet."),
INT("limits", "xml_attributes", "", "256", 8, 65536, L, AT(limits.xml_attributes),
    "Attributes and namespace declarations of one element."),
INT("limits", "xml_name_bytes", "bytes", "256", 16, 50000, L, AT(limits.xml_name_bytes),
    "Longest name of an element or attribute."),
INT("limits", "xml_text_bytes", "bytes", "8388608", KIB, GIB, L, AT(limits.xml_text_bytes),
    "Longest single text or attribute value."),
INT("limits", "opener_cpu_s", "s", "10", 1, 3600, L, AT(limits.opener_cpu_s),
    "Processor time an opener may spend on one packet."),
INT("limits", "opener_bytes", "bytes", "268435456", 64 * MIB, 64 * GIB, L, AT(limits.opener_bytes),
    "Memory an opener may have."),

INT("batch", "max_jobs", "jobs", "256", 1, 100000, L, AT(batch.max_jobs),
    "Most jobs that one transaction of the store takes."),

INT("retry", "base_ms", "ms", "1000", 10, DAY_MS, L, AT(retry.base_ms),
    "Pause before the second attempt; it doubles with each one."),
INT("retry", "cap_ms", "ms", "3600000", 10, 30 * DAY_MS, L, AT(retry.cap_ms),
    "Longest pause between attempts."),
INT("retry", "packet_attempts", "", "10", 1, 1000000, L, AT(retry.packet_attempts),
    "Attempts to process a packet before it is held."),
INT("retry", "send_attempts", "", "50", 1, 1000000, L, AT(retry.send_attempts),
    "Attempts to send a message before it is held."),
INT("retry", "poison_attempts", "", "2", 1, 10, L, AT(retry.poison_attempts),
    "Openers that a packet may kill before it is held."),

TEXT("control", "socket", "/run/kontingent/control", 1, R, AT(control.socket),
    "Unix socket that kontingentctl asks."),
WORD("log", "level", "info", "error|warn|info|debug", L, AT(log.level),
    "The least important lines that are logged."),

INT("filer", "scan_ms", "ms", "5000", 100, DAY_MS, L, AT(filer.scan_ms),
    "How often folders of systems are looked through, beside what the kernel tells."),
INT("filer", "settle_ms", "ms", "3000", 0, DAY_MS, L, AT(filer.settle_ms),
    "A file of out/ that was not renamed into it counts after so long without a change."),

TEXT("smev", "url", "", 0, L, AT(smev.url),
    "Address of the SMEV web service; empty works without SMEV."),
WORD("smev", "version", "1.1", "1.1-2014|1.1|1.2|1.3", L, AT(smev.version),
    "Version of the SMEV message schemas that are sent."),
FILE_("smev", "key", L, AT(smev.key),
    "PEM key of the information system, which signs every message: short for a section key."),
FILE_("smev", "cert", L, AT(smev.cert),
    "PEM certificate of key."),
LIST("smev", "smev_cert", SETTING_FILES, "", "", L, AT(smev.smev_cert),
    "PEM certificates that SMEV signs with; no other is believed."),
FILE_("smev", "ca_folder", L, AT(smev.ca_folder),
    "Folder of authorities and revocation lists for other signatures."),
FILE_("smev", "tls_ca", L, AT(smev.tls_ca),
    "PEM authorities of the SMEV server's TLS certificate; empty takes the system's."),
TEXT("smev", "node_id", "", 0, L, AT(smev.node_id),
    "NodeID of this installation among several of one mnemonic."),
BOOL("smev", "test_message", "false", L, AT(smev.test_message),
    "Mark everything sent as a test message."),
INT("smev", "poll_fast_ms", "ms", "200", 10, DAY_MS, L, AT(smev.poll_fast_ms),
    "Pause between polls while messages come."),
INT("smev", "poll_slow_ms", "ms", "10000", 10, DAY_MS, L, AT(smev.poll_slow_ms),
    "Pause between polls that found nothing."),
INT("smev", "poll_status_ms", "ms", "60000", 10, DAY_MS, L, AT(smev.poll_status_ms),
    "Pause between polls of the status queue."),
LIST("smev", "push_from", SETTING_LIST, "", "", L, AT(smev.push_from),
    "Who may say at /ws/push that something waits: addresses, or SHA-256 of keys and certificates in hex; empty: nobody."),
INT("smev", "batch", "messages", "8", 1, 1000, L, AT(smev.batch),
    "Calls to SMEV that run at a time."),
INT("smev", "push_records", "records", "100", 1, 1000, L, AT(smev.push_records),
    "Records of one message to the federal segment."),
INT("smev", "timeout_ms", "ms", "60000", 100, DAY_MS, L, AT(smev.timeout_ms),
    "How long one call may take."),
INT("smev", "ack_ms", "ms", "600000", 1000, DAY_MS, L, AT(smev.ack_ms),
    "SMEV gives a message again when it is not confirmed in this time."),
INT("smev", "calls_per_s", "calls/s", "0", 0, 100000, L, AT(smev.calls_per_s),
    "Calls to SMEV a second, of whatever kind; 0 has no bound."),
INT("smev", "calls_learn_s", "s", "600", 1, 86400, L, AT(smev.calls_learn_s),
    "After SMEV said that it is called too often: time in which the halved pace doubles."),
INT("smev", "destination_calls", "", "4", 1, 1000, L, AT(smev.destination_calls),
    "Messages to one destination that are under way at a time; it begins with two."),
INT("smev", "breaker_failures", "", "4", 1, 1000, L, AT(smev.breaker_failures),
    "Failures in a row after which a destination, or SMEV itself, is left alone for a pause."),
INT("smev", "answer_bytes", "bytes", "20971520", KIB, GIB, L, AT(smev.answer_bytes),
    "Largest answer that is read."),
TEXT("smev", "ftp_url", "", 0, L, AT(smev.ftp_url),
    "SMEV's file store: ftp://HOST:PORT or ftps://HOST; empty: files beyond mtom_bytes don't travel."),
TEXT("smev", "ftp_user", "anonymous", 1, L, AT(smev.ftp_user),
    "Our account there, for what we send."),
TEXT("smev", "ftp_password", "smev", 0, L, AT(smev.ftp_password),
    "Its password; better put into ftp_password_file."),
FILE_("smev", "ftp_password_file", L, AT(smev.ftp_password_file),
    "File whose first line is that password."),
INT("smev", "ftp_timeout_ms", "ms", "30000", 100, DAY_MS, L, AT(smev.ftp_timeout_ms),
    "A transfer without progress for so long is broken off and goes on later."),
INT("smev", "file_bytes", "bytes", "1073741824", 1, 1024 * GIB, L, AT(smev.file_bytes),
    "Sum of the files of one message, either way."),
INT("smev", "mtom_bytes", "bytes", "5242880", 0, 32 * MIB, L, AT(smev.mtom_bytes),
    "Files of a message up to this sum travel inside it, larger ones by the file store."),

LIST("key", "use", SETTING_WORDS, "", "system|personal", L, KEY(use),
    "What it signs: messages as the system does, business data as an official does, or both."),
FILE_("key", "cert", L, KEY(cert),
    "PEM certificate of the key."),
FILE_("key", "file", L, KEY(file),
    "PEM file of the key; or it has a module or a command."),
FILE_("key", "module", L, KEY(module),
    "Shared object of PKCS#11 that reaches the token with the key."),
TEXT("key", "token", "", 0, L, KEY(token),
    "Label of the token."),
TEXT("key", "object", "", 0, L, KEY(object),
    "Label of the private key on the token."),
TEXT("key", "object_id", "", 0, L, KEY(object_id),
    "Id of the private key on the token, in hex."),
FILE_("key", "pin_file", L, KEY(pin_file),
    "File with the PIN of the token, which only its owner may read."),
LIST("key", "command", SETTING_LIST, "", "", L, KEY(command),
    "Program that signs, and its arguments; kontingent-key(7)."),
INT("key", "timeout_ms", "ms", "5000", 100, 600000, L, KEY(timeout_ms),
    "How long command may take for one signature."),
TEXT("key", "since", "", 0, L, KEY(since),
    "When it takes over, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ in UTC; empty: when its certificate begins."),

WORD("source", "role", "", TRUST_ROLES, L, SOURCE(role),
    "Whose word it is; decides which values win."),
LIST("source", "key_sha256", SETTING_DIGESTS, "", "", L, SOURCE(key_sha256),
    "SHA-256 of the bearer keys it may show, in hex; two while a key is changed."),
LIST("source", "cert_sha256", SETTING_DIGESTS, "", "", L, SOURCE(cert_sha256),
    "SHA-256 of the client certificates (DER) it may show, in hex."),
LIST("source", "kinds", SETTING_WORDS, "", KINDS, L, SOURCE(kinds),
    "Kinds of packets it may send; empty is all."),
LIST("source", "scope", SETTING_LIST, "", "", L, SOURCE(scope),
    "External keys of the organisations it may speak of; empty is all."),
WORD("source", "signature", "none", "none|required", L, SOURCE(signature),
    "Whether its packets have to be signed."),
LIST("source", "signer", SETTING_FILES, "", "", L, SOURCE(signer),
    "PEM certificates of which one has to have signed its packets; two while one is changed."),
TEXT("source", "it_system", "", 0, L, SOURCE(it_system),
    "Mnemonic of the information system it speaks for at the adapter's door."),
TEXT("source", "folder", "", 0, L, SOURCE(folder),
    "Folder with out/ and in/ of that information system; empty has none."),
WORD("source", "folder_names", "braces", "braces|plain", L, SOURCE(folder_names),
    "Name of a file in in/: {clientId}.xml, or clientId.xml."),
WORD("source", "folder_in", "auto", "auto|always|never", L, SOURCE(folder_in),
    "Whether messages for it go into in/; auto: when it has no key to take them by Get."),
WORD("source", "folder_sent", "remove", "remove|keep", L, SOURCE(folder_sent),
    "What becomes of a file of out/ that was accepted: removed, or moved to done/."),
BOOL("source", "revoked", "false", L, SOURCE(revoked),
    "Refuse it with 403 although it shows a right key."),
INT("source", "rate", "packets/s", "0", 0, 1000000, L, SOURCE(rate),
    "Packets a second it may send; more get 429; 0 has no bound."),

LIST("datatype", "namespace", SETTING_LIST, "", "", L, DATATYPE(namespaces),
    "Namespace of the data type's messages, one for each version; we send in the first."),
TEXT("datatype", "request_root", "", 1, L, DATATYPE(request_root),
    "Root element of its request."),
TEXT("datatype", "response_root", "", 1, L, DATATYPE(response_root),
    "Root element of its response."),
WORD("datatype", "role", "", "provider|consumer|subscriber", L, DATATYPE(role),
    "Whether we answer its requests, ask them, or are told and never answer."),
TEXT("datatype", "adapter", "", 1, L, DATATYPE(adapter),
    "Name of the adapter that reads and writes it."),
TEXT("datatype", "source", "", 0, L, DATATYPE(source),
    "Name of the source its content counts as."),
LIST("datatype", "it_system", SETTING_LIST, "", "", L, DATATYPE(it_system),
    "Adapter door: mnemonics of the systems that ask it, or of the one that answers."),
WORD("datatype", "schema", "known", "known|required", L, DATATYPE(schema),
    "Adapter door: check content by a schema where there is one, or refuse what has none."),
WORD("datatype", "record_signature", "checked", "none|checked|required", L, DATATYPE(record_signature_word),
    "Signatures on the records of a registry message: not looked at, good where there is one, or one on each."),
WORD("datatype", "poll", "common", "common|own", L, DATATYPE(poll),
    "Ask for its messages with all others, or apart by its selector, so that no other's flood keeps them waiting."),
WORD("datatype", "personal_signature", "none", "none|request|response|both", L, DATATYPE(personal_signature),
    "What its definition demands an official's signature on."),
INT("datatype", "deadline_s", "s", "86400", 1, 31536000, L, DATATYPE(deadline_s),
    "Time in which a request has to be answered."),
TEXT("datatype", "frgu", "", 0, L, DATATYPE(frgu),
    "Consumer: code of the register of services (ФРГУ) that its requests carry."),
TEXT("datatype", "case_number", "", 0, L, DATATYPE(case_number),
    "Consumer: CaseNumber that its requests carry."),
TEXT("datatype", "service", "", 0, L, DATATYPE(service),
    "Consumer: code of the state service that its requests are for."),
TEXT("datatype", "function", "", 0, L, DATATYPE(function),
    "Consumer: code of the state function that its requests are for."),
TEXT("datatype", "transaction_code", "", 0, L, DATATYPE(transaction_code),
    "Consumer: TransactionCode that its requests carry, such as \"ignore\"."),
INT("datatype", "eol_s", "s", "0", 0, 31536000, L, DATATYPE(eol_s),
    "Consumer: time after which a request of it makes no sense and is not sent; 0 has no end."),
LIST("datatype", "routing_dynamic", SETTING_LIST, "", "", L, DATATYPE(routing_dynamic),
    "Consumer, SMEV 1.3: DynamicValue of Routing in its requests."),
LIST("datatype", "routing_identifier", SETTING_LIST, "", "", L, DATATYPE(routing_identifier),
    "Consumer, SMEV 1.3: IdentifierValue of Routing in its requests."),
	/* clang-format on */
};

bool
setting_titled(const char *section)
{
	return strcmp(section, "key") == 0 || strcmp(section, "source") == 0
	    || strcmp(section, "datatype") == 0;
}

const struct setting *
setting_at(size_t i)
{
	return i < sizeof(settings) / sizeof(settings[0]) ? &settings[i] : NULL;
}

const struct setting *
setting_find(const char *section, const char *name)
{
	const struct setting *set;

	for (size_t i = 0; (set = setting_at(i)) != NULL; i++)
		if (strcmp(set->section, section) == 0
		    && strcmp(set->name, name) == 0)
			return set;
	return NULL;
}

const char *
setting_type_name(enum setting_type type)
{
	static const char *const names[] = { "integer", "boolean", "text",
		"word", "file", "list", "files", "digests", "words" };

	return names[type];
}

bool
setting_word(const char *words, const char *word)
{
	size_t bytes = strlen(word);

	for (const char *at = words; bytes > 0 && at != NULL;
	     at = strchr(at, '|')) {
		at += *at == '|';
		if (strncmp(at, word, bytes) == 0
		    && (at[bytes] == '|' || at[bytes] == '\0'))
			return true;
	}
	return false;
}
