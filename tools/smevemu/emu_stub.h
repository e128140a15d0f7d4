/*
 * tools/smevemu/emu_stub.h - a provider that gives each request of a type the
 * same answers, for those who write a consumer and have nobody to ask.
 */
#ifndef SMEVEMU_EMU_STUB_H
#define SMEVEMU_EMU_STUB_H

struct emu;
struct emu_line;
struct emu_message;
struct emu_type;
struct err;

/*
 * The line "reply ..." for the newest type: one more answer, after those it
 * has.  Errors: ERR_FATAL EMU_CONF, those of file_read() and xml_doc_parse().
 */
int emu_stub_reply(struct emu_line *line);
/* Answer request with all answers of its type; without one it is rejected. */
int
emu_stub_answer(struct emu *emu, struct emu_message *request, struct err *err);
void emu_stub_free(struct emu_type *type);

#endif
