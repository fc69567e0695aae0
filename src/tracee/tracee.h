/*
 * ptrace(2), one function per thing that we ask of it. Mechanism only: what is
 * asked when, and what an answer means for the trace, is decided above. All
 * return 0 or -errno; -ESRCH means that the thread died in its stop, which is
 * no error of anybody's: its end will be reported.
 */
#ifndef TRACEE_TRACEE_H
#define TRACEE_TRACEE_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Signals are numbered from 1 to this. */
#define TRACEE_SIGNAL_MAX 64

/* Results of calls that the kernel restarts, as it keeps them to itself. */
#define TRACEE_ERRNO_MAX             4095
#define TRACEE_ERESTARTSYS           512
#define TRACEE_ERESTARTNOINTR        513
#define TRACEE_ERESTARTNOHAND        514
#define TRACEE_ERESTART_RESTARTBLOCK 516

struct tracee_options {
	bool children;  /* fork, vfork, clone: new processes come along */
	bool seccomp;   /* stops of a seccomp filter are reported */
	bool exit_kill; /* nobody outlives the tracer */
};

/* Takes the thread under us without stopping it. */
int tracee_seize(pid_t tid, const struct tracee_options *options);
/* Changes the options of a stopped thread. */
int tracee_set_options(pid_t tid, const struct tracee_options *options);
/* Whether the thread is under us, and its end was not reaped yet. */
bool tracee_is_ours(pid_t tid);
/* Whether nobody may trace anybody here, whoever they are. */
bool tracee_is_forbidden(void);
int tracee_interrupt(pid_t tid);
int tracee_listen(pid_t tid);
int tracee_detach(pid_t tid, int signal);

enum tracee_until {
	TRACEE_UNTIL_SYSCALL, /* the next entry to or exit from a call */
	TRACEE_UNTIL_EVENT,   /* a signal, an event, a filter's stop */
	TRACEE_ONE_STEP,      /* one instruction, or the handler's first */
};
int tracee_resume(pid_t tid, enum tracee_until until, int signal);

enum tracee_point {
	TRACEE_NOWHERE, /* not in a syscall stop */
	TRACEE_ENTRY,
	TRACEE_EXIT,
	TRACEE_FILTERED, /* a filter's stop: an entry */
};

struct tracee_syscall {
	enum tracee_point point;
	uint32_t audit_arch;
	uint64_t instruction;
	uint64_t stack;
	uint64_t number;      /* entry */
	uint64_t args[6];     /* entry */
	uint32_t filter_data; /* what the filter gave with RET_TRACE */
	int64_t result;       /* exit: what it returned, -errno when failed */
	bool failed;          /* exit */
};

/* Where the stopped thread is (PTRACE_GET_SYSCALL_INFO, Linux 5.3). */
int tracee_syscall(pid_t tid, struct tracee_syscall *ret);

/* What PTRACE_GETEVENTMSG gives: a new thread's id, an exit code, ... */
int tracee_message(pid_t tid, unsigned long *ret);
/*
 * A thread that is killed in a stop goes on to PTRACE_EVENT_EXIT by itself, and
 * what it is asked then is answered for that stop, which is still to be
 * reported. True when it is there by now.
 */
bool tracee_is_exiting(pid_t tid);
/* The id of the new thread or process that its stop tells of; -ESRCH, too, when
 * it is no longer at that stop. */
int tracee_child(pid_t tid, pid_t *ret);
int tracee_siginfo(pid_t tid, siginfo_t *ret);
/* The blocked signals (those that a sigsuspend put aside, if it did). */
int tracee_signal_mask(pid_t tid, uint64_t *ret);

/*
 * At a stop behind a system call that returned -EINTR, which no handler will
 * see: makes the kernel restart the call unless a handler runs after all.
 * *ret_number is the call's, or -1 when there was none such. With is_settled
 * the -EINTR is to stay, on machines where the thread itself does not show
 * that: a handler has ended the call, or tracee_keep_interrupted() found it.
 */
int tracee_restart_interrupted(pid_t tid, bool is_settled, int64_t *ret_number);

/*
 * At a group-stop: a -EINTR that the stop itself brought about is what the
 * program gets untraced, too. tracee_restart_interrupted() leaves it alone from
 * now on; what it did to the call of that number (-1: to none), if the thread
 * has not gone on since then, is undone. 1 when there was such a call, or 0, or
 * -errno.
 */
int tracee_keep_interrupted(pid_t tid, int64_t restarted);

/*
 * At the delivery of a signal that a handler takes: the call of that number
 * (-1: none) that was made to go on ends with -EINTR, if the thread has not
 * gone on since then. Does nothing where the kernel sees to that.
 */
int tracee_end_restarted(pid_t tid, int64_t restarted);
/* Whether it has to be known when the thread goes on: it does not show. */
bool tracee_watches_restarts(void);

/*
 * The call that a thread comes from, at a stop that is neither its entry nor
 * its exit: with number, arguments and result, as TRACEE_EXIT. TRACEE_NOWHERE
 * when it comes from none. 0 or -errno.
 */
int tracee_last_call(pid_t tid, struct tracee_syscall *ret);

/* Has the call whose entry the thread is stopped at fail with ENOSYS. */
int tracee_refuse_call(pid_t tid);

/* The same, but with a result of ours: 0 or above, or -errno. */
int tracee_answer_call(pid_t tid, int64_t result);

/* General registers, by DWARF's numbers for the instructions that the thread
 * executes; the last one is the instruction pointer. */
#define TRACEE_REGISTERS_MAX 33
struct tracee_registers {
	uint64_t value[TRACEE_REGISTERS_MAX];
	unsigned count;
	bool is_narrow; /* 32-bit instructions */
};
int tracee_registers(pid_t tid, struct tracee_registers *ret);

/* Replaces an argument of the call whose entry the thread is stopped at. */
int tracee_set_argument(pid_t tid, unsigned index, uint64_t value);
/* Gives it back behind the call, or to who was made by it; where the machine
 * has the result in its place, nothing. */
int tracee_restore_argument(pid_t tid, unsigned index, uint64_t value);

#endif
