/*
 * The trace file: what every byte of a ktrace-u file means. ktr-u(5) says the
 * same in prose. Contracts only: no code, fixed-width types, no host types.
 *
 * The layout is FreeBSD's ktrace.out with the version 1 header (sys/ktrace.h),
 * little-endian, LP64. Numbers inside (errno, signals, structures, syscalls)
 * are Linux's own.
 */
#ifndef KTRACE_U_FORMAT_H
#define KTRACE_U_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/* Bits of ktr_type beside the record's kind. */
#define KTR_DROP      0x8000u /* records of this process were lost before */
#define KTR_VERSIONED 0x4000u /* ktr_version is valid */
#define KTR_KIND_MASK 0x3fffu
#define KTR_VERSION1  1

#define KTR_COMM_SIZE 20 /* thread name, NUL-padded, at most 19 bytes */

/* In front of every record; ktr_len bytes of payload follow. */
struct ktr_header {
	int32_t ktr_len;
	uint16_t ktr_type;
	int16_t ktr_version;
	int32_t ktr_pid;
	char ktr_comm[KTR_COMM_SIZE];
	int64_t ktr_sec;  /* CLOCK_REALTIME at the start of the session, */
	int64_t ktr_nsec; /* advanced by CLOCK_MONOTONIC */
	int64_t ktr_tid;
	int32_t ktr_cpu; /* -1: not known */
	int32_t ktr_pad;
};

_Static_assert(sizeof(struct ktr_header) == 64, "FreeBSD's v1 header");
_Static_assert(offsetof(struct ktr_header, ktr_type) == 4, "layout");
_Static_assert(offsetof(struct ktr_header, ktr_version) == 6, "layout");
_Static_assert(offsetof(struct ktr_header, ktr_pid) == 8, "layout");
_Static_assert(offsetof(struct ktr_header, ktr_comm) == 12, "layout");
_Static_assert(offsetof(struct ktr_header, ktr_sec) == 32, "layout");
_Static_assert(offsetof(struct ktr_header, ktr_nsec) == 40, "layout");
_Static_assert(offsetof(struct ktr_header, ktr_tid) == 48, "layout");
_Static_assert(offsetof(struct ktr_header, ktr_cpu) == 56, "layout");

/* Kinds of record. */
enum ktr_kind {
	KTR_SYSCALL = 1,       /* struct ktr_syscall, then narg arguments */
	KTR_SYSRET = 2,        /* struct ktr_sysret */
	KTR_NAMEI = 3,         /* the path, no NUL; may be empty */
	KTR_GENIO = 4,         /* struct ktr_genio, then the bytes moved */
	KTR_PSIG = 5,          /* struct ktr_psig */
	KTR_CSW = 6,           /* struct ktr_csw */
	KTR_USER = 7,          /* raw bytes, at most KTR_USER_MAX */
	KTR_STRUCT = 8,        /* name NUL, then the structure */
	KTR_SYSCTL = 9,        /* name with its NUL */
	KTR_PROCCTOR = 10,     /* struct ktr_procctor */
	KTR_PROCDTOR = 11,     /* nothing */
	KTR_CAPFAIL = 12,      /* struct ktr_capfail */
	KTR_FAULT = 13,        /* struct ktr_fault */
	KTR_FAULTEND = 14,     /* struct ktr_faultend */
	KTR_STRUCT_ARRAY = 15, /* uint64_t size, name NUL, then the items */
	KTR_ARGS = 16,         /* argv, each string NUL-terminated */
	KTR_ENVS = 17,         /* envp, each string NUL-terminated */
};
#define KTR_KIND_MAX KTR_ENVS

#define KTR_USER_MAX   2048
#define KTR_SYSCTL_MAX 128

/* A facility is a bit that lets records of one kind be written. */
#define KTRFAC(kind)   (UINT32_C(1) << (kind))
#define KTRFAC_MASK    UINT32_C(0x00ffffff)
#define KTRFAC_ROOT    UINT32_C(0x80000000) /* set by a privileged caller */
#define KTRFAC_INHERIT UINT32_C(0x40000000) /* children inherit the trace */

/*
 * code is the syscall number of the caller's ABI. One that does not fit is
 * KTR_CODE_WIDE, and a "syscall_number" record of the same thread precedes.
 */
#define KTR_CODE_WIDE (-1)
struct ktr_syscall {
	int16_t code;
	int16_t narg;
	int32_t pad;
	/* uint64_t args[narg] */
};
_Static_assert(sizeof(struct ktr_syscall) == 8, "layout");
#define KTR_NARG_MAX 6

/* error: Linux errno, 0 for success; retval is 0 when error is set. */
#define KTR_ERESTART    (-1) /* interrupted: restarted, or EINTR */
#define KTR_EJUSTRETURN (-2) /* registers were replaced: no result */
struct ktr_sysret {
	int16_t code;
	int16_t eosys;
	int32_t error;
	int64_t retval;
};
_Static_assert(sizeof(struct ktr_sysret) == 16, "layout");

#define KTR_GENIO_READ  0
#define KTR_GENIO_WRITE 1
struct ktr_genio {
	int32_t fd; /* -1: the call moves bytes but names no descriptor */
	int32_t rw;
	/* the bytes */
};
_Static_assert(sizeof(struct ktr_genio) == 8, "layout");

/* action: 0 SIG_DFL, 1 SIG_IGN, else the handler's address. */
#define KTR_SIG_DFL 0
#define KTR_SIG_IGN 1
struct ktr_psig {
	int32_t signo;
	int32_t pad0;
	uint64_t action;
	int32_t code;     /* si_code */
	uint32_t mask[4]; /* blocked; bit n-1 of mask[0..1] is signal n */
	int32_t pad1;
};
_Static_assert(sizeof(struct ktr_psig) == 40, "layout");
_Static_assert(offsetof(struct ktr_psig, action) == 8, "layout");
_Static_assert(offsetof(struct ktr_psig, mask) == 20, "layout");

