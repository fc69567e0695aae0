/*
 * Requests of ktrace-u. Must decide nothing that is the supervisor's to decide,
 * and print nothing.
 */
#include "ktrace/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/text.h"
#include "control/client.h"
#include "control/judge.h"
#include "control/targets.h"
#include "control/tracers.h"
#include "ktrace/options.h"
#include "ktrace/outcome.h"
#include "ktrace/request.h"

/* ---- who traces whom ---- */

int ask_find(const struct ktrace_options *options, struct tracers *ret)
{
	return tracers_find(options->has_target ? &options->target : NULL, ret);
}

/* ---- asking ---- */

static void put_target(struct text *text, const struct ktrace_options *options)
{
	if (options->target.pgid)
		text_format(text, "process group %d: ", options->target.pgid);
	else if (options->target.pid)
		text_format(text, "%d: ", options->target.pid);
}

/* All that were found. 0; else what the last one said that refused. *ret_done
 * is how many did it. */
static int ask_each(const struct tracers *found,
		    const struct wire_request *request, int fd,
		    struct outcome *outcome, struct text *late,
		    unsigned *ret_done)
{
	unsigned done = 0;
	int refused = 0;
	int r;

	*outcome = (struct outcome){ .fd = -1 };
	for (unsigned i = 0; i < found->count; i++) {
		struct outcome one = { .fd = -1 };

		r = outcome_ask(&one, found->pids[i], request, fd);
		/* Where nobody in particular is meant, who answers counts. */
		if (!one.answered && (r == -ENOENT || !found->is_meant))
			continue;
		outcome_put_late(&one, late);
		if (r < 0)
			refused = r;
		done += r == 0;
		one.answered += outcome->answered;
		if (r < 0 || !refused)
			*outcome = one;
	}
	*ret_done = done;
	return refused;
}

/* Fine when one did it. */
static int ask_all(const struct tracers *found,
		   const struct wire_request *request, int fd,
		   struct outcome *outcome, struct text *late)
{
	unsigned done;
	int r = ask_each(found, request, fd, outcome, late, &done);

	return done ? 0 : r;
}

static int fail(const struct ktrace_options *options, const char *what,
		const struct outcome *outcome, int error, struct text *text)
{
	text_clear(text);
	text_put(text, what);
	put_target(text, options);
	outcome_explain(outcome, error, text);
	return error;
}

/* ---- SET ---- */

int ask_set(const struct ktrace_options *options, const struct tracers *found,
	    int fd, bool *ret_left, struct text *text)
{
	struct wire_request request;
	struct outcome outcome = { .fd = -1 };
	int r = request_set(options, &request);

	*ret_left = true;
	if (r < 0)
		return fail(options, "cannot trace ", &outcome, r, text);
	r = ask_all(found, &request, fd, &outcome, text);
	*ret_left = !outcome.answered;
	if (r < 0)
		return fail(options, "cannot trace ", &outcome, r, text);
	return 0;
}

/* ---- CLEAR ---- */

struct judging {
	enum permission_form form;
	struct outcome *outcome;
};

/* Those whom nobody traces have nothing to be taken away, from who might. */
static int judge_one(void *context, pid_t pid)
{
	struct judging *judging = context;
	struct judge_credential self;
	int r = judge_self(&self);

	if (!r)
		r = judge_target(judging->form, &self, pid, 0);
	if (r <= 0)
		return r;
	judging->outcome->answer.rule = (uint32_t)r;
	return -EPERM;
}

int ask_clear(const struct ktrace_options *options, const struct tracers *found,
	      struct text *text)
{
	struct wire_request request = request_of(options, WIRE_CLEAR);
	struct targets_tally tally;
	struct outcome outcome = { .fd = -1 };
	struct judging judging = { options->rules, &outcome };
	int r;

	request.facilities = options->points_given
				 ? options->points & KTRFAC_MASK
				 : KTRFAC_MASK | KTRFAC_INHERIT;
	if (options->inherit)
		request.facilities |= KTRFAC_INHERIT;
	r = ask_all(found, &request, -1, &outcome, text);
	if (!r && !outcome.answered)
		r = targets_each(&options->target, TARGETS_NO_LIMIT, judge_one,
				 &judging, &tally);
	return r < 0 ? fail(options, "cannot clear ", &outcome, r, text) : 0;
}

