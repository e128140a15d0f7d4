#include "model/pdate.h"

#include <stdio.h>
#include <string.h>

static int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
		31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

int
pdate_make(int year, int month, int day, struct pdate *ret_date)
{
	if (year < 1 || year > 9999 || month < 0 || month > 12 || day < 0)
		return -1;
	if (month == 0 && day != 0)
		return -1;
	if (month != 0 && day > month_days(year, month))
		return -1;
	*ret_date = (struct pdate){ year, month, day };
	return 0;
}

/* Exactly count digits at *at as a number, or -1; moves *at past them. */
static int
digits(const char **at, int count)
{
	int value = 0;

	for (int i = 0; i < count; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

/* Nothing, "Z", or "+03:00": the rest of an xs:date, xs:gYearMonth, xs:gYear.
 */
static bool
zone_or_end(const char *p)
{
	int hours, minutes;

	if (*p == '\0' || strcmp(p, "Z") == 0)
		return true;
	if (*p != '+' && *p != '-')
		return false;
	p++;
	if ((hours = digits(&p, 2)) < 0 || hours > 14 || *p++ != ':')
		return false;
	minutes = digits(&p, 2);
	return minutes >= 0 && minutes < 60 && *p == '\0';
}

static int
parse_russian(const char *p, struct pdate *ret_date)
{
	int day = digits(&p, 2), month, year;

	if (day < 1 || *p++ != '.' || (month = digits(&p, 2)) < 1 || *p++ != '.'
	    || (year = digits(&p, 4)) < 1 || *p != '\0')
		return -1;
	return pdate_make(year, month, day, ret_date);
}

int
pdate_parse(const char *text, struct pdate *ret_date)
{
	const char *p = text;
	int year, month, day;

	if (strlen(text) > 2 && text[2] == '.')
		return parse_russian(text, ret_date);
	if ((year = digits(&p, 4)) < 1)
		return -1;
	if (zone_or_end(p))
		return pdate_make(year, 0, 0, ret_date);
	if (*p++ != '-' || (month = digits(&p, 2)) < 1)
		return -1;
	if (zone_or_end(p))
		return pdate_make(year, month, 0, ret_date);
	if (*p++ != '-' || (day = digits(&p, 2)) < 1 || !zone_or_end(p))
		return -1;
	return pdate_make(year, month, day, ret_date);
}

int
pdate_normal(const char *text, char ret_text[PDATE_BYTES])
{
	struct pdate date;

	if (pdate_parse(text, &date) == -1)
		return -1;
	pdate_format(&date, ret_text);
	return 0;
}

void
pdate_format(const struct pdate *date, char ret_text[PDATE_BYTES])
{
	unsigned year = (unsigned)date->year % 10000;
	unsigned month = (unsigned)date->month % 100;
	unsigned day = (unsigned)date->day % 100;

	if (month == 0)
		(void)snprintf(ret_text, PDATE_BYTES, "%04u", year);
	else if (day == 0)
		(void)snprintf(ret_text, PDATE_BYTES, "%04u-%02u", year, month);
	else
		(void)snprintf(
		    ret_text, PDATE_BYTES, "%04u-%02u-%02u", year, month, day);
}

bool
pdate_full(const struct pdate *date)
{
	return date->month != 0 && date->day != 0;
}

long
pdate_days(const struct pdate *date)
{
	long year = date->year, days;
	int month = date->month == 0 ? 1 : date->month;
	int day = date->day == 0 ? 1 : date->day;

	year--;
	days = year * 365 + year / 4 - year / 100 + year / 400;
	for (int m = 1; m < month; m++)
		days += month_days(date->year, m);
	return days + day - 1 - 719162; /* days from 0001-01-01 to 1970 */
}

int
pdate_compare(const struct pdate *a, const struct pdate *b)
{
	long first = pdate_days(a), second = pdate_days(b);

	return first < second ? -1 : first > second;
}

bool
pdate_same(const struct pdate *a, const struct pdate *b)
{
	return pdate_full(a) && pdate_full(b) && a->year == b->year
	    && a->month == b->month && a->day == b->day;
}

bool
pdate_may_be(const struct pdate *a, const struct pdate *b)
{
	return a->year == b->year
	    && (a->month == 0 || b->month == 0 || a->month == b->month)
	    && (a->day == 0 || b->day == 0 || a->day == b->day);
}
