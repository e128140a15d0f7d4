#include "tools/smevemu/emu_filecheck.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/cms.h"
#include "tools/smevemu/emu_base64.h"
#include "tools/smevemu/emu_compose.h"
#include "tools/smevemu/emu_fault.h"
#include "tools/smevemu/emu_queue.h"
#include "tools/smevemu/emu_script.h"
#include "tools/smevemu/emu_slice.h"
#include "tools/smevemu/emu_store.h"
#include "tools/smevemu/emu_wire_read.h"
#include "tools/smevemu/emu_wire_write.h"
#include "xsd/xml_read.h"

#define SYNC_BYTES (16 << 20) /* a second at most */

/* The first trouble counts. */
static void
trouble(struct emu_files *files, const struct emu_file *file, const char *why)
{
	if (why != NULL && files->trouble[0] == '\0')
		snprintf(files->trouble, sizeof(files->trouble), "%s: %s",
		    file->uuid, why);
}

/*
 * What a file is digested by: the algorithm of its signature; without one,
 * what the length of Hash and the caller's own signature tell.
 */
static enum gost_digest
algorithm(const struct emu_call *call, const struct emu_file *file,
    struct arena *arena)
{
	const xmlNode *info =
	    xml_child(call->signature, EMU_NS_DS, "SignedInfo");
	const xmlNode *reference = xml_child(info, EMU_NS_DS, "Reference");
	const xmlNode *method = xml_child(reference, EMU_NS_DS, "DigestMethod");
	const char *uri =
	    method == NULL ? NULL : xml_attr(method, "Algorithm", arena);

	if (file->cms != NULL)
		return cms_digest(file->cms);
	if (file->hash_bytes == 64)
		return GOST_STREEBOG_512;
	return uri != NULL && strstr(uri, "2012") == NULL ? GOST_34_11_94
							  : GOST_STREEBOG_256;
}

static int
bad_header(const struct emu_call *call, const char *why, struct err *err)
{
	return err_set(err, ERR_REFUSE, "EMU_ATTACHMENT",
	    "Некорректная информация о фтп вложениях; message id = %.36s: %s",
	    call->id, why);
}

/* SignaturePKCS7 of header into file. */
static int
read_signature(const struct emu *emu, const struct emu_call *call,
    const xmlNode *header, struct emu_files *files, struct emu_file *file,
    struct arena *arena, struct err *err)
{
	const char *basic = emu_ns(EMU_NS_BASIC, call->version);
	const char *text =
	    xml_child_text(header, basic, "SignaturePKCS7", arena);
	unsigned char *octets;
	struct err why = { 0 };
	size_t bytes;

	if (emu->file_signatures == EMU_FILES_UNSIGNED)
		return 0;
	if (text == NULL || *text == '\0') {
		if (emu->file_signatures == EMU_FILES_SIGNED)
			return err_set(err, ERR_REFUSE, "EMU_ATTACHMENT",
			    "Вложения не имеют заполненных требуемых полей: "
			    "uuid %.36s: нет SignaturePKCS7",
			    file->uuid);
		return 0;
	}
	octets = emu_base64_decode(text, arena, &bytes);
	if (octets == NULL)
		trouble(files, file, "SignaturePKCS7 не в base64");
	else if (cms_read(octets, bytes, &file->cms, &why) == -1)
		trouble(files, file,
		    "SignaturePKCS7 не отсоединённая подпись PKCS#7 с "
		    "сертификатом и атрибутами contentType и messageDigest");
	return 0;
}

static bool
named_before(const struct emu_files *files, const struct emu_file *file)
{
	const struct emu_file *other = files->first;

	while (other != file && strcmp(other->uuid, file->uuid) != 0)
		other = other->next;
	return other != file;
}

