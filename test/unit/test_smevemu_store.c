/* Files in smevemu's store: from the sender's folder to the receiver's. */
#include "test/lib/unit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/map.h"
#include "base/uuid.h"
#include "crypto/cms.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "test/lib/emu_peer.h"
#include "test/lib/signer.h"
#include "tools/smevemu/emu_base64.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_slice.h"
#include "tools/smevemu/emu_store.h"

static const char content[] = "содержимое файла";
static char folder[] = "/tmp/smevemu-store-XXXXXX";

struct sending {
	char id[UUID_BYTES], uuid[UUID_BYTES];
	const char *hash_of; /* what Hash is of */
	const char *signed_text; /* what PKCS#7 is of; NULL none */
	const char *ns; /* of the content; NULL the common one */
};

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static struct peer *
peer_with_store(const char *extra)
{
	char conf[500];
	struct err err = { 0 };
	struct peer *peer;

	snprintf(conf, sizeof(conf), "ftp 127.0.0.1 0 %s\n%s", folder,
	    extra == NULL ? "" : extra);
	peer = peer_new(conf);
	assert_int_equal(emu_store_open(peer->emu, &err), 0);
	return peer;
}

/* A file in the folder of uploads, as FTP would leave it. */
static void
upload(const char *uuid, const char *name, const char *text)
{
	struct err err = { 0 };
	char path[200];

	snprintf(path, sizeof(path), "%s/in/anonymous", folder);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/in/anonymous/%s", folder, uuid);
	mkdir(path, 0755);
	snprintf(
	    path, sizeof(path), "%s/in/anonymous/%s/%s", folder, uuid, name);
	assert_int_equal(file_write(path, text, strlen(text), &err), 0);
}

