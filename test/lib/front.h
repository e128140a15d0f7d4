/*
 * test/lib/front.h - a front process with a store that we play, and a client
 * that sends raw bytes.
 *
 * The store answers a packet by what its body says: "silent" never, "die" by
 * ending itself, "slow" after 300 ms; else 202 and "source|digest|wait|bytes".
 */
#ifndef TEST_LIB_FRONT_H
#define TEST_LIB_FRONT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define KEY_SCHOOL  "key-of-the-school"
#define KEY_REVOKED "key-of-the-revoked"
#define KEY_SLOW    "key-of-the-slow"

#define POST_HEAD                                        \
	"POST /v1/packets HTTP/1.1\r\nHost: gateway\r\n" \
	"Authorization: Bearer " KEY_SCHOOL "\r\n"       \
	"Content-Type: application/xml\r\n"

struct event_base;
struct front_test;
struct ipc_peer;

/* Start both with the settings more, lines of kontingentd.conf ("http { .. }"
 * stands in http, "" none). */
struct front_test *front_start(const char *http, const char *more);
/* Ask front to stop; its exit status. */
int front_stop(struct front_test *test);
/* Tell front to stop, don't wait. */
void front_ask_stop(struct front_test *test);
int front_wait(struct front_test *test);
/* Until front_resume() it runs no more: what is sent to it piles up. */
void front_pause(struct front_test *test);
void front_resume(struct front_test *test);
void front_kill_store(struct front_test *test);
/* A new store takes the place of a dead one. */
void front_new_store(struct front_test *test);

/* A connected socket with time-outs of 10 s. */
int front_connect(const struct front_test *test);
uint16_t front_port(const struct front_test *test);
void send_text(int fd, const char *text);
void send_bytes(int fd, const void *p, size_t bytes);
/* Read one answer to the end its Content-Length gives, or to the end of the
 * connection; room includes a NUL.  Returns its status; 0: closed at once. */
int read_answer(int fd, char *ret, size_t room);
/* Read until they close. */
void read_all(int fd, char *ret, size_t room);
/* send_text() on a new connection and read_all(); the first answer's status. */
int
ask(const struct front_test *test, const char *request, char *ret, size_t room);

#endif
