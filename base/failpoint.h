/*
 * base/failpoint.h - named places where a test may stop the process.
 *
 * Only a build with --enable-failpoints has them.  The environment variable
 * KONTINGENT_FAILPOINTS holds a list "name=action[:skip],..." where action is
 * kill (SIGKILL to itself), hang (sleep for ever), exit (status 70) or error
 * (the macro is true, once); skip passes the place that many times before.
 * A file named KONTINGENT_FAILPOINT_ONCE=DIR makes each fire once over all
 * processes: the process creates DIR/name first and does not fire if it exists.
 */
#ifndef BASE_FAILPOINT_H
#define BASE_FAILPOINT_H

#include <stdbool.h>

#ifdef KONTINGENT_FAILPOINTS
/* True when the place called name is to fail now; may not return at all. */
bool failpoint_hit(const char *name);
#define FAILPOINT(name) failpoint_hit(name)
#else
#define FAILPOINT(name) false
#endif

#endif
