/*
 * Waits for a job: the command, and all who are adopted when it leaves them
 * behind; not for ever, if there is a limit.
 */
#ifndef KAUDIT_WAITING_H
#define KAUDIT_WAITING_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/text.h"

struct waiting {
	int status;       /* of the command, as wait(2) has it */
	bool is_over;     /* it was ended by us */
	int signal;       /* that told us to; 0: it took too long */
	struct text left; /* who was still there then, in words; owned */
};

/* Holds back the signals that end a job, from before there is one. What was
 * held back before is for waiting_run(), and for the job to have instead. */
void waiting_hold(sigset_t *ret_before);

/*
 * Returns when nobody is left. After limit_ns (0: no limit) all who are
 * recorded are sent SIGTERM, and somewhat later SIGKILL; or as soon as we are
 * told to end, with the signal that we were told by. Who stays for long
 * when the command has ended is named on standard error. *ret is to be given to
 * waiting_done().
 */
void waiting_run(struct waiting *ret, pid_t command, uint64_t limit_ns,
		 const sigset_t *before);
void waiting_done(struct waiting *waiting);

#endif
