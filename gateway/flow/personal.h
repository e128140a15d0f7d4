/*
 * gateway/flow/personal.h - in an opener: signatures of officials and others,
 * which SMEV brings.
 */
#ifndef GATEWAY_FLOW_PERSONAL_H
#define GATEWAY_FLOW_PERSONAL_H

#include <stdbool.h>

#include <libxml/tree.h>

struct packet;
struct trust;

/*
 * Why signature does not make target somebody's word: a code, or NULL.  Without
 * authorities (trust NULL) nobody says whose it is: then it has to be whole.
 * *ret_whole: digest and value are right, whoever signed.
 */
const char *personal_judge(struct packet *packet, xmlNode *signature,
    const xmlNode *target, struct trust *trust, bool *ret_whole);

#endif