static int
read_header(const struct emu *emu, const struct emu_call *call,
    const xmlNode *header, struct emu_files *files, struct emu_file *file,
    struct arena *arena, struct err *err)
{
	const char *basic = emu_ns(EMU_NS_BASIC, call->version);
	const char *uuid = xml_child_text(header, basic, "uuid", arena);
	const char *text = xml_child_text(header, basic, "Hash", arena);
	const unsigned char *hash = emu_base64_decode(
	    text == NULL ? "" : text, arena, &file->hash_bytes);

	if (uuid == NULL || !uuid_valid(uuid)
	    || strspn(uuid, "0123456789abcdef-") != strlen(uuid))
		return bad_header(call, "uuid не UUID строчными буквами", err);
	str_copy(file->uuid, sizeof(file->uuid), uuid);
	if (named_before(files, file))
		return bad_header(call, "uuid указан дважды", err);
	if (hash == NULL
	    || (file->hash_bytes != 32 && file->hash_bytes != 64)) {
		file->hash_bytes = 0;
		trouble(files, file, "Hash не хэш по ГОСТ в base64");
	} else {
		memcpy(file->hash, hash, file->hash_bytes);
	}
	if (read_signature(emu, call, header, files, file, arena, err) == -1)
		return -1;
	file->which = algorithm(call, file, arena);
	return 0;
}

/* Why a file with that digest is not what its header says; NULL: it is. */
static const char *
judge(const struct emu *emu, const struct emu_file *file,
    const unsigned char *digest)
{
	struct cms_verdict verdict = { 0 };

	if (digest == NULL)
		return "файл не читается";
	if (file->hash_bytes != gost_digest_bytes(file->which)
	    || memcmp(file->hash, digest, file->hash_bytes) != 0)
		return "хэш файла не равен Hash";
	if (file->cms == NULL)
		return NULL;
	cms_check(file->cms, digest, emu->persons_known ? emu->persons : NULL,
	    &verdict);
	if (!verdict.digest_ok)
		return "хэш файла не равен messageDigest в SignaturePKCS7";
	if (!verdict.value_ok)
		return "подпись в SignaturePKCS7 неверна";
	if (emu->persons_known && !verdict.trusted
	    && map_get(emu->by_fingerprint, verdict.fingerprint) == NULL)
		return "подпись в SignaturePKCS7 не того, кому верит СМЭВ, или "
		       "его сертификат просрочен либо отозван";
	return NULL;
}

/* All of a small file at once. */
static void
judge_now(const struct emu *emu, const struct emu_participant *sender,
    struct emu_files *files, const struct emu_file *file)
{
	unsigned char digest[GOST_DIGEST_MAX], piece[65536];
	int fd = emu_store_read_upload(emu, sender, file);
	struct gost_stream stream;
	ssize_t n = -1;

	gost_stream_init(&stream, file->which);
	while (fd != -1 && (n = read(fd, piece, sizeof(piece))) > 0)
		gost_stream_add(&stream, piece, (size_t)n);
	gost_stream_end(&stream, digest);
	gost_stream_release(&stream);
	if (fd != -1)
		close(fd);
	trouble(files, file, judge(emu, file, n == 0 ? digest : NULL));
}

/* What can be seen of the files without reading them. */
static int
look(struct emu *emu, const struct emu_participant *sender,
    const struct emu_harm *harm, struct emu_files *files,
    struct emu_facts *facts, struct err *err)
{
	struct emu_file *file;

	for (file = files->first; file != NULL; file = file->next) {
		trouble(files, file, emu_store_find(emu, sender, file));
		if (harm->missing)
			trouble(files, file, "файла нет (по сценарию)");
		if (harm->wrong_hash)
			file->hash[0] ^= 1;
		files->bytes += file->bytes;
	}
	facts->permitted = emu->ftp_limit;
	facts->real = (uint64_t)files->bytes;
	if (emu->ftp_limit > 0 && (size_t)files->bytes > emu->ftp_limit)
		return err_set(err, ERR_REFUSE, "EMU_ATTACHMENT_SIZE",
		    "Превышен максимально допустимый суммарный размер ftp "
		    "файлов.");
	return 0;
}

