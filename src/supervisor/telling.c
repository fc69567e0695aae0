/*
 * Calls that show, set or hand on affinities, and /proc/PID/status, which shows
 * them, too. Must not hold anybody: it only has the held let go.
 */
#include "supervisor/telling.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/proc.h"
#include "hold/follow.h"
#include "supervisor/state.h"

/* Whether who makes the call hands its affinity on: to another thread, or to a
 * program with privileges, whose affinity we may not be allowed to set. */
static bool hands_on(const struct task *task)
{
	const struct sysdesc_row *row = task->call.row;

	return row &&
	       (row->effect == EFFECT_SPAWN || row->effect == EFFECT_SPAWN3 ||
		row->effect == EFFECT_EXEC);
}

/* Whether affinities show in the call, or it decides who may set them, or under
 * which id the thread goes on. */
static bool tells(const struct task *task)
{
	if (!task->call.row)
		return true;
	switch ((enum sysdesc_effect)task->call.row->effect) {
	case EFFECT_UNSHARE:
	case EFFECT_CREDS:
	case EFFECT_AFFINITY:
	case EFFECT_RINGS:
		return true;
	case EFFECT_EXEC:
		return task->process->task_count > 1;
	default:
		return false;
	}
}

void telling_at_entry(struct supervisor *supervisor, struct task *task)
{
	task->names_status = false;
	task->hands_on = supervisor->may_hold && hands_on(task);
	if (task->hands_on)
		follow_leave(&supervisor->follow, task->tid);
	if (!supervisor->may_hold || task->is_telling || !tells(task))
		return;
	task->is_telling = true;
	follow_telling(&supervisor->follow);
}

/* Takes a last component off: false when it is another. */
static bool ends_in(const char *path, size_t *length, const char *name)
{
	size_t size = strlen(name);

	if (*length < size || memcmp(path + *length - size, name, size) ||
	    (*length > size && path[*length - size - 1] != '/'))
		return false;
	*length -= size;
	return true;
}

void telling_at_path(struct task *task, const char *path, size_t length)
{
	if (ends_in(path, &length, "status"))
		task->names_status = true;
}

/* Whether the path, up to its last slash, is a number of some directory. */
static bool is_in_number(const char *path, size_t length)
{
	size_t digits = 0;

	while (digits + 1 < length &&
	       strchr("0123456789", path[length - digits - 2]))
		digits++;
	return digits > 0 && digits + 1 < length &&
	       path[length - digits - 2] == '/';
}

/* Whether it is a /proc/PID/status, by its name, wherever /proc is mounted: a
 * file system asked for more might have to be answered by a thread of ours. */
static bool is_status(pid_t tid, int fd)
{
	char link[16], path[PATH_MAX];
	size_t length;
	ssize_t got;

	snprintf(link, sizeof(link), "fd/%d", fd);
	got = proc_link(tid, link, path, sizeof(path));
	if (got < 0)
		return true;
	length = (size_t)got;
	return ends_in(path, &length, "status") && is_in_number(path, length);
}

static void note_reader(struct supervisor *supervisor, struct process *process)
{
	if (process->reads_status)
		return;
	process->reads_status = true;
	supervisor->status_readers++;
	follow_let_go(&supervisor->follow);
}

void telling_unseen(struct supervisor *supervisor)
{
	supervisor->may_hold = false;
	follow_let_go(&supervisor->follow);
}

void telling_at_exit(struct supervisor *supervisor, struct task *task)
{
	const struct capture_call *call = &task->call;

	if (!task->names_status || call->failed || !call->row ||
	    call->row->result != RESULT_FD)
		return;
	if (is_status(task->tid, (int)call->result))
		note_reader(supervisor, task->process);
}

void telling_end(struct supervisor *supervisor, struct task *task)
{
	task->hands_on = false;
	if (!task->is_telling)
		return;
	task->is_telling = false;
	follow_told(&supervisor->follow);
}

void telling_inherit(struct supervisor *supervisor, struct process *child,
		     const struct process *parent)
{
	if (parent->reads_status)
		note_reader(supervisor, child);
}

void telling_leave(struct supervisor *supervisor, struct process *process)
{
	if (process->reads_status)
		supervisor->status_readers--;
	process->reads_status = false;
}
