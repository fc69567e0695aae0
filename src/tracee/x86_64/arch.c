/*
 * Registers of x86-64 (and of i386 programs under an x86-64 kernel, whose
 * registers the kernel shows in the same structure).
 */
#include "tracee/arch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "tracee/tracee.h"

/* __AUDIT_ARCH_64BIT: the call came through the 64-bit entry. */
#define ARCH_64BIT_FLAG 0x80000000u

static int arch_poke(pid_t tid, size_t offset, uint64_t value)
{
	return ptrace(PTRACE_POKEUSER, tid, offset, value) < 0 ? -errno : 0;
}

/* orig_rax is -1 where the thread did not come from a call: the kernel looks at
 * it too before it restarts anything. */
static bool is_interrupted(const struct user_regs_struct *regs)
{
	return (int64_t)regs->orig_rax >= 0 && (int32_t)regs->rax == -EINTR;
}

int arch_restart_interrupted(pid_t tid, bool *ret_done)
{
	struct user_regs_struct regs;

	*ret_done = false;
	if (ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0)
		return -errno;
	if (!is_interrupted(&regs))
		return 0;
	*ret_done = true;
	return arch_poke(tid, offsetof(struct user_regs_struct, rax),
			 (uint64_t)-TRACEE_ERESTARTNOHAND);
}

int arch_keep_interrupted(pid_t tid)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0)
		return -errno;
	if (!is_interrupted(&regs))
		return 0;
	return arch_poke(tid, offsetof(struct user_regs_struct, orig_rax),
			 (uint64_t)-1);
}

/* rax holds -ENOSYS since the entry, for calls that nobody makes. */
int arch_refuse_call(pid_t tid)
{
	return arch_poke(tid, offsetof(struct user_regs_struct, orig_rax),
			 (uint64_t)-1);
}

int arch_set_argument(pid_t tid, unsigned index, uint64_t value)
{
	static const size_t wide[] = {
		offsetof(struct user_regs_struct, rdi),
		offsetof(struct user_regs_struct, rsi),
		offsetof(struct user_regs_struct, rdx),
		offsetof(struct user_regs_struct, r10),
		offsetof(struct user_regs_struct, r8),
		offsetof(struct user_regs_struct, r9),
	};
	static const size_t narrow[] = {
		offsetof(struct user_regs_struct, rbx),
		offsetof(struct user_regs_struct, rcx),
		offsetof(struct user_regs_struct, rdx),
		offsetof(struct user_regs_struct, rsi),
		offsetof(struct user_regs_struct, rdi),
		offsetof(struct user_regs_struct, rbp),
	};
	struct tracee_syscall call;
	int r;

	if (index >= 6)
		return -EINVAL;
	r = tracee_syscall(tid, &call);
	if (r < 0)
		return r;
	return arch_poke(tid,
			 (call.audit_arch & ARCH_64BIT_FLAG) ? wide[index]
							     : narrow[index],
			 value);
}
