/*
 * Signal delivery. Must never change which signal a program gets, or when.
 */
#include "supervisor/psig.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "base/proc.h"
#include "supervisor/call.h"
#include "supervisor/scribe.h"
#include "supervisor/stack.h"
#include "supervisor/state.h"
#include "supervisor/violation.h"

/* The handler is there, but only a step into it will tell where. */
#define ACTION_CAUGHT UINT64_MAX

static uint64_t signal_bit(int signal_number)
{
	return UINT64_C(1) << (signal_number - 1);
}

static bool is_ignored_by_default(int signal_number)
{
	return signal_number == SIGCHLD || signal_number == SIGURG ||
	       signal_number == SIGWINCH || signal_number == SIGCONT;
}

/* What the process does with a signal: KTR_SIG_DFL, KTR_SIG_IGN, an address or
 * ACTION_CAUGHT. */
static uint64_t find_action(struct task *task, int signal_number)
{
	const struct task_signals *signals = &task->process->signals;
	struct proc_status status;

	if (signals->known)
		return signals->action[signal_number];
	if (proc_status(task->tid, &status) < 0)
		return KTR_SIG_DFL;
	if (status.signals_ignored & signal_bit(signal_number))
		return KTR_SIG_IGN;
	if (status.signals_caught & signal_bit(signal_number))
		return ACTION_CAUGHT;
	return KTR_SIG_DFL;
}

static void fill_psig(struct task *task, int signal_number, uint64_t action,
		      struct ktr_psig *ret)
{
	struct ktr_psig psig = { .signo = signal_number, .action = action };
	siginfo_t info;
	uint64_t mask;

	if (!tracee_siginfo(task->tid, &info))
		psig.code = info.si_code;
	if (!tracee_signal_mask(task->tid, &mask)) {
		psig.mask[0] = (uint32_t)mask;
		psig.mask[1] = (uint32_t)(mask >> 32);
	}
	*ret = psig;
}

/* is_inside: the thread is in the handler by now. */
static void put_psig(struct supervisor *supervisor, struct task *task,
		     const struct ktr_psig *psig, bool is_inside)
{
	if (psig->action == KTR_SIG_DFL)
		task->process->last_fatal = psig->signo;
	scribe_put(task->process->session, task, KTR_PSIG, psig, sizeof(*psig));
	if (!task->exiting)
		stack_at_signal(supervisor, task, psig->signo, is_inside);
}

static bool wants_psig(const struct supervisor *supervisor,
		       const struct task *task)
{
	return supervisor->started &&
	       (task->process->facilities & KTRFAC(KTR_PSIG));
}

/* The stop behind a step: the thread is at the handler's first instruction. */
static void end_step(struct supervisor *supervisor, struct task *task)
{
	struct task_stepping *stepping = &task->stepping;
	uint64_t now = supervisor->clock.now_ns;
	struct tracee_syscall at;

	stepping->active = false;
	if (!tracee_syscall(task->tid, &at))
		stepping->psig.action = at.instruction;
	supervisor->clock.now_ns = stepping->time_ns;
	put_psig(supervisor, task, &stepping->psig, true);
	supervisor->clock.now_ns = now;
}

/* Whether a SIGTRAP stop is the kernel's answer to our step. Where the handler
 * went away meanwhile an instruction was executed instead: TRAP_TRACE. */
static bool is_step_end(struct task *task, int signal_number)
{
	siginfo_t info;

	if (signal_number != SIGTRAP || tracee_siginfo(task->tid, &info) < 0)
		return false;
	return info.si_code == SIGTRAP || info.si_code == TRAP_TRACE;
}

static void pass_caught(struct task *task, int signal_number)
{
	struct task_signals *signals = &task->process->signals;
	uint64_t bit = signal_bit(signal_number);
	/* Not knowing the flags, the kernel's own word is kept. */
	bool restarts = !signals->known || (signals->restarts & bit);

	call_end_interrupted(task, call_seen_by_handler(task, restarts));
	call_settle_interrupted(task);
	if (signals->resets & bit) {
		signals->action[signal_number] = KTR_SIG_DFL;
		signals->resets &= ~bit;
	}
}

/*
 * Untraced, the kernel would not have sent it. It may have woken other threads,
 * too, out of calls that it does not restart: from now on their ends are seen,
 * and they go on.
 */
static void note_ignored(struct task *task)
{
	struct process *process = task->process;
	struct task *other, *next;

	if (!task->runs_free || process->is_filtered || process->is_disturbed ||
	    process->task_count == 1)
		return;
	process->is_disturbed = true;
	TASK_EACH_KIN (process->tasks, other, next)
		if (other != task)
			tracee_interrupt(other->tid);
}

struct psig_answer psig_deliver(struct supervisor *supervisor,
				struct task *task, int signal_number)
{
	struct psig_answer answer = { .signal = signal_number };
	struct ktr_psig psig;
	uint64_t action;

	if (task->stepping.active) {
		bool stepped = is_step_end(task, signal_number);

		end_step(supervisor, task);
		if (stepped)
			return (struct psig_answer){ 0 };
	}
	if (signal_number < 1 || signal_number > TRACEE_SIGNAL_MAX)
		return answer;
	violation_at_signal(supervisor, task, signal_number);
	action = find_action(task, signal_number);
	if (wants_psig(supervisor, task)) {
		fill_psig(task, signal_number, action, &psig);
		if (action == ACTION_CAUGHT) {
			task->stepping.active = answer.step = true;
			task->stepping.psig = psig;
			task->stepping.time_ns = supervisor->clock.now_ns;
		} else {
			put_psig(supervisor, task, &psig, false);
		}
	}
	if (action == KTR_SIG_IGN ||
	    (action == KTR_SIG_DFL && is_ignored_by_default(signal_number))) {
		call_restart_interrupted(task);
		note_ignored(task);
	} else if (action != KTR_SIG_DFL) {
		pass_caught(task, signal_number);
	}
	return answer;
}

void psig_start(struct supervisor *supervisor, struct process *process)
{
	struct task_signals *signals = &process->signals;
	struct proc_status status;

	memset(signals, 0, sizeof(*signals));
	signals->known = supervisor->sees_all;
	if (proc_status(process->pid, &status) < 0)
		return;
	for (int i = 1; i <= TRACEE_SIGNAL_MAX; i++)
		if (status.signals_ignored & signal_bit(i))
			signals->action[i] = KTR_SIG_IGN;
}

void psig_exec(struct process *process)
{
	struct task_signals *signals = &process->signals;

	signals->resets = signals->restarts = 0;
	for (int i = 1; i <= TRACEE_SIGNAL_MAX; i++)
		if (signals->action[i] != KTR_SIG_IGN)
			signals->action[i] = KTR_SIG_DFL;
}

void psig_fork(struct process *child, const struct process *parent)
{
	child->signals = parent->signals;
}

void psig_killed(struct supervisor *supervisor, struct task *task,
		 int signal_number)
{
	struct ktr_psig psig = { .signo = signal_number };

	if (!wants_psig(supervisor, task) ||
	    task->process->last_fatal == signal_number)
		return;
	put_psig(supervisor, task, &psig, false);
}
