/*
 * The supervisor's state as a document.
 */
#include "supervisor/status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "supervisor/request.h"
#include "supervisor/state.h"
#include "trace/facility.h"

static const char *const states[] = {
	[OWNERSHIP_OFF] = "off",
	[OWNERSHIP_FOREGROUND] = "foreground",
	[OWNERSHIP_BACKGROUND] = "background",
};

static const char *state_of(const struct supervisor *supervisor)
{
	return states[supervisor->owner.machine.state];
}

/* The name that the trace has now; what has none is told as the kernel does. */
static size_t name_of(const struct supervisor *supervisor,
		      const struct session *session, char name[PATH_MAX])
{
	/* Memory has none; what it will be written to has. */
	int fd = session == supervisor->flight.session ? supervisor->flight.fd
						       : session_fd(session);
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, name, PATH_MAX);
	return length < 0 ? 0 : (size_t)length;
}

/* ---- as JSON ---- */

static void next_object(struct text *text)
{
	if (text->data[text->length - 1] == '}')
		text_char(text, ',');
	text_char(text, '{');
}

static void put_name(struct text *text, const struct supervisor *supervisor,
		     const struct session *session)
{
	char name[PATH_MAX];

	text_json_bytes(text, "file", name, name_of(supervisor, session, name));
}

static void put_json_session(struct text *text,
			     const struct supervisor *supervisor,
			     const struct session *session)
{
	next_object(text);
	put_name(text, supervisor, session);
	text_json_unsigned(text, "processes", session_users(session));
	text_json_unsigned(text, "written", session_written(session));
	text_json_number(text, "error", -session_status(session));
	text_char(text, '}');
}

static void put_letters(struct text *text, const struct process *process)
{
	facility_letters(text, process->plan->wish.facilities);
}

/* Those that were asked to stop, for a request or an attach, and have not yet.
 */
static void put_json_late(struct text *text, const struct process *process)
{
	const char *comma = "";
	struct task *task, *next;

	text_put(text, ",\"late\":[");
	TASK_EACH_KIN (process->tasks, task, next) {
		if (!task->is_awaited)
			continue;
		text_format(text, "%s%d", comma, task->tid);
		comma = ",";
	}
	text_char(text, ']');
}

static void put_json_process(struct text *text, struct supervisor *supervisor,
			     const struct process *process)
{
	const struct task *task = task_of(&supervisor->tasks, process);
	const char *comm = task ? task->comm : "";

	next_object(text);
	text_json_number(text, "pid", process->pid);
	text_json_bytes(text, "comm", comm, strnlen(comm, KTR_COMM_SIZE));
	text_put(text, ",\"facilities\":\"");
	put_letters(text, process);
	text_char(text, '"');
	text_json_bool(text, "inherit", process->facilities & KTRFAC_INHERIT);
	text_json_bool(text, "root", process->facilities & KTRFAC_ROOT);
	text_json_bool(text, "filter", process->is_filtered);
	text_json_unsigned(text, "threads", process->task_count);
	put_json_late(text, process);
	put_name(text, supervisor, process->session);
	text_char(text, '}');
}

static void put_json_details(struct text *text, struct supervisor *supervisor)
{
	struct process *process, *next;

	text_put(text, ",\"traces\":[");
	for (unsigned i = 0; i < supervisor->session_count; i++)
		put_json_session(text, supervisor, supervisor->sessions[i]);
	text_put(text, "],\"targets\":[");
	HASH_ITER (hh, supervisor->tasks.processes, process, next)
		if (process->session)
			put_json_process(text, supervisor, process);
	text_char(text, ']');
}

