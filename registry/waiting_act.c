#include "registry/waiting_act.h"

#include <string.h>

#include "model/field.h"
#include "registry/civil_act.h"
#include "registry/claim.h"
#include "registry/death.h"
#include "registry/identity_key.h"
#include "registry/moment.h"
#include "registry/person.h"
#include "registry/work.h"

/* What act says, as its own source's word and not that of the packet. */
static void
take_effect(
    struct work *work, struct person_row *person, const struct act_row *act)
{
	struct said packet = work->said;
	struct claim claim = {
		.external_key = "", .guard_key = "", .act_number = ""
	};
	const char *date = value_text(&act->now.act_date);
	const char *version_date = value_text(&act->now.version_date);

	entity_clear(&person_type, &claim.person);
	claim.person.death_date = value_of(work->arena, act->death_date);
	work->said = (struct said){ .source = act->source,
		.packet_id = act->packet_id,
		.rec_no = act->rec_no,
		.asserted_ms = packet.asserted_ms,
		.seq = act->version_no,
		.valid_from = date == NULL ? "" : date };
	if (version_date != NULL)
		(void)moment_parse(version_date, &work->said.asserted_ms);
	death_apply(
	    work, person, &claim, act->id, date == NULL ? work->today : date);
	work->said = packet;
	civil_act_settle(work, act->id, person->id, "WAITED", "done");
}

void
waiting_act_apply(
    struct work *work, struct person_row *person, struct key_hit *acts)
{
	for (struct key_hit *hit = acts; hit != NULL; hit = hit->next) {
		struct act_row *act = civil_act_waiting(work, hit->owner);

		if (act != NULL && act->now.kind.state == VALUE_SET
		    && strcmp(act->now.kind.text, "death") == 0)
			take_effect(work, person, act);
	}
}
