/*
 * What the files of this room share. Private to it.
 */
#ifndef SUPERVISOR_STATE_H
#define SUPERVISOR_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "capture/capture.h"
#include "hold/follow.h"
#include "supervisor/attach.h"
#include "supervisor/await.h"
#include "supervisor/flight.h"
#include "supervisor/guard.h"
#include "supervisor/hint.h"
#include "supervisor/made.h"
#include "supervisor/notice.h"
#include "supervisor/owner.h"
#include "supervisor/plan.h"
#include "supervisor/privilege.h"
#include "supervisor/rotate.h"
#include "supervisor/session.h"
#include "supervisor/still.h"
#include "supervisor/supervisor.h"
#include "supervisor/task.h"
#include "unwind/unwind.h"

struct away;

struct supervisor {
	const struct supervisor_config *config;
	struct session_clock clock;
	struct session **sessions; /* malloc'd */
	unsigned session_count;
	unsigned foreign_sessions; /* since the start */
	bool sessions_finished;    /* some only wait to be closed */
	struct rotate rotate;
	struct flight flight;
	struct plan *plans;
	struct notice notice;
	struct task_table tasks;
	struct hint hint;
	struct follow follow;
	struct await await;
	struct still still;
	struct made made;
	struct launch *launch; /* NULL: has been answered */
	struct server *server; /* NULL: nobody can ask */
	struct owner owner;
	struct request_pending *request; /* that is being served, or NULL */
	pid_t pid;                       /* our own */
	struct privilege privilege;
	struct guard guard;
	struct sampling *sampling; /* NULL: nobody wants any */
	struct away *away;         /* NULL: nobody may come back */
	pid_t command;
	/* Every call of every thread stops at both ends: what changes a
	 * process is seen, and may be remembered. */
	bool sees_all;
	bool sees_paths;         /* or all that changes what paths mean does */
	bool filter_sees_paths;  /* it does with our filter */
	bool sees_closes;        /* or all that closes descriptors does */
	bool filter_sees_deeds;  /* sysdesc/deeds.h, with our filter */
	bool filter_sees_maps;   /* all that changes them stops by our filter */
	bool may_hold;           /* every entry is seen, and so is every path */
	unsigned status_readers; /* processes that would see who is held */
	bool has_proc;           /* /proc is mounted */
	bool changes_options;    /* children came along later, once */
	bool is_paused;          /* nothing but births and ends is recorded */
	bool started;            /* the command's first exec was reached */
	unsigned parked;       /* threads in stops, to be let go with others */
	struct unwind *unwind; /* NULL: no stack was wanted yet */
	struct unwind_stack stack; /* the one that is being taken */
	uint64_t births; /* calls that make threads or processes, so far */
};

/* What capture reads a thread's memory through. */
struct capture_memory state_memory(struct task *task);

/* Something is written of this process. */
static inline bool state_is_recorded(const struct process *process)
{
	return process->facilities != 0 && !process->is_away;
}

/* Something has to be done even if no stop comes. */
static inline bool state_needs_alarm(const struct supervisor *supervisor)
{
	return supervisor->parked || supervisor->await.tell ||
	       supervisor->away || supervisor->sessions_finished ||
	       supervisor->sampling || supervisor->still.has_alarm;
}

/* How its threads are traced. */
static inline struct tracee_options state_options(const struct process *process)
{
	bool inherits = process->facilities & KTRFAC_INHERIT;

	return (struct tracee_options){
		.children = inherits || process->is_filtered,
		.seccomp = process->is_filtered,
		.exit_kill = process->is_filtered,
	};
}

#endif
