/*
 * Children are reaped as they end. Whom the recorder traces, /proc tells: it is
 * our own child by then, and so is nobody else who traces.
 */
#include "kaudit/waiting.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/proc.h"
#include "decode/data.h"

/* From SIGTERM to SIGKILL, which is repeated: they may still make others. */
#define GRACE_NS (2 * CLOCK_NS_PER_S)
#define AGAIN_NS (CLOCK_NS_PER_S / 10)
/* So long is waited for the recorder when nobody is recorded any more. */
#define LEAVE_NS (10 * CLOCK_NS_PER_S)
/* So long the killed may stay, without getting fewer, until the recorder is
 * killed, too: it is what they wait for, and may itself wait in a page of
 * theirs that nobody fills. */
#define HANG_NS (10 * CLOCK_NS_PER_S)
/* So long somebody may stay before that is said. */
#define STAY_NS    (2 * CLOCK_NS_PER_S)
#define ARGS_MAX   4096
#define NAMES_MAX  8
#define LINE_WIDTH 200

struct wait {
	struct waiting *result;
	pid_t command; /* 0: has ended */
	/* When to; UINT64_MAX: not. */
	uint64_t term_ns, kill_ns, tell_ns, leave_ns;
	uint64_t hang_ns;
	int first;       /* what they are sent at term_ns */
	unsigned fewest; /* who were killed and still there, so far */
	pid_t recorder;  /* that one of them had last */
	/* Of those who are recorded, while they are visited: */
	int signal;
	unsigned count;
	struct text *names;
	bool is_long; /* with their arguments, a line each */
};

/* 0: it has none. */
static pid_t recorder_of(pid_t pid)
{
	struct proc_status status, tracer;

	if (proc_process(pid, &status) || !status.tracer ||
	    proc_status(status.tracer, &tracer) || tracer.parent != getpid())
		return 0;
	return status.tracer;
}

static void put_arguments(struct text *text, pid_t pid)
{
	const struct data_style style = { .width = LINE_WIDTH };
	_cleanup_free_ char *args = NULL;
	size_t length = 0;

	text_format(text,
		    "kaudit-u: still runs, though the command has ended: "
		    "%d ",
		    pid);
	if (!proc_read(pid, "cmdline", ARGS_MAX, &args, &length))
		data_quote_list(text, args, length, &style);
	text_char(text, '\n');
}

static void put_name(struct text *text, pid_t pid)
{
	const struct data_style style = { .width = LINE_WIDTH };
	char comm[KTR_COMM_SIZE + 1] = { 0 };

	proc_comm(pid, comm);
	text_put(text, text->length ? ", " : "");
	data_escape(text, comm, strnlen(comm, sizeof(comm)), &style);
	text_format(text, " (%d)", pid);
}

static int visit(void *context, pid_t pid)
{
	struct wait *wait = context;
	pid_t recorder = recorder_of(pid);

	if (!recorder)
		return 0;
	if (wait->names && wait->count < NAMES_MAX)
		(wait->is_long ? put_arguments : put_name)(wait->names, pid);
	if (wait->signal)
		kill(pid, wait->signal);
	wait->recorder = recorder;
	wait->count++;
	return 0;
}

/* How many are recorded. names: what they are called; signal: or 0. */
static unsigned each(struct wait *wait, struct text *names, bool is_long,
		     int signal_number)
{
	wait->count = 0;
	wait->names = names;
	wait->is_long = is_long;
	wait->signal = signal_number;
	proc_each_process(visit, wait);
	return wait->count;
}

static void tell(struct wait *wait)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	each(wait, &text, true, 0);
	if (!text.failed)
		fd_write_all(STDERR_FILENO, text.data, text.length);
	wait->tell_ns = UINT64_MAX;
}

static void end_recorder(const struct wait *wait)
{
	dprintf(STDERR_FILENO,
		"kaudit-u: the recorder hangs, and is killed: what it had not "
		"written is lost\n");
	kill(wait->recorder, SIGKILL);
}

/* Whether somebody is left of them. */
static bool kill_all(struct wait *wait, uint64_t now)
{
	unsigned count = each(wait, NULL, false, SIGKILL);

	if (count < wait->fewest) {
		wait->fewest = count;
		wait->hang_ns = now + HANG_NS;
	}
	if (count && now >= wait->hang_ns) {
		end_recorder(wait);
		wait->hang_ns = now + HANG_NS;
	}
	return count > 0;
}

