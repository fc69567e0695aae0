/*
 * Who is let go before an exec. Must not decide what a file gives: program.c
 * knows that.
 */
#include "supervisor/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>

#include "base/array.h"
#include "base/userns.h"
#include "supervisor/away.h"
#include "supervisor/collect.h"
#include "supervisor/detach.h"
#include "supervisor/recording.h"
#include "supervisor/scribe.h"
#include "supervisor/state.h"
#include "tracee/capability.h"
#include "tracee/memory.h"

void privilege_open(struct privilege *privilege)
{
	privilege->is_kept = capability_has(CAP_SYS_PTRACE);
}

/* ---- what an exec gives ---- */

static void note_plain(struct privilege *privilege,
		       const struct program_answer *answer)
{
	unsigned at = privilege->plain_next;

	if (!answer->is_plain || !program_file_is_settled(&answer->identity))
		return;
	privilege->plain[at] = answer->identity;
	privilege->plain_next = (at + 1) % PRIVILEGE_PLAIN_MAX;
}

static bool is_plain(const struct privilege *privilege,
		     const struct program_identity *file)
{
	for (size_t i = 0; i < ARRAY_LEN(privilege->plain); i++)
		if (program_file_is_same(&privilege->plain[i], file))
			return true;
	return false;
}

static bool names_plain(const struct privilege *privilege,
			const struct program_call *call)
{
	struct program_identity file;

	return !program_file_glance(call, &file) && is_plain(privilege, &file);
}

static bool runs_plain(const struct privilege *privilege, pid_t pid)
{
	struct program_identity file;

	return !program_file_running(pid, &file) && is_plain(privilege, &file);
}

/* execve(path, ...), or execveat(dirfd, path, argv, envp, flags). */
static int read_call(const struct task *task, struct program_call *ret)
{
	bool is_at = task->call.row->narg == 5;
	struct memory_piece piece = { .address = task->call.args[is_at],
				      .to = ret->path,
				      .length = sizeof(ret->path) };

	ret->dirfd = is_at ? (int)task->call.args[0] : AT_FDCWD;
	ret->follows = !is_at || !(task->call.args[4] & AT_SYMLINK_NOFOLLOW);
	memory_read(task->tid, &piece, 1);
	return memchr(ret->path, '\0', piece.got) ? 0 : -EFAULT;
}

/* What would be lost under us. */
static int ask(struct supervisor *supervisor, const struct program_call *call,
	       struct program_answer *ret)
{
	int r = program_ask(call, ret);

	if (r < 0)
		return r;
	note_plain(&supervisor->privilege, ret);
	if (ret->gain && userns_is_owned(call->tid))
		ret->gain = PROGRAM_GAINS_NOTHING;
	return 0;
}

static const char *const reasons[][2] = {
#define LET_GO(bits) bits ": let go, so that it gains its privilege"
#define LOST(bits)   bits ": gained nothing, since it is traced"
#define BOTH(bits)                                                             \
	{                                                                      \
		LET_GO(bits), LOST(bits)                                       \
	}
	[PROGRAM_GAINS_USER] = BOTH("set-user-ID"),
	[PROGRAM_GAINS_GROUP] = BOTH("set-group-ID"),
	[PROGRAM_GAINS_CAPABILITIES] = BOTH("file capabilities"),
#undef BOTH
#undef LOST
#undef LET_GO
};

static void tell(struct task *task, const struct program_answer *answer,
		 bool is_lost)
{
	struct session *session = task->process->session;
	struct fields_writer *fields = scribe_fields(session, task,
						     KTR_STRUCT_COVERAGE);

	if (!fields)
		return;
	fields_string(fields, "what", "exec");
	fields_string(fields, "why", reasons[answer->gain][is_lost]);
	fields_string(fields, "path", answer->path);
	scribe_fields_end(session);
}

/* ---- leaving ---- */

static void interrupt_others(const struct task *task)
{
	struct task *other, *next;

	TASK_EACH_KIN (task->process->tasks, other, next)
		if (other != task)
			tracee_interrupt(other->tid);
}

/* An interrupt that is pending does no harm here, unlike in detach.c: execve
 * gives up for a deadly signal only, or is made anew. */
static void let_go(struct supervisor *supervisor, struct task *task)
{
	struct process *process = task->process;
	struct stop last;

	/* The end of the process will not wait for us. */
	session_flush(process->session);
	if (state_is_recorded(process)) {
		if (!away_remember(supervisor, task))
			recording_end(supervisor, process, true);
		interrupt_others(task);
	}
	collect_keep(task->tid, &last);
	detach_thread(supervisor, task, 0);
}

static bool try_to_let_go(struct supervisor *supervisor, struct task *task)
{
	struct program_call call = { .tid = task->tid };
	struct program_answer answer;

	if (read_call(task, &call) < 0 ||
	    names_plain(&supervisor->privilege, &call) ||
	    ask(supervisor, &call, &answer) < 0 || !answer.gain)
		return false;
	tell(task, &answer, false);
	let_go(supervisor, task);
	return true;
}

bool privilege_at_entry(struct supervisor *supervisor, struct task *task)
{
	if (supervisor->privilege.is_kept || task->process->is_filtered ||
	    !task->call.row || task->call.row->effect != EFFECT_EXEC)
		return false;
	return try_to_let_go(supervisor, task);
}

/* Whether it was asked about before, whatever it was. */
static bool stops_at_entry(const struct process *process)
{
	return !process->is_filtered && process->plan &&
	       process->plan->stops_calls;
}

void privilege_at_exec(struct supervisor *supervisor, struct task *task)
{
	struct program_call call = { .tid = task->tid,
				     .dirfd = AT_FDCWD,
				     .follows = true,
				     .path = "/proc/self/exe" };
	struct program_answer answer;
	int r;

	if (supervisor->privilege.is_kept ||
	    !state_is_recorded(task->process) ||
	    runs_plain(&supervisor->privilege, task->process->pid))
		return;
	r = ask(supervisor, &call, &answer);
	if (!r && answer.gain)
		tell(task, &answer, true);
	else if (r == -EACCES && !stops_at_entry(task->process))
		scribe_coverage(task->process->session, task, "exec",
				"an unreadable program: if it is one that "
				"gains privilege, it gained nothing");
}
