/* What kontingent-load promises about its packets and its numbers. */
#include "test/lib/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/defect.h"
#include "base/err.h"
#include "crypto/dsig.h"
#include "crypto/keystore.h"
#include "crypto/trust.h"
#include "test/lib/signer.h"
#include "tools/kontingent-load/load_body.h"
#include "tools/kontingent-load/load_gen.h"
#include "tools/kontingent-load/load_run.h"
#include "tools/kontingent-load/load_stats.h"
#include "xsd/xml_doc.h"
#include "xsd/xml_read.h"
#include "xsd/xsd_registry.h"

static struct load_packet *
generate(struct load_plan plan, size_t *ret_count)
{
	struct load_packet *packets = NULL;
	struct err err = { 0 };

	plan.source = "test";
	if (load_gen(&plan, false, &packets, ret_count, &err) == -1)
		fail_msg("%s", err.text);
	return packets;
}

static void
the_same_seed_gives_the_same_bytes(void **state)
{
	const struct load_plan plan = { .seed = 5,
		.count = 100,
		.org_count = 3,
		.records = 2,
		.kind = -1,
		.bad_share = 0.1 };
	struct load_plan other = plan;
	struct load_packet *a, *b, *c;
	size_t count;

	(void)state;
	other.seed = 6;
	a = generate(plan, &count);
	b = generate(plan, &count);
	c = generate(other, &count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(a[i].bytes, b[i].bytes);
		assert_memory_equal(a[i].xml, b[i].xml, a[i].bytes);
		assert_string_not_equal(a[i].id, c[i].id);
	}
	load_gen_free(a, count);
	load_gen_free(b, count);
	load_gen_free(c, count);
}

static void
good_packets_are_valid_and_all_kinds_come(void **state)
{
	const struct load_plan plan = { .seed = 1,
		.count = 1000,
		.org_count = 3,
		.records = 1,
		.kind = -1,
		.bad_share = 0.1 };
	struct xsd_registry *registry = NULL;
	struct arena *arena = arena_new();
	size_t count, bad = 0, kinds[LOAD_KINDS] = { 0 };
	struct load_packet *packets = generate(plan, &count);
	struct defects defects;
	struct xml_doc *doc;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(xsd_registry_load(TEST_SCHEMAS, &registry, &err), 0);
	for (size_t i = 0; i < count; i++) {
		kinds[packets[i].kind]++;
		bad += packets[i].bad;
		if (packets[i].bad)
			continue;
		assert_int_equal(xml_doc_parse(packets[i].xml, packets[i].bytes,
				     NULL, &doc, &err),
		    0);
		defects_init(&defects, arena);
		assert_int_equal(
		    xsd_validate(registry, xml_doc_root(doc), &defects, &err),
		    0);
		xml_doc_free(doc);
	}
	for (int kind = 0; kind < LOAD_KINDS; kind++)
		assert_true(kinds[kind] > 0);
	assert_in_range(bad, 60, 140);
	load_gen_free(packets, count);
	xsd_registry_free(registry);
	arena_free(arena);
}

static void
a_signed_packet_verifies(void **state)
{
	struct keypair *key = signer_key("sgo");
	const struct load_plan plan = { .seed = 1,
		.count = 3,
		.org_count = 3,
		.records = 1,
		.kind = LOAD_LEARNER,
		.key = key };
	struct trust *trust = signer_trust();
	size_t count;
	struct load_packet *packets = generate(plan, &count);
	struct dsig_verdict verdict;
	struct xml_doc *doc;
	struct err err = { 0 };
	xmlNode *root;

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(xml_doc_parse(packets[i].xml, packets[i].bytes,
				     NULL, &doc, &err),
		    0);
		root = xml_doc_root(doc);
		assert_int_equal(
		    dsig_require(doc, find_element(root, "Signature"), root,
			trust, &verdict, &err),
		    0);
		xml_doc_free(doc);
	}
	load_gen_free(packets, count);
	trust_free(trust);
	keypair_free(key);
}

static void
snils_have_their_check_number(void **state)
{
	char text[12];

	(void)state;
	load_body_snils(112233445, text);
	assert_string_equal(text, "11223344595");
	load_body_snils(87654303, text);
	assert_string_equal(text, "08765430300");
}

static void
percentiles_are_right_to_two_percent(void **state)
{
	struct load_stats *stats = calloc(1, sizeof(*stats));
	static const double shares[] = { 0.5, 0.9, 0.99, 0.999 };
	double at, want;

	(void)state;
	for (uint64_t us = 1; us <= 100000; us++)
		load_stats_add(stats, 202, us);
	for (size_t i = 0; i < 4; i++) {
		at = (double)load_stats_at(stats, shares[i]);
		want = shares[i] * 100000;
		assert_true(at >= want && at <= want * 1.02 + 1);
	}
	assert_int_equal(load_stats_at(stats, 1), 100000);
	assert_int_equal(stats->statuses[202], 100000);
	free(stats);
}

static void
addresses_are_understood_or_refused(void **state)
{
	static const char *const wrong[] = { "https://x/", "http://", "x",
		"http://:80/", "http://x:0/", "http://x:70000/" };
	struct load_target target;
	struct err err;

	(void)state;
	assert_int_equal(
	    load_target_parse("http://127.0.0.1:8080", &target, &err), 0);
	assert_string_equal(target.host, "127.0.0.1");
	assert_int_equal(target.port, 8080);
	assert_string_equal(target.path, "/v1/packets");
	assert_int_equal(load_target_parse("http://h/a?b", &target, &err), 0);
	assert_int_equal(target.port, 80);
	assert_string_equal(target.path, "/a?b");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
		    load_target_parse(wrong[i], &target, &err), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_bytes),
		cmocka_unit_test(good_packets_are_valid_and_all_kinds_come),
		cmocka_unit_test(a_signed_packet_verifies),
		cmocka_unit_test(snils_have_their_check_number),
		cmocka_unit_test(percentiles_are_right_to_two_percent),
		cmocka_unit_test(addresses_are_understood_or_refused),
	};

	signer_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
