/*
 * Registers of aarch64, and of 32-bit arm programs under its kernel, whose
 * registers the kernel shows in another, shorter set.
 *
 * Before a signal is taken, the kernel forgets that the thread comes from a
 * call, and has rewound the program counter already if the call is to be made
 * anew (do_signal() in arch/arm64/kernel/signal.c). What call that was stands
 * in the registers still, but for the first argument, in whose place the result
 * is: the kernel has a copy, of which only PTRACE_GET_SYSCALL_INFO tells.
 */
#include "tracee/arch.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "base/array.h"
#include "tracee/tracee.h"

/* arm's, of its set of eighteen: the last is what r0 was at the entry. */
#define ARM_NUMBER    7
#define ARM_PC        15
#define ARM_CPSR      16
#define ARM_ORIG_R0   17
#define ARM_REGISTERS 18
#define ARM_CPSR_T    0x20 /* the instructions are Thumb's */

#define AARCH64_NUMBER 8

#define NO_CALL (-1)

struct registers {
	union {
		struct user_regs_struct wide;
		uint32_t narrow[ARM_REGISTERS];
	};
	bool is_narrow;
};

static int regset(int what, pid_t tid, int set, struct iovec *iov)
{
	return ptrace((enum __ptrace_request)what, tid, set, iov) < 0 ? -errno
								      : 0;
}

static int get_registers(pid_t tid, struct registers *ret)
{
	struct iovec iov = { .iov_base = &ret->wide,
			     .iov_len = sizeof(ret->wide) };
	int r = regset(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov);

	ret->is_narrow = iov.iov_len == sizeof(ret->narrow);
	return r;
}

static int set_registers(pid_t tid, struct registers *registers)
{
	struct iovec iov = { .iov_base = &registers->wide,
			     .iov_len = registers->is_narrow
					    ? sizeof(registers->narrow)
					    : sizeof(registers->wide) };

	return regset(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov);
}

static uint64_t get_value(const struct registers *from, unsigned index)
{
	return from->is_narrow ? from->narrow[index] : from->wide.regs[index];
}

static void set_value(struct registers *to, unsigned index, uint64_t value)
{
	if (to->is_narrow)
		to->narrow[index] = (uint32_t)value;
	else
		to->wide.regs[index] = value;
}

static int64_t get_result(const struct registers *from)
{
	return from->is_narrow ? (int32_t)from->narrow[0]
			       : (int64_t)from->wide.regs[0];
}

/* The number as the program gave it: 32 bits count. */
static int32_t get_number(const struct registers *from)
{
	return (int32_t)get_value(from, from->is_narrow ? ARM_NUMBER
							: AARCH64_NUMBER);
}

static uint64_t get_pc(const struct registers *from)
{
	return from->is_narrow ? from->narrow[ARM_PC] : from->wide.pc;
}

static void move_pc(struct registers *to, int bytes)
{
	if (to->is_narrow)
		to->narrow[ARM_PC] += (uint32_t)bytes;
	else
		to->wide.pc += (uint64_t)(int64_t)bytes;
}

static bool is_thumb(const struct registers *registers)
{
	return registers->is_narrow &&
	       (registers->narrow[ARM_CPSR] & ARM_CPSR_T);
}

/* Bytes of the instruction that makes a call. */
static int call_length(const struct registers *registers)
{
	return is_thumb(registers) ? 2 : 4;
}

/* svc, with any number in it: the kernel does not look at that. */
static bool is_svc(const struct registers *registers, uint32_t instruction)
{
	if (is_thumb(registers))
		return (instruction & 0xff00) == 0xdf00;
	if (registers->is_narrow)
		return (instruction & 0x0f000000) == 0x0f000000;
	return (instruction & 0xffe0001f) == 0xd4000001;
}

/* Whether a call is made so many bytes before or behind where it is. Read in
 * whole words, which are never half in a page. */
