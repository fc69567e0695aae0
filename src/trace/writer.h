/*
 * Appends records to a trace: a bounded queue between the one thread that
 * records and a thread that writes. The recording side makes no system call
 * while the writer keeps up, but one to wake it when it had nothing to do.
 *
 * A write ends at a record boundary, so that two recorders that append to one
 * file never tear a record; after a short write a regular file is cut back to
 * the last whole record. Compressed, it is frames of whole records that are
 * written so: what was committed makes one when it has lingered, when there is
 * enough of it, and when it is flushed. A failure of the sink stops the writer
 * for good: what comes after is refused, and writer_status() says why.
 */
#ifndef TRACE_WRITER_H
#define TRACE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct writer;

#define WRITER_QUEUE_MIN     (64u << 10)
#define WRITER_QUEUE_DEFAULT (8u << 20)
/* What may be asked for. */
#define WRITER_QUEUE_LOW  (1u << 20)
#define WRITER_QUEUE_HIGH (1u << 30)

struct writer_config {
	int fd;             /* taken over; regular file, pipe, socket, device */
	size_t queue_size;  /* bytes; rounded up to pages and a power of 2 */
	unsigned linger_ms; /* how long records may wait to be written */
	bool drop;          /* a full queue loses records instead of waiting */
	bool is_part;       /* others come behind it: no table of frames */
	int level;          /* of compression (trace/frame_writer.h); 0: none */
	/*
	 * Asked when a full queue has not moved for stall_ms: true to go on
	 * waiting, false to refuse records until there is room again (because
	 * the one who should read is held by us). May be NULL: refuse.
	 */
	unsigned stall_ms;
	bool (*may_wait)(void *context);
	void *context;
};

/* 0 or -errno (-ENOMEM, -EAGAIN for the thread, -EMFILE, ...); the descriptor
 * is then still the caller's. */
int writer_open(struct writer **ret, const struct writer_config *config);

/*
 * Room for length bytes, contiguous, at the end of the queue. Waits while the
 * queue is full, unless it is to drop. NULL when refused: *ret_error is then
 * -ENOBUFS (full: the record is lost), -EMSGSIZE (longer than half the queue)
 * or the sink's -errno. Nothing is visible to the writing thread before
 * writer_commit(). One reservation at a time.
 */
void *writer_reserve(struct writer *writer, size_t length, int *ret_error);

/* Publishes the first length bytes of the reservation; 0 takes it back. They
 * must be whole records. */
void writer_commit(struct writer *writer, size_t length);

/*
 * Returns when all that was committed has been handed to write(2), or after
 * timeout_ms: 0, -ETIMEDOUT, or the sink's -errno.
 */
int writer_flush(struct writer *writer, unsigned timeout_ms);

/* 0, or the -errno that ended it. Cheap: may be asked for every record. */
int writer_status(const struct writer *writer);

/* Whether all that was committed has been handed to the sink, or it failed. */
bool writer_is_idle(const struct writer *writer);

/* Bytes handed to the sink so far, compressed as they are. */
uint64_t writer_written(const struct writer *writer);

/* Bytes of records that were committed, and are not with the sink yet. */
uint64_t writer_pending(const struct writer *writer);

/* Flushes (waiting at most timeout_ms), ends the thread, closes the
 * descriptor, frees; when the time is not enough, what is left is dropped and a
 * thread that hangs in write(2) does the rest when it gets out. NULL is fine.
 */
void writer_close(struct writer *writer, unsigned timeout_ms);

/* The thread does all that by itself, however long it takes; nobody waits. */
void writer_abandon(struct writer *writer);

#endif
