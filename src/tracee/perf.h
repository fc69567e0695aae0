/*
 * Context switches and page faults of other threads, as perf_event_open(2)
 * tells of them: one ring for each CPU and kind, into which the events of all
 * threads go. Children inherit. Mechanism only; needs no privilege where
 * kernel.perf_event_paranoid is 2 or less.
 */
#ifndef TRACEE_PERF_H
#define TRACEE_PERF_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum perf_kind {
	PERF_SWITCHES,
	PERF_FAULTS,
	PERF_KINDS,
};

struct perf;

/* What happened. Pids are those of our own namespace. */
struct perf_event {
	enum perf_kind kind;
	uint64_t time_ns; /* CLOCK_MONOTONIC */
	pid_t pid;
	pid_t tid;
	uint32_t cpu;
	bool out;         /* PERF_SWITCHES: it stops running, */
	bool preempted;   /* not by its own doing */
	uint64_t address; /* PERF_FAULTS */
	uint64_t ip;      /* PERF_FAULTS: of the instruction */
};

/*
 * Rings for a kind. `signal` comes to the calling thread when one is half full.
 * 0; -EACCES or -EPERM where the kernel does not let us, -ENOENT or -ENOSYS
 * where it has it not; -errno. The caller frees *ret by perf_close().
 */
int perf_open(struct perf **ret, enum perf_kind kind, int signal);
void perf_close(struct perf *perf); /* NULL is fine */

/* Events of a thread, and of all that it makes from now on. 0 or -errno, and
 * then there are none of it: -ESRCH, -EMFILE. */
int perf_follow(struct perf *perf, pid_t tid);

/* The next event, of all rings the oldest. False when there is none now. */
bool perf_next(struct perf *perf, struct perf_event *ret);

/* How many events were lost since this was asked last. */
uint64_t perf_lost(struct perf *perf);

#endif
