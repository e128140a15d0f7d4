/*
 * smev/smev_origin.h - which request of ours a response without
 * OriginalMessageId may be about.
 */
#ifndef SMEV_SMEV_ORIGIN_H
#define SMEV_SMEV_ORIGIN_H

struct arena;

/*
 * The MessageID that To names, in arena, or "".  To is opaque and its form was
 * never promised: this is a guess, which a caller may believe only if he has
 * sent a message of that id and content of its kind came back.  Forms seen:
 * "n|queue|MessageID", and base64 of a JSON object with the member "mid".
 * Source: smev PROTOCOL 7.5.
 */
const char *smev_origin_guess(const char *to, struct arena *arena);

#endif
