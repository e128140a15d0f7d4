/*
 * test/lib/config_file.h - a file of settings for a test, taken or refused.
 */
#ifndef TEST_LIB_CONFIG_FILE_H
#define TEST_LIB_CONFIG_FILE_H

#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/file.h"
#include "gateway/config.h"

struct fixture {
	char path[64];
	struct config *config;
	struct err err;
};

static inline int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fd;

	assert_non_null(f);
	(void)snprintf(f->path, sizeof(f->path), "/tmp/test_config.XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	(void)close(fd);
	*state = f;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;

	(void)unlink(f->path);
	config_free(f->config);
	free(f);
	return 0;
}

static inline int
load(struct fixture *f, const char *text)
{
	struct err err = { 0 };

	assert_int_equal(file_write(f->path, text, strlen(text), &err), 0);
	config_free(f->config);
	f->config = NULL;
	f->err = (struct err){ 0 };
	return config_load(f->path, &f->config, &f->err);
}

static inline void
refused(struct fixture *f, const char *text, const char *code, const char *word)
{
	if (load(f, text) == 0)
		fail_msg("taken: %s", text);
	assert_null(f->config);
	assert_int_equal(f->err.kind, ERR_FATAL);
	if (strcmp(f->err.code, code) != 0 || strstr(f->err.text, word) == NULL)
		fail_msg("%s wanted with %s, but: %s %s", code, word,
		    f->err.code, f->err.text);
	assert_memory_equal(f->err.text, f->path, strlen(f->path));
}

#endif