/* What would be told later is told now. */
static int
settle_now(const struct emu *emu, const struct emu_call *call,
    const struct emu_participant *sender, struct emu_files *files,
    struct err *err)
{
	const struct emu_file *file = files->first;

	if (files->bytes <= SYNC_BYTES) {
		for (; file != NULL && files->trouble[0] == '\0';
		     file = file->next)
			judge_now(emu, sender, files, file);
	}
	return files->trouble[0] == '\0'
	    ? 0
	    : bad_header(call, files->trouble, err);
}

int
emu_filecheck_read(struct emu *emu, const struct emu_call *call,
    const struct emu_participant *sender, const struct emu_harm *harm,
    struct arena *arena, struct emu_files **ret_files, struct emu_facts *facts,
    struct err *err)
{
	const char *basic = emu_ns(EMU_NS_BASIC, call->version);
	const xmlNode *list =
	    xml_child(call->covered, basic, "RefAttachmentHeaderList");
	const xmlNode *header = xml_child(list, basic, "RefAttachmentHeader");
	struct emu_file **end;
	struct emu_files *files;

	if (header == NULL)
		return 0;
	files = xcalloc(1, sizeof(*files));
	files->emu = emu;
	end = &files->first;
	for (; header != NULL; header = xml_next(header, basic, NULL)) {
		*end = xcalloc(1, sizeof(**end));
		if (read_header(emu, call, header, files, *end, arena, err)
		    == -1)
			goto fail;
		end = &(*end)->next;
	}
	if (look(emu, sender, harm, files, facts, err) == -1
	    || (emu->files_first
		&& settle_now(emu, call, sender, files, err) == -1))
		goto fail;
	*ret_files = files;
	return 0;
fail:
	emu_files_free(files);
	return -1;
}

void
emu_filecheck_hold(struct emu_message *msg, struct emu_files *files)
{
	emu_queue_hold(files->emu, msg);
	msg->files = files;
	msg->file_bytes += (size_t)files->bytes;
	msg->wait_next = files->waiting;
	files->waiting = msg;
	files->users++;
}

/* The checks are over: queue those who waited, or reject them. */
static void
finish(struct emu *emu, struct emu_files *files)
{
	struct emu_message *msg = files->waiting, *next;
	char text[500];
	struct err err = { 0 };
	bool good = files->trouble[0] == '\0';

	snprintf(text, sizeof(text), "Ошибка проверки ftp файлов: %s",
	    files->trouble);
	files->waiting = NULL;
	for (; msg != NULL; msg = next) { /* the last one frees files */
		next = msg->wait_next;
		msg->wait_next = NULL;
		emu_queue_remove(msg);
		if (good)
			emu_queue_put(msg);
		else
			emu_compose_async(emu, msg,
			    emu_fault_by_code("EMU_FTP_FILES"), text, NULL,
			    &err);
	}
}

static void check_next(struct emu *emu, struct emu_files *files);

static void
on_digest(void *arg, const unsigned char *digest)
{
	struct emu_files *files = arg;
	struct emu_file *file = files->checked;

	trouble(files, file, judge(files->emu, file, digest));
	files->checked = file->next;
	check_next(files->emu, files);
}

static void
check_next(struct emu *emu, struct emu_files *files)
{
	struct emu_file *file = files->checked;
	int fd;

	if (file == NULL || files->trouble[0] != '\0') {
		finish(emu, files);
		return;
	}
	fd = emu_store_read(emu, files, file);
	if (fd == -1) {
		trouble(files, file, "файл не читается");
		finish(emu, files);
		return;
	}
	emu_slice_add(emu, fd, file->which, on_digest, files);
}

void
emu_filecheck_start(struct emu *emu, const struct emu_participant *sender,
    struct emu_files *files)
{
	bool taken =
	    emu->ftp_folder != NULL && emu_store_take(emu, sender, files);

	if (!taken && files->trouble[0] == '\0')
		trouble(files, files->first, "файл исчез из папки отправителя");
	files->checked = files->first;
	check_next(emu, files);
}
