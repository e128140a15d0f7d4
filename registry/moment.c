#include "registry/moment.h"

#include <stdio.h>
#include <string.h>

#include "model/entity.h"
#include "model/field.h"

#define DAY_MS INT64_C(86400000)

/* Two digits below limit at p, or -1. */
static int
two(const char *p, int limit)
{
	int n;

	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -1;
	n = (p[0] - '0') * 10 + p[1] - '0';
	return n < limit ? n : -1;
}

/* Minutes east of UTC of what stands at p until its end. */
static int
zone(const char *p, int *ret_minutes)
{
	int hours, minutes;

	*ret_minutes = 0;
	if (*p == '\0' || strcmp(p, "Z") == 0)
		return 0;
	if ((*p != '+' && *p != '-') || strlen(p) != 6 || p[3] != ':')
		return -1;
	if ((hours = two(p + 1, 15)) < 0 || (minutes = two(p + 4, 60)) < 0)
		return -1;
	*ret_minutes = (hours * 60 + minutes) * (*p == '-' ? -1 : 1);
	return 0;
}

static int
clock_part(const char *p, int64_t *ret_ms)
{
	int hours, minutes, seconds, east, scale = 100;
	int64_t ms;

	if (strlen(p) < 8 || p[2] != ':' || p[5] != ':')
		return -1;
	if ((hours = two(p, 24)) < 0 || (minutes = two(p + 3, 60)) < 0
	    || (seconds = two(p + 6, 61)) < 0)
		return -1;
	ms = ((hours * 60 + minutes) * 60 + seconds) * INT64_C(1000);
	p += 8;
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++, scale /= 10)
			ms += (*p - '0') * scale;
	if (zone(p, &east) == -1)
		return -1;
	*ret_ms = ms - east * INT64_C(60000);
	return 0;
}

int
moment_parse(const char *text, int64_t *ret_ms)
{
	char day[PDATE_BYTES];
	struct pdate date;
	int64_t ms = 0;

	if (strlen(text) < 10)
		return -1;
	memcpy(day, text, 10);
	day[10] = '\0';
	if (pdate_parse(day, &date) == -1 || !pdate_full(&date))
		return -1;
	if (text[10] == 'T' || text[10] == ' ') {
		if (clock_part(text + 11, &ms) == -1)
			return -1;
	} else if (text[10] != '\0') {
		return -1;
	}
	*ret_ms = pdate_days(&date) * DAY_MS + ms;
	return 0;
}

void
moment_day(int64_t ms, char ret_text[PDATE_BYTES])
{
	int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);
	struct pdate date = { 1970, 1, 1 };
	int low = 1, high = 9999;

	/* The last year that has begun by then, and so its month and day. */
	while (low < high) {
		date.year = (low + high + 1) / 2;
		if (pdate_days(&date) <= days)
			low = date.year;
		else
			high = date.year - 1;
	}
	date.year = low;
	while (date.month < 12) {
		date.month++;
		if (pdate_days(&date) > days) {
			date.month--;
			break;
		}
	}
	date.day = (int)(days - pdate_days(&date)) + 1;
	pdate_format(&date, ret_text);
}

bool
moment_date(const struct value *value, struct pdate *ret_date)
{
	return value->state == VALUE_SET
	    && pdate_parse(value->text, ret_date) == 0;
}

int
moment_months(const struct pdate *a, const struct pdate *b)
{
	int a_month = a->month == 0 ? 1 : a->month;
	int b_month = b->month == 0 ? 1 : b->month;
	int a_day = a->day == 0 ? 1 : a->day;
	int b_day = b->day == 0 ? 1 : b->day;
	int months = (b->year - a->year) * 12 + b_month - a_month;

	return months - (b_day < a_day);
}
