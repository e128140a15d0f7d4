/*
 * registry/enrolment_check.h - may this enrolment be, and is it likely?
 *
 * Source: domain MODEL 5.3 and 6.1, PACKETS P-IN-13.
 */
#ifndef REGISTRY_ENROLMENT_CHECK_H
#define REGISTRY_ENROLMENT_CHECK_H

#include <stdbool.h>

struct enrolment;
struct enrolment_row;
struct person_row;
struct work;

/*
 * Check what is said of an enrolment; was is what is known of it, or NULL.
 * Dates come out in normal form, and those that must not be applied are gone.
 * parallel is the group's year of study, "" if not known.  Returns false with
 * defects when the record must not be applied.
 */
bool enrolment_check(struct work *work, const struct enrolment_row *was,
    const struct person_row *person, struct enrolment *said,
    const char *parallel);
/* A second open enrolment on one level is kept, and a task for a steward. */
void enrolment_check_overlap(
    struct work *work, const struct enrolment_row *enrolment);

#endif
