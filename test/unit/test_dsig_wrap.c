/*
 * Signature wrapping, XSW1 to XSW9 of SAML Raider: each is refused.
 *
 * S is the signed element, E an evil one in its place.
 */
#include "test/lib/unit.h"

#include <stdlib.h>
#include <string.h>

#include "test/lib/attack.h"

static void
untouched_ones_are_good(void **state)
{
	char *message = good_message(), *whole = good_packet();

	(void)state;
	expect_good(message);
	expect_good(whole);
	free(message);
	free(whole);
}

static void
wrapped_messages_are_refused(void **state)
{
	static const char *const evils[] = { SMEV_EVIL(
						 " Id=\"SIGNED_BY_CALLER\""),
		SMEV_EVIL(" Id=\"X\""), SMEV_EVIL("") };
	const char *sig = smev_signature.data;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const char *e = evils[i];
		char *inside = stuffed(sig, "</ds:Signature>", SMEV_TARGET);
		char *object = stuffed(sig, "</ds:Signature>",
		    "<ds:Object>" SMEV_TARGET "</ds:Object>");
		char *key_info = stuffed(sig, "</ds:KeyInfo>", SMEV_TARGET);
		char *around = swap(e, "evil", "evil" SMEV_TARGET);
		char *before = join(e, SMEV_TARGET, NULL);
		char *carrier = join("<ds:Signature xmlns:ds=\"http://www.w3."
				     "org/2000/09/xmldsig#\">",
		    SMEV_TARGET, "</ds:Signature>", NULL);
		char *holding = swap(e, "evil", carrier);

		/* XSW1, 2, 3, 4, 5, 6 twice, 7, 8 */
		refuse_and_free(smev_message("", e, inside, ""), NULL);
		refuse_and_free(smev_message("", before, sig, ""), NULL);
		refuse_and_free(smev_message("", around, sig, ""), NULL);
		refuse_and_free(smev_message("", e, sig, SMEV_TARGET), NULL);
		refuse_and_free(smev_message("", e, key_info, ""), NULL);
		refuse_and_free(smev_message("", holding, sig, ""), NULL);
		refuse_and_free(smev_message("<s:Header><t:Any>" SMEV_TARGET
					     "</t:Any></s:Header>",
				    e, sig, ""),
		    NULL);
		refuse_and_free(smev_message("", e, object, ""), NULL);
		free(inside);
		free(object);
		free(key_info);
		free(around);
		free(before);
		free(carrier);
		free(holding);
	}
}

static void
wrapped_packets_are_refused(void **state)
{
	static const char *const ids[] = { " Id=\"P1\"", " Id=\"X\"", "" };
	const char *sig = packet_signature.data;
	char *bare = packet(" Id=\"P1\"", PACKET_GOOD, "");
	char *whole = good_packet();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *object = join("<ds:Object>", bare, "</ds:Object>", NULL);
		char *stuff[] = {
			stuffed(sig, "</ds:Signature>", bare), /* 1 */
			join(bare, sig, NULL), /* 2, 3, 7 */
			join(whole, sig, NULL), /* 4 */
			join(sig, bare, NULL), /* 5 */
			stuffed(sig, "</ds:KeyInfo>", bare), /* 6 */
			stuffed(sig, "</ds:Signature>", object), /* 8 */
			join("<p:Extensions>", bare, "</p:Extensions>", sig,
			    NULL) /* 7 */
		};

		for (size_t j = 0; j < sizeof(stuff) / sizeof(stuff[0]); j++) {
			char *first = packet(ids[i], PACKET_EVIL, stuff[j]);

			refuse_and_free(first, NULL);
			free(stuff[j]);
		}
		free(object);
	}
	free(bare);
	free(whole);
}

/* XSW9: a second SignedInfo, over the evil one, before or after the real. */
static void
two_signed_infos_are_refused(void **state)
{
	const char *sig = smev_signature.data;
	const char *begin = strstr(sig, "<ds:SignedInfo");
	const char *end =
	    strstr(sig, "</ds:SignedInfo>") + strlen("</ds:SignedInfo>");
	char *info = strndup(begin, (size_t)(end - begin));
	char *evil = swap(info, "#SIGNED_BY_CALLER", "#X");
	char *evil_first = join(evil, info, NULL);
	char *evil_second = join(info, evil, NULL);
	char *first = swap(sig, info, evil_first);
	char *second = swap(sig, info, evil_second);
	char *last = stuffed(sig, "</ds:Signature>", evil);

	(void)state;
	refuse_and_free(
	    smev_message("", SMEV_EVIL(" Id=\"X\""), first, ""), "DSIG_FORM");
	refuse_and_free(
	    smev_message("", SMEV_EVIL(" Id=\"X\""), second, ""), NULL);
	refuse_and_free(smev_message("", SMEV_TARGET, second, ""), "DSIG_FORM");
	refuse_and_free(smev_message("", SMEV_TARGET, last, ""), "DSIG_FORM");
	free(info);
	free(evil);
	free(evil_first);
	free(evil_second);
	free(first);
	free(second);
	free(last);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(untouched_ones_are_good),
		cmocka_unit_test(wrapped_messages_are_refused),
		cmocka_unit_test(wrapped_packets_are_refused),
		cmocka_unit_test(two_signed_infos_are_refused),
	};
	int rc;

	attack_setup();
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	attack_teardown();
	return rc;
}
