/*
 * tools/smevemu/emu_visit.h - one call on its way, for the files that carry
 * it out.
 */
#ifndef SMEVEMU_EMU_VISIT_H
#define SMEVEMU_EMU_VISIT_H

#include <stdbool.h>
#include <stddef.h>

#include "tools/smevemu/emu_remark.h"
#include "tools/smevemu/emu_routing.h"
#include "tools/smevemu/emu_script.h"
#include "tools/smevemu/emu_wire_read.h"
#include "tools/smevemu/emu_wire_write.h"

struct arena;
struct emu_answer;
struct err;
struct xml_doc;

/* One call on its way; lives on the stack of emu_exchange(). */
struct visit {
	struct emu *emu;
	struct arena *arena;
	const void *xml;
	size_t bytes;
	struct emu_call call;
	bool known; /* call is filled */
	struct emu_participant *caller;
	struct emu_harm harm;
	size_t file_bytes; /* of the call, inside it */
	struct emu_files *files; /* in the store; NULL none, or a message's */
	struct xml_doc *doc;
	struct emu_participant *to; /* of a request */
	struct emu_routed routing; /* what came of its Routing */
	struct emu_remarks remarks; /* what is wrong, for people */
	bool invalid; /* by its schema, to be told after the answer */
	struct emu_facts facts; /* of a fault */
	struct emu_answer *answer;
};

/*
 * SendRequest and SendResponse: checked, kept, answered.
 *
 * Errors: ERR_REFUSE EMU_... what SMEV answers.
 */
int emu_send_request(struct visit *v, struct err *err);
int emu_send_response(struct visit *v, struct err *err);

#endif
