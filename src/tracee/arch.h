/*
 * Registers of a stopped thread that ptrace has no neutral request for. One
 * file per architecture implements it: src/tracee/<arch>/arch.c.
 */
#ifndef TRACEE_ARCH_H
#define TRACEE_ARCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct tracee_registers;
struct tracee_syscall;

/* See tracee_restart_interrupted(). 0 or -errno. */
int arch_restart_interrupted(pid_t tid, bool is_settled, int64_t *ret_number);

/* See tracee_keep_interrupted(). 0 or -errno. */
int arch_keep_interrupted(pid_t tid, int64_t restarted);

/* See tracee_end_restarted(). 0 or -errno. */
int arch_end_restarted(pid_t tid, int64_t restarted);

/* See tracee_watches_restarts(). */
bool arch_watches_restarts(void);

/* See tracee_refuse_call(). */
int arch_refuse_call(pid_t tid);

/* See tracee_last_call(). */
int arch_last_call(pid_t tid, struct tracee_syscall *ret);

/* See tracee_answer_call(). */
int arch_answer_call(pid_t tid, int64_t result);

/* See tracee_set_argument(). */
int arch_set_argument(pid_t tid, unsigned index, uint64_t value);
/* See tracee_restore_argument(). */
int arch_restore_argument(pid_t tid, unsigned index, uint64_t value);

/* See tracee_registers(). */
int arch_registers(pid_t tid, struct tracee_registers *ret);

#endif
