/*
 * What calls do to the processes that make them, as far as the recorder must
 * know it: the table's `effect` column, interpreted.
 */
#ifndef SUPERVISOR_EFFECT_H
#define SUPERVISOR_EFFECT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process;
struct supervisor;
struct sysdesc_row;
struct task;

/* Whether it may change what the paths of a process mean. */
bool effect_is_on_paths(const struct sysdesc_row *row);

/* Whether it may change what a process may do: who set its trace may not be
 * allowed to any more. */
bool effect_is_on_rights(const struct sysdesc_row *row);

/* Whether reading the memory of the process may take somebody's help from then
 * on: userfaultfd(2). */
bool effect_is_on_memory(const struct sysdesc_row *row);

/*
 * Whether it may end with EINTR because of us: to a traced thread signals are
 * sent that the process ignores, which may wake another one, and the kernel
 * does not restart this call. Its end must be seen.
 */
bool effect_is_sleep(const struct sysdesc_row *row);

/* Whether the call that the thread enters must be seen to its end, recorded or
 * not. */
bool effect_wants_exit(const struct task *task);

/* Before the kernel does it: keeps children from slipping away. */
void effect_at_entry(struct task *task);
/* After it succeeded: task->call holds the result. */
void effect_at_exit(struct supervisor *supervisor, struct task *task);

/* After it failed. */
void effect_at_failure(struct supervisor *supervisor, struct task *task);

/*
 * The flags of a call that makes threads or processes; 0 for fork, vfork, and
 * any other call. Those of clone3 are read where they lie: where they cannot
 * be, EFFECT_SPAWN_UNREAD is among them, and all that may be shared is.
 */
#define EFFECT_SPAWN_UNREAD (UINT64_C(1) << 63)
uint64_t effect_spawn_flags(pid_t tid, const struct sysdesc_row *row,
			    const uint64_t *args);

/* The call that the task is in made a new process: what the two share beyond a
 * fork is no longer remembered of either. waits: its creator does (vfork). */
void effect_share(struct task *task, struct process *child, bool waits);

#endif
