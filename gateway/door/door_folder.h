/*
 * gateway/door/door_folder.h - letters of systems that have a folder go there.
 * Runs in store.
 *
 *	leased -> IPC_LETTER -> filer writes in/ -> IPC_LETTERED -> given
 *
 * At least once: a letter whose mark was lost is written again, under the same
 * name.  A folder that does not take it costs the other systems nothing.
 */
#ifndef GATEWAY_DOOR_DOOR_FOLDER_H
#define GATEWAY_DOOR_DOOR_FOLDER_H

#include <stdbool.h>

struct desk;
struct door_folder;
struct ipc_message;

/* For all folders of the settings. */
struct door_folder *door_folder_new(struct desk *desk);
/* Lease and send what is due; often. */
void door_folder_tick(struct door_folder *folders);
/* IPC_LETTERED. */
void
door_folder_heard(struct door_folder *folders, const struct ipc_message *msg);
/* The filer is gone: what it had is given to the next one. */
void door_folder_gone(struct door_folder *folders);
/* Nothing is under way. */
bool door_folder_idle(const struct door_folder *folders);

#endif