static bool makes_call_at(pid_t tid, const struct registers *registers,
			  int bytes)
{
	uint64_t address = get_pc(registers) + (uint64_t)(int64_t)bytes;
	unsigned shift = (unsigned)(address & 7) * 8;
	long word;

	errno = 0;
	word = ptrace(PTRACE_PEEKTEXT, tid, address & ~UINT64_C(7), 0);
	return !errno && is_svc(registers, (uint32_t)((uint64_t)word >> shift));
}

static bool is_behind_call(pid_t tid, const struct registers *registers)
{
	return makes_call_at(tid, registers, -call_length(registers));
}

static bool is_interrupted(pid_t tid, const struct registers *registers)
{
	return get_result(registers) == -EINTR &&
	       is_behind_call(tid, registers);
}

/*
 * The first argument of the call that the thread made last. aarch64 shows it at
 * stops of calls and filters only, and tells those by the signal's information,
 * which is the tracer's to change: for the time of one question the stop poses
 * as a filter's.
 */
static int first_argument(pid_t tid, const struct registers *registers,
			  uint64_t *ret)
{
	siginfo_t posing = { .si_signo = SIGTRAP,
			     .si_code = SIGTRAP | PTRACE_EVENT_SECCOMP << 8 };
	struct tracee_syscall call;
	siginfo_t was;
	int r;

	if (registers->is_narrow) {
		*ret = registers->narrow[ARM_ORIG_R0];
		return 0;
	}
	r = tracee_siginfo(tid, &was);
	if (r < 0)
		return r;
	if (ptrace(PTRACE_SETSIGINFO, tid, 0, &posing) < 0)
		return -errno;
	r = tracee_syscall(tid, &call);
	if (ptrace(PTRACE_SETSIGINFO, tid, 0, &was) < 0)
		return -errno;
	if (r < 0)
		return r;
	if (call.point != TRACEE_FILTERED)
		return -EOPNOTSUPP;
	*ret = call.args[0];
	return 0;
}

int arch_restart_interrupted(pid_t tid, bool is_settled, int64_t *ret_number)
{
	struct registers registers;
	uint64_t first = 0;
	int r;

	*ret_number = -1;
	if (is_settled)
		return 0;
	r = get_registers(tid, &registers);
	if (r < 0 || !is_interrupted(tid, &registers))
		return r;
	r = first_argument(tid, &registers, &first);
	if (r < 0)
		return r;
	set_value(&registers, 0, first);
	move_pc(&registers, -call_length(&registers));
	r = set_registers(tid, &registers);
	if (r == 0)
		*ret_number = get_number(&registers);
	return r;
}

/* Whether the thread is where arch_restart_interrupted() has put it. */
static bool is_restarted(pid_t tid, const struct registers *registers,
			 int64_t restarted)
{
	return restarted >= 0 && get_number(registers) == restarted &&
	       makes_call_at(tid, registers, 0);
}

static int end_restarted(pid_t tid, struct registers *registers)
{
	set_value(registers, 0, (uint64_t)-EINTR);
	move_pc(registers, call_length(registers));
	return set_registers(tid, registers);
}

int arch_keep_interrupted(pid_t tid, int64_t restarted)
{
	struct registers registers;
	int r = get_registers(tid, &registers);

	if (r < 0)
		return r;
	if (!is_restarted(tid, &registers, restarted))
		return is_interrupted(tid, &registers);
	r = end_restarted(tid, &registers);
	return r < 0 ? r : 1;
}

/* The kernel would have the handler return to where the call is made. */
int arch_end_restarted(pid_t tid, int64_t restarted)
{
	struct registers registers;
	int r;

	if (restarted < 0)
		return 0;
	r = get_registers(tid, &registers);
	if (r < 0 || !is_restarted(tid, &registers, restarted))
		return r;
	return end_restarted(tid, &registers);
}

/* The kernel rewinds, too, for reasons of its own. */
bool arch_watches_restarts(void)
{
	return true;
}

/* The set is not there for arm's programs: for them the kernel has no way. */
static int set_number(pid_t tid, int number)
{
	struct iovec iov = { .iov_base = &number, .iov_len = sizeof(number) };

	return regset(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &iov);
}

