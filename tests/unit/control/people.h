/*
 * Processes for the tests of ownership. A pid is a letter; the lower one is a
 * later process that got the same pid.
 */
#ifndef TESTS_PEOPLE_H
#define TESTS_PEOPLE_H

#include <ctype.h>
#include <stdio.h>

#include "control/ownership.h"

/* Subsystems: kdebug and kperf, as Apple has them. */
enum { D = 1, K = 2 };

#define PERSON(letter, since, root)                                            \
	{                                                                      \
		.identity = { .pid = (letter)[0], .start = (since) },          \
		.name = (since) == 1 ? (letter) : "later",                     \
		.is_privileged = (root),                                       \
	}

/* A and B are root, U is not, G is the background tool. */
static const struct ownership_process A = PERSON("A", 1, true);
static const struct ownership_process B = PERSON("B", 1, true);
static const struct ownership_process G = PERSON("G", 1, true);
static const struct ownership_process U = PERSON("U", 1, false);

static const struct ownership_process A_without_root = PERSON("A", 1, false);
static const struct ownership_process later_A = PERSON("A", 2, false);
static const struct ownership_process later_A_root = PERSON("A", 2, true);
static const struct ownership_process later_G_root = PERSON("G", 2, true);

/* Who lives in another pid namespace has no pid here. */
static const struct ownership_process nobody = PERSON("\0", 0, false);
static const struct ownership_process nobody_root = PERSON("\0", 0, true);

static inline char person_letter(struct ownership_identity identity)
{
	if (identity.pid == 0)
		return '-';
	return (char)(identity.start == 1 ? identity.pid
					  : tolower(identity.pid));
}

/* A state, as the tables of these tests have it. */
static inline void person_describe(char *text, size_t size,
				   const struct ownership *ownership)
{
	static const char *const states[] = { "OFF", "FG", "BG" };
	static const char *const masks[] = { "0", "D", "K", "DK" };

	snprintf(text, size, "%s own=%c mask=%s bg=%c notify=%d%s%s",
		 states[ownership->state], person_letter(ownership->owner),
		 masks[ownership->configured & (D | K)],
		 person_letter(ownership->background), ownership->owes_notice,
		 ownership->keeps_owner ? " keep" : "",
		 ownership->is_kernels ? " kernel" : "");
}

#endif
