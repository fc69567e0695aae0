/*
 * Attaching to programs that run, for tests: runs ktrace-u -p, finds the
 * recorder, ends it. What cannot be set up fails the test.
 */
#ifndef SUPPORT_ATTACH_H
#define SUPPORT_ATTACH_H

#include <sys/types.h>

#include "support/run.h"

/* There is no word on ktrace-u's standard error, but that a thread is late: on
 * a busy machine one may not come to run for a second. */
void attach_must_be_silent(struct text *err);

/* Runs ktrace-u, as the place's user, with the options, the last of which wants
 * an id: "-p" or "-g". */
void attach_try(struct run_result *ret, const struct run_place *place,
		const char *const *options, pid_t id);

/* The same, for a process; it must work without a word. Returns the recorder's
 * pid. */
pid_t attach_to(const struct run_place *place, const char *const *options,
		pid_t pid);

/* Asks the recorder to end, and waits until it has: nobody traces the process
 * then. */
void attach_end(pid_t recorder, pid_t pid);

/* The same by ktrace-u -c, for a recorder of that process alone. */
void attach_clear(const struct run_place *place, pid_t recorder, pid_t pid);

/* The only child of a process, which is waited for. */
pid_t attach_child_of(pid_t pid);

#endif
