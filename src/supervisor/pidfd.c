/*
 * By what /proc says of the descriptor while the call waits to be made. Must
 * not judge who that is: guard.c does.
 */
#include "supervisor/pidfd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "supervisor/scribe.h"
#include "supervisor/state.h"

#define FDINFO_MAX 4096
#define LINK_MAX   64
#define PID_LINE   "\nPid:\t"

static pid_t number(const char *digits)
{
	long pid = strtol(digits, NULL, 10);

	return pid > 0 ? (pid_t)pid : 0;
}

/* Those of /proc end in one. */
static pid_t of_directory(const struct task *task, int fd)
{
	char link[32], name[LINK_MAX];
	const char *digits;

	snprintf(link, sizeof(link), "fd/%d", fd);
	if (proc_link(task->tid, link, name, sizeof(name)) <= 0)
		return 0;
	digits = strrchr(name, '/');
	if (!digits || !digits[1] ||
	    digits[1 + strspn(digits + 1, "0123456789")] != '\0')
		return 0;
	return number(digits + 1);
}

static pid_t of_pidfd(const struct task *task, int fd)
{
	_cleanup_free_ char *info = NULL;
	char name[32];
	const char *found;
	size_t length = 0;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	if (proc_read(task->tid, name, FDINFO_MAX, &info, &length) < 0)
		return 0;
	found = memmem(info, length, PID_LINE, strlen(PID_LINE));
	return found ? number(found + strlen(PID_LINE)) : 0;
}

pid_t pidfd_target(const struct task *task, int fd)
{
	pid_t pid = of_directory(task, fd);

	return pid ? pid : of_pidfd(task, fd);
}

bool pidfd_is_of_use(enum sysdesc_use use)
{
	switch (use) {
	case USE_SIGNAL:
	case USE_SIGNALS:
	case USE_TRACE:
	case USE_ADJUST:
	case USE_HOLD:
		return true;
	default:
		return false;
	}
}

static void put(struct task *task, unsigned arg, pid_t pid)
{
	struct fields_writer *fields = scribe_fields(task->process->session,
						     task, KTR_STRUCT_PIDFD);

	if (!fields)
		return;
	fields_number(fields, "arg", arg);
	fields_number(fields, "pid", pid);
	scribe_fields_end(task->process->session);
}

void pidfd_at_entry(const struct supervisor *supervisor, struct task *task)
{
	const struct sysdesc_row *row = task->call.row;

	if (!supervisor->config->resolves || !row)
		return;
	for (unsigned i = 0; i < row->narg; i++) {
		const struct sysdesc_arg *arg = &row->arg[i];
		pid_t pid = 0;

		if (arg->kind == KIND_FD &&
		    pidfd_is_of_use((enum sysdesc_use)arg->set))
			pid = pidfd_target(task, (int)task->call.args[i]);
		if (pid)
			put(task, i, pid);
	}
}
