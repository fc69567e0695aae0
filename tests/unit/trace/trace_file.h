/*
 * Trace files for tests: in memory, with what the test wants in them. To be
 * included behind cmocka.h.
 */
#ifndef TESTS_TRACE_FILE_H
#define TESTS_TRACE_FILE_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "numbered.h"

static inline struct reader *open_reader(int fd)
{
	struct reader *reader;

	assert_int_equal(reader_open(&reader, fd), 0);
	return reader;
}

/* A file with that in it, read from the start. */
static inline int file_of(const void *data, size_t length)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, data, length), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static inline void append(int fd, const void *data, size_t length)
{
	_cleanup_free_ char *path = NULL;
	_cleanup_fd_ int again = -1;

	assert_true(asprintf(&path, "/proc/self/fd/%d", fd) > 0);
	again = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_true(again >= 0);
	assert_int_equal(fd_write_all(again, data, length), 0);
}

/* A thread that writes to a pipe so that no read has much. */
struct feeder {
	int fd;
	const uint8_t *data;
	size_t length;
};

static inline void *feed_byte_by_byte(void *argument)
{
	struct feeder *feeder = argument;

	for (size_t i = 0; i < feeder->length; i++)
		if (write(feeder->fd, feeder->data + i, 1) != 1)
			break;
	close(feeder->fd);
	return NULL;
}

/* `count` numbered records; the caller frees. */
static inline uint8_t *numbered_trace(uint32_t count, size_t *ret_length)
{
	uint8_t *data =
	    malloc((sizeof(struct ktr_header) + NUMBERED_MAX) * count);
	size_t length = 0;

	for (uint32_t i = 0; i < count; i++)
		length += numbered_put(data + length, 1, i);
	*ret_length = length;
	return data;
}

#endif
