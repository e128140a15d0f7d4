/*
 * Replay: main() of a fuzz target where libFuzzer is not.
 *
 * Gives every file of the corpus to the target, as it is and with a few
 * mutations that are the same at each run.  The corpus of fuzz_x is
 * corpus/x; other folders may be named as arguments, and FUZZ_MUTATIONS in
 * the environment says how many mutations each file gets.
 */
#include "test/fuzz/fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MUTATIONS 40
#define FILE_MAX  (1 << 20)

struct replay {
	long inputs, files;
	long mutations; /* a file */
	uint32_t seed;
};

/* Marsaglia's xorshift; the seed is never 0. */
static uint32_t
next(struct replay *replay)
{
	replay->seed ^= replay->seed << 13;
	replay->seed ^= replay->seed >> 17;
	replay->seed ^= replay->seed << 5;
	return replay->seed;
}

/* A copy of exact size, so that a sanitizer sees a read past its end. */
static void
run(struct replay *replay, const uint8_t *data, size_t bytes)
{
	uint8_t *copy = malloc(bytes + (bytes == 0));

	if (copy == NULL)
		abort();
	memcpy(copy, data, bytes);
	LLVMFuzzerTestOneInput(copy, bytes);
	free(copy);
	replay->inputs++;
}

static void
mutate(struct replay *replay, const uint8_t *data, size_t bytes)
{
	uint8_t *copy = malloc(bytes);
	size_t from, to, n;

	if (copy == NULL)
		abort();
	memcpy(copy, data, bytes);
	for (uint32_t left = next(replay) % 4 + 1; left > 0; left--) {
		from = next(replay) % bytes;
		to = next(replay) % bytes;
		n = next(replay) % 16;
		switch (next(replay) % 4) {
		case 0:
			copy[from] ^= (uint8_t)(1u << (next(replay) % 8));
			break;
		case 1:
			copy[from] = (uint8_t)next(replay);
			break;
		case 2:
			n = n < bytes - from ? n : bytes - from;
			n = n < bytes - to ? n : bytes - to;
			memmove(copy + to, copy + from, n);
			break;
		default:
			bytes = from + 1;
		}
	}
	run(replay, copy, bytes);
	free(copy);
}

static void
replay_file(struct replay *replay, const char *path)
{
	static uint8_t data[FILE_MAX];
	FILE *file = fopen(path, "rb");
	size_t bytes;

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	bytes = fread(data, 1, sizeof(data), file);
	fclose(file);
	replay->files++;
	run(replay, data, bytes);
	for (long i = 0; bytes != 0 && i < replay->mutations; i++)
		mutate(replay, data, bytes);
}

static void
replay_folder(struct replay *replay, const char *folder)
{
	char path[4096];
	struct dirent **names;
	struct stat st;
	int count = scandir(folder, &names, NULL, alphasort);

	if (count < 0) {
		fprintf(stderr, "%s: %s\n", folder, strerror(errno));
		exit(1);
	}
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
			replay_file(replay, path);
		free(names[i]);
	}
	free(names);
}

int
main(int argc, char *argv[])
{
	struct replay replay = { .mutations = MUTATIONS, .seed = 20150308 };
	const char *name = strrchr(argv[0], '/');
	const char *mutations = getenv("FUZZ_MUTATIONS");
	char folder[4096];

	name = name == NULL ? argv[0] : name + 1;
	if (mutations != NULL)
		replay.mutations = strtol(mutations, NULL, 10);
	if (argc == 1) {
		snprintf(folder, sizeof(folder), "%s/%s", FUZZ_CORPUS,
		    strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name);
		replay_folder(&replay, folder);
	}
	for (int i = 1; i < argc; i++)
		replay_folder(&replay, argv[i]);
	/* TAP: whoever crashed did not come here. */
	printf("%s 1 - %s: %ld files, %ld inputs\n1..1\n",
	    replay.files == 0 ? "not ok" : "ok", name, replay.files,
	    replay.inputs);
	return replay.files == 0;
}
