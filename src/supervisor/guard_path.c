/*
 * Files of /proc that are about those who record. By its letters alone a path
 * is judged before it is used; what links hide, the kernel tells afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/proc.h"
#include "supervisor/guard.h"
#include "supervisor/guard_private.h"
#include "supervisor/scribe.h"
#include "supervisor/state.h"
#include "sysdesc/sets.h"

/* "proc", a pid, "task", a tid, a name. */
#define PARTS_MAX 5

struct parts {
	struct part {
		const char *text;
		size_t length;
	} part[PARTS_MAX];
	unsigned count; /* of them all */
};

static bool is_part(const struct part *part, const char *name)
{
	return part->length == strlen(name) &&
	       !memcmp(part->text, name, part->length);
}

static void split(struct parts *parts, const char *path, size_t length)
{
	const char *end = path + length;

	while (path < end) {
		const char *slash = memchr(path, '/', (size_t)(end - path));
		struct part part = { path,
				     (size_t)((slash ? slash : end) - path) };

		path += part.length + (slash != NULL);
		if (!part.length || is_part(&part, "."))
			continue;
		if (is_part(&part, "..")) {
			parts->count -= parts->count > 0;
			continue;
		}
		if (parts->count < PARTS_MAX)
			parts->part[parts->count] = part;
		parts->count++;
	}
}

static pid_t number_of(const struct part *part)
{
	char digits[16];

	if (!part->length || part->length >= sizeof(digits))
		return 0;
	memcpy(digits, part->text, part->length);
	digits[part->length] = '\0';
	return digits[strspn(digits, "0123456789")]
		   ? 0
		   : (pid_t)strtol(digits, NULL, 10);
}

static bool is_ours(const struct guard *guard, const struct parts *parts)
{
	return parts->count >= 2 && is_part(&parts->part[0], "proc") &&
	       guard_has(guard, number_of(&parts->part[1]));
}

/* ---- what may be done with them ---- */

/* What ps and the like read of everybody. */
static bool is_public(const struct parts *parts)
{
	static const char *const names[] = {
		"stat",      "status",    "statm",     "cmdline",   "comm",
		"cgroup",    "loginuid",  "sessionid", "wchan",     "limits",
		"schedstat", "oom_score", "autogroup", "mountinfo", "mounts",
	};

	for (size_t i = 0; parts->count <= PARTS_MAX && i < ARRAY_LEN(names);
	     i++)
		if (is_part(&parts->part[parts->count - 1], names[i]))
			return true;
	return false;
}

static bool opens_to_read(const struct capture_call *call)
{
	for (unsigned i = 0; i < call->row->narg; i++)
		if (call->row->arg[i].kind == KIND_FLAGS &&
		    call->row->arg[i].set == FLAGSET_OPEN)
			return (call->args[i] &
				(O_ACCMODE | O_CREAT | O_TRUNC)) == O_RDONLY;
	return false;
}

static bool is_harmless(const struct capture_call *call, unsigned arg,
			const struct parts *parts)
{
	switch (call->row->arg[arg].set) {
	case USE_LOOKUP:
		return true;
	case USE_OPEN:
		return is_public(parts) && opens_to_read(call);
	default:
		return false;
	}
}

void guard_at_path(struct supervisor *supervisor, struct task *task,
		   unsigned arg, const char *path, size_t length)
{
	struct parts parts = { .count = 0 };

	if (!supervisor->guard.count || task->guarding || !task->call.row ||
	    arg >= task->call.row->narg)
		return;
	split(&parts, path, length);
	if (is_ours(&supervisor->guard, &parts) &&
	    !is_harmless(&task->call, arg, &parts))
		task->guarding = GUARD_REFUSES;
}

void guard_at_opened(struct supervisor *supervisor, struct task *task,
		     const char *name)
{
	struct parts parts = { .count = 0 };

	if (!supervisor->guard.count)
		return;
	split(&parts, name, strlen(name));
	if (is_ours(&supervisor->guard, &parts) && !is_public(&parts))
		scribe_coverage(task->process->session, task, "recorder",
				"a file of it in /proc was opened");
}
