/*
 * SIGCHLD, taken synchronously. Must wait for no thread.
 */
#include "supervisor/hint.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#include "base/array.h"

/* Fewer than these are looked at faster than a hint is taken. */
#define WORTH_FROM 64
/* Everybody is looked at after so many rounds, or one for so many threads: what
 * a look costs is shared by as many. */
#define ROUNDS_MIN       64u
#define THREADS_IN_ROUND 8u
/* About what a look at ten thousand threads takes. */
#define MOMENT_NS (200l * 1000)
/* A timer that ends before the next tick has the clock programmed for it, and
 * again when it is not needed any more: of a virtual machine that is an exit
 * each, which cost as much as all else about a stop. */
#define LONG_NS (5l * 1000 * 1000)

static sigset_t hint_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	return set;
}

void hint_open(void)
{
	sigset_t set = hint_signals();

	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

pid_t hint_next(enum hint_wait wait)
{
	static const long ns[] = { 0, MOMENT_NS, LONG_NS };
	const struct timespec moment = { .tv_nsec = ns[wait] };
	sigset_t set = hint_signals();
	siginfo_t info;

	if (sigtimedwait(&set, &info, &moment) < 0)
		return errno == EINTR ? -EINTR : 0;
	return info.si_pid;
}

void hint_note(struct hint *hint, pid_t tid)
{
	hint->recent[tid % HINT_RECENT] = tid;
}

bool hint_is_due(struct hint *hint, unsigned threads)
{
	if (threads < WORTH_FROM)
		return false;
	if (hint->rounds++ < MAX(ROUNDS_MIN, threads / THREADS_IN_ROUND))
		return true;
	hint->rounds = 0;
	return false;
}
