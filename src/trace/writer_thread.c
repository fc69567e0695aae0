/*
 * The writing thread: sleeps until there are records, lets more gather, hands
 * them to the sink. It decides nothing about what is recorded.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/thread.h"
#include "trace/writer_thread.h"

#define WRITER_THREAD_STACK ((size_t)256 << 10)

static void writer_thread_progressed(struct writer *writer)
{
	atomic_fetch_add(&writer->progress, 1);
	if (atomic_load(&writer->waiting))
		futex_wake(&writer->progress);
}

static void writer_thread_sleep(struct writer *writer, enum writer_doze doze,
				uint64_t deadline)
{
	atomic_store(&writer->doze, doze);
	if (!writer_thread_must_rise(writer, doze))
		futex_sleep(&writer->doze, doze, deadline);
	atomic_store(&writer->doze, WRITER_AWAKE);
}

/* Lets records gather, from when the first of them was seen. */
static void writer_thread_linger(struct writer *writer)
{
	uint64_t deadline = futex_after_ms(writer->config.linger_ms);

	while (!writer_thread_must_rise(writer, WRITER_LINGER) &&
	       futex_now() < deadline)
		writer_thread_sleep(writer, WRITER_LINGER, deadline);
}

/* Writes what is there by now. */
static int writer_thread_drain(struct writer *writer)
{
	uint64_t tail = atomic_load(&writer->tail);
	uint64_t head = atomic_load(&writer->head);
	size_t done = 0;
	int error = 0;

	while (tail < head && !error && !atomic_load(&writer->abandoned)) {
		error = sink_write(&writer->sink, ring_at(&writer->ring, tail),
				   head - tail, &done);
		tail += done;
		atomic_store(&writer->written, writer->sink.written);
		atomic_store(&writer->tail, tail);
		writer_thread_progressed(writer);
	}
	return error;
}

static bool writer_thread_is_done(struct writer *writer)
{
	return atomic_load(&writer->abandoned) ||
	       (atomic_load(&writer->closing) &&
		writer_thread_pending(writer) == 0);
}

static void *writer_thread_run(void *argument)
{
	struct writer *writer = argument;
	int error = 0;

	while (!error && !writer_thread_is_done(writer)) {
		if (writer_thread_pending(writer) == 0) {
			writer_thread_sleep(writer, WRITER_IDLE, FUTEX_NEVER);
			continue;
		}
		writer_thread_linger(writer);
		error = writer_thread_drain(writer);
	}
	if (!error && !atomic_load(&writer->abandoned) &&
	    !writer->config.is_part)
		sink_finish(&writer->sink);
	atomic_store(&writer->status, error);
	writer_thread_progressed(writer);
	writer_thread_leave(writer);
	return NULL;
}

int writer_thread_start(struct writer *writer)
{
	return thread_start(&writer->thread, WRITER_THREAD_STACK,
			    writer_thread_run, writer);
}

void writer_thread_rouse(struct writer *writer)
{
	if (atomic_exchange(&writer->doze, WRITER_AWAKE) != WRITER_AWAKE)
		futex_wake(&writer->doze);
}

void writer_thread_leave(struct writer *writer)
{
	if (atomic_fetch_add(&writer->leavers, 1) == 0)
		return;
	sink_done(&writer->sink);
	close(writer->sink.fd);
	ring_unmap(&writer->ring);
	free(writer);
}
