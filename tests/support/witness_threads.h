/*
 * The kernel's points and our records, sorted by thread. Private to
 * witness_points.c.
 */
#ifndef SUPPORT_WITNESS_THREADS_H
#define SUPPORT_WITNESS_THREADS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "support/trace.h"
#include "support/witness_tracefs.h"

struct witness_list {
	const void **items;
	size_t count;
	size_t room;
};

struct witness_thread {
	pid_t tid;
	pid_t pid;                   /* 0: we have nothing of it */
	bool is_ours;                /* the recorder's, or of its start */
	struct witness_list points;  /* struct witness_point */
	struct witness_list records; /* SYSCALL and SYSRET: trace_item */
	/* Who had the tid afterwards: the thread whose execve killed this one.
	 * NULL: nobody. */
	struct witness_thread *later;
	struct witness_thread *next; /* of the list of all that are no later */
};

struct witness_threads;

/* All of them, of points that begin at the exec of ktrace-u. NULL: the kernel
 * saw no command. */
struct witness_threads *witness_threads_new(const struct witness_points *points,
					    const struct trace *trace,
					    pid_t command);
void witness_threads_free(struct witness_threads *all); /* NULL is fine */

struct witness_thread *witness_threads_all(const struct witness_threads *all);
struct witness_thread *witness_threads_find(const struct witness_threads *all,
					    pid_t tid);

/* The event at an index, or NULL. */
const struct witness_point *
witness_thread_point(const struct witness_thread *thread, size_t i);
const struct trace_item *
witness_thread_record(const struct witness_thread *thread, size_t i);

/* A call that may make a thread or a process. Points do not say which ABI they
 * are of: it is taken to be the first of the machine. */
bool witness_point_is_spawn(const struct witness_point *point);

#endif
