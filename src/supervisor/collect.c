/*
 * waitid(2) and wait4(2). Must not answer stops.
 */
#include "supervisor/collect.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hold/follow.h"
#include "supervisor/detach.h"
#include "supervisor/hint.h"
#include "supervisor/life.h"
#include "supervisor/sampling.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"

#define ANYBODY   (-1)
#define ASKED_MAX 64

/* glibc's waitid() has no rusage. */
static int raw_waitid(idtype_t type, pid_t pid, siginfo_t *info, int options,
		      struct rusage *usage)
{
	info->si_pid = 0;
	return syscall(SYS_waitid, type, pid, info, options, usage) < 0 ? -errno
									: 0;
}

/* A thread died in a stop that was gathered but not answered yet. */
static void drop_stops_of(struct collect *collect, pid_t tid)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < collect->count; i++)
		if (collect->stops[i].tid != tid)
			collect->stops[kept++] = collect->stops[i];
	collect->count = kept;
}

static void collect_end(struct supervisor *supervisor, struct collect *collect,
			const struct stop *stop, const struct rusage *usage)
{
	struct task *task = task_find(&supervisor->tasks, stop->tid);

	drop_stops_of(collect, stop->tid);
	sessions_tick(supervisor);
	sampling_drain(supervisor, NULL);
	if (task)
		life_end(supervisor, task, stop, usage);
}

/* What the others have used nobody asks for: the kernel sums up all threads of
 * the process each time. */
static bool is_leader(struct supervisor *supervisor, pid_t tid)
{
	const struct task *task = task_find(&supervisor->tasks, tid);

	return task && task->process && task->process->pid == tid;
}

/*
 * A zombie that still waits for us: its parent learns of it when we reap it,
 * and by then the trace must be whole.
 */
static void collect_zombie(struct supervisor *supervisor,
			   struct collect *collect, const struct stop *stop)
{
	struct rusage usage;
	siginfo_t again;
	int status;
	bool has_usage = false;

	if (is_leader(supervisor, stop->tid))
		has_usage = !raw_waitid(P_PID, stop->tid, &again,
					WEXITED | WNOWAIT | WNOHANG | __WALL,
					&usage);
	collect_end(supervisor, collect, stop, has_usage ? &usage : NULL);
	wait4(stop->tid, &status, WNOHANG | __WALL, NULL);
}

/* Those that have stopped by now may be put off, if not for long: who is
 * answered may run before we do, and stop again, and be met first for ever. By
 * hints, everybody is looked at after some rounds in any case. */
static bool may_put_off(struct collect *collect, pid_t whose)
{
	if (whose == ANYBODY && collect->put_off >= COLLECT_PUT_OFF_MAX)
		return false;
	collect->put_off++;
	return true;
}

/*
 * Whether the stop is answered before anybody looks again: then there is no
 * need to take it off the kernel first, since an answered one is seen no more.
 * Nobody else can have stopped where one is alone.
 *
 * One thing cannot be answered unless it was taken: an exec by which a thread
 * got its leader's id (looks_like_a_spurious_pid() in the kernel's ptrace.c).
 */
static bool is_answered_next(struct supervisor *supervisor,
			     struct collect *collect, pid_t whose,
			     const struct stop *stop)
{
	const struct task *task;

	if (stop->kind == STOP_EXEC)
		return false;
	task = task_find(&supervisor->tasks, stop->tid);
	if (!task || !task->process || detach_is_due(task))
		return false;
	if (HASH_COUNT(supervisor->tasks.tasks) == 1)
		return true;
	return !supervisor->tasks.unclaimed && may_put_off(collect, whose);
}

/*
 * Takes one event of a thread, or of anybody, off the kernel. 1: *ret is a stop
 * to be answered; 0: it was an end, or nothing was there; -errno. With WNOWAIT
 * the stop may be left on the kernel. *ret_empty: nothing was there, or need be
 * looked for besides the stop.
 *
 * It looks first, and then takes nothing but stops: a thread that is killed
 * need not be seen to exit before it is seen dead. The kill may move it from
 * the stop that is being answered to the one at its exit, and the answer moves
 * it on from there.
 */
static int take_event(struct supervisor *supervisor, struct collect *collect,
		      pid_t whose, int options, struct stop *ret,
		      bool *ret_empty)
{
	siginfo_t info;
	int r = raw_waitid(whose == ANYBODY ? P_ALL : P_PID, whose, &info,
			   WEXITED | WSTOPPED | WNOWAIT | __WALL | options,
			   NULL);

	*ret_empty = !r && info.si_pid == 0;
	if (r < 0 || *ret_empty)
		return r;
	stop_decode(info.si_pid, stop_wait_status(&info), ret);
	if (stop_is_end(ret)) {
		collect_zombie(supervisor, collect, ret);
		return 0;
	}
	*ret_empty = (options & WNOWAIT) &&
		     is_answered_next(supervisor, collect, whose, ret);
	if (*ret_empty)
		return 1;
	r = raw_waitid(P_PID, info.si_pid, &info, WSTOPPED | WNOHANG | __WALL,
		       NULL);
	if (r < 0 || info.si_pid == 0)
		return 0; /* it died meanwhile: the next look shows it */
	stop_decode(info.si_pid, stop_wait_status(&info), ret);
	return 1;
}

