/*
 * Requests, and whom they go to. Must decide nothing that is the supervisor's
 * to decide.
 */
#include "lib/change.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ktrace-u/ktrace.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "control/client.h"
#include "control/judge.h"
#include "control/tracers.h"
#include "lib/recorder.h"

/* While somebody else attaches; and after it was refused without a reason that
 * can be seen: two who attach at once may each have had some of the threads. */
#define ATTEMPTS_MAX 200
#define ATTEMPTS_FEW 4
#define NAP_MS       8

int change_make(struct change *ret, int ops, int facilities, pid_t pid)
{
	struct change change = {
		.facilities = (uint32_t)facilities &
			      (KTRFAC_MASK | KTRFAC_INHERIT),
		.targets.descendants = ops & KTRFLAG_DESCEND,
		.targets.ourselves = true,
	};

	if (KTROP(ops) > KTROP_CLEARFILE ||
	    (!change.facilities && KTROP(ops) != KTROP_CLEARFILE))
		return -EINVAL;
	if (pid > 0)
		change.targets.pid = pid;
	else if (pid != INT_MIN)
		change.targets.pgid = -pid;
	*ret = change;
	return 0;
}

static bool has_target(const struct change *change)
{
	return change->targets.pid || change->targets.pgid;
}

static struct wire_request request_of(const struct change *change,
				      enum wire_operation operation)
{
	const struct targets *targets = &change->targets;

	return (struct wire_request){
		.operation = operation,
		.flags = targets->descendants ? WIRE_DESCEND : 0,
		.facilities = change->facilities,
		.pid = targets->pgid ? -targets->pgid : targets->pid,
	};
}

/* ---- asking ---- */

/* What came of asking several. */
struct outcome {
	unsigned answered;
	unsigned done;
	/* -EPERM if any said so, else of the last that failed, -ETIMEDOUT only
	 * where there is none else. */
	int error;
};

static void count(struct outcome *outcome, int error)
{
	outcome->answered++;
	if (!error)
		outcome->done++;
	else if (outcome->error != -EPERM &&
		 (error != -ETIMEDOUT || !outcome->error))
		outcome->error = error;
}

/* Who is no supervisor of ours, or has just ended, does not count. */
static void ask(pid_t supervisor, const struct wire_request *request, int fd,
		struct outcome *outcome)
{
	_cleanup_fd_ int connection = client_open(supervisor);
	struct wire_answer answer;
	int r = connection;

	if (r >= 0)
		r = client_ask(connection, request, fd, &answer, NULL, NULL);
	if (r == -ENOENT || r == -ESRCH || r == -ECONNRESET)
		return;
	count(outcome, r < 0 ? r : answer.error);
}

static void ask_each(const struct tracers *tracers,
		     const struct wire_request *request, int fd,
		     struct outcome *outcome)
{
	for (unsigned i = 0; i < tracers->count; i++)
		ask(tracers->pids[i], request, fd, outcome);
}

/* ---- SET ---- */

/* Who traces us can take others as well, and a recorder that we started would
 * be traced. */
static void ask_own(const struct wire_request *request, int fd,
		    struct outcome *outcome)
{
	struct proc_status status;

	if (!proc_status(getpid(), &status) && status.tracer)
		ask(status.tracer, request, fd, outcome);
}

static int has_tracer(void *context, pid_t tid)
{
	struct proc_status status;

	(void)context;
	return !proc_status(tid, &status) && status.tracer;
}

/* A leader is seized last: its threads tell. */
static int is_being_attached(void *context, pid_t pid)
{
	bool *is_attaching = context;

	*is_attaching |= proc_each_thread(pid, has_tracer, NULL) > 0;
	return 0;
}

static int start(const struct change *change, int fd)
{
	struct targets_tally tally;
	bool is_attaching = false;
	int r = recorder_start(change, fd);

	if (r == -EPERM)
		targets_each(&change->targets, TARGETS_NO_LIMIT,
			     is_being_attached, &is_attaching, &tally);
	return is_attaching ? -EALREADY : r;
}

/* Not all for the same time, lest they meet again. */
static void nap(void)
{
	poll(NULL, 0, NAP_MS + (int)(syscall(SYS_gettid) % NAP_MS));
}

/* -EALREADY: once more. */
static int try_set(const struct change *change, int fd)
{
	struct wire_request request = request_of(change, WIRE_SET);
	_cleanup_(tracers_done) struct tracers found = { 0 };
	struct outcome outcome = { 0 };
	int r = tracers_find(&change->targets, &found);

	if (r < 0)
		return r;
	ask_each(&found, &request, fd, &outcome);
	if (!outcome.done && found.untraced)
		ask_own(&request, fd, &outcome);
	if (outcome.done)
		return 0;
	if (outcome.answered && !found.untraced)
		return outcome.error;
	return start(change, fd);
}

int change_set(const struct change *change, int fd)
{
	unsigned attempts = 0;
	int r;

	if (!has_target(change))
		return -ESRCH;
	for (;;) {
		r = try_set(change, fd);
		attempts++;
		if ((r != -EALREADY || attempts >= ATTEMPTS_MAX) &&
		    (r != -EPERM || attempts >= ATTEMPTS_FEW))
			break;
		nap();
	}
	return r == -EALREADY ? -EPERM : r;
}

/* ---- CLEAR ---- */

static int judge_one(void *context, pid_t pid)
{
	struct judge_credential *self = context;
	int r = judge_target(PERMISSION_FREEBSD, self, pid, 0);

	return r > 0 ? -EPERM : r;
}

/* Those whom nobody traces have nothing to be taken away, from who might. */
static int judge_each(const struct change *change)
{
	struct judge_credential self;
	struct targets_tally tally;
	int r = judge_self(&self);

	return r < 0 ? r
		     : targets_each(&change->targets, TARGETS_NO_LIMIT,
				    judge_one, &self, &tally);
}

int change_clear(const struct change *change)
{
	const struct wire_request request = request_of(change, WIRE_CLEAR);
	_cleanup_(tracers_done) struct tracers found = { 0 };
	struct outcome outcome = { 0 };
	int r = has_target(change) ? tracers_find(&change->targets, &found)
				   : -ESRCH;

	if (r < 0)
		return r;
	ask_each(&found, &request, -1, &outcome);
	if (outcome.done)
		return 0;
	return outcome.answered ? outcome.error : judge_each(change);
}

int change_clear_file(int fd)
{
	const struct wire_request request = { .operation = WIRE_CLEAR_FILE };
	_cleanup_(tracers_done) struct tracers found = { 0 };
	struct outcome outcome = { 0 };
	int r = tracers_find(NULL, &found);

	if (r < 0)
		return r;
	ask_each(&found, &request, fd, &outcome);
	/* One that hangs may be anybody's. */
	return outcome.error == -ETIMEDOUT ? 0 : outcome.error;
}
