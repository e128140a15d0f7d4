/*
 * gateway/filer/place_own.h - what the files of place.h share.  Included by
 * them only.
 */
#ifndef GATEWAY_FILER_PLACE_OWN_H
#define GATEWAY_FILER_PLACE_OWN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "gateway/filer/folder.h"

struct config;
struct config_source;
struct err;
struct ipc_peer;
struct watch;
struct watched;

#define PLACE_LOOK_MIN_MS 200 /* between two looks, however much is written */

struct place {
	const struct config *config;
	const struct config_source *source;
	struct folder folder;
	bool locked; /* folder is what the lock lets us open */
	dev_t dev;
	ino_t ino;
	int notify_fd, wd;
	struct watch *watch;
	int64_t look_ms, looked_ms; /* next, last; mono */
	bool asked; /* one file is under way */
	uint64_t id; /* of the question */
	char *name; /* of that file, and how it was */
	struct stat stat;
	int64_t later_ms, pause_ms; /* store has no room */
	char trouble[24], in_trouble[24]; /* codes that were logged last */
	int64_t told_ms; /* when a file's trouble was logged last */
	char tmp[48];
};

/* One line when something begins to be wrong, or ends (err NULL: all is well);
 * trouble remembers the last. */
void place_tell(struct place *place, char trouble[24], const struct err *err);
/* A descriptor of in/, out/ and so on, made if need be. */
int place_sub(struct place *place, const char *name, struct err *err);
/* Read that file and ask store; or refuse it, or leave it for later. */
void place_offer(struct place *place, struct ipc_peer *store,
    struct watched *file, int64_t now_ms);

#endif
