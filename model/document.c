#include "model/document.h"

#include <string.h>

#include "base/arena.h"
#include "model/entity.h"
#include "model/field.h"
#include "model/name.h"
#include "model/name_text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const roman_units[] = { "", "I", "II", "III", "IV", "V",
	"VI", "VII", "VIII", "IX" };
static const char *const roman_tens[] = { "", "X", "XX", "XXX", "XL" };

/* What may stand for a part of a Roman numeral, upper case. */
static const struct {
	const char *seen, *roman;
} romans[] = {
	{ "I", "I" },
	{ "V", "V" },
	{ "X", "X" },
	{ "L", "L" },
	{ "C", "C" },
	{ "1", "I" },
	{ "|", "I" },
	{ "!", "I" },
	{ "І", "I" }, /* Ukrainian */
	{ "Ӏ", "I" }, /* palochka */
	{ "У", "V" },
	{ "Y", "V" },
	{ "Х", "X" },
	{ "П", "II" },
	{ "Ш", "III" },
	{ "С", "C" },
};

/* Latin for Cyrillic capitals in the two letters of a series. */
static const struct {
	const char *seen, *letter;
} letters[] = {
	{ "A", "А" },
	{ "B", "В" },
	{ "C", "С" },
	{ "E", "Е" },
	{ "H", "Н" },
	{ "K", "К" },
	{ "M", "М" },
	{ "O", "О" },
	{ "P", "Р" },
	{ "T", "Т" },
	{ "X", "Х" },
	{ "Y", "У" },
	{ "0", "О" },
	{ "Ё", "Е" },
};

