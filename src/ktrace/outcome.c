/*
 * One question, and what to make of the answer. Must not judge whether what was
 * asked is right.
 */
#include "ktrace/outcome.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "base/text.h"
#include "control/client.h"
#include "control/permission.h"

/* Closing its doors takes a supervisor no longer. */
#define END_MS 1000

static bool is_supervisor(pid_t pid)
{
	char comm[KTR_COMM_SIZE];

	return !proc_comm(pid, comm) && !strcmp(comm, "ktrace-u-sup");
}

/* Where it has ended, so has its tracing: nobody is there to be asked. It does
 * not hear us any more some time before that. */
static int absence_of(pid_t supervisor)
{
	int fd = (int)syscall(SYS_pidfd_open, supervisor, 0);
	struct pollfd end = { .fd = fd, .events = POLLIN };
	bool ended = fd < 0 || poll(&end, 1, END_MS) > 0;

	if (fd >= 0)
		close(fd);
	return ended ? -ENOENT : -EHOSTUNREACH;
}

int outcome_ask(struct outcome *outcome, pid_t supervisor,
		const struct wire_request *request, int fd)
{
	_cleanup_fd_ int connection = client_open(supervisor);
	int r = connection;

	if (r >= 0)
		r = client_ask(connection, request, fd, &outcome->answer,
			       &outcome->fd, NULL);
	if (r == -ECONNRESET || (r == -ENOENT && is_supervisor(supervisor)))
		r = absence_of(supervisor);
	/* One of another version refuses the message, and not what it asks. */
	if (!r && (outcome->answer.error == -EPROTO ||
		   outcome->answer.error == -EBADMSG))
		r = -EPROTO;
	if (r < 0) {
		outcome->silent = r == -ENOENT ? 0 : supervisor;
		return r;
	}
	outcome->answered++;
	return outcome->answer.error;
}

static void put_owner(struct text *text, pid_t owner)
{
	char comm[KTR_COMM_SIZE] = "?";

	proc_comm(owner, comm);
	text_format(text,
		    "the recorder belongs to %s (pid %d) while that lives",
		    comm, owner);
}

static const char *why_silent(int error)
{
	switch (error) {
	case -EHOSTUNREACH:
		return "is it in another network namespace?";
	case -EPROTO:
		return "it is of another version";
	default:
		return strerror(-error);
	}
}

static void put_silent(struct text *text, pid_t supervisor, int error)
{
	text_format(text, "its recorder (pid %d) does not answer: %s",
		    supervisor, why_silent(error));
}

void outcome_explain(const struct outcome *outcome, int error,
		     struct text *text)
{
	const struct wire_answer *answer = &outcome->answer;

	if (outcome->silent)
		put_silent(text, outcome->silent, error);
	else if (error == -EBUSY && answer->owner)
		put_owner(text, answer->owner);
	else if (error == -EPERM && answer->rule &&
		 answer->rule < PERMISSION_RULE_COUNT)
		text_put(text,
			 permission_text((enum permission_rule)answer->rule));
	else if (error == -ENODATA)
		text_put(text, "its recorder keeps nothing in memory (--ring)");
	else if (error == -EPERM)
		text_put(text, "you are neither its owner nor of its user");
	else
		text_put(text, strerror(-error));
}

void outcome_put_late(const struct outcome *outcome, struct text *text)
{
	const struct wire_answer *answer = &outcome->answer;

	for (unsigned i = 0; i < answer->late_count; i++)
		text_format(text,
			    "ktrace-u: thread %d has not stopped yet; it is "
			    "done when it does\n",
			    answer->late[i]);
}
