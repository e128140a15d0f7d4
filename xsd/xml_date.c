#include "xsd/xml_date.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DAY_MS   INT64_C(86400000)
#define ZONE_MAX 840 /* minutes; XML Schema allows 14 hours */

struct date {
	int year, month, day;
};

static bool
space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Exactly count digits at *p, or false. */
static bool
digits(const char **p, int count, int *ret)
{
	int value = 0;

	for (int i = 0; i < count; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		value = value * 10 + (**p - '0');
	}
	*ret = value;
	return true;
}

static bool
take(const char **p, char c)
{
	if (**p != c)
		return false;
	(*p)++;
	return true;
}

static bool
at_end(const char *p)
{
	while (space(*p))
		p++;
	return *p == '\0';
}

/* Z or +hh:mm; *ret_minutes stays as it is when there is none. */
static bool
zone(const char **p, int *ret_minutes)
{
	int sign, hours, minutes;

	if (take(p, 'Z')) {
		*ret_minutes = 0;
		return true;
	}
	if (**p != '+' && **p != '-')
		return true;
	sign = *(*p)++ == '-' ? -1 : 1;
	if (!digits(p, 2, &hours) || !take(p, ':') || !digits(p, 2, &minutes)
	    || minutes > 59 || hours * 60 + minutes > ZONE_MAX)
		return false;
	*ret_minutes = sign * (hours * 60 + minutes);
	return true;
}

static bool
leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool
exists(const struct date *date)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };

	if (date->year < 1 || date->month < 1 || date->month > 12
	    || date->day < 1)
		return false;
	return date->day
	    <= days[date->month - 1] + (date->month == 2 && leap(date->year));
}

/*
 * Days since 1970-01-01.  Years begin in March here, so that the leap day is
 * the last; 719468 are the days from 0000-03-01 to the epoch.
 */
static int64_t
to_days(const struct date *date)
{
	int64_t year = date->year - (date->month <= 2);
	int64_t month = (date->month + 9) % 12;
	int64_t in_year = (153 * month + 2) / 5 + date->day - 1;

	return year * 365 + year / 4 - year / 100 + year / 400 + in_year
	    - 719468;
}

/* The inverse, for years 0 to 9999. */
static struct date
from_days(int64_t days)
{
	int64_t from_march = days + 719468;
	int64_t era = from_march / 146097;
	int64_t in_era = from_march % 146097;
	int64_t year =
	    (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * in_year + 2) / 153;

	return (struct date){
		.day = (int)(in_year - (153 * month + 2) / 5 + 1),
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.year = (int)(year + era * 400 + (month >= 10)),
	};
}

static enum xml_date_kind
parse_iso(const char *p, struct date *date)
{
	enum xml_date_kind kind = XML_DATE_YEAR;
	int ignored = 0;

	*date = (struct date){ .month = 1, .day = 1 };
	if (!digits(&p, 4, &date->year))
		return XML_DATE_BAD;
	if (take(&p, '-')) {
		kind = XML_DATE_MONTH;
		if (!digits(&p, 2, &date->month))
			return XML_DATE_BAD;
		if (take(&p, '-')) {
			kind = XML_DATE_DAY;
			if (!digits(&p, 2, &date->day) || !zone(&p, &ignored))
				return XML_DATE_BAD;
		}
	}
	return at_end(p) ? kind : XML_DATE_BAD;
}

/* 08.03.2015 and 03.2015, as people here write. */
static enum xml_date_kind
parse_dotted(const char *p, struct date *date)
{
	enum xml_date_kind kind = XML_DATE_MONTH;

	*date = (struct date){ .day = 1 };
	if (!digits(&p, 2, &date->month) || !take(&p, '.'))
		return XML_DATE_BAD;
	if (p[0] != '\0' && p[1] != '\0' && p[2] == '.') {
		kind = XML_DATE_DAY;
		date->day = date->month;
		if (!digits(&p, 2, &date->month) || !take(&p, '.'))
			return XML_DATE_BAD;
	}
	if (!digits(&p, 4, &date->year) || !at_end(p))
		return XML_DATE_BAD;
	return kind;
}

