/*
 * ktrace-u as a child. Its recorder becomes a child as well, like all that the
 * command leaves behind: whoever is adopted is waited for.
 */
#include "kaudit/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/beside.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kaudit/options.h"
#include "kaudit/output.h"

#define RECORDER "ktrace-u"
/* Calls, paths, structures, arguments, variables, signals, what filters deny.
 */
#define POINTS      "cntaesp"
#define CALLS       "@deeds"
#define LOOKLESS    CALLS ",!@looks"
#define EXIT_ABSENT 127
#define MODE        0600
/* Words that are there or not. */
#define OPTIONAL_MAX 2

/* ---- the file ---- */

/* What has a name can be opened by the job: it loses it at once. */
static int open_named(struct recording *recording, const char *path)
{
	_cleanup_free_ char *name = NULL;

	if (asprintf(&name, "%s.XXXXXX", path) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	recording->fd = mkostemp(name, O_CLOEXEC | O_APPEND);
	if (recording->fd < 0)
		return -errno;
	unlink(name);
	return 0;
}

/* Not every filesystem has files without names. */
static int open_trace(struct recording *recording, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t length = slash ? (size_t)(slash - path) : 1;
	char *directory = strndup(slash ? path : ".", MAX(length, (size_t)1));

	if (!directory)
		return -ENOMEM;
	recording->fd = open(directory,
			     O_TMPFILE | O_RDWR | O_APPEND | O_CLOEXEC, MODE);
	free(directory);
	if (recording->fd >= 0)
		return 0;
	if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL)
		return open_named(recording, path);
	return -errno;
}

int recording_keep(const struct recording *recording, struct text *error)
{
	int r = destination_give(&recording->destination, recording->fd);

	return r ? output_fail(error, recording->destination.path, r) : 0;
}

void recording_done(struct recording *recording)
{
	destination_done(&recording->destination);
	waiting_done(&recording->waiting);
	if (recording->fd >= 0)
		close(recording->fd);
}

/* ---- the recorder ---- */

static const char *calls_of(const struct kaudit_options *options,
			    const struct recording_wish *wish)
{
	if (options->records_all)
		return "all";
	return wish->looks ? CALLS : LOOKLESS;
}

/* For the child alone: returns only when that cannot be. -errno. */
static int become_recorder(const struct kaudit_options *options, int fd,
			   const struct recording_wish *wish, const char *path)
{
	char file[16], guard[32], confining[32];
	const char *before[] = { RECORDER,
				 "--take-fd",
				 file,
				 "-i",
				 "-t",
				 POINTS,
				 "--syscalls",
				 calls_of(options, wish),
				 "--setuid",
				 options->honours_setuid ? "allow" : "deny",
				 "--no-io-uring",
				 "--resolve",
				 guard,
				 "--answers" };
	size_t count = 0, first = ARRAY_LEN(before);
	const char **words;

	while (options->operands[count])
		count++;
	words = calloc(first + OPTIONAL_MAX + count + 2, sizeof(*words));
	if (!words)
		return -ENOMEM;
	snprintf(file, sizeof(file), "%d", fd);
	snprintf(guard, sizeof(guard), "--guard=%d", getppid());
	snprintf(confining, sizeof(confining), "--confine-fd=%d", wish->rules);
	memcpy(words, before, sizeof(before));
	/* A call that one filter denies does not stop for another one: that it
	 * was tried is to be told. */
	if (wish->rules >= 0) {
		words[first++] = confining;
		words[first++] = "--seccomp=never";
	}
	words[first++] = "--";
	memcpy(words + first, options->operands, count * sizeof(*words));
	fcntl(fd, F_SETFD, 0);
	if (wish->rules >= 0)
		fcntl(wish->rules, F_SETFD, 0);
	execvp(path, (char *const *)words);
	return -errno;
}

static pid_t fork_recorder(const struct kaudit_options *options, int fd,
			   const struct recording_wish *wish,
			   const sigset_t *before)
{
	/* What interrupts the command is not meant for us: what it did by then
	 * is told as well. */
	static const int ignored[] = { SIGINT, SIGQUIT, 0 };
	char path[PATH_MAX];
	pid_t pid;
	int r;

	beside_find(path, RECORDER);
	pid = beside_fork(ignored);
	if (pid != 0)
		return pid;
	sigprocmask(SIG_SETMASK, before, NULL);
	r = become_recorder(options, fd, wish, path);
	dprintf(STDERR_FILENO, "kaudit-u: %s: %s\n", path, strerror(-r));
	_exit(EXIT_ABSENT);
}

int recording_run(struct recording *ret, const struct kaudit_options *options,
		  const struct recording_wish *wish, struct text *error)
{
	sigset_t before;
	pid_t pid;
	int r;

	*ret = (struct recording)RECORDING_NONE;
	if (!fd_may_replace(options->trace)) {
		text_format(error, "%s: not a regular file", options->trace);
		return -EINVAL;
	}
	r = destination_open(&ret->destination, options->trace)
		?: open_trace(ret, options->trace);
	if (r)
		return output_fail(error, options->trace, r);
	if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return output_fail(error, "cannot adopt what is left behind",
				   -errno);
	/* The job may be of our user: it has no business in here. An exec takes
	 * that away again. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	waiting_hold(&before);
	pid = fork_recorder(options, ret->fd, wish, &before);
	if (pid > 0)
		waiting_run(&ret->waiting, pid, options->timeout_ns, &before);
	else
		sigprocmask(SIG_SETMASK, &before, NULL);
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return pid < 0
		   ? output_fail(error, "cannot start the recorder", (int)pid)
		   : 0;
}
