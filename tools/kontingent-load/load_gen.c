#include "tools/kontingent-load/load_gen.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/uuid.h"
#include "tools/kontingent-load/load_body.h"
#include "tools/kontingent-load/load_sign.h"
#include "xsd/xml_write.h"

static const char *const names[LOAD_KINDS] = { "learner", "repeat", "enrolment",
	"movement", "org", "group" };
static const char *const words[LOAD_KINDS] = { "LEARNER", "LEARNER",
	"ENROLMENT", "MOVEMENT", "ORG", "GROUP" };
/* Of a hundred packets of the mix. */
static const unsigned shares[LOAD_KINDS] = { 40, 20, 20, 10, 4, 6 };

/* What is wrong with a bad packet. */
enum fault {
	FAULT_SYNTAX, /* not well-formed */
	FAULT_SCHEMA, /* an element that is not there */
	FAULT_COUNT, /* RecordCount is another */
	FAULT_SNILS, /* a wrong check number */
	FAULTS
};

const char *
load_kind_name(enum load_kind kind)
{
	return names[kind];
}

int
load_kind_find(const char *name)
{
	for (int kind = 0; kind < LOAD_KINDS; kind++) {
		if (strcmp(names[kind], name) == 0)
			return kind;
	}
	return -1;
}

static enum load_kind
pick_kind(const struct load_plan *plan, size_t learners)
{
	uint64_t at = rand_below(100);
	int kind = 0;

	if (plan->kind != -1)
		return (enum load_kind)plan->kind;
	while (at >= shares[kind])
		at -= shares[kind++];
	if (learners == 0 && kind != LOAD_ORG && kind != LOAD_GROUP)
		return LOAD_LEARNER; /* the others need one */
	return (enum load_kind)kind;
}

static void
write_header(struct xml_writer *w, const struct load_plan *plan,
    const struct load_packet *packet, size_t number, int fault)
{
	char text[40];

	xml_write_open(w, "Header");
	xml_write_leaf(w, "PacketId", packet->id);
	xml_write_leaf(w, "SourceSystem", plan->source);
	xml_write_leaf(w, "Kind", words[packet->kind]);
	xml_write_leaf(w, "Mode", "DELTA");
	snprintf(text, sizeof(text), "2026-09-01T%02u:%02u:%02uZ",
	    (unsigned)(number / 3600 % 24), (unsigned)(number / 60 % 60),
	    (unsigned)(number % 60));
	xml_write_leaf(w, "CreatedAt", text);
	snprintf(
	    text, sizeof(text), "%zu", plan->records + (fault == FAULT_COUNT));
	xml_write_leaf(w, "RecordCount", text);
	if (fault == FAULT_SCHEMA)
		xml_write_leaf(w, "NoSuchElement", "1");
	xml_write_close(w);
}

static void
write_packet(const struct load_plan *plan, struct load_packet *packet,
    size_t number, size_t *learners, int fault, struct buf *out)
{
	struct xml_writer w;

	xml_write_init(&w, out);
	xml_write_open(&w, "Packet");
	xml_write_ns(&w, "", "urn://x-contingent/rs/packet/1.0.0");
	if (plan->key != NULL)
		xml_write_attr(&w, "Id", "PACKET");
	write_header(&w, plan, packet, number, fault);
	for (size_t i = 0; i < plan->records; i++) {
		struct load_body body = { .seed = plan->seed,
			.org_count = plan->org_count,
			.rec_no = i + 1,
			.wrong_snils = fault == FAULT_SNILS };

		body.subject = packet->kind == LOAD_LEARNER ? (*learners)++
		    : packet->kind == LOAD_ORG || packet->kind == LOAD_GROUP
		    ? (number * plan->records + i) % plan->org_count
		    : rand_below(*learners == 0 ? 1 : *learners);
		load_body_write(&w, packet->kind, &body);
	}
	xml_write_close(&w);
}

static int
make(const struct load_plan *plan, struct load_packet *packet, size_t number,
    size_t *learners, struct err *err)
{
	int fault = -1, rc = 0;
	struct buf out;

	if (plan->bad_share > 0
	    && (double)rand_below(1000000) < plan->bad_share * 1000000)
		fault = (int)rand_below(FAULTS);
	if (fault == FAULT_SNILS && packet->kind > LOAD_REPEAT)
		fault = FAULT_SCHEMA;
	packet->bad = fault != -1;
	uuid_v4(packet->id);
	buf_init(&out, 0);
	write_packet(plan, packet, number, learners, fault, &out);
	if (plan->key != NULL)
		rc = load_sign(plan->key, &out, err);
	if (fault == FAULT_SYNTAX)
		out.bytes -= 3;
	packet->xml = out.data;
	packet->bytes = out.bytes;
	return rc;
}

int
load_gen(const struct load_plan *plan, bool prelude,
    struct load_packet **ret_packets, size_t *ret_count, struct err *err)
{
	size_t count = prelude ? 2 * plan->org_count : plan->count;
	struct load_packet *packets = xcalloc(count, sizeof(*packets));
	struct load_plan whole = *plan;
	size_t learners = 0;
	int rc = 0;

	if (prelude) {
		whole.bad_share = 0;
		whole.records = 1;
	}
	rand_seed(plan->seed * 2 + prelude + 1);
	for (size_t i = 0; i < count && rc == 0; i++) {
		packets[i].kind = !prelude ? pick_kind(plan, learners)
		    : i < plan->org_count  ? LOAD_ORG
					   : LOAD_GROUP;
		rc = make(&whole, &packets[i], i, &learners, err);
	}
	rand_seed(0);
	if (rc == -1) {
		load_gen_free(packets, count);
		return -1;
	}
	*ret_packets = packets;
	*ret_count = count;
	return 0;
}

void
load_gen_free(struct load_packet *packets, size_t count)
{
	for (size_t i = 0; packets != NULL && i < count; i++)
		free(packets[i].xml);
	free(packets);
}
