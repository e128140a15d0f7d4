/*
 * Fuzz target: a file of settings from bytes.  Whatever it says, it is taken
 * with its values in their ranges, or refused with a code and a text.
 */
#include "test/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "gateway/config.h"

/*
 * A setting may name other files and the environment: those lead out of the
 * input, so they are not this target's.
 */
static int
leads_out(const uint8_t *data, size_t bytes)
{
	return memmem(data, bytes, "include", 7) != NULL
	    || memchr(data, '$', bytes) != NULL;
}

static void
check(const struct config *config)
{
	if (strlen(config->region) != 2 || config->http.body_bytes < 1
	    || config->roles.openers < 1 || config->roles.sealers < 1)
		abort();
	for (size_t i = 0; i < config->source_count; i++)
		if (config_source(config, config->sources[i].name)
		    != &config->sources[i])
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct config *config = NULL;
	struct err err = { 0 };
	char path[64];
	int fd;

	if (leads_out(data, bytes))
		return 0;
	fd = memfd_create("settings", MFD_CLOEXEC);
	if (fd == -1 || write(fd, data, bytes) != (ssize_t)bytes)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (config_load(path, &config, &err) == 0)
		check(config);
	else if (config != NULL || err.kind != ERR_FATAL || *err.code == '\0'
	    || *err.text == '\0')
		abort();
	config_free(config);
	(void)close(fd);
	return 0;
}