/* Opened as the kernel does: its name must be that of a file one may write. */
static int open_file(const char *name)
{
	int fd = open(name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int ask_clear_file(const struct ktrace_options *options,
		   const struct tracers *found, struct text *text)
{
	struct wire_request request = request_of(options, WIRE_CLEAR_FILE);
	_cleanup_fd_ int fd = open_file(options->file);
	struct outcome outcome = { .fd = -1 };
	unsigned done;
	int r;

	if (fd < 0) {
		text_format(text, "%s: %s", options->file, strerror(-fd));
		return fd;
	}
	/* Here the kernel tells of each that it could not clear. */
	r = ask_each(found, &request, fd, &outcome, text, &done);
	if (r < 0) {
		text_clear(text);
		text_format(text, "cannot clear all into %s: ", options->file);
		outcome_explain(&outcome, r, text);
	}
	return r;
}

int ask_clear_all(const struct ktrace_options *options,
		  const struct tracers *found, struct text *text)
{
	struct wire_request request = request_of(options, WIRE_CLEAR_MINE);
	struct outcome outcome = { .fd = -1 };
	int r = ask_all(found, &request, -1, &outcome, text);

	return r < 0 ? fail(options, "cannot clear: ", &outcome, r, text) : 0;
}

/* ---- what there is to know, and whose it is ---- */

static int copy(int fd, struct text *text)
{
	char data[4096];
	ssize_t n;

	while ((n = fd_read_full(fd, data, sizeof(data))) > 0)
		text_bytes(text, data, (size_t)n);
	return (int)n;
}

static int status_of(pid_t supervisor, const struct wire_request *request,
		     struct text *text)
{
	struct outcome outcome = { .fd = -1 };
	int r = outcome_ask(&outcome, supervisor, request, -1);

	if (!r)
		r = copy(outcome.fd, text);
	if (outcome.fd >= 0)
		close(outcome.fd);
	return r;
}

int ask_status(const struct ktrace_options *options,
	       const struct tracers *found, struct text *text)
{
	struct wire_request request = request_of(options, WIRE_STATUS);
	unsigned answered = 0;
	int r = 0;

	if (options->json)
		request.flags |= WIRE_JSON;
	for (unsigned i = 0; i < found->count; i++) {
		r = status_of(found->pids[i], &request, text);
		answered += !r;
	}
	/* It may be a supervisor itself that is meant. */
	if (!answered && options->target.pid &&
	    !status_of(options->target.pid, &request, text))
		answered++;
	if (answered || !options->has_target)
		return 0;
	text_clear(text);
	put_target(text, options);
	text_put(text, found->count ? "its tracer does not answer"
				    : "it is not traced");
	return -ESRCH;
}

int ask_own(const struct ktrace_options *options, const struct tracers *found,
	    struct text *text)
{
	struct wire_request request = request_of(options,
						 options->own_operation);
	struct outcome outcome = { .fd = -1 };
	int r;

	request.pid = options->owner;
	request.state = options->state;
	r = ask_all(found, &request, -1, &outcome, text);
	if (!r && !outcome.answered) {
		put_target(text, options);
		text_put(text, "it is not traced by ktrace-u");
		return -ESRCH;
	}
	return r < 0 ? fail(options, "", &outcome, r, text) : 0;
}

/* ---- the flight recorder ---- */

/* Those of a process; or who writes to that file. */
int ask_snapshot(const struct ktrace_options *options,
		 const struct tracers *found, struct text *text)
{
	struct wire_request request = request_of(options, WIRE_SNAPSHOT);
	_cleanup_fd_ int fd = options->has_target ? -1
						  : open_file(options->file);
	struct outcome refusal = { .fd = -1 };
	unsigned written = 0;
	int refused = 0;

	if (!options->has_target && fd < 0) {
		text_format(text, "%s: %s", options->file, strerror(-fd));
		return fd;
	}
	for (unsigned i = 0; i < found->count; i++) {
		struct outcome one = { .fd = -1 };
		int r = outcome_ask(&one, found->pids[i], &request, fd);

		written += r == 0 ? one.answer.set : 0;
		if (r < 0 && (one.answered || found->is_meant)) {
			refused = r;
			refusal = one;
		}
	}
	if (written)
		return 0;
	if (refused)
		return fail(options, "cannot write ", &refusal, refused, text);
	put_target(text, options);
	text_put(text, "no recorder keeps it in memory (--ring)");
	return -ESRCH;
}

/* ---- the background recorder ---- */

/* Asks for its turn; in the foreground it has to wait for that. */
static int set_once_more(int connection, const struct wire_request *set, int fd,
			 struct outcome *outcome)
{
	bool woken;
	int r;

	do {
		woken = false;
		r = client_ask(connection, set, fd, &outcome->answer, NULL,
			       &woken);
	} while (!r && woken);
	if (r < 0 || outcome->answer.error == -EBUSY)
		return r;
	return outcome->answer.error;
}

static int be_registered(int connection, struct outcome *outcome)
{
	struct wire_request request = { .operation = WIRE_REGISTER };
	int r = client_ask(connection, &request, -1, &outcome->answer, NULL,
			   NULL);

	return r < 0 ? r : outcome->answer.error;
}

static bool is_anybody_left(const struct ktrace_options *options)
{
	_cleanup_(tracers_done) struct tracers found = { 0 };

	return ask_find(options, &found) != -ESRCH;
}

/* As long as there is something to record, and a supervisor: woken, it comes
 * back by asking again. */
static int stand_by(const struct ktrace_options *options, int connection,
		    const struct wire_request *set, int fd,
		    struct outcome *outcome)
{
	struct wire_answer message;
	int r = set_once_more(connection, set, fd, outcome);

	while (!r && is_anybody_left(options)) {
		r = client_listen(connection, -1, &message);
		if (!r && message.kind == WIRE_WAKE)
			r = set_once_more(connection, set, fd, outcome);
	}
	return r == -ECONNRESET || !is_anybody_left(options) ? 0 : r;
}

/* One connection's time. */
static int be_background(const struct ktrace_options *options, pid_t supervisor,
			 const struct wire_request *set, int fd,
			 struct outcome *outcome)
{
	_cleanup_fd_ int connection = client_open(supervisor);
	int r = connection;

	if (r >= 0)
		r = be_registered(connection, outcome);
	if (r >= 0)
		r = stand_by(options, connection, set, fd, outcome);
	return r;
}

/* On a busy machine an answer may come too late to be waited for: that is no
 * reason to give up. */
int ask_background(const struct ktrace_options *options,
		   const struct tracers *found, int fd, struct text *text)
{
	struct outcome outcome = { .fd = -1 };
	struct wire_request set;
	int r = request_set(options, &set);

	set.flags |= WIRE_HOLD;
	if (!r && found->count != 1)
		r = -ESRCH;
	if (r < 0)
		return fail(options, "cannot record ", &outcome, r, text);
	do
		r = be_background(options, found->pids[0], &set, fd, &outcome);
	while (r == -ETIMEDOUT);
	return r < 0 ? fail(options, "cannot record ", &outcome, r, text) : 0;
}