/* False when whoever is left cannot be ended, since he is not recorded. */
static bool act(struct wait *wait, uint64_t now)
{
	if (now >= wait->tell_ns)
		tell(wait);
	if (now >= wait->term_ns) {
		wait->result->is_over = true;
		each(wait, &wait->result->left, false, wait->first);
		wait->term_ns = wait->tell_ns = UINT64_MAX;
		wait->kill_ns = now + GRACE_NS;
	}
	if (now >= wait->kill_ns) {
		bool is_somebody = kill_all(wait, now);

		/* Then the recorder has to write the end, no more. */
		wait->kill_ns = is_somebody ? now + AGAIN_NS : UINT64_MAX;
		wait->leave_ns = is_somebody ? UINT64_MAX : now + LEAVE_NS;
	}
	return now < wait->leave_ns;
}

/* 1: somebody was reaped; 0: nobody can be yet; -1: there is nobody. */
static int reap(struct wait *wait)
{
	int status = 0;
	pid_t pid = waitpid(-1, &status, WNOHANG);

	if (pid > 0 && pid == wait->command) {
		wait->result->status = status;
		wait->command = 0;
		wait->tell_ns = clock_ns(CLOCK_MONOTONIC) + STAY_NS;
	}
	return pid > 0 ? 1 : pid == 0 || errno == EINTR ? 0 : -1;
}

static void set_awaited(sigset_t *ret)
{
	sigemptyset(ret);
	sigaddset(ret, SIGCHLD);
	sigaddset(ret, SIGTERM);
	sigaddset(ret, SIGHUP);
}

static uint64_t next_of(const struct wait *wait)
{
	uint64_t ending = MIN(wait->term_ns, wait->kill_ns);
	uint64_t other = MIN(wait->tell_ns, wait->leave_ns);

	return MIN(ending, other);
}

/* Until somebody ends, something is to be done, or we are told to end it: then
 * by which signal. */
static int sleep_until(const struct wait *wait)
{
	sigset_t awaited;
	uint64_t next = next_of(wait);
	uint64_t now = clock_ns(CLOCK_MONOTONIC);
	uint64_t left = next > now ? next - now : 0;
	struct timespec time = {
		.tv_sec = (time_t)(left / CLOCK_NS_PER_S),
		.tv_nsec = (long)(left % CLOCK_NS_PER_S),
	};

	set_awaited(&awaited);
	return sigtimedwait(&awaited, NULL, next == UINT64_MAX ? NULL : &time);
}

/* Whoever says it twice does not want to wait. */
static void end_by(struct wait *wait, int signal_number)
{
	uint64_t now = clock_ns(CLOCK_MONOTONIC);

	if (wait->result->is_over) {
		wait->kill_ns = now;
		return;
	}
	wait->result->signal = wait->first = signal_number;
	wait->term_ns = now;
}

void waiting_hold(sigset_t *ret_before)
{
	sigset_t awaited;

	set_awaited(&awaited);
	sigprocmask(SIG_BLOCK, &awaited, ret_before);
}

void waiting_run(struct waiting *ret, pid_t command, uint64_t limit_ns,
		 const sigset_t *before)
{
	struct wait wait = { .result = ret,
			     .command = command,
			     .term_ns = UINT64_MAX,
			     .kill_ns = UINT64_MAX,
			     .tell_ns = UINT64_MAX,
			     .leave_ns = UINT64_MAX,
			     .hang_ns = UINT64_MAX,
			     .fewest = UINT_MAX,
			     .first = SIGTERM };
	bool goes_on = true;

	*ret = (struct waiting){ .left = TEXT_INIT };
	if (limit_ns)
		wait.term_ns = clock_ns(CLOCK_MONOTONIC) + limit_ns;
	while (goes_on) {
		int reaped = reap(&wait);
		int told = 0;

		goes_on = reaped >= 0 && act(&wait, clock_ns(CLOCK_MONOTONIC));
		if (goes_on && !reaped)
			told = sleep_until(&wait);
		if (told > 0 && told != SIGCHLD)
			end_by(&wait, told);
	}
	sigprocmask(SIG_SETMASK, before, NULL);
}

void waiting_done(struct waiting *waiting)
{
	text_done(&waiting->left);
}
