/*
 * A process of its own that records: launch.h says how it comes to be.
 */
#ifndef KTRACE_RECORDER_H
#define KTRACE_RECORDER_H

struct launch;
struct supervisor_config;

/* Records in this process, until all is over; its exit status. Given by main,
 * whose signal handlers it needs. */
typedef int recorder_run(const struct supervisor_config *config,
			 struct launch *launch);

/* Forks it off: a launch_side, or -errno after it was said. */
int recorder_fork(struct launch *launch, struct supervisor_config *config);

#endif
