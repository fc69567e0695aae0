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

#include "supervisor/life.h"
#include "supervisor/state.h"

/* glibc's waitid() has no rusage. */
static int raw_waitid(idtype_t type, pid_t pid, siginfo_t *info, int options,
		      struct rusage *usage)
{
	info->si_pid = 0;
	return syscall(SYS_waitid, type, pid, info, options, usage) < 0 ? -errno
									: 0;
}

static struct stop end_of(const siginfo_t *info)
{
	struct stop stop = { .tid = info->si_pid, .kind = STOP_KILLED };

	if (info->si_code == CLD_EXITED) {
		stop.kind = STOP_EXITED;
		stop.status = info->si_status;
	} else {
		stop.signal = info->si_status;
		stop.core = info->si_code == CLD_DUMPED;
	}
	return stop;
}

static bool is_end(const siginfo_t *info)
{
	return info->si_code == CLD_EXITED || info->si_code == CLD_KILLED ||
	       info->si_code == CLD_DUMPED;
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
	session_tick(supervisor->session);
	if (task)
		life_end(supervisor, task, stop, usage);
}

/* A zombie that still waits for us: its parent learns of it when we reap it,
 * and by then the trace must be whole. */
static void collect_zombie(struct supervisor *supervisor,
			   struct collect *collect, const siginfo_t *info)
{
	struct stop stop = end_of(info);
	struct rusage usage;
	siginfo_t again;
	int status;
	int r = raw_waitid(P_PID, stop.tid, &again,
			   WEXITED | WNOWAIT | WNOHANG | __WALL, &usage);

	collect_end(supervisor, collect, &stop, r < 0 ? NULL : &usage);
	wait4(stop.tid, &status, WNOHANG | __WALL, NULL);
}

/*
 * Takes one event off the kernel. 1: *ret is a stop to be answered; 0: it was
 * an end, or nothing was there (*ret_empty); -errno.
 */
static int take_directly(struct supervisor *supervisor, struct collect *collect,
			 int options, struct stop *ret, bool *ret_empty)
{
	int status;
	pid_t tid = wait4(-1, &status, __WALL | options, NULL);

	*ret_empty = tid == 0;
	if (tid < 0)
		return -errno;
	if (tid == 0 || !stop_decode(tid, status, ret))
		return 0;
	if (!stop_is_end(ret))
		return 1;
	collect_end(supervisor, collect, ret, NULL);
	return 0;
}

/* The same, looking before taking: while somebody is about to end. */
static int take_carefully(struct supervisor *supervisor,
			  struct collect *collect, int options,
			  struct stop *ret, bool *ret_empty)
{
	siginfo_t info;
	int status;
	pid_t tid;
	int r = raw_waitid(P_ALL, 0, &info,
			   WEXITED | WSTOPPED | WNOWAIT | __WALL | options,
			   NULL);

	*ret_empty = false;
	if (r < 0)
		return r;
	*ret_empty = info.si_pid == 0;
	if (*ret_empty)
		return 0;
	if (is_end(&info)) {
		collect_zombie(supervisor, collect, &info);
		return 0;
	}
	tid = wait4(info.si_pid, &status, WNOHANG | __WALL, NULL);
	if (tid <= 0 || !stop_decode(tid, status, ret))
		return 0;
	if (!stop_is_end(ret))
		return 1;
	/* It died between the look and the taking. */
	collect_end(supervisor, collect, ret, NULL);
	return 0;
}

static int take(struct supervisor *supervisor, struct collect *collect,
		int options, bool *ret_empty)
{
	struct stop *stop = &collect->stops[collect->count];
	int r =
	    supervisor->exiting
		? take_carefully(supervisor, collect, options, stop, ret_empty)
		: take_directly(supervisor, collect, options, stop, ret_empty);

	if (r == 1)
		collect->count++;
	return r < 0 ? r : 0;
}

int collect_stops(struct supervisor *supervisor, struct collect *collect)
{
	bool empty = false;
	int r;

	collect->count = 0;
	while (!collect->count) {
		r = take(supervisor, collect, 0, &empty);
		if (r < 0)
			return r;
		/* It may have been the end of who would tell of a newborn. */
		if (!collect->count && supervisor->tasks.unclaimed)
			return 0;
	}
	/* With one thread there can be no other stop. */
	if (HASH_COUNT(supervisor->tasks.tasks) == 1)
		return 0;
	for (empty = false; !empty && collect->count < COLLECT_MAX;) {
		r = take(supervisor, collect, WNOHANG, &empty);
		if (r < 0)
			break;
	}
	return 0;
}
