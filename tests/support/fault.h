/*
 * For tests of what goes wrong: pipes whose other end is watched, and traces
 * that are asked for a thing or two. What cannot be set up fails the test.
 */
#ifndef SUPPORT_FAULT_H
#define SUPPORT_FAULT_H

#include <stddef.h>
#include <stdint.h>

#include "support/run.h"
#include "support/trace.h"

/* A pipe, closed on exec. Ends that are closed by fault_close() become -1. */
struct fault_pipe {
	int read;
	int write;
};

struct fault_pipe fault_pipe(void);
void fault_close(int *fd);

/* What can be read now without waiting, as text. */
void fault_read(struct text *ret, int fd);

/* Copies at least so many bytes of a trace, or all until its end (SIZE_MAX),
 * from a pipe to a file. */
void fault_drain(int from, int to, size_t length);

/* Waits until there is something to read (the end included); false when there
 * was nothing in that time. */
bool fault_await(int fd, unsigned ms);

/* Milliseconds of a clock that nobody sets. */
uint64_t fault_now_ms(void);

/* The trace of that name in the place. A fault in it fails the test, a missing
 * end does not. */
void fault_load(struct trace *ret, const struct run_place *place,
		const char *name);

/* Fails the test unless the trace is whole. */
void fault_must_be_whole(const struct trace *trace);

/* How many of a kind (all: 0) were lost, by the trace's own `loss` records. */
int64_t fault_lost(const struct trace *trace, unsigned kind);

/* How many lines there are in a text. */
unsigned fault_lines(const struct text *text);

#endif
