#include "model/requisites.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Only digits, and not all of them zero. */
static bool
number(const char *text)
{
	size_t bytes = strlen(text);

	return bytes == strspn(text, "0123456789")
	    && bytes != strspn(text, "0");
}

/* Check digit over count digits of text with these weights. */
static int
weighted(const char *text, const int *weights, int count)
{
	int sum = 0;

	for (int i = 0; i < count; i++)
		sum += (text[i] - '0') * weights[i];
	return sum % 11 % 10;
}

bool
inn_valid(const char *text)
{
	/* All three rows of MODEL 3.1 are tails of this one. */
	static const int weights[] = { 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8 };
	size_t bytes = strlen(text);

	if (!number(text))
		return false;
	if (bytes == 10)
		return weighted(text, weights + 2, 9) == text[9] - '0';
	return bytes == 12 && weighted(text, weights + 1, 10) == text[10] - '0'
	    && weighted(text, weights, 11) == text[11] - '0';
}

bool
kpp_valid(const char *text)
{
	if (strlen(text) != 9)
		return false;
	for (int i = 0; i < 9; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';
		bool letter = text[i] >= 'A' && text[i] <= 'Z';

		if (!digit && !(letter && (i == 4 || i == 5)))
			return false;
	}
	return true;
}

bool
ogrn_valid(const char *text)
{
	size_t bytes = strlen(text);
	int64_t value = 0;

	if ((bytes != 13 && bytes != 15) || !number(text))
		return false;
	for (size_t i = 0; i < bytes - 1; i++)
		value = value * 10 + (text[i] - '0');
	return value % (bytes == 13 ? 11 : 13) % 10 == text[bytes - 1] - '0';
}
