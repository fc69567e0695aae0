/*
 * The parser of --syscalls on any bytes: it must not crash, must point into
 * the expression when it refuses, and must agree with itself.
 * Rooms: sysdesc base
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sysdesc/select.h"
#include "sysdesc/sysdesc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* Saying a good expression twice changes nothing. */
static void check_twice(const struct select *select, const char *expression)
{
	size_t length = strlen(expression);
	char *twice = malloc(2 * length + 2);
	struct select again;
	size_t at, bad;

	check(twice != NULL);
	memcpy(twice, expression, length);
	twice[length] = ',';
	memcpy(twice + length + 1, expression, length + 1);
	check(select_parse(&again, twice, &at, &bad) == 0);
	check(memcmp(again.bits, select->bits, sizeof(again.bits)) == 0);
	check(again.unknown == select->unknown);
	free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *expression = malloc(size + 1);
	struct select select;
	size_t at = 0, length = 0;
	int error;

	check(expression != NULL);
	memcpy(expression, data, size);
	expression[size] = '\0';
	error = select_parse(&select, expression, &at, &length);
	if (error) {
		check(error == -EINVAL);
		check(at <= strlen(expression));
		check(length <= strlen(expression) - at);
	} else {
		check_twice(&select, expression);
	}
	free(expression);
	return 0;
}
