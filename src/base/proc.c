/*
 * /proc/PID. Every number found there is parsed, none believed beyond its
 * range; a line that a kernel does not have leaves zeros.
 */
#include "base/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"

#define PROC_NAME_MAX 64
#define STATUS_MAX    16384

static void proc_name(char name[PROC_NAME_MAX], pid_t tid, const char *what)
{
	snprintf(name, PROC_NAME_MAX, "/proc/%d/%s", tid, what);
}

/* Whether there is a /proc in which we are not, or under another number. */
static bool proc_is_foreign(void)
{
	struct statfs system;
	char self[16] = "";

	if (statfs("/proc", &system) < 0 || system.f_type != PROC_SUPER_MAGIC)
		return false;
	if (readlink("/proc/self", self, sizeof(self) - 1) < 0)
		return true;
	return strtol(self, NULL, 10) != getpid();
}

int proc_open(void)
{
	if (!proc_is_foreign())
		return 0;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0)
		return -EXDEV;
	return proc_is_foreign() ? -EXDEV : 0;
}

/* A file of /proc vanishes with its process: ENOENT says ESRCH. */
static int proc_errno(int error)
{
	return error == ENOENT ? -ESRCH : -error;
}

static unsigned parse_numbers(const char *at, uint32_t *to, unsigned most)
{
	unsigned count = 0;

	while (count < most) {
		char *end;
		unsigned long value = strtoul(at, &end, 10);

		if (end == at)
			break;
		to[count++] = (uint32_t)value;
		at = end;
	}
	return count;
}

static void take_namespaces(const char *value, struct proc_status *status)
{
	uint32_t pids[PROC_NAMESPACES_MAX];

	status->ns_count = parse_numbers(value, pids, ARRAY_LEN(pids));
	for (unsigned i = 0; i < status->ns_count; i++)
		status->ns_pid[i] = (pid_t)pids[i];
}

/* What a line of /proc/PID/status holds, and where it goes. */
enum line_kind {
	LINE_PID,
	LINE_IDS,
	LINE_GROUPS,
	LINE_NAMESPACES,
	LINE_MASK,
	LINE_FLAG,
	LINE_END
};

static const struct line_row {
	const char *name;
	enum line_kind kind;
	size_t offset;
} status_lines[] = {
#define TO(field) offsetof(struct proc_status, field)
	{ "Tgid", LINE_PID, TO(tgid) },
	{ "PPid", LINE_PID, TO(parent) },
	{ "TracerPid", LINE_PID, TO(tracer) },
	{ "Threads", LINE_PID, TO(threads) },
	{ "Uid", LINE_IDS, TO(uid) },
	{ "Gid", LINE_IDS, TO(gid) },
	{ "Groups", LINE_GROUPS, 0 },
	{ "NSpid", LINE_NAMESPACES, 0 },
	{ "SigIgn", LINE_MASK, TO(signals_ignored) },
	{ "SigCgt", LINE_MASK, TO(signals_caught) },
	{ "CapInh", LINE_MASK, TO(inheritable) },
	{ "CapPrm", LINE_MASK, TO(permitted) },
	{ "CapEff", LINE_MASK, TO(effective) },
	{ "CapBnd", LINE_MASK, TO(bounding) },
	{ "State", LINE_END, TO(has_ended) },
	{ "NoNewPrivs", LINE_FLAG, TO(no_new_privs) },
#undef TO
};

static void take_value(const struct line_row *row, const char *value,
		       struct proc_status *status)
{
	void *to = (char *)status + row->offset;

	switch (row->kind) {
	case LINE_PID:
		*(pid_t *)to = (pid_t)strtol(value, NULL, 10);
		break;
	case LINE_IDS:
		parse_numbers(value, to, 4);
		break;
	case LINE_GROUPS:
		status->group_count = parse_numbers(value, status->groups,
						    PROC_GROUPS_MAX);
		break;
	case LINE_NAMESPACES:
		take_namespaces(value, status);
		break;
	case LINE_MASK:
		*(uint64_t *)to = strtoull(value, NULL, 16);
		break;
	case LINE_FLAG:
		*(bool *)to = strtol(value, NULL, 10) != 0;
		break;
	case LINE_END:
		*(bool *)to = strspn(value + strspn(value, "\t "), "ZX") > 0;
		break;
	}
}

