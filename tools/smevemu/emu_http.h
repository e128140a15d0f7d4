/*
 * tools/smevemu/emu_http.h - the doors: SMEV's endpoints, and those for tests
 * and people.
 *
 *	/smev/v1.1/ws, v1.2, v1.3 (and /ws for 1.1)	POST, ?wsdl
 *	/			page for a person
 *	/emu/state		JSON; ?messages=no
 *	/emu/messages/ID	the envelope as it came
 *	/emu/send?from=NAME	POST a business document
 *	/emu/script		POST lines of configuration
 *
 * Everything below /emu/ answers only to loopback addresses.
 */
#ifndef SMEVEMU_EMU_HTTP_H
#define SMEVEMU_EMU_HTTP_H

struct emu;
struct emu_http;
struct err;

/*
 * Serve emu on its address and port (0: any free one).
 *
 * Errors: ERR_FATAL EMU_LISTEN.
 */
int emu_http_start(struct emu *emu, struct emu_http **ret_http, int *ret_port,
    struct err *err);
void emu_http_free(struct emu_http *http); /* NULL is fine */

#endif
