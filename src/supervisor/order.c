/*
 * Orders. Must touch nobody whom the requester may not trace.
 */
#include "supervisor/order.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "control/targets.h"
#include "supervisor/attach.h"
#include "supervisor/detach.h"
#include "supervisor/recording.h"
#include "supervisor/request.h"
#include "supervisor/scribe.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"
#include "trace/facility.h"
#include "trace/frame_writer.h"
#include "trace/writer.h"

/* What is being done, to one process after the other. */
struct order {
	struct supervisor *supervisor;
	struct request *request;
	struct wire_answer *answer;
	struct recording_change change; /* of SET */
	char by[64];                    /* who asked, for a record */
};

static enum permission_form form_of(const struct request *request)
{
	return request->wire.flags & WIRE_NETBSD ? PERMISSION_NETBSD
						 : PERMISSION_FREEBSD;
}

/* 0, -EPERM with the rule in the answer, or -ESRCH. */
static int judge(struct order *order, pid_t pid, const struct process *process)
{
	int rule = judge_target(form_of(order->request),
				&order->request->from.credential, pid,
				process ? process->facilities : 0);

	if (rule <= 0)
		return rule;
	order->answer->rule = (uint32_t)rule;
	return -EPERM;
}

/* ---- SET ---- */

/* Those whose calls have to stop now and did not, or whose children have to
 * come along: they must stop for it once. */
static void await_change(struct supervisor *supervisor, struct process *process,
			 bool stopped_calls, bool had_children)
{
	struct task *task, *next;
	bool stops_calls = process->is_filtered || process->plan->stops_calls;

	if ((stopped_calls || !stops_calls) &&
	    had_children == state_options(process).children)
		return;
	supervisor->changes_options = true;
	TASK_EACH_KIN (process->tasks, task, next)
		if (!task->exiting)
			await_thread(supervisor, task);
}

static int set_held(struct order *order, struct process *process)
{
	bool stopped_calls = process->is_filtered ||
			     (process->plan && process->plan->stops_calls);
	bool had_children = state_options(process).children;
	int r = recording_set(order->supervisor, process, &order->change);

	if (r < 0)
		return r;
	await_change(order->supervisor, process, stopped_calls, had_children);
	/* Some may have been let go when it was cleared, and others not yet. */
	return process->is_away || process->is_filtered
		   ? 0
		   : attach_again(order->supervisor, process);
}

/* A process that we do not hold is attached to for those only who could do so
 * themselves: for others the kernel would ask about us, and not about them. */
static int set_one(void *context, pid_t pid)
{
	struct order *order = context;
	struct process *process = task_process(&order->supervisor->tasks, pid);
	int r = judge(order, pid, process);

	if (r < 0)
		return r;
	if (attach_holds(pid, order->request->from.credential.pid))
		return -EPERM;
	if (process)
		return set_held(order, process);
	if (!order->request->from.is_root)
		return -EPERM;
	return attach_process(order->supervisor, pid, &order->change);
}

static int check_file(int fd)
{
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);

	return flags < 0 || (flags & O_ACCMODE) == O_RDONLY ? -EBADF : 0;
}

static int level_of(const struct wire_request *wire)
{
	return (int)((wire->flags & WIRE_LEVEL) >> WIRE_LEVEL_SHIFT);
}

/* The sizes are within the bounds of ktrace-u's own options. */
static int check_set(const struct wire_request *wire)
{
	bool is_any = wire->facilities & (KTRFAC_MASK | KTRFAC_INHERIT);

	if (!is_any || wire->genio_size > CAPTURE_GENIO_SIZE_MAX)
		return -EINVAL;
	if (wire->queue_size && (wire->queue_size < WRITER_QUEUE_LOW ||
				 wire->queue_size > WRITER_QUEUE_HIGH))
		return -EINVAL;
	if (level_of(wire) > FRAME_LEVEL_MAX)
		return -EINVAL;
	return 0;
}

int order_check(const struct request *request)
{
	int r = check_set(&request->wire);

	return r < 0 ? r : check_file(request->fd);
}

