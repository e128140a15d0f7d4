/* A request of 1.3 goes to whom its Routing names, when that is signed. */
#include "test/lib/unit.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/uuid.h"
#include "crypto/keystore.h"
#include "smev/smev_codec.h"
#include "test/lib/emu_peer.h"
#include "test/lib/signer.h"

#define ROUTED                                  \
	"type routed provider rs\n"             \
	"version urn://t/routed/1 ask answer\n" \
	"route 45000000 old\nroute 77 old\n"

typedef int prepare_fn(const char *, size_t, int, struct arena *,
    struct smev_unsigned **, const unsigned char **, size_t *, struct err *);

static void
sign(struct buf *call, const struct keypair *key, prepare_fn *prepare)
{
	struct arena *arena = arena_new();
	struct smev_unsigned *made;
	const unsigned char *digest;
	unsigned char value[128];
	size_t digest_bytes, value_bytes = sizeof(value);
	struct err err = { 0 };
	struct buf out;

	buf_init(&out, 0);
	assert_int_equal(prepare(call->data, call->bytes, keypair_digest(key),
			     arena, &made, &digest, &digest_bytes, &err),
	    0);
	assert_int_equal(
	    keypair_sign(key, digest, digest_bytes, value, &value_bytes, &err),
	    0);
	smev_sign_finish(
	    made, value, value_bytes, keypair_cert_base64(key), &out);
	buf_release(call);
	*call = out;
	arena_free(arena);
}

/* dep sends with routing, signed by router; returns HTTP's status. */
static int
send(struct peer *peer, const struct smev_routing *routing,
    const struct keypair *router, const char *id)
{
	static const char content[] = "<q:ask xmlns:q=\"urn://t/routed/1\"/>";
	struct smev_send send = { .version = SMEV_1_3,
		.op = SMEV_SEND_REQUEST,
		.message_id = id,
		.content = content,
		.content_bytes = strlen(content),
		.routing = routing };
	struct emu_answer answer;
	struct err err = { 0 };
	struct buf call;
	int status;

	buf_init(&call, 0);
	assert_int_equal(smev_write_send(&send, &call, &err), 0);
	if (routing != NULL)
		sign(&call, router, smev_routing_prepare);
	sign(&call, peer->dep, smev_sign_prepare);
	emu_exchange(peer->emu, EMU_V13, call.data, call.bytes, &answer);
	status = answer.status;
	buf_release(&answer.body);
	buf_release(&call);
	return status;
}

/* How many requests wait for the participant called name. */
static size_t
waiting(const struct peer *peer, const char *name)
{
	return emu_participant(peer->emu, name)->requests.waiting.count;
}

static void
the_first_known_value_decides(void **state)
{
	static const char *const known[] = { "1", "45000000" };
	static const struct smev_routing dynamic = { .dynamic = { known, 2 } };
	static const struct smev_routing named = { .dynamic = { known, 1 },
		.identifiers = { known, 2 } };
	struct peer *peer = peer_new(ROUTED);
	char id[UUID_BYTES];

	(void)state;
	uuid_v1(id);
	assert_int_equal(send(peer, NULL, NULL, id), 200);
	assert_int_equal(waiting(peer, "rs"), 1);
	uuid_v1(id);
	assert_int_equal(send(peer, &dynamic, peer->dep, id), 200);
	assert_int_equal(waiting(peer, "old"), 1);
	uuid_v1(id);
	assert_int_equal(send(peer, &named, peer->dep, id), 200);
	assert_int_equal(waiting(peer, "old"), 2);
	assert_int_equal(waiting(peer, "rs"), 1);
	peer_free(peer);
}

static void
values_that_nobody_knows_are_told_later(void **state)
{
	static const char *const values[] = { "nobody" };
	static const struct smev_routing routing = { .dynamic = { values, 1 } };
	struct peer *peer = peer_new(ROUTED);
	char id[UUID_BYTES];

	(void)state;
	uuid_v1(id);
	assert_int_equal(send(peer, &routing, peer->dep, id), 200);
	assert_int_equal(waiting(peer, "rs") + waiting(peer, "old"), 0);
	peer_get(peer, EMU_V13, peer->dep, "Response");
	assert_true(peer_has(peer, "AsyncProcessingStatus"));
	assert_non_null(strstr(peer_text(peer, "Description"), "получателя"));
	peer_free(peer);
}

static void
routing_signed_by_another_is_told_later(void **state)
{
	static const char *const values[] = { "77" };
	static const struct smev_routing routing = { .dynamic = { values, 1 } };
	struct peer *peer = peer_new(ROUTED);
	char id[UUID_BYTES];

	(void)state;
	uuid_v1(id);
	assert_int_equal(send(peer, &routing, peer->rs, id), 200);
	assert_int_equal(waiting(peer, "rs") + waiting(peer, "old"), 0);
	peer_get(peer, EMU_V13, peer->dep, "Response");
	assert_true(peer_has(peer, "AsyncProcessingStatus"));
	assert_non_null(strstr(peer_text(peer, "Description"), "SMEV-100"));
	peer_free(peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_known_value_decides),
		cmocka_unit_test(values_that_nobody_knows_are_told_later),
		cmocka_unit_test(routing_signed_by_another_is_told_later),
	};

	signer_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
