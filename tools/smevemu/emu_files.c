#include "tools/smevemu/emu_files.h"

#include <string.h>

#include "base/err.h"
#include "tools/smevemu/emu_wire_read.h"
#include "tools/smevemu/emu_wire_write.h"
#include "xsd/xml_read.h"

/* What base64 text stands for. */
static size_t
decoded_bytes(const char *text)
{
	size_t count = 0;

	for (; *text != '\0' && *text != '='; text++)
		count += strchr(" \t\r\n", *text) == NULL;
	return count * 3 / 4;
}

size_t
emu_files_bytes(const struct emu_call *call, struct arena *arena)
{
	const char *basic = emu_ns(EMU_NS_BASIC, call->version);
	const xmlNode *item;
	size_t total = 0;

	if (call->attachments == NULL)
		return 0;
	item = xml_child(call->attachments, basic, "AttachmentContent");
	for (; item != NULL;
	     item = xml_next(item, basic, "AttachmentContent")) {
		const char *text =
		    xml_child_text(item, basic, "Content", arena);

		total += text == NULL ? 0 : decoded_bytes(text);
	}
	return total;
}

static size_t
held_in(const struct emu_list *list, const struct emu_participant *owner)
{
	const struct emu_message *msg = list->head;
	size_t total = 0;

	for (; msg != NULL; msg = msg->next)
		total += msg->recipient == owner ? msg->file_bytes : 0;
	return total;
}

/* Bytes of files that owner has not confirmed. */
static size_t
held_for(const struct emu *emu, const struct emu_participant *owner)
{
	const struct emu_queue *queue = &owner->responses;
	size_t total = held_in(&emu->unconfirmed, owner)
	    + held_in(&emu->checking, owner)
	    + held_in(&owner->requests.waiting, owner);

	for (; queue != NULL; queue = queue->next)
		total += held_in(&queue->waiting, owner);
	return total;
}

int
emu_files_check(const struct emu *emu, size_t file_bytes, size_t stored_bytes,
    const struct emu_participant *to, struct emu_facts *facts, struct err *err)
{
	size_t held = 0, all = file_bytes + stored_bytes;

	facts->permitted = emu->attachment_limit;
	facts->real = file_bytes;
	if (emu->attachment_limit > 0 && file_bytes > emu->attachment_limit)
		return err_set(err, ERR_REFUSE, "EMU_ATTACHMENT_SIZE",
		    "Превышен максимально допустимый суммарный размер "
		    "присоединённых файлов.");
	if (all == 0 || to == NULL || to->quota == 0)
		return 0;
	held = held_for(emu, to);
	facts->permitted = held < to->quota ? to->quota - held : 0;
	facts->real = all;
	if (all > facts->permitted)
		return err_set(err, ERR_REFUSE, "EMU_QUOTA",
		    "Квота на файловое хранилище для получателя превышена!");
	return 0;
}
