/*
 * tools/smevemu/emu_fault.h - SMEV's faults: from a code of ours to the
 * element that a client sees.  Source: smev PROTOCOL 9.
 *
 * A check that fails sets err with one of the codes EMU_...; its text becomes
 * faultstring and Description.
 */
#ifndef SMEVEMU_EMU_FAULT_H
#define SMEVEMU_EMU_FAULT_H

struct emu_fault {
	const char *code; /* of struct err; a row of doc/codes.tsv */
	const char *element; /* in the faults namespace */
	const char *verdict; /* SignatureVerificationFault's enum, or NULL */
	const char *number; /* "SMEV-100", or NULL: unknown */
	const char *step; /* tail of <Code> */
	const char *text; /* default for scripted faults */
};

/* Row of code; EMU_FAILURE's for a code that is not in the table. */
const struct emu_fault *emu_fault_by_code(const char *code);
/* Row of an element or of a SignatureVerificationFault word, or NULL. */
const struct emu_fault *emu_fault_by_element(const char *element);

#endif
