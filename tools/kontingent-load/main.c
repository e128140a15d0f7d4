/*
 * kontingent-load(1): a seeded load on the door of kontingentd(8), measured.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "crypto/dsig.h"
#include "crypto/gost.h"
#include "crypto/keystore.h"
#include "tools/kontingent-load/load_gen.h"
#include "tools/kontingent-load/load_probe.h"
#include "tools/kontingent-load/load_report.h"
#include "tools/kontingent-load/load_run.h"
#include "xsd/xml_doc.h"

#define DRAIN_MS INT64_C(600000)

struct options {
	struct load_plan plan;
	struct load_run run;
	struct load_target target;
	const char *url, *acked, *sign_key, *sign_cert, *dump;
	int64_t pid;
	bool wait_applied, json, no_prelude;
	struct keypair *key;
};

enum long_option {
	OPT_SIGNED = 256,
	OPT_KIND,
	OPT_RECORDS,
	OPT_SOURCE,
	OPT_BAD,
	OPT_ORGS,
	OPT_WAIT,
	OPT_PID,
	OPT_ACKED,
	OPT_JSON,
	OPT_RETRY,
	OPT_NO_PRELUDE,
	OPT_DUMP,
};

static const struct option long_options[] = {
	{ "signed-with", required_argument, NULL, OPT_SIGNED },
	{ "kind", required_argument, NULL, OPT_KIND },
	{ "records", required_argument, NULL, OPT_RECORDS },
	{ "source", required_argument, NULL, OPT_SOURCE },
	{ "bad", required_argument, NULL, OPT_BAD },
	{ "orgs", required_argument, NULL, OPT_ORGS },
	{ "wait-applied", no_argument, NULL, OPT_WAIT },
	{ "pid", required_argument, NULL, OPT_PID },
	{ "acked", required_argument, NULL, OPT_ACKED },
	{ "json", no_argument, NULL, OPT_JSON },
	{ "retry", no_argument, NULL, OPT_RETRY },
	{ "no-prelude", no_argument, NULL, OPT_NO_PRELUDE },
	{ "dump", required_argument, NULL, OPT_DUMP },
	{ NULL, 0, NULL, 0 },
};

static int
usage(void)
{
	fputs("usage: kontingent-load -u URL [-k KEY] [-n COUNT] "
	      "[-c CONNECTIONS] [-r RATE] [-s SEED]\n"
	      "    [--signed-with KEY,CERT] [--kind KIND] [--records N] "
	      "[--bad PERCENT] [--orgs N]\n"
	      "    [--source NAME] [--acked FILE] [--retry] [--no-prelude] "
	      "[--wait-applied]\n"
	      "    [--pid PID] [--json]\n"
	      "       kontingent-load --dump FOLDER [-n COUNT] [-s SEED] ...\n",
	    stderr);
	return 2;
}

static int
parse_size(const char *text, int64_t low, int64_t high, size_t *ret)
{
	int64_t value;

	if (str_int(text, low, high, &value) == -1)
		return -1;
	*ret = (size_t)value;
	return 0;
}

static int
parse_real(const char *text, double high, double *ret)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end != '\0' || !(value >= 0 && value <= high))
		return -1;
	*ret = value;
	return 0;
}

/* "KEY,CERT" into its two halves. */
static int
parse_signed(struct options *o, char *text)
{
	char *comma = strchr(text, ',');

	if (comma == NULL)
		return -1;
	*comma = '\0';
	o->sign_key = text;
	o->sign_cert = comma + 1;
	return 0;
}

static int
parse_short(struct options *o, int option, const char *value)
{
	int64_t seed;

	switch (option) {
	case 'u':
		o->url = value;
		return 0;
	case 'k':
		o->run.bearer = value;
		return 0;
	case 'n':
		return parse_size(value, 1, 100000000, &o->plan.count);
	case 'c':
		return parse_size(value, 1, 10000, &o->run.connections);
	case 'r':
		return strcmp(value, "max") == 0
		    ? 0
		    : parse_real(value, 1e7, &o->run.rate);
	case 's':
		if (str_int(value, 1, INT32_MAX, &seed) == -1)
			return -1;
		o->plan.seed = (uint64_t)seed;
		return 0;
	default:
		return -1;
	}
}

static int
parse_long(struct options *o, int option, char *value)
{
	switch (option) {
	case OPT_SIGNED:
		return parse_signed(o, value);
	case OPT_KIND:
		o->plan.kind = load_kind_find(value);
		return o->plan.kind == -1 ? -1 : 0;
	case OPT_RECORDS:
		return parse_size(value, 1, 10000, &o->plan.records);
	case OPT_SOURCE:
		o->plan.source = value;
		return 0;
	case OPT_BAD:
		if (parse_real(value, 100, &o->plan.bad_share) == -1)
			return -1;
		o->plan.bad_share /= 100;
		return 0;
	case OPT_ORGS:
		return parse_size(value, 1, 100000, &o->plan.org_count);
	case OPT_PID:
		return str_int(value, 1, INT32_MAX, &o->pid);
	case OPT_ACKED:
		o->acked = value;
		return 0;
	case OPT_DUMP:
		o->dump = value;
		return 0;
	case OPT_WAIT:
		o->wait_applied = true;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_RETRY:
		o->run.retry = true;
		return 0;
	case OPT_NO_PRELUDE:
		o->no_prelude = true;
		return 0;
	default:
		return parse_short(o, option, value);
	}
}

