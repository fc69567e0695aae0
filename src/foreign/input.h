/*
 * Records out of any trace file: ktrace-u's own as trace/reader.h reads them,
 * and those of other kernels, recognised by themselves and turned into ours on
 * the way.
 */
#ifndef FOREIGN_INPUT_H
#define FOREIGN_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "trace/reader.h"

struct input;

/* Whose a file is said to be. */
enum input_origin {
	INPUT_ANY, /* it is to be recognised */
	INPUT_LINUX,
	INPUT_FREEBSD,
	INPUT_NETBSD,
	INPUT_OPENBSD,
};

/* By the name that --origin takes; false: there is none. */
bool input_origin_by_name(const char *name, enum input_origin *ret);

/* As reader_open(). */
int input_open(struct input **ret, int fd, enum input_origin origin);
void input_close(struct input *input); /* NULL is fine */

/* As reader_skip(). */
void input_skip(struct input *input, reader_ask *may_skip, void *context);

/* As the reader's. A record that could be read, but not be understood, is a
 * fault too, and what came before it was given out. */
enum reader_result input_next(struct input *input, struct record *ret);
bool input_is_ready(struct input *input);
enum record_fault input_fault(const struct input *input);
uint64_t input_offset(const struct input *input);
int input_errno(const struct input *input);

#endif
