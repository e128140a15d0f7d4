#include "tools/smevemu/emu_refusal.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tools/smevemu/emu.h"

#define RAW_BYTES (1 << 20)

struct emu_refusals {
	struct emu_refusal ring[EMU_REFUSALS];
	uint64_t made;
};

static void
release(struct emu_refusal *refusal)
{
	free(refusal->caller);
	free(refusal->text);
	free(refusal->raw);
}

void
emu_refusal_add(struct emu *emu, const struct emu_refusal *like)
{
	struct emu_refusal *refusal;

	if (emu->refusals == NULL)
		emu->refusals = xcalloc(1, sizeof(*emu->refusals));
	refusal = &emu->refusals->ring[emu->refusals->made % EMU_REFUSALS];
	release(refusal);
	*refusal = *like;
	refusal->number = ++emu->refusals->made;
	refusal->caller = xstrdup(like->caller);
	refusal->text = xstrdup(like->text);
	refusal->raw = NULL;
	if (like->raw_bytes > RAW_BYTES)
		return;
	refusal->raw = xcalloc(1, like->raw_bytes + 1);
	memcpy(refusal->raw, like->raw, like->raw_bytes);
}

const struct emu_refusal *
emu_refusal_back(const struct emu *emu, size_t back)
{
	const struct emu_refusals *refusals = emu->refusals;

	if (refusals == NULL || back >= EMU_REFUSALS || back >= refusals->made)
		return NULL;
	return &refusals->ring[(refusals->made - 1 - back) % EMU_REFUSALS];
}

const struct emu_refusal *
emu_refusal_find(const struct emu *emu, uint64_t number)
{
	const struct emu_refusal *refusal;

	for (size_t back = 0; (refusal = emu_refusal_back(emu, back)) != NULL;
	     back++) {
		if (refusal->number == number)
			return refusal;
	}
	return NULL;
}

void
emu_refusals_free(struct emu_refusals *refusals)
{
	if (refusals == NULL)
		return;
	for (size_t i = 0; i < EMU_REFUSALS; i++)
		release(&refusals->ring[i]);
	free(refusals);
}
