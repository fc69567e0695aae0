/*
 * All knowledge of Linux's system calls, as constant tables: what each call
 * takes, which of it points where, how long it is, what it returns. The seccomp
 * filter, the capture and the printing are interpreters of these rows; no other
 * room knows a system call by name. Uses no libc (capture links it).
 *
 * The rows stand in syscalls.def, the numbers in number_<abi>.def, what others
 * carry in inner.def. A row is found by (ABI, number), which is what a record
 * stores; the row's index is private to a build.
 */
#ifndef SYSDESC_SYSDESC_H
#define SYSDESC_SYSDESC_H

#include <stdbool.h>
#include <stdint.h>

/* ABIs through which a process calls the kernel. */
enum sysdesc_abi {
	SYSDESC_X86_64,
	SYSDESC_I386,
	SYSDESC_X32, /* numbers carry SYSDESC_X32_BIT */
	SYSDESC_AARCH64,
	SYSDESC_ABI_COUNT,
	SYSDESC_ABI_UNKNOWN = SYSDESC_ABI_COUNT,
	/* Those of other kernels, in traces of theirs. Here nothing is known of
	 * them: what there is stands in foreign/system.h. */
	SYSDESC_FREEBSD,
	SYSDESC_FREEBSD32,
	SYSDESC_NETBSD,
	SYSDESC_NETBSD32,
	SYSDESC_OPENBSD,
	SYSDESC_OPENBSD32,
};
#define SYSDESC_X32_BIT 0x40000000

/* What an argument is. Interpreted by switch, never by parallel array. */
enum sysdesc_kind {
	KIND_NONE,    /* no argument */
	KIND_INT,     /* signed, 32 bits */
	KIND_UINT,    /* unsigned, 32 bits */
	KIND_LONG,    /* signed, a word */
	KIND_ULONG,   /* unsigned, a word */
	KIND_HEX,     /* a word best read in hexadecimal */
	KIND_POINTER, /* an address that nothing follows */
	KIND_FD,
	KIND_DIRFD,   /* the directory that the next PATH is relative to */
	KIND_PATH,    /* NUL-terminated, looked up by the call: a NAMEI */
	KIND_STRING,  /* NUL-terminated, but no path that is looked up */
	KIND_BYTES,   /* user data: a GENIO; with a blob, a listing of it */
	KIND_IOVEC,   /* struct iovec[], count in the argument len_arg: GENIO */
	KIND_MSGHDR,  /* struct msghdr: GENIO through its iovecs */
	KIND_MMSGHDR, /* struct mmsghdr[], count in len_arg: GENIO for each */
	KIND_MSGBUF,  /* struct msgbuf: GENIO of what is behind its long */
	KIND_XATTR,   /* struct xattr_args: GENIO of the value it leads to */
	KIND_BLOB,    /* a structure: see enum sysdesc_blob */
	KIND_ARGV,    /* NULL-terminated vector of strings: ARGS */
	KIND_ENVP,    /* the same: ENVS */
	KIND_SIZE,    /* how long something is */
	KIND_OFFSET,  /* a file offset */
	KIND_FLAGS,   /* bits: see enum sysdesc_flagset */
	KIND_ENUM,    /* one value of a set: the same */
	KIND_MODE,    /* file mode */
	KIND_DEV,
	KIND_PID,
	KIND_UID,
	KIND_GID,
	KIND_SIGNAL,
	KIND_CLOCK,
	KIND_CMD, /* a command that decides what the others mean */
};

/* Which way what an argument points at crosses the boundary. */
enum sysdesc_direction {
	DIRECTION_NONE,
	DIRECTION_IN,
	DIRECTION_OUT,
	DIRECTION_INOUT
};

/*
 * How long what an argument points at is. Where a rule looks at argument
 * len_arg, mind its kind: KIND_INT and KIND_UINT are 32 bits of the register.
 * RESULT and RESULTS never go past len_arg, the room that the caller gave (a
 * call may return more than it moved: MSG_TRUNC, getxattr with size 0); a
 * msghdr has none, its iovecs are the room, and a xattr_args holds it.
 */
