/*
 * Who is traced: processes, and their threads (tasks). A table, and nothing
 * that acts: no ptrace, no records.
 */
#ifndef SUPERVISOR_TASK_H
#define SUPERVISOR_TASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* uthash reports that memory is out instead of ending the process. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include <ktrace-u/format.h>

#include "capture/capture.h"
#include "supervisor/given.h"
#include "supervisor/sampling.h"
#include "supervisor/untraced.h"
#include "sysdesc/sysdesc.h"
#include "tracee/stop.h"
#include "tracee/tracee.h"

struct unwind_space;

/* A call's end that is not written yet: it was interrupted, and what comes next
 * decides what the program sees of it. */
struct task_interrupted {
	bool pending;
	int32_t error;  /* as KTR_SYSRET carries it */
	int64_t result; /* the kernel's: -EINTR or -ERESTART... */
};

/* A signal whose handler's address a single step will tell. */
struct task_stepping {
	bool active;
	struct ktr_psig psig;
	uint64_t time_ns;
};

/* When a thread is let go, among those of its process. */
enum task_turn {
	TASK_TURN_FIRST,  /* signals to the process are addressed to it */
	TASK_TURN_SECOND, /* the same, asleep in a call that knows no restart */
	TASK_TURN_LAST,
};

/* A stop that is not answered yet, since the thread is to be let go together
 * with the others of its process. */
struct task_parked {
	bool active;
	int signal; /* to be delivered then */
	enum task_turn turn;
};

struct task {
	pid_t tid;
	struct process *process; /* NULL: newborn, its parent not known yet */
	char comm[KTR_COMM_SIZE];
	enum sysdesc_abi abi; /* of its last recorded call */
	int cpu;              /* where it was last known to run, or -1 */
	uint16_t cut_short;   /* so often in a row its calls ended in EINTR */
	int64_t restarted;    /* the call that was made to go on last, or -1 */
	bool is_settled;      /* an EINTR of its last call is to stay */
	bool in_call;         /* between entry and exit */
	bool brings_answer;   /* its data is recorded: answer.h */
	bool wants_exit;      /* the exit of that call must stop */
	bool is_recorded;     /* that call is written */
	bool is_telling;      /* nobody may be held during it */
	bool hands_on;        /* it may not be held during it */
	bool names_status;    /* a path in it ends in "status" */
	bool names_setting;   /* a path in it may be of /proc/sys */
	bool is_attaching;    /* seized while it ran: has not stopped yet */
	bool is_addressee;    /* it was one when it was seized */
	bool is_awaited;      /* somebody waits for it to stop */
	bool is_asked;        /* to stop, and was not seen to since */
	bool runs_free;       /* its calls do not stop */
	uint8_t guarding;     /* what becomes of its call: guard.h */
	bool has_old_options; /* how it is traced is to be renewed */
	bool exiting;         /* past PTRACE_EVENT_EXIT */
	bool in_group_stop;   /* process NULL: how it stopped */
	bool is_gathered;     /* it was asked to stand still: still.h */
	bool is_kept;         /* a stop of it is put aside, */
	bool is_loose;        /* and its call took too long for that, */
	bool may_rename;      /* and may change names yet */
	struct stop kept;
	uint64_t making_ns;  /* 0: no file is made by it; else
			      * CLOCK_REALTIME_COARSE  when that call began */
	uint64_t opening;    /* task_closed.now when that call began */
	uint64_t spawning;   /* number of the birth that it is busy with */
	uint64_t born_after; /* process NULL: births begun before it */
	struct capture_call call;
	struct task_interrupted interrupted;
	struct task_stepping stepping;
	struct task_parked parked;
	struct task_sampling sampling;
	struct task_untraced untraced;
	struct given given;
	struct task *asked_prev, *asked_next; /* await.h */
	struct task *kept_prev, *kept_next;   /* still.h */
	struct task *kin_prev, *kin_next;     /* of the same process */
	UT_hash_handle hh;
};

/* How a process takes its signals, as its rt_sigaction calls said. */
struct task_signals {
	bool known;        /* every change since its start was seen */
	uint64_t resets;   /* bit n-1: SA_RESETHAND */
	uint64_t restarts; /* bit n-1: SA_RESTART */
	uint64_t action[TRACEE_SIGNAL_MAX + 1];
};

