#include "gateway/flow/trusts.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/map.h"
#include "base/mem.h"
#include "crypto/trust.h"
#include "gateway/config.h"

struct trusts {
	struct trust *smev; /* pinned certificates, and nothing else */
	struct trust *others; /* NULL: no authorities were given */
	struct map *sources;
};

/* An authority that vouches for others does not make anyone SMEV. */
static int
open_smev(
    const struct config_smev *smev, struct trusts *trusts, struct err *err)
{
	for (size_t i = 0; i < smev->smev_cert.count; i++)
		if (trust_pin(trusts->smev, smev->smev_cert.items[i], err)
		    == -1)
			return -1;
	if (*smev->ca_folder == '\0')
		return 0;
	trusts->others = trust_new();
	return trust_add_ca(trusts->others, smev->ca_folder, err);
}

int
trusts_open(const struct config *config, struct trusts **ret, struct err *err)
{
	struct trusts *trusts = xcalloc(1, sizeof(*trusts));
	const struct config_source *source;
	struct trust *trust;

	trusts->smev = trust_new();
	trusts->sources = map_new();
	if (open_smev(&config->smev, trusts, err) == -1)
		return -1;
	for (size_t i = 0; i < config->source_count; i++) {
		source = &config->sources[i];
		if (source->signer.count == 0)
			continue;
		trust = trust_new();
		(void)map_put(trusts->sources, source->name, trust);
		for (size_t j = 0; j < source->signer.count; j++)
			if (trust_pin(trust, source->signer.items[j], err)
			    == -1)
				return -1;
	}
	*ret = trusts;
	return 0;
}

static void
free_source(void *arg)
{
	trust_free(arg);
}

void
trusts_free(struct trusts *trusts)
{
	if (trusts == NULL)
		return;
	trust_free(trusts->smev);
	trust_free(trusts->others);
	map_free(trusts->sources, free_source);
	free(trusts);
}

struct trust *
trusts_smev(const struct trusts *trusts)
{
	return trusts->smev;
}

struct trust *
trusts_others(const struct trusts *trusts)
{
	return trusts->others;
}

struct trust *
trusts_source(const struct trusts *trusts, const char *source)
{
	return map_get(trusts->sources, source);
}
