/*
 * What tests of faults share. Asserts by CMocka; starts nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "support/fault.h"
#include "trace/facility.h"

struct fault_pipe fault_pipe(void)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	return (struct fault_pipe){ .read = ends[0], .write = ends[1] };
}

void fault_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void fault_read(struct text *ret, int fd)
{
	char piece[4096];
	ssize_t got;

	while (fault_await(fd, 0) && (got = read(fd, piece, sizeof(piece))) > 0)
		text_bytes(ret, piece, (size_t)got);
}

void fault_drain(int from, int to, size_t length)
{
	static char piece[65536];
	size_t done = 0;
	ssize_t got = 1;

	while (done < length && got > 0) {
		got = read(from, piece, sizeof(piece));
		assert_true(got >= 0);
		assert_int_equal(fd_write_all(to, piece, (size_t)got), 0);
		done += (size_t)got;
	}
}

bool fault_await(int fd, unsigned ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	return poll(&ready, 1, (int)ms) == 1;
}

uint64_t fault_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void fault_load(struct trace *ret, const struct run_place *place,
		const char *name)
{
	char path[PATH_MAX];

	run_place_file(place, name, path);
	assert_int_equal(trace_load(ret, path), 0);
	if (ret->ended != READER_END)
		fail_msg("fault at %" PRIu64 ": %s", ret->offset,
			 record_fault_text(ret->fault));
}

void fault_must_be_whole(const struct trace *trace)
{
	struct text why = TEXT_INIT;

	if (!trace_is_whole(trace, &why))
		fail_msg("not whole: %s", text_string(&why));
}

int64_t fault_lost(const struct trace *trace, unsigned kind)
{
	struct trace_match loss = { .name = KTR_STRUCT_LOSS };
	const struct trace_item *item = NULL;
	int64_t sum = 0, lost;

	while ((item = trace_find(trace, item, loss)))
		for (unsigned i = 1; i <= KTR_KIND_MAX; i++)
			if ((!kind || i == kind) &&
			    trace_number(item, facility_name(i), &lost))
				sum += lost;
	return sum;
}

unsigned fault_lines(const struct text *text)
{
	unsigned lines = 0;

	for (size_t i = 0; i < text->length; i++)
		lines += text->data[i] == '\n';
	return lines;
}