/* When descriptors were closed, or may have been: opened.h. */
#define TASK_CLOSED 64
struct task_closed {
	uint64_t now; /* counts what closes some */
	uint64_t last[TASK_CLOSED];
};

struct process {
	pid_t pid;
	pid_t parent;       /* whose fork made it; 0: nobody's whom we traced */
	struct task *tasks; /* by kin_next */
	unsigned task_count;
	unsigned parked; /* of these */
	uint64_t parked_until_ns;
	uint8_t escapes; /* escape.c */
	/* KTRFAC() bits, KTRFAC_INHERIT, KTRFAC_ROOT. 0: followed, but nothing
	 * is written of it, and there are neither plan nor session. */
	uint32_t facilities;
	struct plan *plan;
	struct session *session;
	struct recording_setter *setter;
	bool hides;           /* it believes that it is not dumpable */
	bool is_disturbed;    /* its calls stop lest they end early */
	bool is_filtered;     /* carries our seccomp filter */
	bool is_away;         /* let go, and may come back: away.h */
	bool dropped;         /* the next record carries KTR_DROP */
	bool serves_faults;   /* or may: who reads what it has not waits */
	bool unreadable;      /* its memory is closed to us, */
	bool unreadable_told; /* and a record says so */
	bool reads_status;    /* it may have a /proc/PID/status open */
	bool shares_fs;       /* its cwd can change by another's call, */
	bool shares_files;    /* and so can its descriptors */
	bool cwd_known;
	bool root_known;
	bool rooted;    /* its root is not ours */
	int last_fatal; /* last signal recorded whose action is SIG_DFL */
	enum sysdesc_abi abi;
	char *cwd;            /* malloc'd, or NULL */
	const char *returned; /* why it was seized again; not told yet */
	struct task_signals signals;
	struct task_closed closed;
	struct unwind_space *space; /* for stacks, or NULL: stack.h */
	int pagemap;                /* of its memory, or -1: given.h */
	bool keeps_pagemap;         /* open from one call to the next */
	bool shares_memory;         /* what is mapped changes by another's */
	bool was_shared; /* memory, descriptors or directories, once */
	pid_t memory;    /* whose its memory is; 0: its own */
	bool stack_told; /* that there are no stacks of it, and why */
	UT_hash_handle hh;
};

struct task_table {
	struct task *tasks;
	struct process *processes;
	struct task *newborns; /* without a process, by kin_next */
	unsigned unclaimed;    /* how many these are */
};

/* Visits the threads of a process, or newborns; the one that is visited may be
 * removed, and the process with its last. */
#define TASK_EACH_KIN(first, task, next)                                       \
	for ((task) = (first); (task) && ((next) = (task)->kin_next, 1);       \
	     (task) = (next))

void task_table_done(struct task_table *table);

struct task *task_find(struct task_table *table, pid_t tid);
struct process *task_process(struct task_table *table, pid_t pid);

/* A new thread of process (NULL: not known yet); NULL when memory is out. */
struct task *task_add(struct task_table *table, pid_t tid,
		      struct process *process);
/* Gives a newborn its process. */
void task_claim(struct task_table *table, struct task *task,
		struct process *process);
/* Removes a thread; its process stays. */
void task_remove(struct task_table *table, struct task *task);
/* The thread goes on under another id (exec from one that was no leader). */
void task_rename(struct task_table *table, struct task *task, pid_t tid);

/* What the process remembers by its calls is not known any more: some went
 * unseen. */
void task_know_nothing(struct process *process);

/* Its leader, or any other thread that is left; NULL: none is. */
struct task *task_of(struct task_table *table, const struct process *process);

/* The same, unless nothing has been said of the process yet: it has not stopped
 * since it was seized. */
struct task *task_of_known(struct task_table *table,
			   const struct process *process);

/* A new process without threads; NULL when memory is out. */
struct process *task_add_process(struct task_table *table, pid_t pid);
/* Removes a process; its threads must be gone. */
void task_remove_process(struct task_table *table, struct process *process);

#endif
