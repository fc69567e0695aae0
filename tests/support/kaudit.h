/*
 * kaudit-u as tests run it: how it ends, and what it says. What is not so fails
 * the test.
 */
#ifndef SUPPORT_KAUDIT_H
#define SUPPORT_KAUDIT_H

#include <sys/types.h>

#include "support/run.h"

/* Words of kaudit-u, up to a NULL. */
void kaudit_run(struct run_result *ret, const struct run_place *place,
		const char *const *words);

void kaudit_must_exit(struct run_result *result, int status);

/* It must end so, and say that. */
void kaudit_must_say(const struct run_place *place, const char *const *words,
		     int status, const char *wanted);
#define SAY(place, status, wanted, ...)                                        \
	kaudit_must_say(place, (const char *const[]){ __VA_ARGS__, NULL },     \
			status, wanted)

/* Makes a file in the place. */
void kaudit_put(const struct run_place *place, const char *name,
		const char *text);
/* Waits until one has a line in it; half a minute at most. */
void kaudit_await(const struct run_place *place, const char *name,
		  struct text *ret);
/* Takes bytes from the end of one. */
void kaudit_cut(const struct run_place *place, const char *name, off_t by);

#endif
