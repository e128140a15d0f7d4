/*
 * tools/kontingent-load/load_report.h - the outcome, for a person or as JSON.
 */
#ifndef LOAD_REPORT_H
#define LOAD_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct load_run;

struct load_report {
	const struct load_run *run;
	int64_t ways; /* packets settled inside; -1 not asked */
	int64_t ways_us; /* from the first packet to that */
	int64_t cpu_ms; /* of the daemon; -1 not asked */
	int64_t own_cpu_ms; /* of the generator */
	int64_t commits, fsyncs; /* -1 not known */
};

/* Lines for a person. */
void load_report_text(const struct load_report *report, FILE *out);
/* One line; fields are only ever added. */
void load_report_json(const struct load_report *report, FILE *out);

#endif
