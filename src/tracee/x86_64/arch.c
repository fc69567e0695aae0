/*
 * Registers of x86-64 (and of i386 programs under an x86-64 kernel, whose
 * registers the kernel shows in the same structure).
 */
#include "tracee/arch.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "base/array.h"
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

/* Where the call is settled, orig_rax says so. */
int arch_restart_interrupted(pid_t tid, bool is_settled, int64_t *ret_number)
{
	struct user_regs_struct regs;

	(void)is_settled;
	*ret_number = -1;
	if (ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0)
		return -errno;
	if (!is_interrupted(&regs))
		return 0;
	*ret_number = (int64_t)regs.orig_rax;
	return arch_poke(tid, offsetof(struct user_regs_struct, rax),
			 (uint64_t)-TRACEE_ERESTARTNOHAND);
}

int arch_keep_interrupted(pid_t tid, int64_t restarted)
{
	struct user_regs_struct regs;
	bool is_restarted;
	int r;

	if (ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0)
		return -errno;
	is_restarted = restarted >= 0 && (int64_t)regs.orig_rax == restarted &&
		       (int32_t)regs.rax == -TRACEE_ERESTARTNOHAND;
	if (is_restarted)
		arch_poke(tid, offsetof(struct user_regs_struct, rax),
			  (uint64_t)-EINTR);
	if (!is_restarted && !is_interrupted(&regs))
		return 0;
	r = arch_poke(tid, offsetof(struct user_regs_struct, orig_rax),
		      (uint64_t)-1);
	return r < 0 ? r : 1;
}

/* The kernel decides after the handler is known. */
int arch_end_restarted(pid_t tid, int64_t restarted)
{
	(void)tid;
	(void)restarted;
	return 0;
}

bool arch_watches_restarts(void)
{
	return false;
}

/* rax holds -ENOSYS since the entry, for calls that nobody makes. */
int arch_refuse_call(pid_t tid)
{
	return arch_poke(tid, offsetof(struct user_regs_struct, orig_rax),
			 (uint64_t)-1);
}

/* The kernel leaves rax alone where it makes no call. */
int arch_answer_call(pid_t tid, int64_t result)
{
	int r = arch_refuse_call(tid);

	return r < 0 ? r
		     : arch_poke(tid, offsetof(struct user_regs_struct, rax),
				 (uint64_t)result);
}

/* Where a call's arguments are: of the 64-bit entry, and of i386's. */
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

static bool is_wide(uint32_t audit_arch)
{
	return audit_arch & ARCH_64BIT_FLAG;
}

static void take_last(const struct user_regs_struct *regs,
		      struct tracee_syscall *ret)
{
	bool is_64bit = is_wide(ret->audit_arch);
	const size_t *offsets = is_64bit ? wide : narrow;

	ret->point = TRACEE_EXIT;
	ret->number = is_64bit ? regs->orig_rax : (uint32_t)regs->orig_rax;
	ret->result = is_64bit ? (int64_t)regs->rax : (int32_t)regs->rax;
	ret->failed = ret->result < 0 && ret->result >= -TRACEE_ERRNO_MAX;
	for (unsigned i = 0; i < 6; i++) {
		uint64_t value =
		    *(const unsigned long long *)((const char *)regs +
						  offsets[i]);

		ret->args[i] = is_64bit ? value : (uint32_t)value;
	}
}

int arch_last_call(pid_t tid, struct tracee_syscall *ret)
{
	struct user_regs_struct regs;
	int r = tracee_syscall(tid, ret);

	if (r < 0 || ret->point != TRACEE_NOWHERE)
		return r;
	if (ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0)
		return -errno;
	if ((int64_t)regs.orig_rax >= 0)
		take_last(&regs, ret);
	return 0;
}

int arch_set_argument(pid_t tid, unsigned index, uint64_t value)
{
	struct tracee_syscall call;
	int r;

	if (index >= 6)
		return -EINVAL;
	r = tracee_syscall(tid, &call);
	if (r < 0)
		return r;
	return arch_poke(
	    tid, is_wide(call.audit_arch) ? wide[index] : narrow[index], value);
}

int arch_restore_argument(pid_t tid, unsigned index, uint64_t value)
{
	return arch_set_argument(tid, index, value);
}

/* The code segment that the kernel gives i386 programs. */
#define ARCH_NARROW_CS 0x23

/* By DWARF's numbers: System V ABI, AMD64 (figure 3.36) and i386 (2.14). */
static const size_t wide_dwarf[] = {
	offsetof(struct user_regs_struct, rax),
	offsetof(struct user_regs_struct, rdx),
	offsetof(struct user_regs_struct, rcx),
	offsetof(struct user_regs_struct, rbx),
	offsetof(struct user_regs_struct, rsi),
	offsetof(struct user_regs_struct, rdi),
	offsetof(struct user_regs_struct, rbp),
	offsetof(struct user_regs_struct, rsp),
	offsetof(struct user_regs_struct, r8),
	offsetof(struct user_regs_struct, r9),
	offsetof(struct user_regs_struct, r10),
	offsetof(struct user_regs_struct, r11),
	offsetof(struct user_regs_struct, r12),
	offsetof(struct user_regs_struct, r13),
	offsetof(struct user_regs_struct, r14),
	offsetof(struct user_regs_struct, r15),
	offsetof(struct user_regs_struct, rip),
};
static const size_t narrow_dwarf[] = {
	offsetof(struct user_regs_struct, rax),
	offsetof(struct user_regs_struct, rcx),
	offsetof(struct user_regs_struct, rdx),
	offsetof(struct user_regs_struct, rbx),
	offsetof(struct user_regs_struct, rsp),
	offsetof(struct user_regs_struct, rbp),
	offsetof(struct user_regs_struct, rsi),
	offsetof(struct user_regs_struct, rdi),
	offsetof(struct user_regs_struct, rip),
};

int arch_registers(pid_t tid, struct tracee_registers *ret)
{
	struct user_regs_struct regs;
	const size_t *offsets;

	if (ptrace(PTRACE_GETREGS, tid, 0, &regs) < 0)
		return -errno;
	ret->is_narrow = regs.cs == ARCH_NARROW_CS;
	offsets = ret->is_narrow ? narrow_dwarf : wide_dwarf;
	ret->count = ret->is_narrow ? ARRAY_LEN(narrow_dwarf)
				    : ARRAY_LEN(wide_dwarf);
	for (unsigned i = 0; i < ret->count; i++)
		ret->value[i] =
		    *(const unsigned long long *)((const char *)&regs +
						  offsets[i]);
	return 0;
}
