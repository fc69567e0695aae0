/*
 * Who is who. Reads /proc; writes records; remembers nothing.
 */
#include "supervisor/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/proc.h"
#include "control/targets.h"
#include "supervisor/escape.h"
#include "supervisor/scribe.h"
#include "supervisor/sessions.h"
#include "supervisor/stack.h"
#include "supervisor/state.h"
#include "sysdesc/select.h"
#include "trace/facility.h"
#include "tracee/stop.h"

/* ARGS and ENVS records hold whole strings up to about this much. */
#define IMAGE_CHUNK (128u << 10)
#define IMAGE_MAX   (16u << 20)
/* A longer one leads nowhere. */
#define DOOR_MAX 512

static void put_strings(struct fields_writer *fields, const char *name,
			char *const *strings)
{
	for (; *strings; strings++)
		fields_string(fields, name, *strings);
}

/* Where others take orders, as the command is told: whoever follows them does
 * so unrecorded. */
static void put_doors(struct fields_writer *fields)
{
	static const char *const names[] = {
		"SSH_AUTH_SOCK",      "GPG_AGENT_INFO",
		"DOCKER_HOST",        "CONTAINER_HOST",
		"BUILDKIT_HOST",      "DBUS_SESSION_BUS_ADDRESS",
		"PULSE_SERVER",       "DBUS_SYSTEM_BUS_ADDRESS",
		"CONTAINERD_ADDRESS",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *value = getenv(names[i]);
		char door[DOOR_MAX];
		int n = value ? snprintf(door, sizeof(door), "%s=%s", names[i],
					 value)
			      : 0;

		if (n > 0 && (size_t)n < sizeof(door))
			fields_string(fields, "door", door);
	}
}

static void put_boot_id(struct fields_writer *fields)
{
	char id[64];
	ssize_t n = fd_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id",
				 id, sizeof(id));

	if (n > 0)
		fields_bytes(fields, "boot_id", id, (size_t)n - 1);
}

static void put_target(struct fields_writer *fields,
		       const struct targets *target)
{
	if (target && target->pid)
		fields_number(fields, "pid", target->pid);
	if (target && target->pgid)
		fields_number(fields, "pgid", target->pgid);
	if (target && target->descendants)
		fields_number(fields, "descendants", 1);
}

void identity_put_session(struct supervisor *supervisor,
			  struct session *session,
			  const struct session_origin *origin)
{
	struct fields_writer *fields = scribe_fields(session, NULL,
						     KTR_STRUCT_SESSION);
	struct utsname system;

	if (!fields)
		return;
	uname(&system);
	fields_number(fields, "revision", KTR_FORMAT_REVISION);
	fields_string(fields, "recorder", supervisor->config->version);
	fields_string(fields, "arch", sysdesc_abi_name(sysdesc_abi_native()));
	fields_string(fields, "release", system.release);
	put_boot_id(fields);
	fields_string(fields, "engine", "ptrace");
	fields_string(fields, "filter", origin->filtered ? "seccomp" : "none");
	fields_number(fields, "facilities", origin->wish->facilities);
	fields_number(fields, "inherit", origin->inherit);
	fields_number(fields, "all_calls", select_is_all(&origin->wish->calls));
	fields_number(fields, "looks", select_has_looks(&origin->wish->calls));
	fields_number(fields, "genio_size", origin->wish->genio_size);
	for (unsigned i = 0; i < supervisor->guard.count; i++)
		fields_number(fields, "guarded", supervisor->guard.pids[i]);
	if (supervisor->guard.count)
		put_doors(fields);
	if (origin->continues)
		fields_number(fields, "continues", 1);
	put_strings(fields, "command", origin->command);
	put_target(fields, origin->targets);
	scribe_fields_end(session);
	if (!supervisor->has_proc)
		scribe_coverage(session, NULL, "process",
				"/proc is not mounted: no names, arguments, "
				"directories");
}

void identity_put_session_end(struct session *session)
{
	struct fields_writer *fields = scribe_fields(session, NULL,
						     KTR_STRUCT_END);

	if (!fields)
		return;
	fields_number(fields, "complete", 1);
	if (session_is_continued(session))
		fields_number(fields, "continued", 1);
	scribe_fields_end(session);
}

static void put_link(struct fields_writer *fields, pid_t pid, const char *link,
		     const char *name)
{
	char target[PATH_MAX];
	ssize_t n = proc_link(pid, link, target, sizeof(target));

	if (n > 0)
		fields_bytes(fields, name, target, (size_t)n);
}

static void put_ids(struct fields_writer *fields,
		    const struct proc_status *status)
{
	static const char *const user[] = { "ruid", "euid", "suid" };
	static const char *const group[] = { "rgid", "egid", "sgid" };

	for (size_t i = 0; i < ARRAY_LEN(user); i++)
		fields_number(fields, user[i], status->uid[i]);
	for (size_t i = 0; i < ARRAY_LEN(group); i++)
		fields_number(fields, group[i], status->gid[i]);
	for (unsigned i = 0; i < status->group_count; i++)
		fields_number(fields, "group", status->groups[i]);
	for (unsigned i = 0; status->ns_count > 1 && i < status->ns_count; i++)
		fields_number(fields, "nspid", status->ns_pid[i]);
}

static void put_procctor(struct task *task)
{
	struct ktr_procctor record = { .sv_flags = KTR_SV_ABI_LINUX };

	record.sv_flags |= sysdesc_word(task->process->abi) == 4 ? KTR_SV_ILP32
								 : KTR_SV_LP64;
	scribe_put(task->process->session, task, KTR_PROCCTOR, &record,
		   sizeof(record));
}

