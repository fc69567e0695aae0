/*
 * ptrace(2) requests. Must decide nothing and keep nothing.
 */
#include "tracee/tracee.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "tracee/arch.h"

static int request(int what, pid_t tid, uintptr_t address, void *data)
{
	return ptrace((enum __ptrace_request)what, tid, (void *)address, data) <
		       0
		   ? -errno
		   : 0;
}

static uintptr_t options_bits(const struct tracee_options *options)
{
	uintptr_t bits = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
			 PTRACE_O_TRACEEXIT | PTRACE_O_TRACECLONE;

	if (options->children)
		bits |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;
	if (options->seccomp)
		bits |= PTRACE_O_TRACESECCOMP;
	if (options->exit_kill)
		bits |= PTRACE_O_EXITKILL;
	return bits;
}

int tracee_seize(pid_t tid, const struct tracee_options *options)
{
	return request(PTRACE_SEIZE, tid, 0, (void *)options_bits(options));
}

int tracee_set_options(pid_t tid, const struct tracee_options *options)
{
	return request(PTRACE_SETOPTIONS, tid, 0,
		       (void *)options_bits(options));
}

bool tracee_is_ours(pid_t tid)
{
	siginfo_t info;

	return !waitid(P_PID, (id_t)tid, &info,
		       WEXITED | WSTOPPED | WNOHANG | WNOWAIT | __WALL);
}

/* A thread of whom we are no tracer: a filter answers before the kernel looks.
 */
bool tracee_is_forbidden(void)
{
	char data[16];

	if (request(PTRACE_CONT, getpid(), 0, NULL) != -ESRCH)
		return true;
	return fd_read_file(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope",
			    data, sizeof(data)) > 0 &&
	       data[0] == '3';
}

int tracee_interrupt(pid_t tid)
{
	return request(PTRACE_INTERRUPT, tid, 0, NULL);
}

int tracee_listen(pid_t tid)
{
	return request(PTRACE_LISTEN, tid, 0, NULL);
}

int tracee_detach(pid_t tid, int signal)
{
	return request(PTRACE_DETACH, tid, 0, (void *)(uintptr_t)signal);
}

int tracee_resume(pid_t tid, enum tracee_until until, int signal)
{
	int what = PTRACE_CONT;

	if (until == TRACEE_UNTIL_SYSCALL)
		what = PTRACE_SYSCALL;
	else if (until == TRACEE_ONE_STEP)
		what = PTRACE_SINGLESTEP;
	return request(what, tid, 0, (void *)(uintptr_t)signal);
}

static void take_entry(struct tracee_syscall *ret, uint64_t number,
		       const uint64_t *args)
{
	ret->number = number;
	for (unsigned i = 0; i < 6; i++)
		ret->args[i] = args[i];
}

int tracee_syscall(pid_t tid, struct tracee_syscall *ret)
{
	struct __ptrace_syscall_info info;
	int r;

	r = request(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info);
	if (r < 0)
		return r;
	ret->audit_arch = info.arch;
	ret->instruction = info.instruction_pointer;
	ret->stack = info.stack_pointer;
	switch (info.op) {
	case PTRACE_SYSCALL_INFO_ENTRY:
		ret->point = TRACEE_ENTRY;
		take_entry(ret, info.entry.nr, info.entry.args);
		break;
	case PTRACE_SYSCALL_INFO_SECCOMP:
		ret->point = TRACEE_FILTERED;
		ret->filter_data = info.seccomp.ret_data;
		take_entry(ret, info.seccomp.nr, info.seccomp.args);
		break;
	case PTRACE_SYSCALL_INFO_EXIT:
		ret->point = TRACEE_EXIT;
		ret->result = info.exit.rval;
		ret->failed = info.exit.is_error;
		break;
	default:
		ret->point = TRACEE_NOWHERE;
		break;
	}
	return 0;
}

int tracee_message(pid_t tid, unsigned long *ret)
{
	return request(PTRACE_GETEVENTMSG, tid, 0, ret);
}

/* Which PTRACE_EVENT_ the stop is; 0: none. */
static int stop_event(pid_t tid)
{
	siginfo_t info;

	return tracee_siginfo(tid, &info) < 0 ? 0 : info.si_code >> 8;
}

bool tracee_is_exiting(pid_t tid)
{
	return stop_event(tid) == PTRACE_EVENT_EXIT;
}

int tracee_child(pid_t tid, pid_t *ret)
{
	unsigned long message;
	int r = tracee_message(tid, &message);

	if (r < 0)
		return r;
	/* Asked afterwards: there is no way back to an earlier stop. */
	switch (stop_event(tid)) {
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
	case PTRACE_EVENT_CLONE:
		*ret = (pid_t)message;
		return 0;
	default:
		return -ESRCH;
	}
}

int tracee_siginfo(pid_t tid, siginfo_t *ret)
{
	return request(PTRACE_GETSIGINFO, tid, 0, ret);
}

int tracee_signal_mask(pid_t tid, uint64_t *ret)
{
	return request(PTRACE_GETSIGMASK, tid, sizeof(*ret), ret);
}

int tracee_restart_interrupted(pid_t tid, bool is_settled, int64_t *ret_number)
{
	return arch_restart_interrupted(tid, is_settled, ret_number);
}

int tracee_keep_interrupted(pid_t tid, int64_t restarted)
{
	return arch_keep_interrupted(tid, restarted);
}

int tracee_end_restarted(pid_t tid, int64_t restarted)
{
	return arch_end_restarted(tid, restarted);
}

bool tracee_watches_restarts(void)
{
	return arch_watches_restarts();
}

int tracee_last_call(pid_t tid, struct tracee_syscall *ret)
{
	return arch_last_call(tid, ret);
}

int tracee_refuse_call(pid_t tid)
{
	return arch_refuse_call(tid);
}

int tracee_answer_call(pid_t tid, int64_t result)
{
	return arch_answer_call(tid, result);
}

int tracee_set_argument(pid_t tid, unsigned index, uint64_t value)
{
	return arch_set_argument(tid, index, value);
}

int tracee_restore_argument(pid_t tid, unsigned index, uint64_t value)
{
	return arch_restore_argument(tid, index, value);
}

int tracee_registers(pid_t tid, struct tracee_registers *ret)
{
	return arch_registers(tid, ret);
}
