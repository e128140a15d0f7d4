/*
 * test/lib/ftp_store.h - test/lib/ftp_server.py as a child of a test, and a
 * folder for it.
 */
#ifndef TEST_LIB_FTP_STORE_H
#define TEST_LIB_FTP_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct ftp_store {
	pid_t pid; /* 0: it does not run */
	char folder[64]; /* what it serves */
	char log[80]; /* a line a command */
	char url[64];
};

/* False: there is no such server on this machine. */
bool ftp_store_there(void);
/* Make the folder and start the server with up to three more words, "" none. */
void ftp_store_start(
    struct ftp_store *store, const char *a, const char *b, const char *c);
/* Stop the server; the folder stays, and it can be started again. */
void ftp_store_halt(struct ftp_store *store);
/* Stop it and remove the folder. */
void ftp_store_end(struct ftp_store *store);
/* Write a file of so many bytes, the same for the same size, below folder. */
void
ftp_store_put(const struct ftp_store *store, const char *path, size_t bytes);
/* Whether a line of the log begins so. */
bool ftp_store_asked(const struct ftp_store *store, const char *command);
/* Byte i of any test file. */
unsigned char ftp_store_byte(size_t i);

#endif
