/*
 * model/requisites.h - check digits of INN, OGRN and OGRNIP, form of a KPP.
 *
 * Source: domain MODEL 3.1.
 */
#ifndef MODEL_REQUISITES_H
#define MODEL_REQUISITES_H

#include <stdbool.h>

/* Ten digits (organisation) or twelve (person), check digits right, not all
 * zero. */
bool inn_valid(const char *text);
/* Four digits, two digits or capital Latin letters, three digits. */
bool kpp_valid(const char *text);
/* OGRN of 13 digits or OGRNIP of 15, check digit right, not all zero. */
bool ogrn_valid(const char *text);

#endif