static int take(struct supervisor *supervisor, struct collect *collect,
		pid_t whose, int options, bool *ret_empty)
{
	struct stop *stop = &collect->stops[collect->count];
	int r = take_event(supervisor, collect, whose, options, stop,
			   ret_empty);

	if (r == 1) {
		hint_note(&supervisor->hint, stop->tid);
		collect->count++;
	}
	return r < 0 ? r : 0;
}

/* It may have been the end of who would tell of a newborn. */
static bool has_something(const struct supervisor *supervisor,
			  const struct collect *collect)
{
	return collect->count || supervisor->tasks.unclaimed;
}

/* Who ran a moment ago has probably stopped again, and its hint may be lost. */
static void collect_recent(struct supervisor *supervisor,
			   struct collect *collect)
{
	const pid_t *recent = supervisor->hint.recent;
	bool empty;

	for (unsigned i = 0; i < HINT_RECENT; i++)
		if (recent[i] && collect->count < COLLECT_MAX)
			take(supervisor, collect, recent[i], WNOHANG, &empty);
}

/* Who is held is the one that will stop, and does while we sleep; its hint is
 * lost where another one was there first. Another's may be lost to it: while
 * the held one runs, everybody is looked at after some rounds; when it sleeps,
 * at the end of the wait. As collect_hinted(). */
static int collect_held(struct supervisor *supervisor, struct collect *collect,
			pid_t held)
{
	pid_t tid = hint_next(HINT_LONG);
	bool empty;

	if (tid > 0 && tid != held)
		take(supervisor, collect, tid, WNOHANG, &empty);
	if (tid > 0)
		take(supervisor, collect, held,
		     WNOHANG | (collect->count ? 0 : WNOWAIT), &empty);
	return has_something(supervisor, collect) ? 1 : tid;
}

/* Takes what hints tell of. 1: there is something to do; 0: look yourself;
 * -EINTR. */
static int collect_hinted(struct supervisor *supervisor,
			  struct collect *collect)
{
	pid_t held = follow_held(&supervisor->follow);
	bool empty, waits = false;
	pid_t tid = 0;

	if (held)
		return collect_held(supervisor, collect, held);
	while (collect->count < COLLECT_MAX) {
		tid = hint_next(waits ? HINT_MOMENT : HINT_NOW);
		if (tid > 0) {
			/* Stale, it names one who is gone, or runs again. */
			take(supervisor, collect, tid, WNOHANG, &empty);
			waits = false;
		} else if (tid < 0 || waits ||
			   has_something(supervisor, collect)) {
			break;
		} else {
			collect_recent(supervisor, collect);
			waits = !has_something(supervisor, collect);
		}
	}
	return has_something(supervisor, collect) ? 1 : tid;
}

/* Takes all that is there by now. */
static void collect_rest(struct supervisor *supervisor, struct collect *collect)
{
	bool empty = false;
	int r = 0;

	while (!r && !empty && collect->count < COLLECT_MAX)
		r = take(supervisor, collect, ANYBODY, WNOHANG, &empty);
}

/* Looks at everybody. 0 or -errno. */
static int collect_all(struct supervisor *supervisor, struct collect *collect)
{
	bool empty = false;
	int r;

	do {
		r = take(supervisor, collect, ANYBODY, WNOWAIT, &empty);
		if (r < 0)
			return r;
	} while (!has_something(supervisor, collect));
	if (collect->count && !empty) {
		collect->put_off = 0;
		collect_rest(supervisor, collect);
	}
	return 0;
}

/* Looks at those that were asked to stop: where they are many, to look at all
 * for each of them is what takes the time. True when there was something. */
static bool collect_asked(struct supervisor *supervisor,
			  struct collect *collect)
{
	pid_t tids[ASKED_MAX];
	unsigned count;
	bool empty;

	if (collect->asked_rounds++ == COLLECT_ASKED_ROUNDS) {
		collect->asked_rounds = 0;
		return false;
	}
	count = await_asked(supervisor, tids, ASKED_MAX);
	for (unsigned i = 0; i < count; i++)
		take(supervisor, collect, tids[i], WNOHANG, &empty);
	return has_something(supervisor, collect);
}

void collect_keep(pid_t tid, struct stop *stop)
{
	siginfo_t info;

	if (!raw_waitid(P_PID, tid, &info, WSTOPPED | WNOHANG | __WALL, NULL) &&
	    info.si_pid)
		stop_decode(tid, stop_wait_status(&info), stop);
}

int collect_stops(struct supervisor *supervisor, struct collect *collect)
{
	int r = 0;

	collect->count = 0;
	if (supervisor->await.asked && collect_asked(supervisor, collect))
		return 0;
	if (hint_is_due(&supervisor->hint, HASH_COUNT(supervisor->tasks.tasks)))
		r = collect_hinted(supervisor, collect);
	if (!r)
		return collect_all(supervisor, collect);
	/* Who makes threads is not always known: it must be heard before a
	 * newborn counts as one that nobody tells of. */
	if (r > 0 && supervisor->tasks.unclaimed && !supervisor->sees_all)
		collect_rest(supervisor, collect);
	return r < 0 ? r : 0;
}
