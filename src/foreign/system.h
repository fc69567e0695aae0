/*
 * What kernels call things: system calls, errors, signals, as each of them
 * numbers these. One way to ask for all: Linux's own are sysdesc's.
 */
#ifndef FOREIGN_SYSTEM_H
#define FOREIGN_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sysdesc/sysdesc.h"
#include "trace/record.h"

/* "linux", "freebsd", "netbsd", "openbsd". */
const char *system_name(enum record_system system);

/* The ABI of a system's own programs, where no more is known of them; word: as
 * a record's. */
enum sysdesc_abi system_abi(enum record_system system, unsigned word);
/* That of PROCCTOR's flags, in a FreeBSD file; and what that kernel says there
 * besides of a Linux program. */
#define SYSTEM_FREEBSD_SHP 0x10000u
enum sysdesc_abi system_abi_of_flags(uint32_t sv_flags);
/* Whose ABI it is. */
enum record_system system_of(enum sysdesc_abi abi);

/* As those of sysdesc, and of other kernels too: "freebsd", "netbsd32". */
const char *system_abi_name(enum sysdesc_abi abi);
/* SYSDESC_ABI_UNKNOWN for a name that is none. */
enum sysdesc_abi system_abi_by_name(const char *name, size_t length);
unsigned system_word(enum sysdesc_abi abi);
/* "L", "F", "N", "O", "U": as FreeBSD's kdump marks them. */
char system_abi_letter(enum sysdesc_abi abi);

/*
 * The row of a call, or NULL. That of another kernel than Linux has no index
 * (sysdesc_index()), and names, classes and effects as Linux's have.
 */
const struct sysdesc_row *system_call(enum sysdesc_abi abi, int64_t number);
/*
 * What the call does that a SYSCALL or SYSRET record of another kernel is
 * about, by that kernel's own numbers; EFFECT_NONE in files of ours, which say
 * it.
 */
enum sysdesc_effect system_effect(const struct record *record);
/* Whether any other kernel than Linux has a call of that name. */
bool system_has_call(const char *name, size_t length);

/* "ENOENT"; NULL for a number that is none. */
const char *system_errno_name(enum record_system system, int number);
const char *system_errno_text(enum record_system system, int number);

/* "SIGCHLD"; NULL for real-time signals and for numbers that are none. */
const char *system_signal_name(enum record_system system, int number);
const char *system_signal_code(enum record_system system, int signal, int code);
/* The first and the last of the real-time signals; 0: it has none. */
int system_signal_first(enum record_system system);
int system_signal_last(enum record_system system);

#endif