static void fill_change(struct order *order)
{
	const struct wire_request *wire = &order->request->wire;
	struct recording_change *change = &order->change;

	change->wish.facilities = (wire->facilities & KTRFAC_MASK) |
				  FACILITY_PROCESS;
	change->wish.genio_size = wire->genio_size
				      ?: CAPTURE_GENIO_SIZE_DEFAULT;
	change->wish.genio_all = wire->flags & WIRE_GENIO_ALL;
	change->has_genio = wire->genio_size || change->wish.genio_all;
	change->wish.refuses_rings = wire->flags & WIRE_NO_RINGS;
	change->inherited = wire->facilities & KTRFAC_INHERIT;
	if (judge_is_privileged(form_of(order->request),
				&order->request->from.credential))
		change->inherited |= KTRFAC_ROOT;
}

/* Cuts it off the text: what stands in front is about calls. */
static int fill_stacks(struct order *order)
{
	struct wire_request *wire = &order->request->wire;
	size_t at, length;
	char *newline;

	order->change.has_stacks = wire->flags & WIRE_STACKS;
	if (!order->change.has_stacks)
		return 0;
	newline = strchr(wire->text, '\n');
	if (!newline)
		return -EINVAL;
	*newline = '\0';
	return plan_stacks_parse(&order->change.wish.stacks, newline + 1, &at,
				 &length);
}

static int fill_calls(struct order *order)
{
	const struct wire_request *wire = &order->request->wire;
	size_t at, length;

	select_all(&order->change.wish.calls);
	order->change.has_calls = wire->flags & WIRE_CALLS;
	if (!order->change.has_calls)
		return 0;
	return select_parse(&order->change.wish.calls, wire->text, &at,
			    &length);
}

/* The trace that is written there already, or a new one. */
static int open_session(struct order *order)
{
	struct request *request = order->request;
	const struct wire_request *wire = &request->wire;
	bool is_foreign = !request->from.is_root;
	const struct sessions_terms terms = {
		.queue_size = is_foreign ? 0 : wire->queue_size,
		.drop = wire->flags & WIRE_DROP,
		.level = level_of(wire),
		.is_foreign = is_foreign,
	};
	int r;

	order->change.session = sessions_find(order->supervisor, request->fd);
	order->change.replaces = form_of(request) == PERMISSION_NETBSD;
	if (order->change.session)
		return 0;
	r = sessions_open(order->supervisor, request->fd, &terms,
			  &order->change.session);
	if (!r)
		take_fd(&request->fd);
	return r;
}

static struct targets targets_of(const struct wire_request *wire)
{
	return (struct targets){
		.pid = wire->pid > 0 ? wire->pid : 0,
		.pgid = wire->pid < 0 && wire->pid > INT_MIN ? -wire->pid : 0,
		.descendants = wire->flags & WIRE_DESCEND,
	};
}

static struct order order_of(struct supervisor *supervisor,
			     struct request *request,
			     struct wire_answer *answer)
{
	struct order order = {
		.supervisor = supervisor,
		.request = request,
		.answer = answer,
	};

	snprintf(order.by, sizeof(order.by), "cleared by %s (pid %d)",
		 request->from.name, request->from.credential.pid);
	return order;
}

static int each(struct order *order, targets_visit *visit, uint64_t latest)
{
	struct targets targets = targets_of(&order->request->wire);
	struct targets_tally tally = { 0 };
	int r;

	if (!targets.pid && !targets.pgid)
		return -ESRCH;
	r = targets_each(&targets, latest, visit, order, &tally);
	order->answer->set = tally.done;
	order->answer->refused = tally.refused;
	return r;
}

static char *const no_command[] = { NULL };

int order_set(struct supervisor *supervisor, struct request *request,
	      struct wire_answer *answer)
{
	struct order order = order_of(supervisor, request, answer);
	struct targets targets = targets_of(&request->wire);
	bool inherits = request->wire.facilities & KTRFAC_INHERIT;
	struct session_origin origin = {
		.wish = &order.change.wish,
		.inherit = inherits,
		.filtered = supervisor->config->filtered,
		.command = no_command,
		.targets = &targets,
	};
	int r;

	fill_change(&order);
	r = fill_stacks(&order);
	if (!r)
		r = fill_calls(&order);
	if (!r)
		r = recording_setter_new(&order.change.setter, form_of(request),
					 &request->from.credential);
	if (r < 0)
		return r;
	order.change.origin = &origin;
	r = open_session(&order);
	if (!r)
		r = each(&order, set_one,
			 inherits ? TARGETS_NO_LIMIT : targets_now());
	recording_setter_put(order.change.setter);
	return r;
}

