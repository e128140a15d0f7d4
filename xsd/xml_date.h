/*
 * xsd/xml_date.h - dates and times as XML writes them.
 *
 * Time is milliseconds since 1970-01-01 UTC.  The calendar is Gregorian, years
 * 0001 to 9999.  Source: XML Schema 1.0 part 2, 3.2.7 and 3.2.9.
 */
#ifndef XSD_XML_DATE_H
#define XSD_XML_DATE_H

#include <stdint.h>

#define XML_DATE_BYTES     11 /* "2015-03-08" and its NUL */
#define XML_DATETIME_BYTES 30 /* "2015-03-08T10:20:30.123+03:00" and its NUL */
#define XML_ZONE_MOSCOW    180 /* minutes east of Greenwich */

/* What a date text says; the order is from less to more. */
enum xml_date_kind {
	XML_DATE_BAD = 0,
	XML_DATE_YEAR, /* 2015 */
	XML_DATE_MONTH, /* 2015-03 or 03.2015 */
	XML_DATE_DAY, /* 2015-03-08 or 08.03.2015 */
};

/*
 * Bring a date to the form YYYY, YYYY-MM or YYYY-MM-DD in ret_text.  Accepts
 * these, DD.MM.YYYY and MM.YYYY, and xs:date with a zone, which is dropped:
 * a day of birth is the same day everywhere.
 *
 * Returns what it is; XML_DATE_BAD, with ret_text "", for anything else,
 * such as 30 February.
 */
enum xml_date_kind
xml_date_parse(const char *text, char ret_text[XML_DATE_BYTES]);
/* Days since 1970-01-01 of a whole date YYYY-MM-DD as made above; 0 and
 * *ret_days, or -1. */
int xml_date_days(const char *text, int64_t *ret_days);
/* The date of a day number. */
void xml_date_format(int64_t days, char ret_text[XML_DATE_BYTES]);

/*
 * xs:dateTime to ms UTC.  Without a zone the time is taken as Moscow's.  Part
 * of a second beyond ms is cut; 24:00:00 is the next midnight.
 *
 * Returns 0, or -1 when text is no such time.
 */
int xml_datetime_parse(const char *text, int64_t *ret_ms);
/* xs:dateTime of ms in a zone of so many minutes; ".000" is left out. */
void xml_datetime_format(
    int64_t ms, int zone_minutes, char ret_text[XML_DATETIME_BYTES]);

#endif
