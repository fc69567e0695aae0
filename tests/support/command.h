/* Runs a program for a test, and keeps all that it says. */
#ifndef SUPPORT_COMMAND_H
#define SUPPORT_COMMAND_H

#include "base/text.h"

struct command_result {
	int status; /* as waitpid(2) gives it */
	struct text out;
	struct text err;
};

/*
 * Runs argv[0] (looked up in PATH) to its end. `in` becomes its standard input,
 * or /dev/null when it is -1; `out` its standard output, which otherwise is
 * collected. 0 or -errno; what *ret holds is freed by command_done().
 */
int command_run(struct command_result *ret, int in, int out,
		const char *const *argv);
void command_done(struct command_result *result);

#endif
