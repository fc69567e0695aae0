/*
 * Perf events as records. Must not stop or resume anybody.
 */
#include "supervisor/sampling.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "base/proc.h"
#include "supervisor/alarm.h"
#include "supervisor/collect.h"
#include "supervisor/scribe.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"
#include "trace/facility.h"
#include "tracee/perf.h"

/* What it waits for while it is stopped by us: how such switches are told from
 * those that the program would have had without us. */
#define OURS "ptrace"

struct source {
	struct perf *perf; /* NULL: not wanted, or refused */
	struct perf_event next;
	bool has_next;
};

struct sampling {
	struct source sources[PERF_KINDS];
};

static const struct facility {
	uint32_t mask;
	unsigned kind;
} facilities[PERF_KINDS] = {
	[PERF_SWITCHES] = { KTRFAC(KTR_CSW), KTR_CSW },
	[PERF_FAULTS] = { KTRFAC(KTR_FAULT) | KTRFAC(KTR_FAULTEND), KTR_FAULT },
};

/* ---- records ---- */

/* At another time than now, on another CPU than where it was seen last. */
static void put_at(struct supervisor *supervisor, struct task *task,
		   uint64_t time_ns, int cpu, unsigned kind,
		   const void *payload, size_t length)
{
	uint64_t now_ns = supervisor->clock.now_ns;
	int now_cpu = task->cpu;

	supervisor->clock.now_ns = time_ns;
	task->cpu = cpu;
	scribe_put(task->process->session, task, kind, payload, length);
	supervisor->clock.now_ns = now_ns;
	task->cpu = now_cpu;
}

static void put_switch(struct supervisor *supervisor, struct task *task,
		       const struct perf_event *event, const char *wmesg)
{
	struct ktr_csw csw = { .out = event->out,
			       .user = task->sampling.was_preempted };

	/* NUL-padded, and with one at least. */
	snprintf(csw.wmesg, sizeof(csw.wmesg), "%s", wmesg);
	put_at(supervisor, task, event->time_ns, (int)event->cpu, KTR_CSW, &csw,
	       sizeof(csw));
}

static void end_fault(struct supervisor *supervisor, struct task *task,
		      int32_t result)
{
	const struct ktr_faultend end = { .result = result };

	if (!task->sampling.has_fault)
		return;
	task->sampling.has_fault = false;
	put_at(supervisor, task, task->sampling.fault_ns,
	       task->sampling.fault_cpu, KTR_FAULTEND, &end, sizeof(end));
}

/* ---- events ---- */

/* The sleep that it was in is over, or is one of our stops. */
static void end_sleep(struct supervisor *supervisor, struct task *task,
		      bool is_ours)
{
	struct task_sampling *sampling = &task->sampling;
	const struct perf_event out = {
		.out = true,
		.time_ns = sampling->out_ns,
		.cpu = (uint32_t)sampling->out_cpu,
	};

	if (!sampling->is_out)
		return;
	sampling->is_out = false;
	sampling->was_preempted = false;
	if (is_ours)
		strcpy(sampling->wmesg, OURS);
	else if (!sampling->is_checked)
		sampling->wmesg[0] = '\0';
	put_switch(supervisor, task, &out, sampling->wmesg);
}

static void take_switch(struct supervisor *supervisor, struct task *task,
			const struct perf_event *event)
{
	struct task_sampling *sampling = &task->sampling;

	end_sleep(supervisor, task, false);
	if (event->out && !event->preempted) {
		sampling->is_out = true;
		sampling->is_checked = false;
		sampling->out_ns = event->time_ns;
		sampling->out_cpu = (int)event->cpu;
		sampling->wmesg[0] = '\0';
		return;
	}
	if (event->out) {
		sampling->wmesg[0] = '\0';
		sampling->was_preempted = true;
	}
	put_switch(supervisor, task, event, sampling->wmesg);
	if (!event->out)
		sampling->wmesg[0] = '\0';
}

