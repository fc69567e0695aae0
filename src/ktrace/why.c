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
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "base/proc.h"
#include "base/text.h"
#include "control/judge.h"
#include "ktrace/options.h"

static int yama_scope(void)
{
	char data[16];

	if (fd_read_file(AT_FDCWD, "/proc/sys/kernel/yama/ptrace_scope", data,
			 sizeof(data)) < 0)
		return 0;
	return atoi(data);
}

/* Whom Yama lets through as long as it lets anybody. */
static bool has_ptrace_capability(void)
{
	struct judge_credential self;

	return judge_self(&self) == 0 &&
	       judge_is_privileged(PERMISSION_FREEBSD, &self);
}

/* Whether Yama refuses from that scope on, and in which words. */
static bool explain_yama(struct text *text, int least)
{
	static const char *const helps[] = {
		"",
		("only what a tracer has started itself: start it under "
		 "ktrace-u, be root, or set it to 0"),
		"only root's tracers: be root, or set it to 0 or 1",
		"nobody, until the machine boots anew",
	};
	int scope = yama_scope();

	if (scope < least || scope > 3 ||
	    (scope < 3 && has_ptrace_capability()))
		return false;
	text_format(text, "kernel.yama.ptrace_scope is %d and lets in %s",
		    scope, helps[scope]);
	return true;
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
	text_put(text, "cannot trace: ");
	if (error == EPERM && explain_yama(text, 2))
		return;
	text_put(text, strerror(error));
	if (error == EPERM)
		text_put(text, " (a container or seccomp profile without "
			       "ptrace?)");
	else if (error == ECHILD)
		text_put(text, " (the supervisor ended)");
}

/* ---- attaching ---- */

struct refused {
	pid_t pid;
	struct proc_status status;
	enum permission_form form;
	uid_t owner; /* of what /proc says: root where it is not dumpable */
};

static bool is_ourselves(const struct refused *refused, struct text *text)
{
	struct proc_status status;

	if (proc_status(getpid(), &status) < 0 || status.tracer != refused->pid)
		return false;
	text_put(text, "it records the very program that asks");
	return true;
}

static bool is_traced(const struct refused *refused, struct text *text)
{
	char comm[KTR_COMM_SIZE] = "?";

	if (!refused->status.tracer)
		return false;
	proc_comm(refused->status.tracer, comm);
	text_format(text,
		    "already traced by %s (pid %d), and a process has one "
		    "tracer",
		    comm, refused->status.tracer);
	return true;
}

static bool is_kernels(const struct refused *refused, struct text *text)
{
	char target[PATH_MAX];

	if (proc_link(refused->pid, "exe", target, sizeof(target)) != -ENOENT)
		return false;
	text_put(text, "a thread of the kernel");
	return true;
}

static bool is_of_another(const struct refused *refused, struct text *text)
{
	const uint32_t *uid = refused->status.uid;

	if (geteuid() == 0 ||
	    (uid[0] == getuid() && uid[1] == getuid() && uid[2] == getuid()))
		return false;
	text_format(text,
		    "it belongs to another user (real, effective, saved id "
		    "%u, %u, %u): be that user, or root",
		    uid[0], uid[1], uid[2]);
	return true;
}

static bool is_undumpable(const struct refused *refused, struct text *text)
{
	if (geteuid() == 0 || refused->owner == geteuid())
		return false;
	text_put(text, "it may not be looked into (a set-user-ID or unreadable "
		       "program, or PR_SET_DUMPABLE): be root");
	return true;
}

/* What the kernel would allow, and ktrcanset() does not. */
static bool is_against_rules(const struct refused *refused, struct text *text)
{
	struct judge_credential self;
	int rule;

	if (judge_self(&self) < 0)
		return false;
	rule = judge_target(refused->form, &self, refused->pid, 0);
	if (rule <= 0 || rule == PERMISSION_UNPRIVILEGED_OFF)
		return false;
	text_put(text, permission_text((enum permission_rule)rule));
	return true;
}

static bool is_yamas(const struct refused *refused, struct text *text)
{
	(void)refused;
	return explain_yama(text, 1);
}

static bool is_without_reason(const struct refused *refused, struct text *text)
{
	(void)refused;
	text_put(text, "the kernel refuses (a container or seccomp profile "
		       "without ptrace, or a capability that it has and you "
		       "lack?)");
	return true;
}

/* The first that is true is said. */
static bool (*const refusals[])(const struct refused *, struct text *) = {
	is_ourselves,  is_traced,        is_kernels, is_of_another,
	is_undumpable, is_against_rules, is_yamas,   is_without_reason,
};

static void explain_refusal(struct text *text, const struct refused *refused)
{
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++)
		if (refusals[i](refused, text))
			return;
}

/* Why there is nothing to attach to where the number names something. */
static const char *explain_absence(const struct refused *refused)
{
	if (refused->status.has_ended)
		return "it has ended, and waits for its parent to look";
	return "no such process";
}

static void look_at(struct refused *refused, pid_t pid)
{
	char name[32];
	struct stat status;

	*refused = (struct refused){ .pid = pid };
	proc_status(pid, &refused->status);
	snprintf(name, sizeof(name), "/proc/%d/status", pid);
	if (!stat(name, &status))
		refused->owner = status.st_uid;
}

void why_not_attached(struct text *text, const struct ktrace_options *options,
		      int error)
{
	const struct targets *target = &options->target;
	struct refused refused;

	if (target->pgid)
		text_format(text,
			    "cannot trace process group %d: ", target->pgid);
	else
		text_format(text, "cannot trace %d: ", target->pid);
	look_at(&refused, target->pid ?: target->pgid);
	refused.form = options->rules;
	if (error == ESRCH && refused.status.tgid &&
	    refused.status.tgid != refused.pid)
		text_format(text, "it is a thread of process %d: name that one",
			    refused.status.tgid);
	else if (error == ESRCH)
		text_put(text, explain_absence(&refused));
	else if (error == EPERM)
		explain_refusal(text, &refused);
	else
		text_put(text, strerror(error));
}

struct left_out {
	const struct ktrace_options *options;
	uint64_t since;
	struct text *text;
};

static int look_if_left_out(void *context, pid_t pid)
{
	const struct left_out *left = context;
	struct ktrace_options options = *left->options;
	struct proc_status status;
	uint64_t start;

	if (proc_status(pid, &status) < 0 || status.has_ended ||
	    status.tracer || proc_start_time(pid, &start) < 0 ||
	    start >= left->since)
		return 0;
	options.target = (struct targets){ .pid = pid };
	text_put(left->text, "ktrace-u: ");
	why_not_attached(left->text, &options, EPERM);
	text_char(left->text, '\n');
	return 0;
}

void why_left_out(struct text *text, const struct ktrace_options *options,
		  uint64_t since)
{
	struct left_out left = { options, since, text };
	struct targets_tally tally;

	targets_each(&options->target, since, look_if_left_out, &left, &tally);
}

/* ---- executing ---- */

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
