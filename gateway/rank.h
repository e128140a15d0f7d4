/*
 * gateway/rank.h - whose word counts how much, by the role of a source.
 *
 * The table of MODEL 5.2.
 */
#ifndef GATEWAY_RANK_H
#define GATEWAY_RANK_H

struct config;

/* The settings whose sources rank_of() is asked about. */
void rank_setup(const struct config *config);
/* 0 (nobody) to 9; a higher one wins.  See registry_settings.trust. */
int rank_of(const char *source, const char *field_group);

#endif
