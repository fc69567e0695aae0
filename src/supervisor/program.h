/*
 * What a process would gain by executing a file: the kernel's rules about
 * set-user-ID, set-group-ID and capabilities, asked of the file. Knows nothing
 * of tracing.
 *
 * The file system may be served by a process that waits for the caller, so a
 * thread of its own asks, and is given up when it takes too long.
 */
#ifndef SUPERVISOR_PROGRAM_H
#define SUPERVISOR_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "supervisor/program_file.h"

enum program_gain {
	PROGRAM_GAINS_NOTHING,
	PROGRAM_GAINS_USER,
	PROGRAM_GAINS_GROUP,
	PROGRAM_GAINS_CAPABILITIES,
};

/* What is executed, as the thread named it. */
struct program_call {
	pid_t tid;
	int dirfd;
	bool follows; /* a symbolic link at the path's end */
	char path[PATH_MAX];
};

struct program_answer {
	enum program_gain gain;
	bool is_plain; /* nobody gains anything by it */
	struct program_identity identity;
	char path[PATH_MAX]; /* of what would run: a script's interpreter */
};

/* 0; -ETIMEDOUT; -errno where there is no such file, or we may not look. */
int program_ask(const struct program_call *call, struct program_answer *ret);

#endif
