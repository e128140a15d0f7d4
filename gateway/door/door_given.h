/*
 * gateway/door/door_given.h - what files of a message are called in the folder
 * of the system that gets them.  Runs in store.
 *
 * Names come from strangers.  The same list gets the same names each time, so
 * that the letter, written first, and the files, given later, fit.
 */
#ifndef GATEWAY_DOOR_DOOR_GIVEN_H
#define GATEWAY_DOOR_DOOR_GIVEN_H

struct arena;
struct file_list;

/* A folder of their own in FOLDER_FILES: a plain word for message_id. */
const char *door_given_shelf(const char *message_id, struct arena *arena);
/*
 * A name for each: without what a path, a shell or another system could take
 * for something else, at most 200 bytes, and no two that differ only in the
 * case of Latin letters.
 */
const char **
door_given_names(const struct file_list *files, struct arena *arena);

#endif
