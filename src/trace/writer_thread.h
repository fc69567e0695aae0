/*
 * What the two threads of a writer share. Internal to writer.c, which records,
 * and writer_thread.c, which writes.
 *
 * Positions count bytes since the start and only grow: the recording thread
 * moves head, the writing thread moves tail. Two words are slept on, each by
 * one side. The sleeper first says that it sleeps and then looks once more; the
 * other one first moves its position and then looks for a sleeper. All of this
 * is sequentially consistent, so one of the two always sees the other.
 */
#ifndef TRACE_WRITER_THREAD_H
#define TRACE_WRITER_THREAD_H

#include <pthread.h>
#include <stdatomic.h>

#include "trace/futex.h"
#include "trace/ring.h"
#include "trace/sink.h"
#include "trace/writer.h"

/* How the writing thread sleeps. */
enum writer_doze {
	WRITER_AWAKE,
	WRITER_IDLE,   /* nothing to write: any record wakes it */
	WRITER_LINGER, /* wakes by itself, or when there is much to write */
};

struct writer {
	struct writer_config config;
	struct sink sink;
	struct ring ring;
	size_t hurry; /* so many bytes are not kept waiting */
	pthread_t thread;

	/* The recording thread's own, by cache line. */
	_Alignas(64) uint64_t tail_seen; /* so far, at least, it is written */
	uint64_t refused_at;             /* tail when waiting was given up */
	bool refusing;

	_Alignas(64) _Atomic uint64_t head;
	_Atomic uint64_t wanted; /* written up to here without lingering */
	_Atomic bool waiting;    /* the recording thread sleeps on progress */
	_Atomic bool closing;    /* end when all is written */
	_Atomic bool abandoned;  /* end now */

	/* Moved by the writing thread. */
	_Alignas(64) _Atomic uint64_t tail;
	_Atomic uint64_t written;
	_Atomic uint32_t progress; /* futex: changes with tail and status */
	_Atomic int status;

	_Alignas(64) _Atomic uint32_t doze; /* futex: enum writer_doze */
	_Atomic unsigned leavers;           /* the second one frees */
};

static inline uint64_t writer_thread_pending(struct writer *writer)
{
	return atomic_load(&writer->head) - atomic_load(&writer->tail);
}

/* Whether a writing thread that sleeps so has something to do. */
static inline bool writer_thread_must_rise(struct writer *writer, uint32_t doze)
{
	return writer_thread_pending(writer) >=
		   (doze == WRITER_IDLE ? 1 : writer->hurry) ||
	       atomic_load(&writer->wanted) > atomic_load(&writer->tail) ||
	       atomic_load(&writer->closing);
}

/* Starts it; 0 or -errno. It ends by itself: on failure, or once told to. */
int writer_thread_start(struct writer *writer);

/* Wakes it, if it sleeps. */
void writer_thread_rouse(struct writer *writer);

/* Each of the two threads calls this last of all. */
void writer_thread_leave(struct writer *writer);

#endif