/* ---- CLEAR ---- */

/* Who has only part of it taken away is not told of. */
static void say_cleared(struct order *order, const struct process *process,
			uint32_t facilities)
{
	struct task *task = task_of_known(&order->supervisor->tasks, process);

	if (recording_is_over(process, facilities))
		scribe_coverage(process->session, task, "process", order->by);
}

static void clear(struct order *order, struct process *process,
		  uint32_t facilities)
{
	if (!process->session)
		return;
	say_cleared(order, process, facilities);
	session_flush(process->session);
	recording_clear(order->supervisor, process, facilities);
}

static bool is_anothers(pid_t pid)
{
	struct proc_status status;

	return !proc_status(pid, &status) && status.tracer &&
	       status.tracer != getpid();
}

/* One that is not traced has nothing to be taken away; for one that another
 * supervisor traces, that one will answer. */
static int clear_one(void *context, pid_t pid)
{
	struct order *order = context;
	struct process *process = task_process(&order->supervisor->tasks, pid);
	int r;

	if (!process && is_anothers(pid))
		return -ESRCH;
	r = judge(order, pid, process);
	if (!r && process)
		clear(order, process, order->request->wire.facilities);
	return r;
}

int order_clear(struct supervisor *supervisor, struct request *request,
		struct wire_answer *answer)
{
	struct order order = order_of(supervisor, request, answer);
	int r;

	if (!(request->wire.facilities & (KTRFAC_MASK | KTRFAC_INHERIT)))
		return -EINVAL;
	r = each(&order, clear_one, TARGETS_NO_LIMIT);
	detach_due(supervisor);
	return r;
}

/* All of what is recorded, into a file or into any. 0, or -EPERM when some of
 * it could not be had. */
static int clear_each(struct order *order, int fd)
{
	struct process *process, *next;

	HASH_ITER (hh, order->supervisor->tasks.processes, process, next) {
		if (!process->session ||
		    (fd >= 0 && !session_is_same(process->session, fd)))
			continue;
		if (judge(order, process->pid, process) < 0) {
			order->answer->refused++;
			continue;
		}
		clear(order, process, KTRFAC_MASK | KTRFAC_INHERIT);
		order->answer->set++;
	}
	detach_due(order->supervisor);
	return order->answer->refused ? -EPERM : 0;
}

int order_clear_file(struct supervisor *supervisor, struct request *request,
		     struct wire_answer *answer)
{
	struct order order = order_of(supervisor, request, answer);

	return request->fd < 0 ? -EBADF : clear_each(&order, request->fd);
}

int order_clear_mine(struct supervisor *supervisor, struct request *request,
		     struct wire_answer *answer)
{
	struct order order = order_of(supervisor, request, answer);

	/* What is not the requester's to clear is not meant. */
	clear_each(&order, -1);
	return 0;
}

void order_reset(struct supervisor *supervisor, const char *why)
{
	struct process *process, *next;

	HASH_ITER (hh, supervisor->tasks.processes, process, next) {
		struct task *task = task_of_known(&supervisor->tasks, process);

		if (!process->session)
			continue;
		scribe_coverage(process->session, task, "process", why);
		recording_end(supervisor, process, true);
	}
	detach_due(supervisor);
}

/* ---- utrace ---- */

int order_utrace(struct supervisor *supervisor, struct request *request,
		 struct wire_answer *answer)
{
	const struct judge_credential *from = &request->from.credential;
	struct process *process = task_process(&supervisor->tasks,
					       request->wire.pid);
	struct proc_status status;
	struct task *task;

	(void)answer;
	if (!process || proc_status(from->pid, &status) < 0 ||
	    status.parent != process->pid)
		return -ESRCH;
	if (judge_target(form_of(request), from, process->pid, 0) != 0)
		return -EPERM;
	/* As in the kernel, where nobody looks at what is not wanted. */
	if (!(process->facilities & KTRFAC(KTR_USER)) || supervisor->is_paused)
		return 0;
	if (request->wire.text_length > KTR_USER_MAX)
		return -EINVAL;
	task = task_of(&supervisor->tasks, process);
	if (task)
		scribe_put(process->session, task, KTR_USER, request->wire.text,
			   request->wire.text_length);
	return 0;
}