static bool
exists(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether that is there, below the store's folder. */
static bool
exists(const char *format, ...)
{
	char path[300];
	int used = snprintf(path, sizeof(path), "%s/", folder);
	va_list args;

	va_start(args, format);
	vsnprintf(path + used, sizeof(path) - (size_t)used, format, args);
	va_end(args);
	return access(path, F_OK) == 0;
}

/* dep sends rs a request that names a file in the store. */
static void
send(struct peer *peer, struct sending *s)
{
	unsigned char digest[32];
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct buf cms;
	char *hash, *signature = NULL;

	if (s->id[0] == '\0')
		uuid_v1(s->id);
	gost_digest(GOST_STREEBOG_256, s->hash_of, strlen(s->hash_of), digest);
	hash = emu_base64_encode(digest, 32, arena);
	buf_init(&cms, 0);
	if (s->signed_text != NULL) {
		gost_digest(GOST_STREEBOG_256, s->signed_text,
		    strlen(s->signed_text), digest);
		assert_int_equal(
		    cms_sign(peer->dep, digest, 32, clock_now_ms(), &cms, &err),
		    0);
		signature = emu_base64_encode(cms.data, cms.bytes, arena);
	}
	peer_call(peer, EMU_V11, peer->dep,
	    "<t:SendRequestRequest><t:SenderProvidedRequestData Id=\"A\">"
	    "<t:MessageID>%s</t:MessageID><b:MessagePrimaryContent>"
	    "<q:ask xmlns:q=\"%s\"/></b:MessagePrimaryContent>"
	    "<b:RefAttachmentHeaderList><b:RefAttachmentHeader><b:uuid>%s"
	    "</b:uuid><b:Hash>%s</b:Hash><b:MimeType>text/plain</b:MimeType>"
	    "%s%s%s</b:RefAttachmentHeader></b:RefAttachmentHeaderList>"
	    "</t:SenderProvidedRequestData>"
	    "<t:CallerInformationSystemSignature>@SIGNATURE@"
	    "</t:CallerInformationSystemSignature></t:SendRequestRequest>",
	    s->id, s->ns == NULL ? "urn://t/ask/1" : s->ns, s->uuid, hash,
	    signature == NULL ? "" : "<b:SignaturePKCS7>",
	    signature == NULL ? "" : signature,
	    signature == NULL ? "" : "</b:SignaturePKCS7>");
	buf_release(&cms);
	arena_free(arena);
}

/* One file, uploaded and sent as it should be. */
static void
send_good(struct peer *peer, struct sending *s)
{
	uuid_v1(s->uuid);
	upload(s->uuid, "a.txt", content);
	s->hash_of = s->signed_text = content;
	send(peer, s);
	assert_int_equal(peer->answer.status, 200);
}

static void
finish_checks(const struct peer *peer)
{
	while (emu_slice_step(peer->emu))
		;
}

static struct emu_message *
message(const struct peer *peer, const char *id)
{
	return map_get(peer->emu->by_id, id);
}

/* The request was taken, then rejected with those words. */
static void
expect_rejected(struct peer *peer, const struct sending *s, const char *words)
{
	assert_int_equal(peer->answer.status, 200);
	finish_checks(peer);
	assert_int_equal(message(peer, s->id)->state, EMU_REJECTED);
	peer_get(peer, EMU_V11, peer->dep, "Response");
	assert_string_equal(peer_text(peer, "OriginalMessageId"), s->id);
	assert_non_null(strstr(
	    peer_text(peer, "StatusDetails"), "Ошибка проверки ftp файлов"));
	assert_non_null(strstr(peer_text(peer, "StatusDetails"), words));
	peer_ack(peer, peer->dep, peer_text(peer, "MessageId"));
}

static void
a_file_reaches_its_receiver_and_is_gone_after_ack(void **state)
{
	struct peer *peer = peer_with_store(NULL);
	struct sending s = { 0 };
	char user[40];

	(void)state;
	send_good(peer, &s);
	assert_int_equal(message(peer, s.id)->state, EMU_CHECKING);
	assert_false(exists("in/anonymous/%s", s.uuid));
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_false(peer_has(peer, "RequestMessage")); /* not checked yet */
	finish_checks(peer);

	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_true(peer_signed(peer, "SMEVSignature", "Request", "smev"));
	assert_string_equal(peer_text(peer, "FileName"), "/a.txt");
	snprintf(user, sizeof(user), "%s", peer_text(peer, "UserName"));
	assert_int_equal(strlen(user), 30);
	assert_int_equal(strlen(peer_text(peer, "Password")), 30);
	assert_true(exists("out/%s/", user));
	assert_true(exists("out/%s/%s/a.txt", user, s.uuid));
	peer_ack(peer, peer->rs, s.id);
	assert_true(peer_has(peer, "AckResponse"));
	assert_false(exists("out/%s", user));
	assert_int_equal(peer->emu->checking.count, 0);
	peer_free(peer);
}

static void
a_redelivery_has_an_account_of_its_own(void **state)
{
	struct peer *peer = peer_with_store("unconfirmed 30s\n");
	int64_t now_ms = clock_now_ms();
	struct sending s = { 0 };
	char user[40];

	(void)state;
	clock_freeze_ms(now_ms);
	send_good(peer, &s);
	finish_checks(peer);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	snprintf(user, sizeof(user), "%s", peer_text(peer, "UserName"));
	clock_freeze_ms(now_ms + 30000);
	emu_queue_expire(peer->emu);
	assert_false(exists("out/%s", user));
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_string_not_equal(peer_text(peer, "UserName"), user);
	assert_true(
	    exists("out/%s/%s/a.txt", peer_text(peer, "UserName"), s.uuid));
	clock_freeze_ms(0);
	peer_free(peer);
}

static void
what_is_wrong_with_a_file_is_told_later(void **state)
{
	struct peer *peer = peer_with_store(NULL);
	struct sending absent = { .hash_of = content, .signed_text = content };
	struct sending two = absent, other = absent, resigned = absent;
	struct sending strange = absent;

	(void)state;
	uuid_v1(absent.uuid);
	send(peer, &absent);
	expect_rejected(peer, &absent, "нет папки");

	uuid_v1(two.uuid);
	upload(two.uuid, "a", content);
	upload(two.uuid, "b", content);
	send(peer, &two);
	expect_rejected(peer, &two, "больше одного файла");

	uuid_v1(strange.uuid);
	upload(strange.uuid, "a\nb", content);
	send(peer, &strange);
	expect_rejected(peer, &strange, "управляющими знаками");

	uuid_v1(other.uuid);
	upload(other.uuid, "a", "другое");
	send(peer, &other);
	expect_rejected(peer, &other, "не равен Hash");

	uuid_v1(resigned.uuid);
	upload(resigned.uuid, "a", content);
	resigned.signed_text = "другое";
	send(peer, &resigned);
	expect_rejected(peer, &resigned, "messageDigest");
	assert_false(exists("in/anonymous/%s", resigned.uuid));
	peer_free(peer);
}

static void
files_can_be_checked_before_the_answer(void **state)
{
	struct peer *peer = peer_with_store("file-checks sync\n");
	struct sending s = { .hash_of = "другое", .signed_text = content };

	(void)state;
	uuid_v1(s.uuid);
	upload(s.uuid, "a", content);
	send(peer, &s);
	assert_int_equal(peer->answer.status, 500);
	assert_true(peer_has(peer, "AttachmentContentMiscoordination"));
	assert_non_null(strstr(peer->answer.body.data, "не равен Hash"));
	assert_true(exists("in/anonymous/%s/a", s.uuid)); /* left alone */
	s.hash_of = content;
	send(peer, &s);
	assert_int_equal(peer->answer.status, 200);
	peer_free(peer);
}

static void
an_unsigned_file_is_refused_unless_allowed(void **state)
{
	struct peer *peer = peer_with_store(NULL);
	struct sending s = { .hash_of = content };

	(void)state;
	uuid_v1(s.uuid);
	upload(s.uuid, "a", content);
	send(peer, &s);
	assert_true(peer_has(peer, "AttachmentContentMiscoordination"));
	assert_non_null(strstr(peer->answer.body.data, "требуемых полей"));
	peer_free(peer);
	peer = peer_with_store("file-signatures on\n");
	send(peer, &s);
	assert_int_equal(peer->answer.status, 200);
	finish_checks(peer);
	assert_int_equal(message(peer, s.id)->state, EMU_QUEUED);
	peer_free(peer);
}

static void
files_beyond_the_limit_or_the_quota_are_refused(void **state)
{
	struct peer *peer = peer_with_store("ftp-limit 10\n");
	struct sending s = { .hash_of = content, .signed_text = content };

	(void)state;
	uuid_v1(s.uuid);
	upload(s.uuid, "a", content);
	send(peer, &s);
	assert_true(peer_has(peer, "AttachmentSizeLimitExceeded"));
	peer_free(peer);
	peer = peer_with_store("participant rs quota 10\n");
	send(peer, &s);
	assert_true(peer_has(peer, "QuoteLimitExceeded"));
	assert_true(exists("in/anonymous/%s/a", s.uuid));
	peer_free(peer);
}

static void
a_folder_of_another_name_is_never_looked_into(void **state)
{
	struct peer *peer = peer_with_store(NULL);
	struct sending s = {
		.uuid = "../../kept", .hash_of = content, .signed_text = content
	};

	(void)state;
	send(peer, &s);
	assert_true(peer_has(peer, "AttachmentContentMiscoordination"));
	peer_free(peer);
}

static void
scripts_spoil_files_on_either_side(void **state)
{
	struct peer *peer =
	    peer_with_store("fault wrong-hash on SendRequest times 1\n"
			    "fault missing on GetRequest times 1\n");
	struct sending first = { 0 }, second = { 0 };

	(void)state;
	send_good(peer, &first);
	expect_rejected(peer, &first, "не равен Hash");
	send_good(peer, &second);
	finish_checks(peer);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_true(peer_has(peer, "FSAttachment"));
	assert_true(exists("out/%s/", peer_text(peer, "UserName")));
	assert_false(exists(
	    "out/%s/%s/a.txt", peer_text(peer, "UserName"), second.uuid));
	peer_free(peer);
}

static void
a_broadcast_shares_its_files_until_the_last_ack(void **state)
{
	struct peer *peer = peer_with_store(
	    "participant third cert sgo.pem\n"
	    "type news consumers rs,third,federal,dep broadcast\n"
	    "version urn://t/news/1 ask\n");
	struct keypair *third = signer_key("sgo");
	struct sending s = { .ns = "urn://t/news/1" };
	char kept[UUID_BYTES];

	(void)state;
	send_good(peer, &s);
	finish_checks(peer); /* the built-in one confirms at once */
	snprintf(kept, sizeof(kept), "%s",
	    emu_participant(peer->emu, "rs")
		->requests.waiting.head->files->kept);
	peer_get(peer, EMU_V11, peer->rs, "Request");
	assert_true(peer_has(peer, "FSAttachment"));
	peer_get(peer, EMU_V11, third, "Request");
	assert_true(peer_has(peer, "FSAttachment"));
	peer_ack(peer, peer->rs, s.id);
	assert_true(exists("kept/%s", kept));
	peer_ack(peer, third, s.id);
	assert_false(exists("kept/%s", kept));
	keypair_free(third);
	peer_free(peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_file_reaches_its_receiver_and_is_gone_after_ack),
		cmocka_unit_test(a_redelivery_has_an_account_of_its_own),
		cmocka_unit_test(what_is_wrong_with_a_file_is_told_later),
		cmocka_unit_test(files_can_be_checked_before_the_answer),
		cmocka_unit_test(an_unsigned_file_is_refused_unless_allowed),
		cmocka_unit_test(
		    files_beyond_the_limit_or_the_quota_are_refused),
		cmocka_unit_test(a_folder_of_another_name_is_never_looked_into),
		cmocka_unit_test(scripts_spoil_files_on_either_side),
		cmocka_unit_test(
		    a_broadcast_shares_its_files_until_the_last_ack),
	};

	signer_setup();
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