struct ktr_csw {
	int32_t out;  /* 1: switched out */
	int32_t user; /* 1: involuntarily */
	char wmesg[8];
};
_Static_assert(sizeof(struct ktr_csw) == 16, "layout");

/* Bits of sv_flags that FreeBSD's kdump looks at; 3 is its Linux ABI. */
#define KTR_SV_ABI_MASK  0xffu
#define KTR_SV_ABI_LINUX 3u
#define KTR_SV_ILP32     0x100u
#define KTR_SV_LP64      0x200u
struct ktr_procctor {
	uint32_t sv_flags;
};

#define KTR_CAPFAIL_SYSCALL 2 /* FreeBSD's CAPFAIL_SYSCALL */
struct ktr_capfail {
	int32_t type;
	int32_t pad;
	uint64_t needed[2];
	uint64_t held[2];
};
_Static_assert(sizeof(struct ktr_capfail) == 40, "layout");

#define KTR_FAULT_READ    1
#define KTR_FAULT_WRITE   2
#define KTR_FAULT_EXECUTE 4
struct ktr_fault {
	uint64_t vaddr;
	int32_t type; /* KTR_FAULT_ bits; 0: not known */
	int32_t pad;
};
/* Mach's numbers. */
#define KTR_KERN_SUCCESS            0
#define KTR_KERN_INVALID_ADDRESS    1
#define KTR_KERN_PROTECTION_FAILURE 2
#define KTR_KERN_FAILURE            5
struct ktr_faultend {
	int32_t result;
};

/*
 * Everything that is ktrace-u's own travels in KTR_STRUCT records under these
 * names; a reader that does not know a name skips the record. Their structure
 * is a list of fields, each one NUL-terminated string:
 *
 *	name:123	a decimal number (signed 64 bits)
 *	name=text	bytes, anything but NUL
 *
 * A name is made of [a-z0-9_]. A field may repeat (a list). Unknown fields are
 * skipped, so fields can be added without breaking a reader.
 */
#define KTR_STRUCT_SESSION        "session" /* first in a file, after append */
#define KTR_STRUCT_PROCESS        "process" /* who a pid is, at PROCCTOR */
#define KTR_STRUCT_PATH           "path"    /* what the NAMEI before it meant */
#define KTR_STRUCT_EXIT_STATUS    "exit_status" /* beside PROCDTOR */
#define KTR_STRUCT_LOSS           "loss"        /* records lost, by kind */
#define KTR_STRUCT_COVERAGE       "coverage" /* what could not be seen, why */
#define KTR_STRUCT_CLOCK          "clock"    /* wall clock moved away */
#define KTR_STRUCT_SYSCALL_NUMBER "syscall_number" /* for KTR_CODE_WIDE */
#define KTR_STRUCT_ABI            "abi"   /* of the thread's calls from here */
#define KTR_STRUCT_LABEL          "label" /* of the USER behind it */
#define KTR_STRUCT_MESSAGE        "message" /* what the recorder had to say */
#define KTR_STRUCT_DENIED         "denied"  /* of the CAPFAIL before it */
#define KTR_STRUCT_MAPPING        "mapping" /* a file in a process's memory */
#define KTR_STRUCT_STACK          "stack"   /* who called, innermost first */
#define KTR_STRUCT_DESCRIPTORS    "descriptors" /* all that a process has */
#define KTR_STRUCT_HELD           "held"  /* others stood still for a call */
#define KTR_STRUCT_PIDFD          "pidfd" /* which process one leads to */
#define KTR_STRUCT_GIVEN          "given" /* what a call was, others changed */
#define KTR_STRUCT_END            "session_end" /* nothing is missing behind */

#define KTR_FORMAT_REVISION 1

/*
 * A compressed trace is a sequence of Zstandard frames, whose content is the
 * trace. In front of each one that ktrace-u writes stands a frame to be skipped
 * that describes it, and at the end, where it could be written, the table of
 * Zstandard's seekable format.
 */
#define KTR_FRAME_MAGIC      0x184d2a5au
#define KTR_SEEK_TABLE_MAGIC 0x184d2a5eu
#define KTR_SEEKABLE_MAGIC   0x8f92eab1u /* the table's last four bytes */

/* Bits of flags: it has records that explain those of later frames. */
#define KTR_FRAME_STATE 1u

struct ktr_frame {
	uint32_t magic;        /* KTR_FRAME_MAGIC */
	uint32_t length;       /* of what follows */
	char name[4];          /* KTR_FRAME_NAME */
	uint32_t flags;        /* KTR_FRAME_ */
	uint32_t records;      /* in the frame behind: how many, */
	uint32_t kinds;        /* of which kinds (bit n: kind n) */
	uint32_t frame_size;   /* its length in the file, */
	uint32_t content_size; /* and that of its content */
	uint64_t earliest_ns;  /* the times in the records' headers, */
	uint64_t latest_ns;    /* since 1970 */
};
_Static_assert(sizeof(struct ktr_frame) == 48, "layout");
_Static_assert(offsetof(struct ktr_frame, flags) == 12, "layout");
_Static_assert(offsetof(struct ktr_frame, kinds) == 20, "layout");
_Static_assert(offsetof(struct ktr_frame, content_size) == 28, "layout");
_Static_assert(offsetof(struct ktr_frame, earliest_ns) == 32, "layout");
#define KTR_FRAME_NAME "ktru"

#endif
