/*
 * Facilities, files and plans of processes.
 */
#include "supervisor/recording.h"

#include <errno.h>
#include <stdlib.h>

#include <ktrace-u/format.h>

#include "supervisor/detach.h"
#include "supervisor/identity.h"
#include "supervisor/scribe.h"
#include "supervisor/sessions.h"
#include "supervisor/state.h"
#include "supervisor/telling.h"
#include "trace/facility.h"

/* What every trace has anyway does not make one. */
#define OF_ITS_OWN (KTRFAC_MASK & ~FACILITY_PROCESS)

static bool begins_anew(const struct process *process,
			const struct recording_change *change)
{
	return change->replaces && process->session != change->session;
}

static struct plan_wish wish_after(const struct process *process,
				   const struct recording_change *change)
{
	struct plan_wish wish = change->wish;

	if (!process->plan || begins_anew(process, change))
		return wish;
	wish.facilities |= process->plan->wish.facilities;
	wish.refuses_rings |= process->plan->wish.refuses_rings;
	if (!change->has_stacks)
		wish.stacks = process->plan->wish.stacks;
	if (!change->has_calls)
		wish.calls = process->plan->wish.calls;
	if (!change->has_genio) {
		wish.genio_size = process->plan->wish.genio_size;
		wish.genio_all = process->plan->wish.genio_all;
	}
	return wish;
}

int recording_setter_new(struct recording_setter **ret,
			 enum permission_form form,
			 const struct judge_credential *credential)
{
	struct recording_setter *setter = malloc(sizeof(*setter));

	if (!setter)
		return -ENOMEM;
	*setter = (struct recording_setter){
		.credential = *credential,
		.form = form,
		.users = 1,
	};
	*ret = setter;
	return 0;
}

void recording_setter_put(struct recording_setter *setter)
{
	if (setter && !--setter->users)
		free(setter);
}

static void set_setter(struct process *process, struct recording_setter *setter)
{
	if (setter)
		setter->users++;
	recording_setter_put(process->setter);
	process->setter = setter;
}

/* While all is paused only births and ends are told. */
static uint32_t facilities_now(const struct supervisor *supervisor,
			       const struct plan *plan)
{
	if (!plan)
		return 0;
	return supervisor->is_paused ? FACILITY_PROCESS : plan->wish.facilities;
}

static void set_plan(struct supervisor *supervisor, struct process *process,
		     struct plan *plan, uint32_t inherited)
{
	plan_put(&supervisor->plans, process->plan);
	process->plan = plan;
	process->facilities = facilities_now(supervisor, plan) | inherited;
}

static void set_session(struct supervisor *supervisor, struct process *process,
			struct session *session,
			const struct session_origin *origin, bool is_whole)
{
	struct session *former = process->session;

	if (session)
		sessions_join(supervisor, session, origin);
	process->session = session;
	if (former)
		sessions_leave(supervisor, former, is_whole);
}

/* Who the process is: at once, unless it has not stopped yet for the first
 * time. */
static void present(struct supervisor *supervisor, struct process *process)
{
	struct task *task = task_of(&supervisor->tasks, process);

	if (!task || process->abi == SYSDESC_ABI_UNKNOWN ||
	    !supervisor->started)
		return;
	identity_put_process(task);
	identity_put_descriptors(task);
}

static void say_moved(struct supervisor *supervisor, struct process *process,
		      const struct session *session)
{
	struct task *task = task_of_known(&supervisor->tasks, process);

	if (process->session && process->session != session)
		scribe_coverage(process->session, task, "process",
				"goes on in another file");
}

/* The filter was made for another wish, and stays what it is. */
static void say_unseen(struct supervisor *supervisor, struct process *process)
{
	struct task *task = task_of(&supervisor->tasks, process);

	if (task && process->is_filtered &&
	    !plan_is_within(process->plan, &supervisor->config->wish))
		scribe_coverage(process->session, task, "filter",
				"the filter that it was started with lets "
				"some of these calls pass unseen");
}

int recording_set(struct supervisor *supervisor, struct process *process,
		  const struct recording_change *change)
{
	struct plan_wish wish = wish_after(process, change);
	uint32_t kept = begins_anew(process, change) ? 0 : process->facilities;
	struct plan *plan;

	wish.facilities |= FACILITY_PROCESS;
	plan = plan_get(&supervisor->plans, &wish);
	if (!plan)
		return -ENOMEM;
	say_moved(supervisor, process, change->session);
	set_plan(supervisor, process, plan,
		 (kept & (KTRFAC_ROOT | KTRFAC_INHERIT)) | change->inherited);
	set_session(supervisor, process, change->session, change->origin, true);
	set_setter(process, change->setter);
	recording_review(supervisor);
	present(supervisor, process);
	say_unseen(supervisor, process);
	sampling_review(supervisor, process);
	return 0;
}