int arch_refuse_call(pid_t tid)
{
	return arch_answer_call(tid, -ENOSYS);
}

/* The kernel leaves x0 alone where it makes no call. */
int arch_answer_call(pid_t tid, int64_t result)
{
	struct registers registers;
	int r = get_registers(tid, &registers);

	if (r == 0 && get_number(&registers) >= 0)
		r = set_number(tid, NO_CALL);
	if (r < 0)
		return r;
	set_value(&registers, 0, (uint64_t)result);
	return set_registers(tid, &registers);
}

/* The call that the kernel still knows to be made, or NO_CALL. */
static int current_number(pid_t tid)
{
	int number = NO_CALL;
	struct iovec iov = { .iov_base = &number, .iov_len = sizeof(number) };

	return regset(PTRACE_GETREGSET, tid, NT_ARM_SYSTEM_CALL, &iov) < 0
		   ? NO_CALL
		   : number;
}

static void take_last(const struct registers *registers, int64_t number,
		      int64_t result, struct tracee_syscall *ret)
{
	ret->point = TRACEE_EXIT;
	ret->number = (uint64_t)number;
	ret->result = result;
	ret->failed = result < 0 && result >= -TRACEE_ERRNO_MAX;
	for (unsigned i = 0; i < 6; i++)
		ret->args[i] = get_value(registers, i);
}

/* Within a call, nothing has been put in the first argument's place. */
static void take_current(const struct registers *registers, int number,
			 struct tracee_syscall *ret)
{
	take_last(registers, number, -ENOSYS, ret);
}

/* Which of its errors made the kernel rewind is not told: the usual one did. */
static int take_left(pid_t tid, const struct registers *registers,
		     struct tracee_syscall *ret)
{
	bool is_left = is_behind_call(tid, registers);
	uint64_t first = 0;
	int r;

	if (!is_left && !makes_call_at(tid, registers, 0))
		return 0;
	r = first_argument(tid, registers, &first);
	if (r < 0)
		return r == -EOPNOTSUPP ? 0 : r;
	/* About to make a call, and not to make it again. */
	if (!is_left && first != get_value(registers, 0))
		return 0;
	take_last(registers, get_number(registers),
		  is_left ? get_result(registers) : -TRACEE_ERESTARTSYS, ret);
	ret->args[0] = first;
	return 0;
}

int arch_last_call(pid_t tid, struct tracee_syscall *ret)
{
	struct registers registers;
	int r = tracee_syscall(tid, ret);
	int number;

	if (r < 0 || ret->point != TRACEE_NOWHERE)
		return r;
	r = get_registers(tid, &registers);
	if (r < 0)
		return r;
	number = current_number(tid);
	if (number == NO_CALL)
		return take_left(tid, &registers, ret);
	take_current(&registers, number, ret);
	return 0;
}

int arch_set_argument(pid_t tid, unsigned index, uint64_t value)
{
	struct registers registers;
	int r;

	if (index >= 6)
		return -EINVAL;
	r = get_registers(tid, &registers);
	if (r < 0)
		return r;
	set_value(&registers, index, value);
	return set_registers(tid, &registers);
}

/* The first one's register has the result. */
int arch_restore_argument(pid_t tid, unsigned index, uint64_t value)
{
	return index ? arch_set_argument(tid, index, value) : 0;
}

/* By DWARF's numbers (DWARF for the Arm 64-bit Architecture): the registers,
 * the stack pointer, and then the instruction's address. */
int arch_registers(pid_t tid, struct tracee_registers *ret)
{
	struct registers registers;
	unsigned count = 0;
	int r = get_registers(tid, &registers);

	if (r < 0)
		return r;
	if (registers.is_narrow)
		return -EOPNOTSUPP;
	for (unsigned i = 0; i < ARRAY_LEN(registers.wide.regs); i++)
		ret->value[count++] = registers.wide.regs[i];
	ret->value[count++] = registers.wide.sp;
	ret->value[count++] = registers.wide.pc;
	ret->count = count;
	ret->is_narrow = false;
	return 0;
}