/* One "Name:<tab>value" line; lines that are not asked for are passed over. */
static void take_line(char *line, struct proc_status *status)
{
	char *value = strchr(line, ':');

	if (!value)
		return;
	*value++ = '\0';
	for (size_t i = 0; i < ARRAY_LEN(status_lines); i++)
		if (!strcmp(line, status_lines[i].name))
			take_value(&status_lines[i], value, status);
}

int proc_status(pid_t tid, struct proc_status *ret)
{
	char name[PROC_NAME_MAX];
	char data[STATUS_MAX];
	struct proc_status status = { 0 };
	char *rest = data;
	ssize_t n;

	proc_name(name, tid, "status");
	n = fd_read_file(AT_FDCWD, name, data, sizeof(data));
	if (n < 0 && n != -EFBIG)
		return proc_errno((int)-n);
	for (char *line; (line = strsep(&rest, "\n")) != NULL;)
		take_line(line, &status);
	status.is_cut = n == -EFBIG || status.group_count == PROC_GROUPS_MAX;
	*ret = status;
	return 0;
}

int proc_process(pid_t pid, struct proc_status *ret)
{
	int r = proc_status(pid, ret);

	if (r < 0)
		return r;
	return ret->tgid == pid && (!ret->has_ended || ret->threads > 1)
		   ? 0
		   : -ESRCH;
}

/* Entries of a directory that are numbers. */
static int each_number(const char *directory, proc_visit *visit, void *context)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;
	int sum = 0;

	if (!entries)
		return proc_errno(errno);
	while (sum >= 0 && (entry = readdir(entries))) {
		char *end = NULL;
		pid_t id = (pid_t)strtol(entry->d_name, &end, 10);
		int r = *end ? 0 : visit(context, id);

		sum = r < 0 ? r : sum + r;
	}
	closedir(entries);
	return sum;
}

int proc_each_thread(pid_t pid, proc_visit *visit, void *context)
{
	char name[PROC_NAME_MAX];

	proc_name(name, pid, "task");
	return each_number(name, visit, context);
}

int proc_each_process(proc_visit *visit, void *context)
{
	return each_number("/proc", visit, context);
}

int proc_each_descriptor(pid_t pid, proc_visit *visit, void *context)
{
	char name[PROC_NAME_MAX];

	proc_name(name, pid, "fd");
	return each_number(name, visit, context);
}

bool proc_has_children(pid_t pid, pid_t tid)
{
	_cleanup_fd_ int fd = -1;
	char name[PROC_NAME_MAX], what[32], byte;

	snprintf(what, sizeof(what), "task/%d/children", tid);
	proc_name(name, pid, what);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && fd_read_full(fd, &byte, 1) == 1;
}

pid_t proc_last_born(void)
{
	char data[32];
	/* Not /proc/loadavg: what containers put over it is made up. */
	ssize_t n = fd_read_file(AT_FDCWD, "/proc/sys/kernel/ns_last_pid", data,
				 sizeof(data));

	return n < 0 ? (pid_t)n : (pid_t)strtol(data, NULL, 10);
}

