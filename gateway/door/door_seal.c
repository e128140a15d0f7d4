/* Runs in a sealer. */
#include "gateway/door/door_seal.h"

#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "gateway/door/door_job.h"
#include "gateway/flow/job.h"
#include "smev/smev.h"

static void
put_rejects(
    const struct door_words *words, struct arena *arena, struct smev_send *send)
{
	struct smev_reject *rejects =
	    arena_alloc(arena, words->reject_count * sizeof(*rejects));

	for (size_t i = 0; i < words->reject_count; i++)
		rejects[i] = (struct smev_reject){ words->rejects[i].name,
			words->rejects[i].value };
	send->reject_code = rejects[0].code;
	send->reject_text = rejects[0].text;
	send->more_rejects = rejects + 1;
	send->more_reject_count = words->reject_count - 1;
}

static void
put_status(
    const struct door_words *words, struct arena *arena, struct smev_send *send)
{
	size_t count = words->parameter_count;
	struct smev_parameter *parameters =
	    arena_alloc(arena, (count + 1) * sizeof(*parameters));

	for (size_t i = 0; i < count; i++)
		parameters[i] =
		    (struct smev_parameter){ words->parameters[i].name,
			    words->parameters[i].value };
	send->status_code = (long)words->status_code;
	send->status_text = words->status_text;
	send->parameters = parameters;
	send->parameter_count = count;
}

int
door_seal(const struct seal_job *job, struct smev_send *send,
    struct arena *arena, struct err *err)
{
	struct door_outgoing outgoing;
	struct door_words words;

	if (job->body_count != 1
	    || !door_outgoing_read(
		job->bodies[0], job->body_bytes[0], arena, &outgoing)
	    || !door_words_read(
		outgoing.words, outgoing.words_bytes, arena, &words))
		return err_set(err, ERR_HOLD, "CHG_FORMAT",
		    "the message of the door can't be read");
	if (words.reject_count != 0)
		put_rejects(&words, arena, send);
	else if (*words.status_text != '\0')
		put_status(&words, arena, send);
	send->content = words.content;
	send->content_bytes = strlen(words.content);
	send->personal_signature = words.personal_signature;
	if (send->op == SMEV_SEND_REQUEST) {
		send->reference_message_id = outgoing.reference_id;
		send->transaction_code = outgoing.transaction_code;
		send->eol = words.eol;
		send->business_process = words.business_process;
		send->test_message |= words.test;
	}
	return 0;
}
