/*
 * The command line of ktrace-u, and the talk with it (--report-fd). Must leave
 * no descriptor behind, and the process as open to tracers as it was.
 */
#include "lib/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "lib/change.h"
#include "lib/spawn.h"

/* ---- what it is told ---- */

#define NUMBER_ROOM    16
#define ARGUMENT_COUNT 12

struct arguments {
	char points[NUMBER_ROOM];
	char target[NUMBER_ROOM];
	char *words[ARGUMENT_COUNT];
};

static void put_words(struct arguments *arguments, const struct change *change)
{
	char **word = arguments->words;

	*word++ = "ktrace-u";
	*word++ = "--fd=" SPAWN_FILE;
	*word++ = "--report-fd=" SPAWN_CHANNEL;
	*word++ = "--facilities";
	*word++ = arguments->points;
	if (change->facilities & KTRFAC_INHERIT)
		*word++ = "-i";
	if (change->targets.descendants)
		*word++ = "-d";
	*word++ = change->targets.pgid ? "-g" : "-p";
	*word++ = arguments->target;
	*word = NULL;
}

static void fill(struct arguments *arguments, const struct change *change)
{
	const struct targets *targets = &change->targets;

	snprintf(arguments->points, sizeof(arguments->points), "%u",
		 change->facilities & KTRFAC_MASK);
	snprintf(arguments->target, sizeof(arguments->target), "%d",
		 targets->pgid ?: targets->pid);
	put_words(arguments, change);
}

/* ---- what it says ---- */

/* Yama at 1: only ancestors may trace, and who is named. */
static bool needs_naming(const struct change *change)
{
	const struct targets *targets = &change->targets;
	char scope[8];

	if (targets->pid != getpid() && targets->pgid != getpgrp() &&
	    !targets->descendants)
		return false;
	return fd_read_file(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope",
			    scope, sizeof(scope)) > 0 &&
	       scope[0] == '1';
}

/* The next number, or -ENOSYS: it ended without a word. */
static int hear(int channel, int *ret)
{
	ssize_t n;

	do
		n = recv(channel, ret, sizeof(*ret), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == sizeof(*ret) ? 0 : -ENOSYS;
}

static int let_attach(int channel)
{
	return send(channel, "", 1, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int follow(int channel, const struct change *change, bool *named)
{
	int said;
	int r = hear(channel, &said);

	if (r < 0 || said <= 0)
		return r < 0 ? r : said;
	*named = needs_naming(change);
	if (*named)
		prctl(PR_SET_PTRACER, (unsigned long)said, 0, 0, 0);
	r = let_attach(channel);
	if (!r)
		r = hear(channel, &said);
	return r < 0 ? r : said;
}

/* Until it is said how it went. What is left of a name would be a pid that is
 * somebody else's one day. */
static int converse(int channel, const struct change *change)
{
	bool named = false;
	int r = follow(channel, change, &named);

	if (named)
		prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	return r;
}

/* ---- starting it ---- */

static const char *program(void)
{
	return secure_getenv("KTRACE_U") ?: KTRACE_U_PROGRAM;
}

/* Only what may pass is told apart. */
static int start_error(int error)
{
	switch (error) {
	case -EAGAIN:
	case -EMFILE:
	case -ENFILE:
	case -ENOMEM:
		return error;
	default:
		return -ENOSYS;
	}
}

int recorder_start(const struct change *change, int fd)
{
	_cleanup_fd_ int channel = -1;
	struct arguments arguments;
	int r;

	fill(&arguments, change);
	r = spawn_quietly(program(), arguments.words, fd, &channel);
	return r < 0 ? start_error(r) : converse(channel, change);
}
