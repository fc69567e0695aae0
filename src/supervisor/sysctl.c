/*
 * Settings by name. Asks nothing of the kernel for what does not look like one.
 */
#include "supervisor/sysctl.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "base/proc.h"
#include "supervisor/plan.h"
#include "supervisor/scribe.h"
#include "supervisor/task.h"

#define FOLDER  "/sys/"
#define MOUNTED "/proc" FOLDER

void sysctl_at_path(struct task *task, const char *path, size_t length)
{
	if (!path || memmem(path, length, FOLDER, strlen(FOLDER)))
		task->names_setting = true;
}

/* What is behind the last of these. */
static const char *behind(const char *path, const char *what)
{
	const char *found = NULL;
	const char *at = path;

	while ((at = strstr(at, what)) != NULL) {
		at += strlen(what);
		found = at;
	}
	return found;
}

/* Slashes become dots, and dots that are part of a name slashes, as sysctl(8)
 * has it. */
static void put_dots(char *name)
{
	for (; *name; name++) {
		if (*name == '/')
			*name = '.';
		else if (*name == '.')
			*name = '/';
	}
}

static void put_setting(struct task *task, const char *name)
{
	struct session *session = task->process->session;
	char dotted[KTR_SYSCTL_MAX];
	size_t size = strlen(name) + 1;

	if (size > sizeof(dotted)) {
		scribe_coverage(session, task, "sysctl",
				"the name of the setting is too long");
		return;
	}
	memcpy(dotted, name, size);
	put_dots(dotted);
	scribe_put(session, task, KTR_SYSCTL, dotted, size);
}

void sysctl_at_exit(struct task *task)
{
	const struct plan *plan = task->process->plan;
	const struct capture_call *call = &task->call;
	char link[16], path[PATH_MAX];
	const char *name;

	if (!task->names_setting)
		return;
	task->names_setting = false;
	if (call->failed || !plan ||
	    !(plan->policy.facilities & KTRFAC(KTR_SYSCTL)) || !call->row ||
	    call->row->result != RESULT_FD)
		return;
	snprintf(link, sizeof(link), "fd/%d", (int)call->result);
	if (!proc_is_of_proc(task->tid, link) ||
	    proc_link(task->tid, link, path, sizeof(path)) < 0)
		return;
	name = behind(path, MOUNTED);
	if (!name)
		name = behind(path, FOLDER);
	if (name)
		put_setting(task, name);
}