static int
parse_options(int argc, char **argv, struct options *o)
{
	int option;

	o->plan.seed = 1;
	o->plan.count = 1000;
	o->plan.org_count = 10;
	o->plan.records = 1;
	o->plan.kind = -1;
	o->plan.bad_share = 0.02;
	o->plan.source = "sgo";
	o->run.connections = 16;
	while ((option = getopt_long(
		    argc, argv, "u:k:n:c:r:s:", long_options, NULL))
	    != -1) {
		if (parse_long(o, option, optarg) == -1)
			return -1;
	}
	return optind != argc || (o->url == NULL && o->dump == NULL) ? -1 : 0;
}

static int
set_up(struct options *o, struct err *err)
{
	if (o->url != NULL && load_target_parse(o->url, &o->target, err) == -1)
		return -1;
	o->run.target = &o->target;
	if (o->sign_key != NULL) {
		if (gost_setup(NULL, err) == -1 || dsig_setup(err) == -1
		    || keypair_load(o->sign_key, o->sign_cert, &o->key, err)
			== -1)
			return -1;
		o->plan.key = o->key;
	}
	xml_doc_setup();
	if (o->acked != NULL) {
		o->run.acked = fopen(o->acked, "w");
		if (o->run.acked == NULL)
			return err_set(err, ERR_RETRY, "FILE_WRITE",
			    "%.100s: %s", o->acked, strerror(errno));
	}
	return 0;
}

/* Schools and classes first, outside the measurement. */
static int
prelude(const struct options *o, struct err *err)
{
	struct load_run run = o->run;
	int64_t at_us;
	int rc;

	if (o->no_prelude)
		return 0;
	run.rate = 0;
	if (load_gen(&o->plan, true, &run.packets, &run.packet_count, err)
	    == -1)
		return -1;
	rc = load_run(&run, err);
	if (rc == 0 && o->wait_applied)
		rc = load_probe_drained(&o->target, DRAIN_MS, &at_us, err);
	load_gen_free(run.packets, run.packet_count);
	return rc;
}

static int64_t
own_cpu_ms(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return ((int64_t)use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000
	    + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000;
}

/* The measured part: before, the run, after. */
static int
measure(struct options *o, struct load_report *report, struct err *err)
{
	struct load_metrics before = { .waiting = -1 }, after;
	int64_t start_us, at_us = 0, cpu_ms = -1, own_ms = own_cpu_ms();
	struct err ignored = { 0 };
	bool asked;

	report->run = &o->run;
	report->ways = report->cpu_ms = report->commits = report->fsyncs = -1;
	asked = load_probe_metrics(&o->target, &before, &ignored) == 0;
	if (o->pid != 0)
		cpu_ms = load_probe_cpu_ms((pid_t)o->pid);
	start_us = clock_mono_us();
	if (load_run(&o->run, err) == -1)
		return -1;
	if (o->wait_applied
	    && load_probe_drained(&o->target, DRAIN_MS, &at_us, err) == -1)
		return -1;
	report->own_cpu_ms = own_cpu_ms() - own_ms;
	if (cpu_ms != -1) {
		report->cpu_ms = load_probe_cpu_ms((pid_t)o->pid);
		if (report->cpu_ms != -1)
			report->cpu_ms -= cpu_ms;
	}
	if (!asked || load_probe_metrics(&o->target, &after, &ignored) == -1)
		return 0;
	if (o->wait_applied) {
		report->ways = after.applied + after.refused - before.applied
		    - before.refused;
		report->ways_us = at_us - start_us;
	}
	if (before.batches != -1)
		report->commits = after.batches - before.batches;
	if (before.fsyncs != -1)
		report->fsyncs = after.fsyncs - before.fsyncs;
	return 0;
}

/* Write the packets as FOLDER/NNNNNN.xml instead of sending them. */
static int
dump(const struct options *o, const struct load_packet *packets, size_t count,
    const char *prefix, struct err *err)
{
	char path[600];
	FILE *file;

	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%.500s/%s%06zu-%s%s.xml", o->dump,
		    prefix, i, load_kind_name(packets[i].kind),
		    packets[i].bad ? "-bad" : "");
		file = fopen(path, "w");
		if (file == NULL
		    || fwrite(packets[i].xml, 1, packets[i].bytes, file)
			!= packets[i].bytes
		    || fclose(file) != 0)
			return err_set(err, ERR_RETRY, "FILE_WRITE",
			    "%.100s: %s", path, strerror(errno));
	}
	return 0;
}

static int
dump_all(struct options *o, struct err *err)
{
	struct load_packet *first = NULL;
	size_t count = 0;
	int rc;

	rc = load_gen(&o->plan, true, &first, &count, err);
	if (rc == 0)
		rc = dump(o, first, count, "a", err);
	load_gen_free(first, count);
	if (rc == 0)
		rc = dump(o, o->run.packets, o->run.packet_count, "b", err);
	return rc;
}

int
main(int argc, char **argv)
{
	struct options o = { 0 };
	struct load_report report = { 0 };
	struct err err = { 0 };
	int rc = -1;

	if (parse_options(argc, argv, &o) == -1)
		return usage();
	signal(SIGPIPE, SIG_IGN);
	if (set_up(&o, &err) == -1
	    || load_gen(
		   &o.plan, false, &o.run.packets, &o.run.packet_count, &err)
		== -1)
		goto out;
	if (o.dump != NULL) {
		rc = dump_all(&o, &err);
		goto out;
	}
	if (prelude(&o, &err) == -1 || measure(&o, &report, &err) == -1)
		goto out;
	if (o.json)
		load_report_json(&report, stdout);
	else
		load_report_text(&report, stdout);
	rc = 0;
out:
	if (rc == -1)
		fprintf(
		    stderr, "kontingent-load: %s: %s\n", err.code, err.text);
	if (o.run.acked != NULL)
		fclose(o.run.acked);
	load_gen_free(o.run.packets, o.run.packet_count);
	keypair_free(o.key);
	return rc == 0 ? 0 : 1;
}
