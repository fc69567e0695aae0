/*
 * A command that is recorded from its start: this process becomes it.
 */
#ifndef KTRACE_COMMAND_H
#define KTRACE_COMMAND_H

#include "ktrace/recorder.h"

struct ktrace_options;

/* Opens the trace, starts the recorder and executes options->command. Returns
 * an exit status: when that failed, and it was said; or in the recorder, after
 * recorder has returned. */
int command_run(const struct ktrace_options *options,
		struct supervisor_config *config, recorder_run *recorder);

#endif