static void take_fault(struct supervisor *supervisor, struct task *task,
		       const struct perf_event *event)
{
	const struct ktr_fault fault = {
		.vaddr = event->address,
		/* Else whether it read or wrote is not told. */
		.type = event->address == event->ip ? KTR_FAULT_EXECUTE : 0,
	};

	put_at(supervisor, task, event->time_ns, (int)event->cpu, KTR_FAULT,
	       &fault, sizeof(fault));
	task->sampling.has_fault = true;
	task->sampling.fault_ns = event->time_ns;
	task->sampling.fault_cpu = (int)event->cpu;
	task->sampling.fault_address = event->address;
}

/* Whoever has not been told of yet has no records either. */
static struct task *find_task(struct supervisor *supervisor,
			      const struct perf_event *event)
{
	struct task *task = task_find(&supervisor->tasks, event->tid);

	if (!supervisor->started || !task || !task->process ||
	    task->process->pid != event->pid || !task->process->session ||
	    task->process->abi == SYSDESC_ABI_UNKNOWN)
		return NULL;
	return task;
}

static void take_event(struct supervisor *supervisor,
		       const struct perf_event *event)
{
	struct task *task = find_task(supervisor, event);

	if (!task)
		return;
	/* It went on, so it was given its page. */
	end_fault(supervisor, task, KTR_KERN_SUCCESS);
	if (event->kind == PERF_SWITCHES)
		take_switch(supervisor, task, event);
	else
		take_fault(supervisor, task, event);
}

/* The oldest event of all sources. */
static bool next_event(struct sampling *sampling, struct perf_event *ret)
{
	struct source *oldest = NULL;

	for (unsigned i = 0; i < PERF_KINDS; i++) {
		struct source *source = &sampling->sources[i];

		if (source->perf && !source->has_next)
			source->has_next = perf_next(source->perf,
						     &source->next);
		if (source->has_next &&
		    (!oldest || source->next.time_ns < oldest->next.time_ns))
			oldest = source;
	}
	if (!oldest)
		return false;
	*ret = oldest->next;
	oldest->has_next = false;
	return true;
}

static void take_events(struct supervisor *supervisor)
{
	struct sampling *sampling = supervisor->sampling;
	struct perf_event event;

	while (next_event(sampling, &event))
		take_event(supervisor, &event);
	for (unsigned i = 0; i < PERF_KINDS; i++) {
		struct perf *perf = sampling->sources[i].perf;
		uint64_t lost = perf ? perf_lost(perf) : 0;

		if (lost)
			sessions_lost(supervisor, facilities[i].kind, lost);
	}
}

/* ---- those that sleep ---- */

/* What they wait for is true if they still do when it was read: then no event
 * has come of them since. */
static void read_channels(struct supervisor *supervisor)
{
	struct task *task, *next;

	HASH_ITER (hh, supervisor->tasks.tasks, task, next)
		if (task->sampling.is_out && !task->sampling.wmesg[0])
			proc_wait_channel(task->tid, task->sampling.wmesg,
					  sizeof(task->sampling.wmesg));
	take_events(supervisor);
	HASH_ITER (hh, supervisor->tasks.tasks, task, next)
		if (task->sampling.is_out && task->sampling.wmesg[0])
			task->sampling.is_checked = true;
}

static int32_t result_of(const struct task *task, const siginfo_t *info)
{
	uint64_t address = (uint64_t)(uintptr_t)info->si_addr;

	if (address != task->sampling.fault_address)
		return KTR_KERN_SUCCESS;
	if (info->si_signo == SIGBUS)
		return KTR_KERN_FAILURE;
	return info->si_code == SEGV_MAPERR ? KTR_KERN_INVALID_ADDRESS
					    : KTR_KERN_PROTECTION_FAILURE;
}

