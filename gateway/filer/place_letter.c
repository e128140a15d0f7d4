/* Files of in/. */
#include "gateway/filer/place.h"

#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/failpoint.h"
#include "gateway/config.h"
#include "gateway/filer/filer_job.h"
#include "gateway/filer/place_own.h"

/*
 * {clientId}.xml; SMEV's ids and ours are plain words, and what is not becomes
 * one.
 */
static const char *
file_name(const struct place *place, const char *id, struct arena *arena)
{
	char *word = arena_strndup(arena, id, strnlen(id, 100));
	bool braces = !place->source->folder_plain && *word != '{';

	str_plain(word, "{}");
	return arena_printf(
	    arena, "%s%s%s.xml", braces ? "{" : "", word, braces ? "}" : "");
}

void
place_letter(struct place *place, const struct file_job *job,
    struct arena *arena, struct filed *ret)
{
	struct err err;
	int in = -1, rc = -1;

	if (place->source->revoked)
		(void)err_set(&err, ERR_RETRY, "SRC_DENIED", "%s", "");
	else
		in = place_sub(place, FOLDER_IN, &err);
	if (in != -1) {
		rc = folder_put(in, place->tmp,
		    file_name(place, job->name, arena), job->body,
		    job->body_bytes, &err);
		(void)close(in);
	}
	(void)FAILPOINT("filer.lettered");
	place_tell(place, place->in_trouble, rc == 0 ? NULL : &err);
	*ret = (struct filed){ .fate = rc == 0 ? FILED_DONE : FILED_LATER,
		.code = rc == 0 ? "" : arena_strdup(arena, err.code),
		.why = rc == 0 ? "" : arena_strdup(arena, err.text),
		.client_id = "" };
}