enum sysdesc_length {
	LENGTH_NONE,   /* it ends by itself (a string), or nothing is known */
	LENGTH_FIXED,  /* the size of its structure */
	LENGTH_RESULT, /* the call's result, in bytes, after success */
	LENGTH_ARG,    /* the value of argument len_arg */
	LENGTH_ARGS,   /* the value of argument len_arg, in items (of a blob) */
	LENGTH_DEREF,  /* min(entry, exit) of the u32 that len_arg points at */
	LENGTH_RESULTS, /* the call's result, in items */
	LENGTH_VERSION, /* the size of its structure, or half of it where the
			 * u32 that len_arg points at is
			 * SYSDESC_VERSION_HALF */
};

#define SYSDESC_VERSION_HALF 0x19980330 /* capabilities were 32 once */

/* After which results the kernel has written what comes out. */
enum sysdesc_when {
	WHEN_DONE,      /* success */
	WHEN_COUNTED,   /* a result above 0 */
	WHEN_FOUND,     /* success, unless the u32 that argument len_arg points
			 * at is 0 */
	WHEN_CUT_SHORT, /* a signal, where restart_syscall(2) would go on */
	WHEN_LEFT,      /* success, or a signal: what is left of a timeout */
};

/* What a result is. */
enum sysdesc_result {
	RESULT_ZERO,   /* 0 or an error */
	RESULT_COUNT,  /* bytes moved */
	RESULT_NUMBER, /* some other number */
	RESULT_FD,     /* a descriptor that is now open */
	RESULT_PID,
	RESULT_ADDRESS,
	RESULT_NONE, /* does not return when it works */
};

/* Classes, for --syscalls=@class. A row may be in several. */
#define SYSDESC_CLASSES(X)                                                     \
	X(FILE, "file", "take a path")                                         \
	X(DESC, "desc", "take or return a descriptor")                         \
	X(IO, "io", "move data")                                               \
	X(NETWORK, "network", "sockets")                                       \
	X(PROCESS, "process", "start, replace, end or wait for processes")     \
	X(SIGNAL, "signal", "signals")                                         \
	X(MEMORY, "memory", "address space")                                   \
	X(IPC, "ipc", "System V and POSIX message queues, semaphores, shm")    \
	X(CREDS, "creds", "user and group ids, capabilities")                  \
	X(TIME, "time", "clocks, timers, sleeping")                            \
	X(SCHED, "sched", "scheduling, affinity, priority")                    \
	X(POLL, "poll", "wait for descriptors")                                \
	X(XATTR, "xattr", "extended attributes")                               \
	X(MOUNT, "mount", "mounts, namespaces, roots")                         \
	X(SYSTEM, "system", "the machine: modules, reboot, keys, bpf")         \
	X(FUTEX, "futex", "futexes and robust lists")                          \
	X(KERNEL, "kernel", "reach far into the kernel: bpf, mounts, modules") \
	X(PURE, "pure", "ask for what cannot fail: getpid and the like")

/* clang-format off */
enum sysdesc_class_bit {
#define X(id, name, help) SYSDESC_CLASS_BIT_##id,
	SYSDESC_CLASSES(X)
#undef X
	SYSDESC_CLASS_COUNT
};
/* clang-format on */
enum sysdesc_class {
#define X(id, name, help) CLASS_##id = 1u << SYSDESC_CLASS_BIT_##id,
	SYSDESC_CLASSES(X)
#undef X
};

