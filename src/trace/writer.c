/*
 * The recording side of a writer: reserve, commit, and the rare waits for the
 * other side. It makes no system call but to wake that, and writes nothing.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/array.h"
#include "trace/writer_thread.h"

#define WRITER_HURRY        ((size_t)256 << 10)
#define WRITER_HURRY_FRAMES ((size_t)512 << 10) /* they are worth more then */

int writer_open(struct writer **ret, const struct writer_config *config)
{
	struct writer *writer = aligned_alloc(_Alignof(struct writer),
					      sizeof(*writer));
	int error;

	if (!writer)
		return -ENOMEM;
	*writer = (struct writer){ .config = *config };
	error = sink_open(&writer->sink, config->fd, config->level);
	if (error)
		goto free_writer;
	error = ring_map(&writer->ring,
			 MAX(config->queue_size, (size_t)WRITER_QUEUE_MIN));
	if (error)
		goto close_sink;
	writer->hurry = MIN(config->level ? WRITER_HURRY_FRAMES : WRITER_HURRY,
			    writer->ring.size / 2);
	error = writer_thread_start(writer);
	if (error)
		goto unmap_ring;
	*ret = writer;
	return 0;

unmap_ring:
	ring_unmap(&writer->ring);
close_sink:
	sink_done(&writer->sink);
free_writer:
	free(writer);
	return error;
}

/* Makes the writing thread write, and sleeps until that moves something. */
static void writer_await(struct writer *writer, uint64_t tail,
			 uint64_t deadline)
{
	uint32_t progress = atomic_load(&writer->progress);

	atomic_store(&writer->waiting, true);
	atomic_store(&writer->wanted, atomic_load(&writer->head));
	writer_thread_rouse(writer);
	if (atomic_load(&writer->tail) == tail &&
	    atomic_load(&writer->status) == 0)
		futex_sleep(&writer->progress, progress, deadline);
	atomic_store(&writer->waiting, false);
}

static bool writer_has_room(struct writer *writer, size_t length)
{
	uint64_t head = atomic_load_explicit(&writer->head,
					     memory_order_relaxed);

	if (head + length - writer->tail_seen <= writer->ring.size)
		return true;
	writer->tail_seen = atomic_load_explicit(&writer->tail,
						 memory_order_acquire);
	return head + length - writer->tail_seen <= writer->ring.size;
}

static bool writer_goes_on(struct writer *writer)
{
	return writer->config.may_wait &&
	       writer->config.may_wait(writer->config.context);
}

/* Waits for room; false when it is given up. tail_seen is up to date. */
static bool writer_wait(struct writer *writer, size_t length)
{
	unsigned stall_ms = MAX(writer->config.stall_ms, 1u);
	uint64_t deadline = futex_after_ms(stall_ms);
	uint64_t tail = writer->tail_seen;

	while (!writer_has_room(writer, length)) {
		if (atomic_load(&writer->status))
			return false;
		if (writer->tail_seen != tail) {
			tail = writer->tail_seen;
			deadline = futex_after_ms(stall_ms);
		}
		if (futex_now() >= deadline) {
			if (!writer_goes_on(writer))
				return false;
			deadline = futex_after_ms(stall_ms);
		}
		writer_await(writer, tail, deadline);
	}
	return true;
}

/* The queue is full: what now? True when there is room after all. */
static bool writer_make_room(struct writer *writer, size_t length)
{
	if (writer->config.drop)
		return false;
	/* Nobody waits twice for a queue that has not moved since. */
	if (writer->refusing && writer->refused_at == writer->tail_seen)
		return false;
	writer->refusing = !writer_wait(writer, length);
	writer->refused_at = writer->tail_seen;
	return !writer->refusing;
}

void *writer_reserve(struct writer *writer, size_t length, int *ret_error)
{
	int error = writer_status(writer);

	if (!error && length > writer->ring.size / 2)
		error = -EMSGSIZE;
	if (!error && !writer_has_room(writer, length) &&
	    !writer_make_room(writer, length))
		error = writer_status(writer) ?: -ENOBUFS;
	if (error) {
		*ret_error = error;
		return NULL;
	}
	return ring_at(&writer->ring, atomic_load_explicit(
					  &writer->head, memory_order_relaxed));
}

void writer_commit(struct writer *writer, size_t length)
{
	uint64_t head = atomic_load_explicit(&writer->head,
					     memory_order_relaxed);
	uint32_t doze;

	if (length == 0)
		return;
	atomic_store(&writer->head, head + length);
	doze = atomic_load(&writer->doze);
	if (doze != WRITER_AWAKE && writer_thread_must_rise(writer, doze))
		writer_thread_rouse(writer);
}

int writer_flush(struct writer *writer, unsigned timeout_ms)
{
	uint64_t deadline = futex_after_ms(timeout_ms);
	uint64_t target = atomic_load(&writer->head);
	uint64_t tail = atomic_load(&writer->tail);

	while (tail < target) {
		if (writer_status(writer))
			return writer_status(writer);
		if (futex_now() >= deadline)
			return -ETIMEDOUT;
		writer_await(writer, tail, deadline);
		tail = atomic_load(&writer->tail);
	}
	return writer_status(writer);
}

int writer_status(const struct writer *writer)
{
	return atomic_load_explicit(&writer->status, memory_order_acquire);
}

bool writer_is_idle(const struct writer *writer)
{
	return writer_status(writer) < 0 ||
	       atomic_load(&writer->head) == atomic_load(&writer->tail);
}

uint64_t writer_written(const struct writer *writer)
{
	return atomic_load_explicit(&writer->written, memory_order_relaxed);
}

uint64_t writer_pending(const struct writer *writer)
{
	return atomic_load(&writer->head) - atomic_load(&writer->tail);
}

void writer_close(struct writer *writer, unsigned timeout_ms)
{
	bool stuck;

	if (!writer)
		return;
	stuck = writer_flush(writer, timeout_ms) == -ETIMEDOUT;
	atomic_store(&writer->abandoned, stuck);
	atomic_store(&writer->closing, true);
	writer_thread_rouse(writer);
	/* A thread that hangs in write(2) frees all when it comes out. */
	if (stuck)
		pthread_detach(writer->thread);
	else
		pthread_join(writer->thread, NULL);
	writer_thread_leave(writer);
}

void writer_abandon(struct writer *writer)
{
	atomic_store(&writer->closing, true);
	pthread_detach(writer->thread);
	writer_thread_rouse(writer);
	writer_thread_leave(writer);
}
