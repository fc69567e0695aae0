/*
 * What the files of this room share. Private to it.
 */
#ifndef SUPERVISOR_STATE_H
#define SUPERVISOR_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/capture.h"
#include "supervisor/attach.h"
#include "supervisor/follow.h"
#include "supervisor/hint.h"
#include "supervisor/notice.h"
#include "supervisor/session.h"
#include "supervisor/supervisor.h"
#include "supervisor/task.h"
#include "sysdesc/select.h"

struct supervisor {
	const struct supervisor_config *config;
	struct session *session;
	struct notice notice;
	struct task_table tasks;
	struct hint hint;
	struct follow follow;
	struct attach attach;
	struct capture_policy policy;
	pid_t command;
	/* Which stops each row's calls need, by row; the last is for calls
	 * that no row knows. CAPTURE_AT_ bits. */
	uint8_t needs[SELECT_ROWS_MAX + 1];
	/* Every call of every thread stops at both ends: what changes a
	 * process is seen, and may be remembered. */
	bool sees_all;
	bool sees_paths;         /* or all that changes what paths mean does */
	bool may_hold;           /* every entry is seen, and so is every path */
	unsigned status_readers; /* processes that would see who is held */
	bool has_proc;           /* /proc is mounted */
	bool started;            /* the command's first exec was reached */
	bool letting_go;         /* tracing is over: detach at every stop */
	unsigned parked; /* threads in stops, to be let go with others */
	uint64_t births; /* calls that make threads or processes, so far */
};

/* What capture reads a thread's memory through. */
struct capture_memory state_memory(struct task *task);

/* Nothing is written of this process (any more, or ever). */
static inline bool state_is_recorded(const struct process *process)
{
	return process->facilities != 0;
}

#endif
