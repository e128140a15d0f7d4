/*
 * base/failpoint.h - named places where a test may stop the process.
 *
 * Only a build with --enable-failpoints has them.  The environment variable
 * KONTINGENT_FAILPOINTS holds a list
 * "name[@word]=action[:skip[:times]],...".
 *
 * action: kill (SIGKILL to itself), killall (SIGKILL to the parent process and
 * to itself), hang (sleep for ever), exit (status 70) or error (the macro is
 * true).  The place is passed skip times before (default 0), and then fires
 * times times (default 1).  Both are counted over all processes that were
 * forked after the first FAILPOINT of all was reached: a role that replaces
 * another one goes on where that one died.  With a word only those passages
 * count that speak of this word, as a packet's id.
 */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#include <stdbool.h>

#ifdef KONTINGENT_FAILPOINTS
/*
 * True when the place called name, which speaks of word ("" nothing), is to
 * fail now; may not return at all.
 */
bool failpoint_hit(const char *name, const char *word);
#define FAILPOINT(name)          failpoint_hit(name, "")
#define FAILPOINT_OF(name, word) failpoint_hit(name, word)
#else
#define FAILPOINT(name)          false
#define FAILPOINT_OF(name, word) ((void)(word), false)
#endif

#endif
