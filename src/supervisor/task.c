/*
 * Tables of tasks and processes, by id. Must not act on either.
 */
#include "supervisor/task.h"

#include <stdlib.h>

#include <utlist.h>

#include "unwind/unwind.h"

struct task *task_find(struct task_table *table, pid_t tid)
{
	struct task *task;

	HASH_FIND_INT(table->tasks, &tid, task);
	return task;
}

struct process *task_process(struct task_table *table, pid_t pid)
{
	struct process *process;

	HASH_FIND_INT(table->processes, &pid, process);
	return process;
}

struct task *task_add(struct task_table *table, pid_t tid,
		      struct process *process)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		return NULL;
	task->tid = tid;
	task->cpu = -1;
	task->restarted = -1;
	HASH_ADD_INT(table->tasks, tid, task);
	if (!task->hh.tbl) { /* out of memory */
		free(task);
		return NULL;
	}
	table->unclaimed++;
	DL_APPEND2(table->newborns, task, kin_prev, kin_next);
	if (process)
		task_claim(table, task, process);
	return task;
}

void task_claim(struct task_table *table, struct task *task,
		struct process *process)
{
	DL_DELETE2(table->newborns, task, kin_prev, kin_next);
	table->unclaimed--;
	task->process = process;
	DL_APPEND2(process->tasks, task, kin_prev, kin_next);
	process->task_count++;
}

void task_remove(struct task_table *table, struct task *task)
{
	if (task->process) {
		DL_DELETE2(task->process->tasks, task, kin_prev, kin_next);
		task->process->task_count--;
	} else {
		DL_DELETE2(table->newborns, task, kin_prev, kin_next);
		table->unclaimed--;
	}
	HASH_DEL(table->tasks, task);
	free(task);
}

void task_rename(struct task_table *table, struct task *task, pid_t tid)
{
	HASH_DEL(table->tasks, task);
	task->tid = tid;
	HASH_ADD_INT(table->tasks, tid, task);
}

void task_know_nothing(struct process *process)
{
	process->signals.known = false;
	process->root_known = false;
	process->cwd_known = false;
	process->shares_fs = true;
	if (process->space)
		unwind_space_forget(process->space);
}

struct task *task_of(struct task_table *table, const struct process *process)
{
	struct task *task = task_find(table, process->pid);

	return task && task->process == process ? task : process->tasks;
}

struct task *task_of_known(struct task_table *table,
			   const struct process *process)
{
	return process->abi == SYSDESC_ABI_UNKNOWN ? NULL
						   : task_of(table, process);
}

struct process *task_add_process(struct task_table *table, pid_t pid)
{
	struct process *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	process->pid = pid;
	process->pagemap = -1;
	HASH_ADD_INT(table->processes, pid, process);
	if (!process->hh.tbl) { /* out of memory */
		free(process);
		return NULL;
	}
	return process;
}

static void task_free_process(struct process *process)
{
	unwind_space_free(process->space);
	given_forget(process);
	free(process->cwd);
	free(process);
}

void task_remove_process(struct task_table *table, struct process *process)
{
	HASH_DEL(table->processes, process);
	task_free_process(process);
}

void task_table_done(struct task_table *table)
{
	struct task *task = table->tasks, *next_task;
	struct process *process = table->processes, *next_process;

	/* The lists that go through the items outlive the tables. */
	HASH_CLEAR(hh, table->tasks);
	HASH_CLEAR(hh, table->processes);
	for (; task; task = next_task) {
		next_task = task->hh.next;
		free(task);
	}
	for (; process; process = next_process) {
		next_process = process->hh.next;
		task_free_process(process);
	}
}