static void put_json(struct text *text, struct supervisor *supervisor,
		     bool details)
{
	const struct ownership *machine = &supervisor->owner.machine;

	text_char(text, '{');
	text_json_number(text, "supervisor", getpid());
	text_json_bytes(text, "state", state_of(supervisor),
			strlen(state_of(supervisor)));
	text_json_number(text, "owning_pid", owner_pid(supervisor));
	text_json_number(text, "background_pid", machine->background.pid);
	text_json_bytes(text, "configured_by", machine->configured_by,
			strlen(machine->configured_by));
	text_json_bool(text, "paused", supervisor->is_paused);
	if (details)
		put_json_details(text, supervisor);
	text_put(text, "}\n");
}

/* ---- as lines ---- */

static void put_escaped(struct text *text, const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++)
		text_char(text, (unsigned char)name[i] < ' ' ? '?' : name[i]);
}

static void put_line_session(struct text *text,
			     const struct supervisor *supervisor,
			     const struct session *session)
{
	char name[PATH_MAX];

	text_put(text, "trace ");
	put_escaped(text, name, name_of(supervisor, session, name));
	text_format(text, ": %u process%s, %llu bytes", session_users(session),
		    session_users(session) == 1 ? "" : "es",
		    (unsigned long long)session_written(session));
	if (session_status(session) < 0)
		text_format(text, ", failed: %s",
			    strerror(-session_status(session)));
	text_char(text, '\n');
}

static void put_late(struct text *text, const struct process *process)
{
	struct task *task, *next;

	TASK_EACH_KIN (process->tasks, task, next)
		if (task->is_awaited)
			text_format(text, ", thread %d has not stopped yet",
				    task->tid);
}

static void put_line_process(struct text *text, struct supervisor *supervisor,
			     const struct process *process)
{
	const struct task *task = task_of(&supervisor->tasks, process);
	const char *comm = task ? task->comm : "?";
	char name[PATH_MAX];

	text_format(text, "process %d (", process->pid);
	put_escaped(text, comm, strnlen(comm, KTR_COMM_SIZE));
	text_put(text, "): ");
	put_letters(text, process);
	if (process->facilities & KTRFAC_INHERIT)
		text_put(text, ", children too");
	if (process->facilities & KTRFAC_ROOT)
		text_put(text, ", set by root");
	text_format(text, ", %u thread%s", process->task_count,
		    process->task_count == 1 ? "" : "s");
	put_late(text, process);
	text_put(text, ", to ");
	put_escaped(text, name, name_of(supervisor, process->session, name));
	text_char(text, '\n');
}

static void put_lines(struct text *text, struct supervisor *supervisor,
		      bool details)
{
	const struct ownership *machine = &supervisor->owner.machine;
	pid_t owner = owner_pid(supervisor);
	struct process *process, *next;

	text_format(text, "supervisor %d: %s", getpid(), state_of(supervisor));
	if (owner)
		text_format(text, ", owned by %d", owner);
	if (machine->background.pid)
		text_format(text, ", background recorder %d",
			    machine->background.pid);
	if (machine->configured_by[0])
		text_format(text, ", configured by %s", machine->configured_by);
	text_put(text, supervisor->is_paused ? ", paused\n" : "\n");
	for (unsigned i = 0; details && i < supervisor->session_count; i++)
		put_line_session(text, supervisor, supervisor->sessions[i]);
	HASH_ITER (hh, supervisor->tasks.processes, process, next)
		if (details && process->session)
			put_line_process(text, supervisor, process);
}

/* ---- the file ---- */

static int write_sealed(const struct text *text)
{
	_cleanup_fd_ int fd = memfd_create("status",
					   MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return -errno;
	r = fd_write_all(fd, text->data, text->length);
	if (!r && (lseek(fd, 0, SEEK_SET) < 0 ||
		   fcntl(fd, F_ADD_SEALS,
			 F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) < 0))
		r = -errno;
	return r < 0 ? r : take_fd(&fd);
}

int status_write(struct supervisor *supervisor, const struct request *request)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	bool details = owner_may_read(supervisor, request);

	if (request->wire.flags & WIRE_JSON)
		put_json(&text, supervisor, details);
	else
		put_lines(&text, supervisor, details);
	return text.failed ? -ENOMEM : write_sealed(&text);
}
