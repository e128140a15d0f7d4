#include "registry/regional_number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int
check_digit(const char *digits)
{
	int product = 10;

	for (int i = 0; i < 13; i++) {
		int sum = (digits[i] - '0' + product) % 10;

		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return (11 - product) % 10;
}

void
regional_number_make(
    const char *region, int64_t serial, char ret_text[REGIONAL_NUMBER_BYTES])
{
	unsigned area = 0;

	if (region != NULL && strlen(region) == 2
	    && strspn(region, "0123456789") == 2)
		area = (unsigned)(region[0] - '0') * 10
		    + (unsigned)(region[1] - '0');
	(void)snprintf(ret_text, REGIONAL_NUMBER_BYTES, "%02u%011" PRIu64,
	    area % 100, (uint64_t)serial % UINT64_C(100000000000));
	ret_text[13] = (char)('0' + check_digit(ret_text));
	ret_text[14] = '\0';
}

bool
regional_number_valid(const char *text)
{
	return strlen(text) == 14 && strspn(text, "0123456789") == 14
	    && text[13] - '0' == check_digit(text);
}
