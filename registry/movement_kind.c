#include "registry/movement_kind.h"

#include <stddef.h>
#include <string.h>

static const struct movement_kind kinds[] = {
	{ "10", EFFECT_OPENS, "" }, /* first admission */
	{ "11", EFFECT_OPENS, "21" }, /* from the same municipality */
	{ "12", EFFECT_OPENS, "22" }, /* from another municipality */
	{ "13", EFFECT_OPENS, "24" }, /* from another region */
	{ "14", EFFECT_OPENS, "" }, /* from abroad */
	{ "15", EFFECT_REOPENS, "26 27" }, /* restored */
	{ "16", EFFECT_RESUMES, "33 39" }, /* back from leave */
	{ "20", EFFECT_MOVES, "" }, /* inside the organisation */
	{ "21", EFFECT_CLOSES, "11" }, { "22", EFFECT_CLOSES, "12" },
	{ "23", EFFECT_REPLACES, "23" }, /* reorganisation */
	{ "24", EFFECT_CLOSES, "13" }, { "25", EFFECT_CLOSES, "" }, /* abroad */
	{ "26", EFFECT_CLOSES, "" }, /* left */
	{ "27", EFFECT_CLOSES, "" }, /* expelled */
	{ "28", EFFECT_CLOSES, "" }, /* failing, or by a court */
	{ "29", EFFECT_CLOSES, "" }, /* graduated */
	{ "30", EFFECT_CLOSES, "" }, /* ended without a certificate */
	{ "31", EFFECT_CLOSES, "" }, /* died */
	{ "32", EFFECT_MOVES, "" }, /* next year */
	{ "33", EFFECT_SUSPENDS, "" }, /* academic leave */
	{ "34", EFFECT_MOVES, "" }, /* next year, on condition */
	{ "35", EFFECT_MOVES, "" }, /* the same year again */
	{ "36", EFFECT_CHANGES, "" }, /* form of study */
	{ "37", EFFECT_CHANGES, "" }, /* programme */
	{ "38", EFFECT_CHANGES, "" }, /* financing */
	{ "39", EFFECT_SUSPENDS, "" }, /* long treatment */
	{ "40", EFFECT_MOVES, "" }, /* extra education */
	{ "50", EFFECT_CHANGES, "" }, /* name, citizenship */
	{ "90", EFFECT_CANCELS, "" },
	{ "91", EFFECT_REOPENS, "31" }, /* after an annulment */
};

const struct movement_kind *
movement_kind_find(const char *code)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (code != NULL && strcmp(kinds[i].code, code) == 0)
			return &kinds[i];
	return NULL;
}
