/*
 * Denied calls. Must not change what becomes of them.
 */
#include "supervisor/violation.h"

#include <signal.h>
#include <sys/wait.h>

#include <ktrace-u/format.h>

#include "supervisor/scribe.h"
#include "supervisor/state.h"
#include "trace/fields.h"

/* linux/signal.h's, which not all C libraries have. */
#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif

struct denied {
	const char *rule, *action;
	uint32_t audit_arch; /* 0: the call is not known */
	int64_t number;
};

static bool is_wanted(const struct supervisor *supervisor,
		      const struct task *task)
{
	const struct plan *plan = task->process->plan;

	return supervisor->started && !supervisor->is_paused &&
	       state_is_recorded(task->process) && plan &&
	       (plan->policy.facilities & KTRFAC(KTR_CAPFAIL));
}

static void put_call(struct fields_writer *fields, const struct denied *denied)
{
	enum sysdesc_abi abi = sysdesc_abi_of(denied->audit_arch,
					      (uint64_t)denied->number);
	const struct sysdesc_row *row = sysdesc_find(abi, denied->number);

	fields_string(fields, "abi", sysdesc_abi_name(abi));
	fields_number(fields, "number", denied->number);
	if (row)
		fields_string(fields, "call", row->name);
}

static void put(struct task *task, const struct denied *denied)
{
	const struct ktr_capfail capfail = { .type = KTR_CAPFAIL_SYSCALL };
	struct session *session = task->process->session;
	struct fields_writer *fields;

	scribe_put(session, task, KTR_CAPFAIL, &capfail, sizeof(capfail));
	fields = scribe_fields(session, task, KTR_STRUCT_DENIED);
	if (!fields)
		return;
	fields_string(fields, "rule", denied->rule);
	fields_string(fields, "action", denied->action);
	if (denied->audit_arch)
		put_call(fields, denied);
	scribe_fields_end(session);
}

void violation_at_signal(struct supervisor *supervisor, struct task *task,
			 int signal_number)
{
	siginfo_t info;

	if (signal_number != SIGSYS || !is_wanted(supervisor, task) ||
	    tracee_siginfo(task->tid, &info) < 0 || info.si_code != SYS_SECCOMP)
		return;
	put(task, &(struct denied){ .rule = "seccomp",
				    .action = "signal",
				    .audit_arch = info.si_arch,
				    .number = info.si_syscall });
}

void violation_of_guard(struct supervisor *supervisor, struct task *task,
			const char *action)
{
	enum sysdesc_abi abi = (enum sysdesc_abi)task->call.abi;

	if (is_wanted(supervisor, task))
		put(task,
		    &(struct denied){ .rule = "guard",
				      .action = action,
				      .audit_arch = sysdesc_audit_arch(abi),
				      .number = task->call.number });
}

void violation_at_exit(struct supervisor *supervisor, struct task *task)
{
	struct denied denied = { .rule = "seccomp", .action = "kill" };
	struct tracee_syscall at;
	unsigned long status = 0;

	if (!is_wanted(supervisor, task) ||
	    tracee_message(task->tid, &status) < 0 ||
	    !WIFSIGNALED((int)status) || WTERMSIG((int)status) != SIGSYS ||
	    task->process->last_fatal == SIGSYS)
		return;
	/* Of several threads that die together one did it: which is not told.
	 */
	if (task->process->task_count == 1 &&
	    tracee_last_call(task->tid, &at) == 0 && at.point == TRACEE_EXIT) {
		denied.audit_arch = at.audit_arch;
		denied.number = at.number;
	}
	put(task, &denied);
}
