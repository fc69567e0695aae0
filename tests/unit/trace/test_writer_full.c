/* A queue that is full because nobody takes anything out of the pipe. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "writer_sinks.h"

static void drops_when_told_to(void **state)
{
	struct consumer consumer;
	struct writer *writer;
	uint32_t accepted;
	int ends[2], error;
	size_t skip;

	(void)state;
	stuck_pipe(ends, &skip);
	writer = open_writer((struct writer_config){
	    .fd = ends[1], .linger_ms = 1, .drop = true });
	accepted = fill_queue(writer, &error);
	assert_int_equal(error, -ENOBUFS);
	assert_int_equal(writer_status(writer), 0);
	assert_true(accepted > 20);
	/* What was accepted arrives, and then there is room again. */
	consumer_start(&consumer, ends[0], skip);
	assert_int_equal(writer_flush(writer, LONG_MS), 0);
	assert_int_equal(numbered_append(writer, 1, accepted), 0);
	writer_close(writer, LONG_MS);
	consumer_check(&consumer, accepted + 1);
}

struct patience {
	int asked;
	int lasts;
};

static bool may_wait(void *context)
{
	struct patience *patience = context;

	return ++patience->asked <= patience->lasts;
}

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* 0 once it was accepted; the last refusal when that takes too long. */
static int append_in_the_end(struct writer *writer, uint32_t number)
{
	uint64_t deadline = now_ms() + LONG_MS;
	int error;

	do {
		sched_yield();
		error = numbered_append(writer, 1, number);
	} while (error == -ENOBUFS && now_ms() < deadline);
	return error;
}

static void refuses_when_stalled_and_recovers(void **state)
{
	struct patience patience = { .lasts = 2 };
	struct consumer consumer;
	struct writer *writer;
	uint32_t accepted;
	int ends[2], error;
	size_t skip;

	(void)state;
	stuck_pipe(ends, &skip);
	writer = open_writer((struct writer_config){ .fd = ends[1],
						     .linger_ms = 1,
						     .stall_ms = 10,
						     .may_wait = may_wait,
						     .context = &patience });
	accepted = fill_queue(writer, &error);
	assert_int_equal(error, -ENOBUFS);
	assert_int_equal(patience.asked, 3);
	/* Not asked again, and not waited for, while nothing moves. */
	for (int i = 0; i < 1000; i++)
		assert_int_equal(numbered_append(writer, 1, accepted),
				 -ENOBUFS);
	assert_int_equal(patience.asked, 3);

	consumer_start(&consumer, ends[0], skip);
	assert_int_equal(append_in_the_end(writer, accepted), 0);
	writer_close(writer, LONG_MS);
	consumer_check(&consumer, accepted + 1);
}

/* Waiting goes on as long as it is allowed to, and then nothing is lost. */
static bool start_consumer(void *context)
{
	struct consumer *consumer = context;

	if (!consumer->thread)
		consumer_start(consumer, consumer->fd, consumer->skip);
	return true;
}

static void waits_as_long_as_it_may(void **state)
{
	enum { COUNT = 1000 };
	struct consumer consumer = { 0 };
	struct writer *writer;
	int ends[2];

	(void)state;
	stuck_pipe(ends, &consumer.skip);
	consumer.fd = ends[0];
	writer = open_writer((struct writer_config){ .fd = ends[1],
						     .stall_ms = 10,
						     .may_wait = start_consumer,
						     .context = &consumer });
	for (uint32_t i = 0; i < COUNT; i++)
		assert_int_equal(numbered_append(writer, 1, i), 0);
	writer_close(writer, LONG_MS);
	consumer_check(&consumer, COUNT);
}

static void a_stall_without_advice_is_refused(void **state)
{
	struct writer *writer;
	int ends[2], error;
	size_t skip;

	(void)state;
	stuck_pipe(ends, &skip);
	writer = open_writer((struct writer_config){ .fd = ends[1] });
	fill_queue(writer, &error);
	assert_int_equal(error, -ENOBUFS);
	close(ends[0]);
	writer_close(writer, LONG_MS);
}

static void a_flush_gives_up(void **state)
{
	struct writer *writer;
	int ends[2];
	size_t skip;

	(void)state;
	stuck_pipe(ends, &skip);
	writer = open_writer((struct writer_config){ .fd = ends[1] });
	assert_int_equal(numbered_append(writer, 1, 0), 0);
	assert_int_equal(writer_flush(writer, 20), -ETIMEDOUT);
	assert_int_equal(writer_flush(writer, 0), -ETIMEDOUT);
	assert_int_equal(writer_status(writer), 0);
	close(ends[0]);
	writer_close(writer, LONG_MS);
}

/*
 * Nobody reads: closing gives up in time. The thread, which hangs in write(2),
 * closes the descriptor when it gets out, so the reader sees an end.
 */
static void closing_does_not_hang(void **state)
{
	struct writer *writer;
	char some[4096];
	size_t skip;
	ssize_t got;
	int ends[2];

	(void)state;
	stuck_pipe(ends, &skip);
	writer = open_writer((struct writer_config){ .fd = ends[1] });
	assert_int_equal(numbered_append(writer, 1, 0), 0);
	writer_close(writer, 20);
	do
		got = read(ends[0], some, sizeof(some));
	while (got > 0);
	assert_int_equal(got, 0);
	close(ends[0]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_when_told_to),
		cmocka_unit_test(refuses_when_stalled_and_recovers),
		cmocka_unit_test(waits_as_long_as_it_may),
		cmocka_unit_test(a_stall_without_advice_is_refused),
		cmocka_unit_test(a_flush_gives_up),
		cmocka_unit_test(closing_does_not_hang),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