/* What was said once is said again, as far as it is known still. */
static void retell(struct supervisor *supervisor, struct process *process)
{
	struct task *task, *next;

	process->unreadable_told = process->stack_told = false;
	TASK_EACH_KIN (process->tasks, task, next)
		task->abi = process->abi;
	present(supervisor, process);
	task = task_of_known(&supervisor->tasks, process);
	if (task && process->escapes)
		scribe_coverage(process->session, task, "process",
				"what could not be seen of it before is said "
				"in the file before");
}

void recording_move_all(struct supervisor *supervisor, struct session *from,
			struct session *to)
{
	const struct supervisor_config *config = supervisor->config;
	const struct session_origin origin = {
		.wish = &config->wish,
		.inherit = config->inherit,
		.filtered = config->filtered,
		.continues = true,
		.command = config->command,
		.targets = config->target,
	};
	struct process *process, *next;

	session_continue(from);
	HASH_ITER (hh, supervisor->tasks.processes, process, next) {
		if (process->session != from)
			continue;
		set_session(supervisor, process, to, &origin, true);
		retell(supervisor, process);
	}
}

bool recording_is_over(const struct process *process, uint32_t facilities)
{
	return !(process->plan->wish.facilities & ~facilities & OF_ITS_OWN);
}

void recording_clear(struct supervisor *supervisor, struct process *process,
		     uint32_t facilities)
{
	struct plan_wish wish;
	struct plan *plan;

	if (!process->plan)
		return;
	if (recording_is_over(process, facilities)) {
		recording_end(supervisor, process, true);
		return;
	}
	wish = process->plan->wish;
	wish.facilities &= ~facilities;
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
	set_session(supervisor, process, NULL, NULL, is_whole);
	set_setter(process, NULL);
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
	set_setter(child, parent->setter);
}

void recording_pause(struct supervisor *supervisor, bool pause)
{
	const uint32_t inherited = KTRFAC_ROOT | KTRFAC_INHERIT;
	struct process *process, *next;
	struct task *task;

	supervisor->is_paused = pause;
	HASH_ITER (hh, supervisor->tasks.processes, process, next) {
		process->facilities = (process->facilities & inherited) |
				      facilities_now(supervisor, process->plan);
		task = pause || !state_is_recorded(process)
			   ? NULL
			   : task_of_known(&supervisor->tasks, process);
		if (task && process->abi != SYSDESC_ABI_UNKNOWN)
			identity_put_descriptors(task);
	}
}

/* Where the setter is privileged, or nothing was gained, it is always allowed;
 * who is gone meanwhile is not asked. */
void recording_check(struct supervisor *supervisor, struct process *process)
{
	const struct recording_setter *setter = process->setter;
	struct task *task;
	int rule;

	if (!setter || judge_is_privileged(setter->form, &setter->credential) ||
	    judge_is_like(&setter->credential, process->pid))
		return;
	rule = judge_target(setter->form, &setter->credential, process->pid, 0);
	if (rule <= 0)
		return;
	task = task_of(&supervisor->tasks, process);
	if (task)
		scribe_coverage(process->session, task, "process",
				permission_text((enum permission_rule)rule));
	recording_end(supervisor, process, true);
	detach_due(supervisor);
}

/* ---- what is seen ---- */

/* Some calls go unseen: nothing can be remembered that they may change. */
static void forget_all(struct supervisor *supervisor)
{
	struct process *process, *next;

	HASH_ITER (hh, supervisor->tasks.processes, process, next)
		task_know_nothing(process);
}

void recording_review(struct supervisor *supervisor)
{
	bool all = true, entries = true, paths = true, deeds = true;
	bool told = true;
	struct process *process, *next;

	HASH_ITER (hh, supervisor->tasks.processes, process, next) {
		const struct plan *plan = process->plan;

		if (!plan && !process->is_filtered)
			continue; /* about to be let go */
		all &= !process->is_filtered && plan && plan->stops_calls;
		entries &= plan && plan->wants_entries && plan->wants_paths;
		paths &= process->is_filtered && supervisor->filter_sees_paths;
		deeds &= process->is_filtered && supervisor->filter_sees_deeds;
		told &= plan && plan->wants_deeds && plan->wants_paths;
	}
	if (supervisor->sees_all && !all)
		forget_all(supervisor);
	supervisor->sees_all = all;
	supervisor->sees_paths = all || paths;
	supervisor->sees_closes = all || deeds;
	if (!supervisor->may_hold || (all && entries) || (deeds && told))
		return;
	telling_unseen(supervisor);
}
