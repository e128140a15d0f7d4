#include "gateway/rank.h"

#include <string.h>

#include "gateway/config.h"

static const struct config *rank_config;

/*
 * A row for each group of fields: who counts how much for it.  9 down to 1 as
 * the columns of MODEL 5.2; a role that is not named has the row's other.
 */
static const struct rank_row {
	const char *group;
	int other;
	struct {
		const char *role;
		int rank;
	} roles[6];
} rows[] = {
	{ "identity", 3,
	    { { "zags", 9 }, { "esia", 8 }, { "operator", 7 }, { "school", 4 },
		{ "services", 4 } } },
	{ "death", 0, { { "zags", 9 }, { "operator", 7 } } },
	{ "snils", 4,
	    { { "pension", 9 }, { "esia", 8 }, { "federal", 7 },
		{ "operator", 6 }, { "zags", 5 } } },
	{ "document", 3,
	    { { "police", 9 }, { "esia", 9 }, { "zags", 8 }, { "operator", 6 },
		{ "services", 5 } } },
	{ "address", 3,
	    { { "police", 9 }, { "operator", 6 }, { "services", 5 } } },
	{ "citizenship", 3,
	    { { "police", 9 }, { "esia", 9 }, { "operator", 6 },
		{ "school", 5 } } },
	{ "enrolment", 3,
	    { { "school", 9 }, { "preschool", 9 }, { "vocational", 9 },
		{ "extra", 8 }, { "operator", 7 }, { "services", 6 } } },
	{ "organisation", 3, { { "operator", 9 }, { "school", 6 } } },
	{ "federal", 0, { { "federal", 9 }, { "operator", 7 } } },
};

void
rank_setup(const struct config *config)
{
	rank_config = config;
}

int
rank_of(const char *source, const char *group)
{
	const struct config_source *from = config_source(rank_config, source);
	const char *role = from == NULL ? source : from->role;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strcmp(rows[i].group, group) != 0)
			continue;
		for (size_t k = 0; k < 6 && rows[i].roles[k].role != NULL; k++)
			if (strcmp(rows[i].roles[k].role, role) == 0)
				return rows[i].roles[k].rank;
		return rows[i].other;
	}
	return 3;
}