static void put_process(struct task *task, bool is_born)
{
	pid_t pid = task->process->pid;
	struct fields_writer *fields;
	struct proc_status status;
	uint64_t start;
	int r;

	put_procctor(task);
	stack_untell(task->process);
	r = proc_status(pid, &status);
	fields = scribe_fields(task->process->session, task,
			       KTR_STRUCT_PROCESS);
	if (!fields)
		return;
	fields_string(fields, "abi", sysdesc_abi_name(task->process->abi));
	if (r < 0) {
		scribe_fields_end(task->process->session);
		return;
	}
	fields_number(fields, "ppid", status.parent);
	if (is_born)
		fields_number(fields, "creator", task->process->parent);
	if (!proc_start_time(pid, &start))
		fields_number(fields, "start", (int64_t)start);
	put_ids(fields, &status);
	put_link(fields, pid, "exe", "exe");
	put_link(fields, pid, "cwd", "cwd");
	scribe_fields_end(task->process->session);
}

void identity_put_process(struct task *task)
{
	put_process(task, false);
}

void identity_put_birth(struct task *task)
{
	put_process(task, true);
}

#define RING "anon_inode:[io_uring]"

struct descriptors {
	pid_t pid;
	bool has_rings;
	struct fields_writer *fields;
};

static int put_descriptor(void *context, int fd)
{
	struct descriptors *descriptors = context;
	char name[32], path[PATH_MAX];
	ssize_t n;

	snprintf(name, sizeof(name), "fd/%d", fd);
	fields_number(descriptors->fields, "fd", fd);
	n = proc_link(descriptors->pid, name, path, sizeof(path));
	if (n > 0)
		fields_bytes(descriptors->fields, "path", path, (size_t)n);
	if (n > 0 && !strcmp(path, RING))
		descriptors->has_rings = true;
	return descriptors->fields->full ? -ENOSPC : 0;
}

/* From here on, all that changes them is recorded. */
static bool records_changes(const struct process *process)
{
	const uint32_t both = KTRFAC(KTR_SYSCALL) | KTRFAC(KTR_NAMEI);

	return (process->facilities & both) == both && process->plan &&
	       process->plan->wants_deeds;
}

void identity_put_descriptors(struct task *task)
{
	struct descriptors descriptors = { .pid = task->process->pid };

	if (!records_changes(task->process))
		return;
	descriptors.fields = scribe_fields(task->process->session, task,
					   KTR_STRUCT_DESCRIPTORS);
	if (!descriptors.fields)
		return;
	put_link(descriptors.fields, descriptors.pid, "cwd", "cwd");
	proc_each_descriptor(descriptors.pid, put_descriptor, &descriptors);
	scribe_fields_end(task->process->session);
	if (descriptors.has_rings)
		escape_by_rings(task);
}

/* How many bytes of whole strings go into one record: one string at least. */
static size_t image_chunk(const char *data, size_t length)
{
	const char *end;

	if (length <= IMAGE_CHUNK)
		return length;
	end = memrchr(data, '\0', IMAGE_CHUNK);
	if (!end)
		end = memchr(data, '\0', length);
	return end ? (size_t)(end - data) + 1 : length;
}

static void put_image_part(struct task *task, const char *file, unsigned kind)
{
	_cleanup_free_ char *data = NULL;
	size_t length, done = 0;
	int r;

	if (!(task->process->facilities & KTRFAC(kind)))
		return;
	r = proc_read(task->tid, file, IMAGE_MAX, &data, &length);
	if (r < 0) {
		scribe_coverage(task->process->session, task,
				facility_name(kind),
				"the program may not be read");
		return;
	}
	do {
		size_t chunk = image_chunk(data + done, length - done);

		scribe_put(task->process->session, task, kind, data + done,
			   chunk);
		done += chunk;
	} while (done < length);
}

void identity_put_image(struct task *task)
{
	put_image_part(task, "cmdline", KTR_ARGS);
	put_image_part(task, "environ", KTR_ENVS);
}

static int64_t microseconds(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static void put_usage(struct fields_writer *fields, const struct rusage *usage)
{
	fields_number(fields, "utime_us", microseconds(&usage->ru_utime));
	fields_number(fields, "stime_us", microseconds(&usage->ru_stime));
	fields_number(fields, "maxrss_kib", usage->ru_maxrss);
	fields_number(fields, "minflt", usage->ru_minflt);
	fields_number(fields, "majflt", usage->ru_majflt);
	fields_number(fields, "inblock", usage->ru_inblock);
	fields_number(fields, "oublock", usage->ru_oublock);
	fields_number(fields, "nvcsw", usage->ru_nvcsw);
	fields_number(fields, "nivcsw", usage->ru_nivcsw);
}

static void put_end(struct task *task, const struct stop *stop,
		    const struct rusage *usage, bool provisional)
{
	struct fields_writer *fields =
	    scribe_fields(task->process->session, task, KTR_STRUCT_EXIT_STATUS);

	if (fields) {
		if (stop->kind == STOP_KILLED) {
			fields_number(fields, "signal", stop->signal);
			fields_number(fields, "core", stop->core);
		} else {
			fields_number(fields, "status", stop->status);
		}
		if (provisional)
			fields_number(fields, "provisional", 1);
		if (usage)
			put_usage(fields, usage);
		scribe_fields_end(task->process->session);
	}
	scribe_put(task->process->session, task, KTR_PROCDTOR, NULL, 0);
}

void identity_put_end(struct task *task, const struct stop *stop,
		      const struct rusage *usage)
{
	put_end(task, stop, usage, false);
}

void identity_put_provisional_end(struct task *task)
{
	unsigned long status;
	struct stop stop;

	if (!state_is_recorded(task->process) ||
	    tracee_message(task->tid, &status) < 0 ||
	    !stop_decode(task->tid, (int)status, &stop))
		return;
	put_end(task, &stop, NULL, true);
}
