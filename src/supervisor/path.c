/*
 * Joining paths. Never invents: what cannot be known is said to be unknown.
 */
#include "supervisor/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "base/proc.h"
#include "supervisor/guard.h"
#include "supervisor/made.h"
#include "supervisor/opened.h"
#include "supervisor/scribe.h"
#include "supervisor/state.h"
#include "supervisor/sysctl.h"
#include "trace/fields.h"

/* /proc marks what has no name any more. */
#define DELETED " (deleted)"

/* Where a relative path starts. */
struct path_base {
	const char *name; /* NULL: not known, see error */
	int error;
	bool deleted;
};

void path_forget_cwd(struct process *process)
{
	process->cwd_known = false;
}

/* A directory may really be called so: only one without a name has no links. */
static bool strip_deleted(struct task *task, const char *link, char *name)
{
	size_t length = strlen(name);
	size_t tail = sizeof(DELETED) - 1;

	if (length <= tail || strcmp(name + length - tail, DELETED) != 0 ||
	    !proc_is_deleted(task->tid, link))
		return false;
	name[length - tail] = '\0';
	return true;
}

static struct path_base base_from_link(struct task *task, const char *link,
				       char *buffer, size_t size)
{
	struct path_base base = { 0 };
	ssize_t n = proc_link(task->tid, link, buffer, size);

	if (n < 0) {
		base.error = (int)-n;
	} else if (buffer[0] != '/') {
		base.error = ENOTDIR; /* "pipe:[1]" and the like */
	} else {
		base.deleted = strip_deleted(task, link, buffer);
		base.name = buffer;
	}
	return base;
}

/* The working directory: remembered while every change of it is seen. */
static struct path_base base_cwd(struct supervisor *supervisor,
				 struct task *task, char *buffer, size_t size)
{
	struct process *process = task->process;
	struct path_base base = { 0 };

	if (process->cwd_known) {
		base.name = process->cwd;
		return base;
	}
	base = base_from_link(task, "cwd", buffer, size);
	if (!base.name || base.deleted || !supervisor->sees_paths ||
	    process->shares_fs)
		return base;
	free(process->cwd);
	process->cwd = strdup(base.name);
	process->cwd_known = process->cwd != NULL;
	return base;
}

static struct path_base path_find_base(struct supervisor *supervisor,
				       struct task *task, int64_t dirfd,
				       char *buffer, size_t size)
{
	struct path_base base;
	char link[32];

	if (dirfd == CAPTURE_NO_DIRFD || (int32_t)dirfd == AT_FDCWD)
		return base_cwd(supervisor, task, buffer, size);
	snprintf(link, sizeof(link), "fd/%d", (int32_t)dirfd);
	base = base_from_link(task, link, buffer, size);
	/* /proc has no link for a descriptor that is not open. */
	if (base.error == ENOENT && supervisor->has_proc)
		base.error = EBADF;
	return base;
}

/* Whether the process has a root of its own, and which. */
static bool is_rooted(struct supervisor *supervisor, struct task *task,
		      char *root, size_t size)
{
	struct process *process = task->process;

	if (process->root_known && !process->rooted)
		return false;
	process->rooted = proc_link(task->tid, "root", root, size) > 1;
	process->root_known = supervisor->sees_paths && !process->shares_fs;
	return process->rooted;
}

/* base/path, or base alone for an empty path (AT_EMPTY_PATH). */
static size_t path_join(char *to, size_t size, const char *base,
			const char *path, size_t length)
{
	size_t end = strlen(base);
	bool slash = length && path[0] != '/' && base[end - 1] != '/';
	int n = snprintf(to, size, "%s%s%.*s", base, slash ? "/" : "",
			 (int)length, path);

	return n < 0 ? 0 : (size_t)n;
}

/* What a directory is called below a root; NULL: it is not there. */
static const char *below(const char *root, const char *directory)
{
	size_t length = strlen(root);

	if (strncmp(directory, root, length) != 0)
		return NULL;
	directory += length;
	return !directory[0] ? "/" : directory[0] == '/' ? directory : NULL;
}

bool path_of_name(struct supervisor *supervisor, struct task *task,
		  const char *name, char *to, size_t size, bool *ret_is_rooted)
{
	char buffer[PATH_MAX], root[PATH_MAX];
	bool rooted = is_rooted(supervisor, task, root, sizeof(root));
	struct path_base base = { .name = "/" };
	size_t length;

	if (name[0] != '/') {
		base = base_cwd(supervisor, task, buffer, sizeof(buffer));
		if (base.name && rooted)
			base.name = below(root, base.name);
	}
	if (!base.name || base.deleted)
		return false;
	*ret_is_rooted = rooted;
	length = path_join(to, size, name[0] == '/' ? "" : base.name, name,
			   strlen(name));
	return length && length < size;
}