/* A number of /proc/TID/stat, the manual's numbers of fields. */
static int stat_field(pid_t tid, int number, uint64_t *ret)
{
	char name[PROC_NAME_MAX];
	char data[1024];
	char *at;
	ssize_t n;

	proc_name(name, tid, "stat");
	n = fd_read_file(AT_FDCWD, name, data, sizeof(data));
	if (n < 0)
		return proc_errno((int)-n);
	/* The name in parentheses may hold anything, even ") 1 2". */
	at = strrchr(data, ')');
	for (int field = 2; at && field < number; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -EPROTO;
	*ret = strtoull(at, NULL, 10);
	return 0;
}

int proc_start_time(pid_t tid, uint64_t *ret)
{
	return stat_field(tid, 22, ret);
}

int proc_cpu(pid_t tid)
{
	uint64_t cpu;
	int r = stat_field(tid, 39, &cpu);

	return r ? r : (int)cpu;
}

bool proc_is_same(pid_t tid, uint64_t start)
{
	uint64_t now = 0;

	return !proc_start_time(tid, &now) && now == start;
}

/* A file that is a line of words. */
static int read_line(pid_t tid, const char *what, char *data, size_t size)
{
	char name[PROC_NAME_MAX];
	ssize_t n;

	proc_name(name, tid, what);
	n = fd_read_file(AT_FDCWD, name, data, size);
	return n < 0 ? proc_errno((int)-n) : 0;
}

int proc_call(pid_t tid, int64_t *ret)
{
	char data[256];
	int64_t number;
	char *end;
	int r = read_line(tid, "syscall", data, sizeof(data));

	if (r < 0)
		return r;
	number = strtoll(data, &end, 10);
	if (end == data)
		return -EAGAIN;
	*ret = number;
	return 0;
}

void proc_wait_channel(pid_t tid, char *ret, size_t size)
{
	char name[PROC_NAME_MAX];
	char data[64];

	proc_name(name, tid, "wchan");
	if (fd_read_file(AT_FDCWD, name, data, sizeof(data)) <= 0 ||
	    data[0] == '0')
		data[0] = '\0';
	snprintf(ret, size, "%.*s", (int)size - 1, data);
}

int proc_run_time(pid_t tid, uint64_t *ret)
{
	char data[128];
	int r = read_line(tid, "schedstat", data, sizeof(data));

	if (r < 0)
		return r;
	*ret = strtoull(data, NULL, 10);
	return 0;
}

int proc_comm(pid_t tid, char ret[KTR_COMM_SIZE])
{
	char name[PROC_NAME_MAX];
	char data[64];
	ssize_t n;

	proc_name(name, tid, "comm");
	n = fd_read_file(AT_FDCWD, name, data, sizeof(data));
	if (n < 0)
		return proc_errno((int)-n);
	if (n && data[n - 1] == '\n')
		n--;
	n = MIN(n, (ssize_t)KTR_COMM_SIZE - 1);
	memset(ret, 0, KTR_COMM_SIZE);
	memcpy(ret, data, (size_t)n);
	return 0;
}

ssize_t proc_link(pid_t tid, const char *link, char *buffer, size_t size)
{
	char name[PROC_NAME_MAX];
	ssize_t n;

	proc_name(name, tid, link);
	n = readlink(name, buffer, size);
	if (n < 0)
		return -errno;
	if ((size_t)n >= size)
		return -ENAMETOOLONG;
	buffer[n] = '\0';
	return n;
}

bool proc_is_deleted(pid_t tid, const char *link)
{
	char name[PROC_NAME_MAX];
	struct stat status;

	proc_name(name, tid, link);
	return stat(name, &status) == 0 && status.st_nlink == 0;
}

int proc_birth(pid_t tid, const char *link, struct proc_birth *ret)
{
	char name[PROC_NAME_MAX];
	struct statx status;

	proc_name(name, tid, link);
	if (statx(AT_FDCWD, name, AT_STATX_DONT_SYNC, STATX_INO | STATX_BTIME,
		  &status) < 0)
		return -errno;
	if (!(status.stx_mask & STATX_BTIME) || status.stx_btime.tv_sec < 0)
		return -ENODATA;
	*ret = (struct proc_birth){
		.ns = (uint64_t)status.stx_btime.tv_sec * CLOCK_NS_PER_S +
		      status.stx_btime.tv_nsec,
		.inode = status.stx_ino,
		.major = status.stx_dev_major,
		.minor = status.stx_dev_minor,
	};
	return 0;
}

bool proc_is_of_proc(pid_t tid, const char *link)
{
	char name[PROC_NAME_MAX];
	struct statfs system;
	struct stat status;

	proc_name(name, tid, link);
	return statfs(name, &system) == 0 &&
	       system.f_type == PROC_SUPER_MAGIC && stat(name, &status) == 0 &&
	       S_ISREG(status.st_mode);
}

int proc_read(pid_t tid, const char *name, size_t limit, char **ret,
	      size_t *ret_length)
{
	_cleanup_free_ char *data = NULL;
	_cleanup_fd_ int fd = -1;
	char path[PROC_NAME_MAX];
	size_t size = 0, length = 0;

	proc_name(path, tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return proc_errno(errno);
	while (length == size && size < limit) {
		ssize_t n;
		char *grown;

		size = MIN(size ? size * 2 : 4096, limit);
		grown = realloc(data, size);
		if (!grown)
			return -ENOMEM;
		data = grown;
		n = fd_read_full(fd, data + length, size - length);
		if (n < 0)
			return (int)n;
		length += (size_t)n;
	}
	*ret = take_pointer(data);
	*ret_length = length;
	return 0;
}
