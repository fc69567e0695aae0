/* Must not do anything in the process that records. */
#include "ktrace/recorder.h"

#include <stdio.h>
#include <string.h>

#include "supervisor/supervisor.h"
#include "tracee/launch.h"

int recorder_fork(struct launch *launch, struct supervisor_config *config)
{
	int r = launch_fork(launch, &config->fd);

	if (r < 0)
		fprintf(stderr, "ktrace-u: cannot start the supervisor: %s\n",
			strerror(-r));
	return r;
}
