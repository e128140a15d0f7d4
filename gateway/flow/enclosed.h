/*
 * gateway/flow/enclosed.h - the files of a message of SMEV, as an opener tells
 * store of them.
 *
 * Files inside the message come with their content, those of the file store
 * with what it takes to fetch them.  The opener judges each signature but never
 * sees a fetched file: store compares the digest that was signed with the one
 * that the bytes have.
 */
#ifndef GATEWAY_FLOW_ENCLOSED_H
#define GATEWAY_FLOW_ENCLOSED_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct flow_tools;
struct packet;

struct enclosed {
	bool by_ftp;
	const char *id; /* contentId, or uuid of the folder in the store */
	const char *name, *mime, *namespace_uri; /* "" where not given */
	const char *hash; /* by_ftp: base64 of the digest; "" */
	const char *user, *password; /* by_ftp: of this delivery; "" */
	const char *signature; /* PKCS#7, base64; "" unsigned */
	const char *code; /* of codes.tsv: what is wrong with it; "" */
	const char *signer; /* fingerprint of the certificate; "" */
	bool trusted; /* the signer, by the settings */
	int digest; /* enum gost_digest of signed_digest */
	const void *signed_digest; /* messageDigest; empty: unsigned */
	size_t signed_digest_bytes;
	bool has_content;
	const void *content; /* not by_ftp */
	size_t content_bytes;
};

struct enclosed_list {
	struct enclosed *items;
	size_t count;
};

/* opener to store, within struct decoded: what the message brings. */
void enclosed_write(const struct enclosed_list *list, struct buf *out);
/* Contents stay where p is. */
bool enclosed_read(const void *p, size_t bytes, struct arena *arena,
    struct enclosed_list *ret);

/* Runs in an opener: the files of the message of SMEV in packet, whose
 * signature is good, into packet->files. */
void flow_enclosed(const struct flow_tools *tools, struct packet *packet);

#endif
