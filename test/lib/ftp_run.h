/*
 * test/lib/ftp_run.h - transfers of gateway/exchange/ftp.h run to their end, for
 * tests: a part file here, a server there.
 */
#ifndef TEST_LIB_FTP_RUN_H
#define TEST_LIB_FTP_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "crypto/gost.h"
#include "gateway/exchange/ftp.h"
#include "test/lib/ftp_store.h"

struct event_base;

#define SIZE ((size_t)3 * 1024 * 1024 + 17)

struct got {
	struct ftp_result result;
	char code[32], why[128];
	bool done;
};

extern struct event_base *base;
extern struct ftp *ftp;
extern struct ftp_store store;
extern char part[64]; /* path of the file that is brought */

/* For cmocka: the group's and each test's. */
int set_up_all(void **state);
int tear_down_all(void **state);
int set_up(void **state);
int tear_down(void **state);
/* Skip the test where there is no server. */
void need_server(void);
int open_part(void);
void on_done(const struct ftp_result *result, void *arg);
/* A job with what most tests want. */
struct ftp_job job_for(const char *path);
struct got run(const struct ftp_job *job);
/* The part has the first bytes of a test file, and no more. */
void write_part(size_t bytes);
void assert_file(const char *path, size_t bytes);
/* Of a test file of so many bytes. */
void assert_digest(const struct got *got, enum gost_digest which, size_t bytes);
void assert_whole(const struct got *got, size_t bytes);

#endif
