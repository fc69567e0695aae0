/*
 * Numbers are looked up by name once, since traces are long. Where a kernel's
 * own emulation of Linux has another name for the same, a row says so.
 */
#include "foreign/renumber.h"

#include <string.h>

#include "base/array.h"
#include "foreign/system.h"

static const struct alias {
	enum record_system system;
	const char *linux_name;
	const char *its_name;
} aliases[] = {
	{ RECORD_FREEBSD, "ENODATA", "ENOATTR" },
	{ RECORD_FREEBSD, "SI_TKILL", "SI_LWP" },
	{ RECORD_NETBSD, "SI_TKILL", "SI_LWP" },
};

/* What its emulations take the first of Linux's real-time signals for: the
 * kernel's own first, though the C library keeps two for itself. */
#define LINUX_REALTIME 32

#define CODE_LEAST                                                             \
	(-8) /* of the kernels' codes, and the most of small ones              \
	      */
#define CODE_MOST 16
#define CODE_BASE 0x10000 /* FreeBSD's of senders are above */

static const char *name_in(enum record_system system, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (aliases[i].system == system &&
		    !strcmp(aliases[i].linux_name, name))
			return aliases[i].its_name;
	return name;
}

static uint8_t find_error(enum record_system system, int error)
{
	const char *name = system_errno_name(RECORD_LINUX, error), *its;

	if (!name)
		return 0;
	name = name_in(system, name);
	for (int number = 1; number < RENUMBER_ERRORS; number++) {
		its = system_errno_name(system, number);
		if (its && !strcmp(its, name))
			return (uint8_t)number;
	}
	return 0;
}

static uint8_t find_signal(enum record_system system, int signo)
{
	const char *name = system_signal_name(RECORD_LINUX, signo), *its;
	int first = system_signal_first(system);
	int moved = signo - LINUX_REALTIME + first;

	if (signo >= LINUX_REALTIME)
		return first && moved <= system_signal_last(system)
			   ? (uint8_t)moved
			   : 0;
	for (int number = 1; name && number <= LINUX_REALTIME; number++) {
		its = system_signal_name(system, number);
		if (its && !strcmp(its, name))
			return (uint8_t)number;
	}
	return 0;
}

void renumber_open(struct renumber *renumber, enum record_system system)
{
	*renumber = (struct renumber){ .system = system };
	for (int error = 1; error < RENUMBER_ERRORS; error++)
		renumber->errors[error] = find_error(system, error);
	for (int signo = 1; signo < RENUMBER_SIGNALS; signo++)
		renumber->signals[signo] = find_signal(system, signo);
}

int32_t renumber_error(const struct renumber *renumber, int32_t error)
{
	return error > 0 && error < RENUMBER_ERRORS ? renumber->errors[error]
						    : 0;
}

int32_t renumber_signal(const struct renumber *renumber, int32_t signo)
{
	return signo > 0 && signo < RENUMBER_SIGNALS ? renumber->signals[signo]
						     : 0;
}

uint64_t renumber_mask(const struct renumber *renumber, uint64_t mask)
{
	uint64_t result = 0;

	for (int signo = 1; signo < RENUMBER_SIGNALS; signo++) {
		int its = renumber->signals[signo];

		if (mask >> (signo - 1) & 1 && its > 0 && its <= 64)
			result |= UINT64_C(1) << (its - 1);
	}
	return result;
}

static bool is_code(const struct renumber *renumber, int signo, int32_t code,
		    const char *name)
{
	const char *its = system_signal_code(renumber->system, signo, code);

	return its && !strcmp(its, name);
}

int32_t renumber_code(const struct renumber *renumber, int32_t signo,
		      int32_t code)
{
	const char *name = system_signal_code(RECORD_LINUX, signo, code);
	int its = renumber_signal(renumber, signo);

	name = name ? name_in(renumber->system, name) : "";
	for (int32_t i = CODE_LEAST; i <= CODE_MOST; i++) {
		if (is_code(renumber, its, i, name))
			return i;
		if (is_code(renumber, its, i + CODE_BASE, name))
			return i + CODE_BASE;
	}
	/* SI_NOINFO */
	return renumber->system == RECORD_FREEBSD ? 0 : INT16_MAX;
}
