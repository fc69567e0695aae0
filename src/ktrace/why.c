/*
 * Explaining refusals. Looks, and changes nothing.
 */
#include "ktrace/why.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"
#include "tracee/proc.h"

static int yama_scope(void)
{
	char data[16];

	if (fd_read_file(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", data,
			 sizeof(data)) < 0)
		return 0;
	return atoi(data);
}

/* Somebody else holds us: a process has one tracer. */
static int explain_tracer(struct text *text)
{
	char comm[KTR_COMM_SIZE] = "?";
	struct proc_status status;

	if (proc_status(getpid(), &status) < 0 || !status.tracer)
		return 0;
	proc_comm(status.tracer, comm);
	text_format(text,
		    "cannot trace: already traced by %s (pid %d); "
		    "run the two one after the other",
		    comm, status.tracer);
	return 1;
}

void why_not_traced(struct text *text, int error)
{
	if (error == EPERM && explain_tracer(text))
		return;
	if (error == EXDEV) {
		text_put(text, "cannot trace: /proc shows another pid "
			       "namespace: mount it anew, as unshare "
			       "--mount-proc does");
		return;
	}
	text_format(text, "cannot trace: %s", strerror(error));
	if (error == EPERM && yama_scope() >= 2)
		text_put(text, " (kernel.yama.ptrace_scope forbids it: set it "
			       "to 0 or 1, or be root)");
	else if (error == EPERM)
		text_put(text, " (a container or seccomp profile without "
			       "ptrace?)");
	else if (error == ECHILD)
		text_put(text, " (the supervisor ended)");
}

static bool is_file(const char *path)
{
	return *path && !faccessat(AT_FDCWD, path, F_OK, AT_EACCESS);
}

/* Along PATH, as execvp(3) looks: an empty part is the working directory. */
static bool is_in_path(const char *command)
{
	const char *part = getenv("PATH") ?: "/bin:/usr/bin";
	char path[PATH_MAX];

	for (;;) {
		int length = (int)strcspn(part, ":");

		snprintf(path, sizeof(path), "%.*s%s%s", length, part,
			 length ? "/" : "", command);
		if (is_file(path))
			return true;
		if (!part[length])
			return false;
		part += length + 1;
	}
}

bool why_not_executed(struct text *text, const char *command, int error)
{
	bool is_there = true;

	if (error == ENOENT || error == ENOTDIR)
		is_there = strchr(command, '/')
			       ? is_file(command)
			       : *command && is_in_path(command);
	text_format(text, "%s: %s", command, strerror(error));
	/* The name in the message is not the one that is missing. */
	if (error == ENOENT && is_there)
		text_put(text, " (its interpreter or loader)");
	return is_there;
}
