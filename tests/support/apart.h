/*
 * Acts of a test in a process of its own: one that traces itself, is somebody
 * else, or may be left in any state. It must make no assertions of CMocka's,
 * which would go on with the other tests, but these.
 */
#ifndef SUPPORT_APART_H
#define SUPPORT_APART_H

#include <sys/types.h>

struct run_place;

/* Ends the act, and fails the test with one line. */
#define apart_must(claim)                                                      \
	do {                                                                   \
		if (!(claim))                                                  \
			apart_fail(__FILE__, __LINE__, #claim);                \
	} while (0)
_Noreturn void apart_fail(const char *file, int line, const char *claim);

/*
 * Forks: the act runs as the place's user, in the place, with KTRACE_U naming
 * the place's ktrace-u, and ends with it. finish waits for that, and fails the
 * test when the act did not work.
 */
pid_t apart_start(const struct run_place *place, void (*act)(void *context),
		  void *context);
void apart_finish(pid_t pid);

/* Both in one. */
void apart_run(const struct run_place *place, void (*act)(void *context),
	       void *context);

#endif
