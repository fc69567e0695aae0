/*
 * Processes that run already, and are recorded from now on.
 */
#ifndef KTRACE_ATTACHING_H
#define KTRACE_ATTACHING_H

#include "ktrace/recorder.h"

struct ktrace_options;

/* Has options->target recorded. Returns an exit status when it is, or after it
 * was said why not. The recorder that it starts exits with what recorder
 * returns. */
int attaching_run(const struct ktrace_options *options,
		  struct supervisor_config *config, recorder_run *recorder);

#endif
