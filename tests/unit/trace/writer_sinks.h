/*
 * What the tests of the writer share: opening one, sinks that are slow or
 * stuck, and a consumer that checks what comes. To be included behind cmocka.h.
 */
#ifndef TESTS_WRITER_SINKS_H
#define TESTS_WRITER_SINKS_H

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "trace_file.h"

#define LONG_MS 10000 /* nothing that works takes so long */

static inline struct writer *open_writer(struct writer_config config)
{
	struct writer *writer;

	config.queue_size = config.queue_size ?: WRITER_QUEUE_MIN;
	assert_int_equal(writer_open(&writer, &config), 0);
	return writer;
}

/* Takes `skip` bytes, then numbered records, until the pipe ends. */
struct consumer {
	pthread_t thread;
	int fd;
	size_t skip;
	uint32_t count;
	enum reader_result result;
};

static inline void *consumer_run(void *argument)
{
	struct consumer *consumer = argument;
	struct reader *reader;
	char byte;

	for (size_t i = 0; i < consumer->skip; i++)
		if (read(consumer->fd, &byte, 1) != 1)
			return NULL;
	reader = open_reader(consumer->fd);
	consumer->count = numbered_read(reader, 0, &consumer->result);
	reader_close(reader);
	return NULL;
}

static inline void consumer_start(struct consumer *consumer, int fd,
				  size_t skip)
{
	*consumer = (struct consumer){ .fd = fd, .skip = skip };
	assert_int_equal(
	    pthread_create(&consumer->thread, NULL, consumer_run, consumer), 0);
}

/* All `count` came, in order, and then the end. */
static inline void consumer_check(struct consumer *consumer, uint32_t count)
{
	pthread_join(consumer->thread, NULL);
	assert_int_equal(consumer->count, count);
	assert_int_equal(consumer->result, READER_END);
	close(consumer->fd);
}

/* A pipe that is full already: of *ret_skip bytes. */
static inline void stuck_pipe(int ends[2], size_t *ret_skip)
{
	*ret_skip = 0;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(ends[1], "", 1) == 1)
		++*ret_skip;
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
}

/* Appends until one is refused; returns its number. */
static inline uint32_t fill_queue(struct writer *writer, int *ret_error)
{
	uint32_t number = 0;

	while ((*ret_error = numbered_append(writer, 1, number)) == 0)
		number++;
	return number;
}

#endif
