/*
 * Registers of a stopped thread that ptrace has no neutral request for. One
 * file per architecture implements it: src/tracee/<arch>/arch.c.
 */
#ifndef TRACEE_ARCH_H
#define TRACEE_ARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* See tracee_restart_interrupted(). 0 or -errno. */
int arch_restart_interrupted(pid_t tid, bool *ret_done);

/* See tracee_keep_interrupted(). 0 or -errno. */
int arch_keep_interrupted(pid_t tid);

/* See tracee_refuse_call(). */
int arch_refuse_call(pid_t tid);

/* See tracee_set_argument(). */
int arch_set_argument(pid_t tid, unsigned index, uint64_t value);

#endif