static void put_joined(struct task *task, unsigned arg,
		       const struct path_base *base, const char *joined,
		       size_t length)
{
	struct fields_writer *fields = scribe_fields(task->process->session,
						     task, KTR_STRUCT_PATH);

	if (!fields)
		return;
	fields_string(fields, "how", "joined");
	fields_number(fields, "arg", arg);
	if (base->deleted)
		fields_number(fields, "deleted", 1);
	fields_bytes(fields, "path", joined, length);
	scribe_fields_end(task->process->session);
}

/* The directory that it is relative to cannot be told. */
static void put_unknown(struct task *task, unsigned arg, int error)
{
	struct fields_writer *fields = scribe_fields(task->process->session,
						     task, KTR_STRUCT_PATH);

	if (!fields)
		return;
	fields_string(fields, "how", "unknown");
	fields_number(fields, "arg", arg);
	fields_number(fields, "errno", error);
	scribe_fields_end(task->process->session);
}

static bool is_namei_wanted(const struct task *task)
{
	const struct plan *plan = task->process->plan;

	return plan && (plan->policy.facilities & KTRFAC(KTR_NAMEI));
}

static void path_based(struct supervisor *supervisor, struct task *task,
		       unsigned arg, const struct path_base *base,
		       const char *path, size_t length)
{
	char joined[2 * PATH_MAX + 2], root[PATH_MAX];
	size_t n = 0;

	if (base->name)
		n = path_join(joined, sizeof(joined), base->name, path, length);
	sysctl_at_path(task, base->name ? joined : NULL, n);
	if (base->name)
		guard_at_path(supervisor, task, arg, joined, n);
	if (base->name && length && supervisor->still.whose == task &&
	    !is_rooted(supervisor, task, root, sizeof(root)))
		still_named(supervisor, task, arg, joined, n);
	if (!is_namei_wanted(task))
		return;
	if (base->name)
		put_joined(task, arg, base, joined, n);
	else
		put_unknown(task, arg, base->error);
}

void path_named(struct supervisor *supervisor, struct task *task, unsigned arg,
		int64_t dirfd, const char *path, size_t length)
{
	char buffer[PATH_MAX];
	struct path_base base = { 0 };

	if (length && path[0] == '/') {
		if (!is_rooted(supervisor, task, buffer, sizeof(buffer))) {
			sysctl_at_path(task, path, length);
			guard_at_path(supervisor, task, arg, path, length);
			still_named(supervisor, task, arg, path, length);
			return;
		}
		base = base_from_link(task, "root", buffer, sizeof(buffer));
	} else {
		base = path_find_base(supervisor, task, dirfd, buffer,
				      sizeof(buffer));
	}
	path_based(supervisor, task, arg, &base, path, length);
}

static void put_resolved(struct task *task, unsigned arg,
			 const struct path_base *opened, bool is_proof,
			 bool is_made)
{
	struct fields_writer *fields = scribe_fields(task->process->session,
						     task, KTR_STRUCT_PATH);

	if (!fields)
		return;
	fields_string(fields, "how", is_proof ? "kernel" : "raced");
	fields_number(fields, "arg", arg);
	if (opened->deleted)
		fields_number(fields, "deleted", 1);
	if (is_made)
		fields_number(fields, "made", 1);
	fields_bytes(fields, "path", opened->name, strlen(opened->name));
	scribe_fields_end(task->process->session);
}

void path_opened(struct supervisor *supervisor, struct task *task)
{
	const struct sysdesc_row *row = task->call.row;
	char buffer[PATH_MAX], link[32];
	struct path_base opened;
	unsigned arg = 0;
	bool is_made;

	if (!supervisor->config->resolves || task->call.failed || !row ||
	    row->result != RESULT_FD || !is_namei_wanted(task))
		return;
	while (arg < row->narg && row->arg[arg].kind != KIND_PATH)
		arg++;
	if (arg == row->narg)
		return;
	snprintf(link, sizeof(link), "fd/%d", (int32_t)task->call.result);
	opened = base_from_link(task, link, buffer, sizeof(buffer));
	if (!opened.name)
		return;
	is_made = made_by_call(&supervisor->made, task, link);
	/* Whoever asks must have been answered before anybody could close it:
	 * that is looked at last. */
	put_resolved(task, arg, &opened,
		     still_is_proof(supervisor, task) ||
			 opened_is_ours(supervisor, task),
		     is_made);
	guard_at_opened(supervisor, task, opened.name);
}
