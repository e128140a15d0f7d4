/*
 * tools/smevemu/emu_push.h - notices to participants that their queues have
 * messages: the only call that SMEV makes itself.  Source: smev PROTOCOL 11.4.
 *
 * One at a time to each that has an url for them; one that fails is told by
 * the queue of statuses, and not sent again before the next message.
 */
#ifndef SMEVEMU_EMU_PUSH_H
#define SMEVEMU_EMU_PUSH_H

struct buf;
struct emu;
struct emu_participant;

/* Send the notices that are due; needs the loop. */
void emu_push_run(struct emu *emu);
/* Append the envelope of a notice about all queues of owner. */
void emu_push_write(const struct emu_participant *owner, struct buf *out);

#endif