enum xml_date_kind
xml_date_parse(const char *text, char ret_text[XML_DATE_BYTES])
{
	enum xml_date_kind kind;
	struct date date;
	char whole[40];

	*ret_text = '\0';
	while (space(*text))
		text++;
	kind = parse_iso(text, &date);
	if (kind == XML_DATE_BAD)
		kind = parse_dotted(text, &date);
	if (kind == XML_DATE_BAD || !exists(&date))
		return XML_DATE_BAD;
	snprintf(whole, sizeof(whole), "%04d-%02d-%02d", date.year, date.month,
	    date.day);
	whole[kind == XML_DATE_YEAR      ? 4
		: kind == XML_DATE_MONTH ? 7
					 : 10] = '\0';
	memcpy(ret_text, whole, strlen(whole) + 1);
	return kind;
}

int
xml_date_days(const char *text, int64_t *ret_days)
{
	struct date date;

	if (parse_iso(text, &date) != XML_DATE_DAY || !exists(&date))
		return -1;
	*ret_days = to_days(&date);
	return 0;
}

void
xml_date_format(int64_t days, char ret_text[XML_DATE_BYTES])
{
	struct date date = from_days(days);
	char whole[40];

	assert(date.year >= 1 && date.year <= 9999);
	snprintf(whole, sizeof(whole), "%04d-%02d-%02d", date.year, date.month,
	    date.day);
	memcpy(ret_text, whole, XML_DATE_BYTES);
}

/* Milliseconds after the point at *p; any number of digits. */
static bool
fraction(const char **p, int64_t *ret_ms)
{
	int64_t worth = 100;

	*ret_ms = 0;
	if (!take(p, '.'))
		return true;
	if (**p < '0' || **p > '9')
		return false;
	for (; **p >= '0' && **p <= '9'; (*p)++, worth /= 10)
		*ret_ms += worth * (**p - '0');
	return true;
}

int
xml_datetime_parse(const char *text, int64_t *ret_ms)
{
	int hour, minute, second, zone_minutes = XML_ZONE_MOSCOW;
	struct date date;
	int64_t ms;

	while (space(*text))
		text++;
	if (!digits(&text, 4, &date.year) || !take(&text, '-')
	    || !digits(&text, 2, &date.month) || !take(&text, '-')
	    || !digits(&text, 2, &date.day) || !take(&text, 'T')
	    || !digits(&text, 2, &hour) || !take(&text, ':')
	    || !digits(&text, 2, &minute) || !take(&text, ':')
	    || !digits(&text, 2, &second) || !fraction(&text, &ms)
	    || !zone(&text, &zone_minutes) || !at_end(text) || !exists(&date))
		return -1;
	if (hour > 24 || minute > 59 || second > 59
	    || (hour == 24 && (minute | second | (int)ms) != 0))
		return -1;
	ms +=
	    ((hour * 60 + minute - zone_minutes) * INT64_C(60) + second) * 1000;
	*ret_ms = to_days(&date) * DAY_MS + ms;
	return 0;
}

void
xml_datetime_format(
    int64_t ms, int zone_minutes, char ret_text[XML_DATETIME_BYTES])
{
	int64_t local = ms + zone_minutes * INT64_C(60000);
	int64_t days = local / DAY_MS - (local % DAY_MS < 0);
	int64_t in_day = local - days * DAY_MS;
	int minutes = (int)(in_day / 60000), millis = (int)(in_day % 60000);
	int east = zone_minutes < 0 ? -zone_minutes : zone_minutes;
	char date[XML_DATE_BYTES], part[8] = "", all[64];

	xml_date_format(days, date);
	if (millis % 1000 != 0)
		snprintf(part, sizeof(part), ".%03d", millis % 1000);
	snprintf(all, sizeof(all), "%sT%02d:%02d:%02d%s%c%02d:%02d", date,
	    minutes / 60, minutes % 60, millis / 1000, part,
	    zone_minutes < 0 ? '-' : '+', east / 60, east % 60);
	memcpy(ret_text, all, strlen(all) + 1);
}
