/*
 * Numbers -> the names that people know them by, appended to a text. Every
 * number gets something printable: what has no name is shown as a number.
 */
#ifndef DECODE_NAME_H
#define DECODE_NAME_H

#include <stdbool.h>
#include <stdint.h>

#include "sysdesc/sysdesc.h"
#include "trace/record.h"

struct text;

/*
 * "openat", or "openat[257]" when the number is wanted too; "[999]" for a call
 * that the ABI does not have, or that this build does not know.
 */
void name_syscall(struct text *text, enum sysdesc_abi abi, int64_t number,
		  bool with_number);

/* "No such file or directory"; "Unknown error 4000" else. Errors and signals
 * are those of a system: of the one that wrote the record. */
void name_errno(struct text *text, enum record_system system, int error);

/*
 * "SIGCHLD". Real-time signals are named as the C library counts them: Linux's
 * SIGRTMIN is 34, and 32 and 33, which it keeps to itself, are SIG32 and SIG33.
 */
void name_signal(struct text *text, enum record_system system, int signo);

/* "[INT TERM]", "[]"; of a mask with more than half of them those that are not
 * in it, "~[KILL STOP]". Bit 0 is signal 1. */
void name_signal_mask(struct text *text, enum record_system system,
		      uint64_t mask);

/* "SI_USER"; "<invalid=7>" for a code that the signal does not have. */
void name_signal_code(struct text *text, enum record_system system, int signo,
		      int code);

/* What a page fault wanted: "0x2<VM_PROT_WRITE>". */
void name_access(struct text *text, int access);

/* How it ended: "KERN_SUCCESS"; "<invalid=99>" else. */
void name_fault_result(struct text *text, int result);

/* The type of a CAPFAIL record, in words. */
void name_violation(struct text *text, int type);

#endif
