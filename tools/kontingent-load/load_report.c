#include "tools/kontingent-load/load_report.h"

#include <inttypes.h>

#include "tools/kontingent-load/load_run.h"

static const struct {
	const char *name;
	double share;
} points[] = { { "p50", 0.5 }, { "p90", 0.9 }, { "p99", 0.99 },
	{ "p99.9", 0.999 } };

#define POINTS (sizeof(points) / sizeof(points[0]))

static double
per_second(uint64_t count, int64_t us)
{
	return us <= 0 ? 0 : (double)count * 1e6 / (double)us;
}

static uint64_t
acknowledged(const struct load_stats *stats)
{
	return stats->statuses[200] + stats->statuses[202];
}

static double
per_packet(int64_t count, const struct load_stats *stats)
{
	uint64_t packets = acknowledged(stats);

	return packets == 0 ? 0 : (double)count / (double)packets;
}

void
load_report_text(const struct load_report *report, FILE *out)
{
	const struct load_run *run = report->run;
	const struct load_stats *stats = &run->stats;

	fprintf(out, "packets      %zu over %zu connections, %.3f s\n",
	    run->packet_count, run->connections, (double)run->elapsed_us / 1e6);
	fprintf(out, "answers      %" PRIu64 ", %.0f/s\n", stats->count,
	    per_second(stats->count, run->elapsed_us));
	fprintf(out, "accepted     %" PRIu64 ", %.0f/s\n", acknowledged(stats),
	    per_second(acknowledged(stats), run->elapsed_us));
	for (int status = 0; status < LOAD_STATUS_MAX; status++) {
		if (stats->statuses[status] > 0)
			fprintf(out, "HTTP %d     %" PRIu64 "\n", status,
			    stats->statuses[status]);
	}
	if (stats->failures > 0)
		fprintf(out, "broken       %" PRIu64 "\n", stats->failures);
	fprintf(out, "latency ms  ");
	for (size_t i = 0; i < POINTS; i++)
		fprintf(out, " %s %.2f", points[i].name,
		    (double)load_stats_at(stats, points[i].share) / 1e3);
	fprintf(out, " max %.2f\n", (double)stats->max_us / 1e3);
	if (report->ways >= 0)
		fprintf(out, "full ways    %" PRId64 ", %.0f/s\n", report->ways,
		    per_second((uint64_t)report->ways, report->ways_us));
	if (report->cpu_ms >= 0)
		fprintf(out, "daemon CPU   %.3f s, %.0f us/packet\n",
		    (double)report->cpu_ms / 1e3,
		    per_packet(report->cpu_ms * 1000, stats));
	fprintf(out, "own CPU      %.3f s\n", (double)report->own_cpu_ms / 1e3);
	if (report->commits >= 0)
		fprintf(out, "commits      %" PRId64 ", %.3f/packet\n",
		    report->commits, per_packet(report->commits, stats));
	if (report->fsyncs >= 0)
		fprintf(out, "fsyncs       %" PRId64 ", %.3f/packet\n",
		    report->fsyncs, per_packet(report->fsyncs, stats));
}

void
load_report_json(const struct load_report *report, FILE *out)
{
	const struct load_run *run = report->run;
	const struct load_stats *stats = &run->stats;
	const char *comma = "";

	fprintf(out,
	    "{\"packets\":%zu,\"connections\":%zu,\"elapsed_us\":%" PRId64
	    ",\"rate\":%.1f,\"answers\":%" PRIu64 ",\"answers_per_s\":%.1f"
	    ",\"accepted\":%" PRIu64
	    ",\"accepted_per_s\":%.1f,\"broken\":%" PRIu64
	    ",\"bytes_sent\":%" PRIu64 ",\"statuses\":{",
	    run->packet_count, run->connections, run->elapsed_us, run->rate,
	    stats->count, per_second(stats->count, run->elapsed_us),
	    acknowledged(stats),
	    per_second(acknowledged(stats), run->elapsed_us), stats->failures,
	    stats->bytes_sent);
	for (int status = 0; status < LOAD_STATUS_MAX; status++) {
		if (stats->statuses[status] == 0)
			continue;
		fprintf(out, "%s\"%d\":%" PRIu64, comma, status,
		    stats->statuses[status]);
		comma = ",";
	}
	fprintf(out, "},\"latency_us\":{");
	for (size_t i = 0; i < POINTS; i++)
		fprintf(out, "\"%s\":%" PRIu64 ",", points[i].name,
		    load_stats_at(stats, points[i].share));
	fprintf(out, "\"max\":%" PRIu64 "},\"own_cpu_ms\":%" PRId64,
	    stats->max_us, report->own_cpu_ms);
	if (report->ways >= 0)
		fprintf(out,
		    ",\"ways\":%" PRId64 ",\"ways_us\":%" PRId64
		    ",\"ways_per_s\":%.1f",
		    report->ways, report->ways_us,
		    per_second((uint64_t)report->ways, report->ways_us));
	if (report->cpu_ms >= 0)
		fprintf(out, ",\"cpu_ms\":%" PRId64, report->cpu_ms);
	if (report->commits >= 0)
		fprintf(out, ",\"commits\":%" PRId64, report->commits);
	if (report->fsyncs >= 0)
		fprintf(out, ",\"fsyncs\":%" PRId64, report->fsyncs);
	fprintf(out, "}\n");
}
