/*
 * Facilities, files and plans of processes.
 */
#include "supervisor/recording.h"

#include <errno.h>

#include <ktrace-u/format.h>

#include "supervisor/follow.h"
#include "supervisor/identity.h"
#include "supervisor/path.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"
#include "trace/facility.h"

/* What every trace has anyway does not make one. */
#define OF_ITS_OWN (KTRFAC_MASK & ~FACILITY_PROCESS)

static struct plan_wish wish_after(const struct process *process,
				   const struct recording_change *change)
{
	struct plan_wish wish = change->wish;

	if (!process->plan || change->replaces)
		return wish;
	wish.facilities |= process->plan->wish.facilities;
	if (!change->has_calls)
		wish.calls = process->plan->wish.calls;
	if (!change->has_genio) {
		wish.genio_size = process->plan->wish.genio_size;
		wish.genio_all = process->plan->wish.genio_all;
	}
	return wish;
}

static void set_plan(struct supervisor *supervisor, struct process *process,
		     struct plan *plan, uint32_t inherited)
{
	plan_put(&supervisor->plans, process->plan);
	process->plan = plan;
	process->facilities = plan ? plan->wish.facilities | inherited : 0;
}

static void set_session(struct supervisor *supervisor, struct process *process,
			struct session *session, bool is_whole)
{
	struct session *former = process->session;

	if (session)
		session_join(session);
	process->session = session;
	if (former)
		sessions_leave(supervisor, former, is_whole);
}

/* Who the process is: at once, unless it has not stopped yet for the first
 * time. */
static void present(struct supervisor *supervisor, struct process *process)
{
	struct task *task = task_of(&supervisor->tasks, process);

	if (task && process->abi != SYSDESC_ABI_UNKNOWN && supervisor->started)
		identity_put_process(task);
}

int recording_set(struct supervisor *supervisor, struct process *process,
		  const struct recording_change *change)
{
	struct plan_wish wish = wish_after(process, change);
	uint32_t kept = change->replaces ? 0 : process->facilities;
	struct plan *plan;

	wish.facilities |= FACILITY_PROCESS;
	plan = plan_get(&supervisor->plans, &wish);
	if (!plan)
		return -ENOMEM;
	set_plan(supervisor, process, plan,
		 (kept & (KTRFAC_ROOT | KTRFAC_INHERIT)) | change->inherited);
	set_session(supervisor, process, change->session, true);
	recording_review(supervisor);
	present(supervisor, process);
	return 0;
}

void recording_clear(struct supervisor *supervisor, struct process *process,
		     uint32_t facilities)
{
	struct plan_wish wish;
	struct plan *plan;

	if (!process->plan)
		return;
	wish = process->plan->wish;
	wish.facilities &= ~facilities;
	if (!(wish.facilities & OF_ITS_OWN)) {
		recording_end(supervisor, process, true);
		return;
	}
	wish.facilities |= FACILITY_PROCESS;
	plan = plan_get(&supervisor->plans, &wish);
	if (!plan)
		return; /* more is recorded than is wanted */
	set_plan(supervisor, process, plan,
		 process->facilities & (KTRFAC_ROOT | KTRFAC_INHERIT) &
		     ~facilities);
	recording_review(supervisor);
	present(supervisor, process);
}

void recording_end(struct supervisor *supervisor, struct process *process,
		   bool is_whole)
{
	set_plan(supervisor, process, NULL, 0);
	set_session(supervisor, process, NULL, is_whole);
	recording_review(supervisor);
}

void recording_fork(struct process *child, const struct process *parent)
{
	if (!(parent->facilities & KTRFAC_INHERIT))
		return;
	child->plan = parent->plan;
	child->plan->users++;
	child->facilities = parent->facilities;
	child->dropped = parent->dropped;
	child->session = parent->session;
	session_join(child->session);
}

/* ---- what is seen ---- */

/* Some calls go unseen: nothing can be remembered that they may change. */
static void forget_all(struct supervisor *supervisor)
{
	struct process *process, *next;

	HASH_ITER (hh, supervisor->tasks.processes, process, next) {
		process->signals.known = false;
		process->root_known = false;
		process->shares_fs = true;
		path_forget_cwd(process);
	}
}

void recording_review(struct supervisor *supervisor)
{
	bool all = true, entries = true, paths = true;
	struct process *process, *next;

	HASH_ITER (hh, supervisor->tasks.processes, process, next) {
		const struct plan *plan = process->plan;

		all &= !process->is_filtered && plan && plan->stops_calls;
		entries &= plan && plan->wants_entries && plan->wants_paths;
		paths &= process->is_filtered && supervisor->filter_sees_paths;
	}
	if (supervisor->sees_all && !all)
		forget_all(supervisor);
	supervisor->sees_all = all;
	supervisor->sees_paths = all || paths;
	if (!supervisor->may_hold || (all && entries))
		return;
	supervisor->may_hold = false;
	follow_let_go(&supervisor->follow);
}
