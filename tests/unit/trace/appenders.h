/*
 * Two writers that append to one file at the same time, and what must be in it.
 * To be included behind cmocka.h.
 */
#ifndef TESTS_APPENDERS_H
#define TESTS_APPENDERS_H

#include <pthread.h>

#include "writer_sinks.h"

/* Its own records, by its own writer, into a file that it shares. */
struct appender {
	const char *path;
	struct writer_config config; /* but for the descriptor */
	int32_t pid;
	uint32_t count;
	int error;
};

static inline void *append_many(void *argument)
{
	struct appender *appender = argument;
	struct writer *writer;

	appender->config.fd = open(appender->path,
				   O_WRONLY | O_APPEND | O_CLOEXEC);
	appender->error = writer_open(&writer, &appender->config);
	if (appender->error)
		return NULL;
	for (uint32_t i = 0; i < appender->count && !appender->error; i++)
		appender->error = numbered_append(writer, appender->pid, i);
	writer_close(writer, LONG_MS);
	return NULL;
}

/* All that both have appended must be there, whole, in each one's order.
 * Returns how often they took turns. */
static inline unsigned append_by_two(const struct writer_config *config)
{
	enum { WRITERS = 2, COUNT = 10000 };
	char path[] = "/tmp/test_writer.XXXXXX";
	int file = mkstemp(path);
	struct appender appenders[WRITERS];
	pthread_t threads[WRITERS];
	uint32_t seen[WRITERS] = { 0 };
	unsigned turns = 0, last = 0;
	struct reader *reader;
	struct record record;
	enum reader_result result;

	assert_true(file >= 0);
	for (int i = 0; i < WRITERS; i++) {
		appenders[i] = (struct appender){ path, *config, i, COUNT, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, append_many,
						&appenders[i]),
				 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(appenders[i].error, 0);
	}
	unlink(path);
	reader = open_reader(file);
	while ((result = reader_next(reader, &record)) == READER_RECORD) {
		assert_in_range(record.pid, 0, WRITERS - 1);
		assert_true(numbered_is(&record, seen[record.pid]++));
		turns += (unsigned)record.pid != last;
		last = (unsigned)record.pid;
	}
	assert_int_equal(result, READER_END);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(seen[i], COUNT);
	reader_close(reader);
	close(file);
	return turns;
}

#endif
