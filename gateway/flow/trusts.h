/*
 * gateway/flow/trusts.h - whose signature counts for whom.
 *
 * One struct trust for SMEV, one for other participants and officials, and one
 * for each source that has a signer.
 */
#ifndef GATEWAY_FLOW_TRUSTS_H
#define GATEWAY_FLOW_TRUSTS_H

struct config;
struct err;
struct trust;
struct trusts;

/* Read all certificates the settings name; before the sandbox. */
int
trusts_open(const struct config *config, struct trusts **ret, struct err *err);
void trusts_free(struct trusts *trusts); /* NULL is fine */
/* Who may sign as SMEV. */
struct trust *trusts_smev(const struct trusts *trusts);
/* Who may sign what SMEV brings of others, or NULL: no authorities were given. */
struct trust *trusts_others(const struct trusts *trusts);
/* Who may sign packets of source, or NULL: nobody was named. */
struct trust *trusts_source(const struct trusts *trusts, const char *source);

#endif