/* What a successful call changes that the recorder must follow. */
enum sysdesc_effect {
	EFFECT_NONE,
	EFFECT_CWD,       /* working directory */
	EFFECT_ROOT,      /* root directory, or the mounts seen */
	EFFECT_SIGACTION, /* args[0] signal, args[1] struct sigaction or NULL */
	EFFECT_SIGNAL,    /* i386 signal(2): args[1] is the handler itself */
	EFFECT_EXEC,
	EFFECT_SPAWN,   /* args[0] holds the flags (none for fork, vfork) */
	EFFECT_SPAWN3,  /* args[0] points at struct clone_args */
	EFFECT_UNSHARE, /* args[0] holds the flags */
	EFFECT_EXIT,    /* the thread ends: there is no return */
	EFFECT_EXIT_GROUP,
	EFFECT_CREDS,       /* user or group ids */
	EFFECT_CLOSE,       /* args[0] is a descriptor that goes */
	EFFECT_CLOSE_RANGE, /* those from args[0] to args[1] go; args[2] holds
			     * the flags */
	EFFECT_DUP,         /* the result leads where args[0] does */
	EFFECT_FCNTL,       /* the same, when args[1] is F_DUPFD, or that with
			     * _CLOEXEC */
	EFFECT_ADDRESS,   /* args[0] leads to the socket's address in args[1] */
	EFFECT_SIGRETURN, /* registers are replaced: the result means nothing */
	EFFECT_COMM,      /* prctl: the thread's name, perhaps, or a filter */
	EFFECT_SECCOMP,   /* args[0] is the operation */
	EFFECT_SETNS,     /* as EFFECT_ROOT; args[1] holds the flags */
	EFFECT_RINGS,     /* makes rings by which calls are made without a stop;
			   * shows affinities, see below */
	EFFECT_RENAME,    /* directories may get another name, or none */
	EFFECT_UNLINKAT,  /* the same; args[2] holds the flags */
	EFFECT_AFFINITY,  /* shows or sets where threads may run, or may make
			   * some of the kernel's that run where this may */
	EFFECT_PTRACE,    /* args[0] is the request, args[1] a thread */
	EFFECT_SLEEP,     /* none, but the kernel does not restart it */
	EFFECT_MAP,     /* the result is where args[1] bytes are; args[2] holds
			 * the protection (i386's first: args[0] points at all) */
	EFFECT_PROTECT, /* args[0] on, args[1] bytes; args[2] the protection */
	EFFECT_UNMAP,   /* args[0] on, args[1] bytes */
	EFFECT_REMAP,   /* the same, to the result, args[2] bytes */
	EFFECT_ATTACH,  /* the result is memory that others have as well */
	EFFECT_SUBMIT,  /* the kernel writes to memory later, at any time */
	EFFECT_FAULTS,  /* the process may serve faults of its own memory */
	EFFECT_UTRACE,  /* the recorder's own, see ktrace-u/utrace.h */
};

/* What a successful call does with what a path or a descriptor leads to, or
 * with a process. */
enum sysdesc_use {
	USE_NONE,
	USE_LOOKUP,      /* asks about it */
	USE_OPEN,        /* by the flags behind it, or a struct open_how */
	USE_CREAT,       /* opens it for writing, empty, makes it if need be */
	USE_WRITE,       /* its contents, without opening it */
	USE_EXECUTE,     /* runs it */
	USE_ENTER,       /* makes it a directory to start from */
	USE_MAKE,        /* it was not there before */
	USE_REMOVE,      /* it is gone */
	USE_RENAME,      /* it has another name, */
	USE_REPLACE,     /* which is this, whether it was there or not */
	USE_LINK,        /* it has one more name */
	USE_CHANGE,      /* its mode, owner, times or attributes, */
	USE_CHANGE_LINK, /* of a link itself, if it is one */
	USE_MOUNT,       /* what is mounted there */
	USE_LIST,        /* reads what is in it */
	USE_CONNECT,     /* has it lead to an address */
	USE_BIND,        /* gives it an address */
	USE_LISTEN,      /* lets others connect to it */
	USE_ACCEPT,      /* takes one that connected */
	USE_SEND,        /* sends to an address, where one is given */
	USE_SIGNAL,      /* sends it a signal */
	USE_SIGNALS,     /* the same; 0 and below are groups, -1 is all */
	USE_TRACE,       /* looks into it, or changes it, from outside */
	USE_ADJUST,      /* sets how it runs: limits, priority, where, groups */
	USE_HOLD,        /* gets hold of it, or asks what others must not */
	USE_COUNT,
};

struct sysdesc_arg {
	const char *name;
	uint8_t kind;      /* enum sysdesc_kind */
	uint8_t direction; /* enum sysdesc_direction */
	uint8_t length;    /* enum sysdesc_length */
	uint8_t len_arg;   /* index of the argument that length names */
	uint8_t set;  /* enum sysdesc_blob, or _flagset (sets.h), or _use, by
		       * kind */
	uint8_t when; /* enum sysdesc_when */
};

struct sysdesc_row {
	const char *name; /* as strace and the manual call it */
	uint32_t classes; /* CLASS_ bits */
	uint8_t narg;
	uint8_t result; /* enum sysdesc_result */
	uint8_t effect; /* enum sysdesc_effect */
	struct sysdesc_arg arg[6];
};

/* How many rows there are; a row's index is in [0, count). */
unsigned sysdesc_count(void);
const struct sysdesc_row *sysdesc_row(unsigned index);
unsigned sysdesc_index(const struct sysdesc_row *row);

/* The row of a call, or NULL when this build does not know the number. */
const struct sysdesc_row *sysdesc_find(enum sysdesc_abi abi, int64_t number);