/* Bytes of the UTF-8 character at p, which is well-formed. */
static size_t
char_bytes(const char *p)
{
	size_t n = 1;

	while (((unsigned char)p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* Append part to dst of room bytes; -1: no room. */
static int
append(char *dst, size_t room, const char *part)
{
	size_t used = strlen(dst), bytes = strlen(part);

	if (used + bytes >= room)
		return -1;
	memcpy(dst + used, part, bytes + 1);
	return 0;
}

/* "2", "14": an Arabic number; only ones are strokes instead.  0 or -1. */
static int
read_arabic(const char *from, size_t bytes, char *dst, size_t room)
{
	int number = 0;

	if (bytes == 0 || bytes > 2 || strspn(from, "0123456789") < bytes
	    || strspn(from, "1") >= bytes)
		return -1;
	for (size_t i = 0; i < bytes; i++)
		number = number * 10 + (from[i] - '0');
	if (number <= 0 || number >= 50)
		return -1;
	return append(dst, room, roman_tens[number / 10]) == -1
		|| append(dst, room, roman_units[number % 10]) == -1
	    ? -1
	    : 0;
}

/* The first bytes of from as a Roman numeral of at most six letters. */
static int
read_roman(const char *from, size_t bytes, char *dst, size_t room)
{
	const char *end = from + bytes;

	if (read_arabic(from, bytes, dst, room) == 0)
		return 0;
	while (from < end) {
		size_t n = char_bytes(from), i;

		for (i = 0; i < COUNT(romans); i++)
			if (strlen(romans[i].seen) == n
			    && memcmp(romans[i].seen, from, n) == 0)
				break;
		if (i == COUNT(romans)
		    || append(dst, room, romans[i].roman) == -1)
			return -1;
		from += n;
	}
	return *dst == '\0' || strlen(dst) > 6 ? -1 : 0;
}

/* Exactly two Cyrillic capitals at from, to its end. */
static int
read_letters(const char *from, char *dst, size_t room)
{
	int count = 0;

	for (size_t n; *from != '\0'; from += n, count++) {
		char one[5] = "";
		const char *letter = one;

		n = char_bytes(from);
		memcpy(one, from, n < 4 ? n : 4);
		for (size_t i = 0; i < COUNT(letters); i++)
			if (strcmp(letters[i].seen, one) == 0)
				letter = letters[i].letter;
		/* А..Я are D0 90 .. D0 AF in UTF-8. */
		if (strlen(letter) != 2 || letter[0] != '\xd0'
		    || (unsigned char)letter[1] < 0x90
		    || (unsigned char)letter[1] > 0xaf)
			return -1;
		if (append(dst, room, letter) == -1)
			return -1;
	}
	return count == 2 ? 0 : -1;
}

/* text without spaces, upper case, and "l" made the "I" it stands for. */
static char *
series_text(struct arena *arena, const char *text)
{
	char *plain = arena_strdup(arena, text), *out;
	size_t used = 0;
	const char *key;

	for (char *p = plain; *p != '\0'; p++)
		if (*p == 'l')
			*p = 'I';
	key = name_text_clean(arena, plain,
	    NAME_TEXT_DASHES | NAME_TEXT_UPPER | NAME_TEXT_COMPAT);
	out = arena_strdup(arena, key);
	for (const char *p = key; *p != '\0'; p++)
		if (*p != ' ')
			out[used++] = *p;
	out[used] = '\0';
	return out;
}

int
cert_series(
    struct arena *arena, const char *text, char ret_series[CERT_SERIES_BYTES])
{
	char made[CERT_SERIES_BYTES] = "";
	const char *series, *dash, *tail;
	size_t roman_bytes;

	if (strlen(text) > 64)
		return -1;
	series = series_text(arena, text);
	dash = strchr(series, '-');
	if (dash != NULL) {
		tail = dash + 1;
		roman_bytes = (size_t)(dash - series);
	} else {
		/* The last two characters are the letters. */
		tail = series + strlen(series);
		for (int i = 0; i < 2 && tail > series; i++)
			do
				tail--;
			while (tail > series
			    && ((unsigned char)*tail & 0xc0) == 0x80);
		roman_bytes = (size_t)(tail - series);
	}
	if (read_roman(series, roman_bytes, made, sizeof(made)) == -1
	    || append(made, sizeof(made), "-") == -1
	    || read_letters(tail, made, sizeof(made)) == -1)
		return -1;
	memcpy(ret_series, made, sizeof(made));
	return 0;
}

/* text without spaces and dashes. */
static const char *
joined(struct arena *arena, const char *text)
{
	char *out = arena_strdup(arena, name_clean(arena, text));
	size_t used = 0;

	for (const char *p = out; *p != '\0'; p++)
		if (*p != ' ' && *p != '-')
			out[used++] = *p;
	out[used] = '\0';
	return out;
}

static bool
is_kind(const struct document *document, const char *kind)
{
	const char *text = value_text(&document->kind);

	return text != NULL && strcmp(text, kind) == 0;
}

static size_t
digits_of(const char *text)
{
	size_t n = strspn(text, "0123456789");

	return text[n] == '\0' ? n : 0;
}

/*
 * Two digits of kind: some sources write 3 for 03.  19 in one edition of the
 * list is what 18 is in the others (facts of the list: temporary asylum), and
 * nothing else is 19, so that both come out as 18.
 */
static void
normal_kind(struct arena *arena, struct document *document)
{
	const char *kind = value_text(&document->kind);

	if (kind != NULL && strcmp(kind, "19") == 0)
		document->kind = value_of(arena, "18");
	if (kind != NULL && strlen(kind) == 1 && digits_of(kind) == 1)
		document->kind =
		    value_of(arena, arena_printf(arena, "0%s", kind));
}

void
document_normal(struct arena *arena, struct document *document)
{
	const char *series = value_text(&document->series);
	const char *number = value_text(&document->number);
	char cert[CERT_SERIES_BYTES];

	normal_kind(arena, document);
	if (number != NULL)
		document->number = value_of(arena, joined(arena, number));
	if (series == NULL)
		return;
	if (is_kind(document, DOCUMENT_BIRTH)
	    && cert_series(arena, series, cert) == 0)
		document->series = value_of(arena, cert);
	else if (is_kind(document, DOCUMENT_PASSPORT))
		document->series = value_of(arena, joined(arena, series));
	else
		document->series = value_of(arena, text_clean(arena, series));
}

/* The series of a certificate and a number of digits, parted by a space. */
static bool
split_cert(struct arena *arena, struct document *document, const char *text)
{
	const char *space = strrchr(text, ' ');
	char series[CERT_SERIES_BYTES];

	if (space == NULL || digits_of(space + 1) == 0
	    || cert_series(arena,
		   arena_strndup(arena, text, (size_t)(space - text)), series)
		== -1)
		return false;
	document->series = value_of(arena, series);
	document->number = value_of(arena, space + 1);
	return true;
}

void
document_split(struct arena *arena, struct document *document, const char *text)
{
	const char *clean = text_clean(arena, text);
	const char *digits = joined(arena, clean);

	normal_kind(arena, document);
	if (is_kind(document, DOCUMENT_PASSPORT) && digits_of(digits) == 10) {
		document->series =
		    value_of(arena, arena_strndup(arena, digits, 4));
		document->number = value_of(arena, digits + 4);
		return;
	}
	if (is_kind(document, DOCUMENT_BIRTH)
	    && split_cert(arena, document, clean))
		return;
	document->number = value_of(arena, clean);
}

/* All digits of series and number are equal, or those of number are zero. */
static bool
placeholder(const char *series, const char *number)
{
	char first = '\0';
	size_t count = 0;
	bool zero = false, equal = true;

	for (const char *p = number; *p != '\0'; p++) {
		if (*p < '0' || *p > '9')
			continue;
		zero = (count == 0 || zero) && *p == '0';
		if (first == '\0')
			first = *p;
		equal = equal && *p == first;
		count++;
	}
	if (count == 0 || zero)
		return zero;
	for (const char *p = series; *p != '\0'; p++)
		if (*p >= '0' && *p <= '9') {
			equal = equal && *p == first;
			count++;
		}
	return equal && count > 2;
}

enum document_verdict
document_check(const struct document *document)
{
	const char *series = value_text(&document->series);
	const char *number = value_text(&document->number);
	bool passport = is_kind(document, DOCUMENT_PASSPORT);
	bool birth = is_kind(document, DOCUMENT_BIRTH);

	if (number == NULL)
		return DOCUMENT_NUMBER;
	if (placeholder(series == NULL ? "" : series, number))
		return DOCUMENT_PLACEHOLDER;
	if (passport && (series == NULL || digits_of(series) != 4))
		return DOCUMENT_SERIES;
	if (birth) {
		const char *dash = series == NULL ? NULL : strchr(series, '-');
		size_t roman = series == NULL ? 0 : strspn(series, "IVXLC");

		if (dash == NULL || roman == 0 || series + roman != dash
		    || strlen(dash) != 5)
			return DOCUMENT_SERIES;
	}
	if ((passport || birth) && digits_of(number) != 6)
		return DOCUMENT_NUMBER;
	return DOCUMENT_GOOD;
}

bool
document_usable(const struct document *document)
{
	return value_text(&document->kind) != NULL
	    && document_check(document) == DOCUMENT_GOOD;
}