/* What it did last led to this stop. */
static void take_stop(struct supervisor *supervisor, const struct stop *stop)
{
	struct task *task = task_find(&supervisor->tasks, stop->tid);
	bool is_fault = stop->kind == STOP_SIGNAL &&
			(stop->signal == SIGSEGV || stop->signal == SIGBUS);
	siginfo_t info;

	if (!task || !task->process)
		return;
	if (task->sampling.has_fault && is_fault &&
	    !tracee_siginfo(task->tid, &info))
		end_fault(supervisor, task, result_of(task, &info));
	else
		end_fault(supervisor, task, KTR_KERN_SUCCESS);
	end_sleep(supervisor, task, true);
}

void sampling_drain(struct supervisor *supervisor,
		    const struct collect *collect)
{
	if (!supervisor->sampling)
		return;
	take_events(supervisor);
	for (unsigned i = 0; collect && i < collect->count; i++)
		take_stop(supervisor, &collect->stops[i]);
	/* A round in which nothing stopped: there is time. */
	if ((!collect || !collect->count) &&
	    supervisor->sampling->sources[PERF_SWITCHES].perf)
		read_channels(supervisor);
}

void sampling_end(struct supervisor *supervisor, struct task *task,
		  int signal_number)
{
	int32_t result = KTR_KERN_SUCCESS;

	if (!supervisor->sampling)
		return;
	if (signal_number == SIGSEGV)
		result = KTR_KERN_INVALID_ADDRESS;
	else if (signal_number == SIGBUS)
		result = KTR_KERN_FAILURE;
	end_fault(supervisor, task, result);
	end_sleep(supervisor, task, false);
}

/* ---- who has events ---- */

static void say_refused(struct supervisor *supervisor, struct process *process,
			unsigned kind, int error)
{
	struct task *task = task_of_known(&supervisor->tasks, process);
	char why[128];

	snprintf(why, sizeof(why),
		 "perf_event_open: %s (see kernel.perf_event_paranoid)",
		 strerror(-error));
	scribe_coverage(process->session, task, facility_name(kind), why);
}

static int open_source(struct supervisor *supervisor, enum perf_kind kind)
{
	struct source *source;
	int r;

	if (!supervisor->sampling) {
		supervisor->sampling = calloc(1, sizeof(struct sampling));
		if (!supervisor->sampling)
			return -ENOMEM;
	}
	source = &supervisor->sampling->sources[kind];
	if (source->perf)
		return 0;
	r = perf_open(&source->perf, kind, SIGALRM);
	if (r < 0)
		return r;
	alarm_set();
	return 0;
}

static int follow_threads(struct supervisor *supervisor,
			  struct process *process, enum perf_kind kind)
{
	struct perf *perf = supervisor->sampling->sources[kind].perf;
	struct task *task, *next;
	uint8_t bit = (uint8_t)(1u << kind);
	int r = 0;

	TASK_EACH_KIN (process->tasks, task, next) {
		if (task->sampling.followed & bit)
			continue;
		r = perf_follow(perf, task->tid);
		if (r < 0 && r != -ESRCH)
			return r;
		task->sampling.followed |= bit;
	}
	return 0;
}

void sampling_review(struct supervisor *supervisor, struct process *process)
{
	uint32_t wanted = process->plan ? process->plan->wish.facilities : 0;

	for (unsigned kind = 0; kind < PERF_KINDS; kind++) {
		int r;

		if (!(wanted & facilities[kind].mask))
			continue;
		r = open_source(supervisor, (enum perf_kind)kind);
		if (!r)
			r = follow_threads(supervisor, process,
					   (enum perf_kind)kind);
		if (r < 0)
			say_refused(supervisor, process, facilities[kind].kind,
				    r);
	}
}

void sampling_born(const struct task *parent, struct task *child)
{
	child->sampling.followed = parent->sampling.followed;
}

void sampling_close(struct supervisor *supervisor)
{
	if (!supervisor->sampling)
		return;
	for (unsigned i = 0; i < PERF_KINDS; i++)
		perf_close(supervisor->sampling->sources[i].perf);
	free(supervisor->sampling);
	supervisor->sampling = NULL;
}
