/*
 * The supervisor: what the kernel's ktrace would do, done from outside. Policy
 * over three lower rooms: tracee (stops), capture (what a call gives) and trace
 * (the file).
 */
#ifndef SUPERVISOR_SUPERVISOR_H
#define SUPERVISOR_SUPERVISOR_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "control/permission.h"
#include "supervisor/plan.h"

struct targets;
struct launch;

struct supervisor_config {
	int fd;           /* of the trace; taken over */
	const char *file; /* its name, for messages */
	struct plan_wish wish;
	bool inherit;               /* -i */
	bool resolves;              /* --resolve */
	bool guards;                /* --guard */
	pid_t guarded;              /* its pid, beside our own; 0: none */
	bool answers;               /* --answers */
	enum permission_form rules; /* --rules */
	bool background;            /* for a recorder that will register */
	bool filtered;              /* the command carries our seccomp filter */
	size_t queue_size;
	bool drop;           /* --drop */
	int level;           /* of compression; 0: none */
	uint64_t size_max;   /* --max-size, --rotate; 0: none */
	bool rotates;        /* --rotate */
	unsigned kept_files; /* its second number; 0: all */
	uint64_t ring_size;  /* --ring; 0: none */
	const char *path;    /* with these: of the file, absolute */
	const char *version;
	char *const *command;         /* argv; {NULL} where there is a target */
	const struct targets *target; /* NULL: there is a command */
	/* Set to 1 by a signal handler: end the tracing. Set to 2 when that
	 * was seen. */
	volatile sig_atomic_t *end_requested;
};

/*
 * Traces the launched command, or the target, until it and all that it left
 * behind have ended. 0; -errno when it could not be started, which the command,
 * or who asked for the target, has been told.
 */
int supervisor_run(const struct supervisor_config *config,
		   struct launch *launch);

#endif