/* One more than the highest number of an ABI (without SYSDESC_X32_BIT). */
unsigned sysdesc_number_end(enum sysdesc_abi abi);

/* The number of a row in an ABI, or -1. x32 numbers come with their bit. */
int64_t sysdesc_number(enum sysdesc_abi abi, const struct sysdesc_row *row);

/* Whether it has a number in no ABI: then it is always carried, see below. */
bool sysdesc_is_carried(const struct sysdesc_row *row);

/*
 * A call that another one carries: of i386, socketcall and ipc (inner.def). Its
 * arguments lie in registers of the carrier, or in the u32[] that the carrier's
 * POINTER argument leads to.
 */
struct sysdesc_inner {
	const struct sysdesc_row *carrier;
	const struct sysdesc_row *row; /* the call when nobody carries it */
	uint32_t mask;                 /* of the carrier's argument 0, */
	uint32_t command;              /* which is this then */
	uint8_t from[6];               /* FROM_ and an index; 0: none there */
};
enum sysdesc_from {
	FROM_NOWHERE = 0x10,  /* the argument is 0 */
	FROM_REGISTER = 0x20, /* an argument of the carrier */
	FROM_WORD = 0x30,     /* a word in memory */
	FROM_MASK = 0xf0,
};

/* All of them: index is in [0, count). */
unsigned sysdesc_inner_count(void);
const struct sysdesc_inner *sysdesc_inner(unsigned index);

/*
 * What a call carries whose argument 0 is `command`; NULL when it is none that
 * carries, or carries what nobody knows. NULL as the carrier is fine.
 */
const struct sysdesc_inner *
sysdesc_inner_find(const struct sysdesc_row *carrier, uint64_t command);

/*
 * Where a row has a CMD, that argument's value may say what another one points
 * at, and which way it crosses the boundary (command.def).
 */
struct sysdesc_command {
	uint32_t value;    /* of the CMD, as far as the mask goes */
	uint8_t arg;       /* index of the argument */
	uint8_t blob;      /* enum sysdesc_blob: a structure there */
	uint8_t direction; /* enum sysdesc_direction */
};
struct sysdesc_commands {
	const struct sysdesc_row *row;
	const struct sysdesc_command *commands;
	uint32_t count;
	uint32_t mask;
};

/* Those of a row; NULL: it has none. */
const struct sysdesc_commands *sysdesc_commands(const struct sysdesc_row *row);
/* That of a value; NULL: there it is nothing, or nobody knows. */
const struct sysdesc_command *
sysdesc_command(const struct sysdesc_commands *those, uint64_t value);

/* "x86_64", "i386", "x32", "aarch64"; "unknown" else. */
const char *sysdesc_abi_name(enum sysdesc_abi abi);
enum sysdesc_abi sysdesc_abi_by_name(const char *name);

/* From AUDIT_ARCH_* as the kernel reports it, and the number. */
enum sysdesc_abi sysdesc_abi_of(uint32_t audit_arch, uint64_t number);
uint32_t sysdesc_audit_arch(enum sysdesc_abi abi);

/* The ABI that this build's machine speaks first. */
static inline enum sysdesc_abi sysdesc_abi_native(void)
{
#if defined(__aarch64__)
	return SYSDESC_AARCH64;
#else
	return SYSDESC_X86_64;
#endif
}

/* Whether it is what some machine speaks first: a trace has no other such. */
static inline bool sysdesc_abi_is_first(enum sysdesc_abi abi)
{
	return abi == SYSDESC_X86_64 || abi == SYSDESC_AARCH64;
}

/* Bytes of a pointer: 4 or 8. */
unsigned sysdesc_word(enum sysdesc_abi abi);

const char *sysdesc_class_name(unsigned bit); /* by SYSDESC_CLASS_BIT_ */
const char *sysdesc_class_help(unsigned bit);

/* "ENOENT"; NULL for a number that is none. */
const char *sysdesc_errno_name(int number);
/* "No such file or directory"; NULL likewise. Linux's words, whatever the
 * C library of this build says. */
const char *sysdesc_errno_text(int number);

/* "SIGCHLD"; NULL for real-time signals and for numbers that are none. */
const char *sysdesc_signal_name(int number);
/* "SI_USER", "SEGV_MAPERR": by signal and si_code; NULL when not known. */
const char *sysdesc_signal_code(int signal, int code);

#endif
