/*
 * tools/smevemu/emu_federal.h - the federal segment as a scripted participant.
 */
#ifndef SMEVEMU_EMU_FEDERAL_H
#define SMEVEMU_EMU_FEDERAL_H

#include "tools/smevemu/emu.h"

#define EMU_NS_FEDERAL "urn://x-contingent/rs-federal/1.0.0"

struct err;

struct emu_verdict {
	char status[12];
	char code[50];
	char text[400];
};

/*
 * Answer one request that the federal segment was given: PushChangesRequest
 * gets a PushChangesResponse with a FederalGuid for each record, anything else
 * is rejected.
 */
int emu_federal_answer(
    struct emu *emu, struct emu_message *request, struct err *err);
/* The guid that belongs to a regional number, always the same. */
void emu_federal_guid(const char *regional_number, char ret_guid[37]);

#endif
