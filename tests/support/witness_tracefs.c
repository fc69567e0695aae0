/*
 * An instance of tracefs: made, set up, read, removed. It is reached through a
 * mount that has no place in any file tree, so nothing is left of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "support/witness_tracefs.h"

/* The inode of the first pid namespace: PROC_PID_INIT_INO in the kernel. */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCu

/* The memory of all rings together, and the least for each CPU's, in KiB. */
#define RINGS_KIB (256u << 10)
#define RING_KIB  (8u << 10)

struct witness_tracefs {
	int root;   /* of tracefs */
	int folder; /* of the instance */
	char name[64];
	pid_t guard; /* removes the instance */
	int guarded; /* its end tells the guard to */
};

static int explain(struct text *why, const char *what, int error)
{
	text_format(why, "%s: %s", what, strerror(-error));
	return error;
}

/* A mount that nobody else sees, or else the one that everybody does. */
static int open_root(void)
{
	_cleanup_fd_ int context = fsopen("tracefs", FSOPEN_CLOEXEC);
	int fd = -1;

	if (context >= 0 &&
	    !fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		fd = fsmount(context, FSMOUNT_CLOEXEC, 0);
	if (fd < 0)
		fd = open("/sys/kernel/tracing",
			  O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int set(const struct witness_tracefs *tracefs, const char *file,
	       const char *value, struct text *why)
{
	_cleanup_fd_ int fd = openat(tracefs->folder, file,
				     O_WRONLY | O_TRUNC | O_CLOEXEC);
	int r = fd < 0 ? -errno : fd_write_all(fd, value, strlen(value));

	return r < 0 ? explain(why, file, r) : 0;
}

/* Waits until the test has closed its end, or is dead. */
static void guard_wait(const struct witness_tracefs *tracefs, int told)
{
	char nothing;

	setsid();
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
	while (read(told, &nothing, 1) < 0 && errno == EINTR)
		;
	_exit(unlinkat(tracefs->root, tracefs->name, AT_REMOVEDIR) < 0);
}

static int start_guard(struct witness_tracefs *tracefs)
{
	_cleanup_fd_ int told = -1;
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) < 0)
		return -errno;
	told = pair[0];
	tracefs->guarded = pair[1];
	fflush(NULL);
	tracefs->guard = fork();
	if (tracefs->guard == 0) {
		close(tracefs->guarded);
		guard_wait(tracefs, told);
	}
	return tracefs->guard < 0 ? -errno : 0;
}

static int make_instance(struct witness_tracefs *tracefs, struct text *why)
{
	int r;

	snprintf(tracefs->name, sizeof(tracefs->name), "instances/ktrace-u.%d",
		 getpid());
	r = start_guard(tracefs);
	if (r < 0)
		return explain(why, "fork", r);
	if (mkdirat(tracefs->root, tracefs->name, 0700) < 0)
		return explain(why, tracefs->name, -errno);
	tracefs->folder = openat(tracefs->root, tracefs->name,
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return tracefs->folder < 0 ? explain(why, tracefs->name, -errno) : 0;
}

/* The clock is a counter: it tells which of two events on two CPUs was first,
 * however close they were. */
static int set_up(const struct witness_tracefs *tracefs, struct text *why)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	unsigned share = RINGS_KIB / (cpus > 1 ? (unsigned)cpus : 1);
	char number[16];
	int r;

	snprintf(number, sizeof(number), "%u", MAX(share, RING_KIB));
	r = set(tracefs, "tracing_on", "0", why);
	if (!r)
		r = set(tracefs, "buffer_size_kb", number, why);
	if (!r)
		r = set(tracefs, "trace_clock", "counter", why);
	if (!r)
		r = set(tracefs, "options/event-fork", "1", why);
	return r;
}

/* What tracefs and we call a process must be the same. */
static int check(struct text *why)
{
	struct stat status;

	if (geteuid() != 0) {
		text_put(why, "tracefs is for root");
		return -EPERM;
	}
	if (stat("/proc/self/ns/pid", &status) < 0)
		return explain(why, "/proc/self/ns/pid", -errno);
	if (status.st_ino != FIRST_PID_NAMESPACE) {
		text_put(why, "in a pid namespace the kernel's pids are "
			      "not ours");
		return -EXDEV;
	}
	return 0;
}

int witness_tracefs_open(struct witness_tracefs **ret, struct text *why)
{
	struct witness_tracefs *tracefs;
	int r = check(why);

	if (r < 0)
		return r;
	tracefs = calloc(1, sizeof(*tracefs));
	if (!tracefs)
		return explain(why, "tracefs", -ENOMEM);
	tracefs->folder = tracefs->guarded = -1;
	tracefs->root = open_root();
	r = tracefs->root < 0 ? explain(why, "tracefs", tracefs->root)
			      : make_instance(tracefs, why);
	if (!r)
		r = set_up(tracefs, why);
	if (r < 0)
		witness_tracefs_close(tracefs);
	else
		*ret = tracefs;
	return r;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void witness_tracefs_close(struct witness_tracefs *tracefs)
{
	if (!tracefs)
		return;
	/* An instance that is in use stays. */
	close_fd(tracefs->folder);
	close_fd(tracefs->guarded);
	if (tracefs->guard > 0)
		while (waitpid(tracefs->guard, NULL, 0) < 0 && errno == EINTR)
			;
	close_fd(tracefs->root);
	free(tracefs);
}

int witness_tracefs_watch(struct witness_tracefs *tracefs, pid_t pid,
			  struct text *why)
{
	char number[16];
	int r;

	snprintf(number, sizeof(number), "%d", pid);
	r = set(tracefs, "set_event_pid", number, why);
	if (!r)
		r = set(tracefs, "events/raw_syscalls/enable", "1", why);
	return r ? r : set(tracefs, "tracing_on", "1", why);
}

static int add_point(struct witness_points *points,
		     const struct witness_point *point)
{
	if (points->count == points->room) {
		size_t room = points->room ? 2 * points->room : 4096;
		struct witness_point *items = reallocarray(points->items, room,
							   sizeof(*items));

		if (!items)
			return -ENOMEM;
		points->items = items;
		points->room = room;
	}
	points->items[points->count++] = *point;
	return 0;
}

/* The last one in the line: what stands before is for the program to name. */
static char *find_last(char *line, const char *what)
{
	char *found = NULL;

	while ((line = strstr(line, what)))
		found = line++;
	return found;
}

/*
 *	     name-1234    [001] .....    12345: sys_enter: NR 1 (1, 2, 3, ...)
 *	     name-1234    [001] .....    12346: sys_exit: NR 1 = 42
 *
 * A thread's name may hold whatever these lines are made of, so they are read
 * from their end.
 */
static bool parse_point(char *line, struct witness_point *ret)
{
	static const char *const names[] = { ": sys_enter: NR ",
					     ": sys_exit: NR " };
	struct witness_point point = { 0 };
	char *at = find_last(line, names[0]);
	size_t skip = strlen(names[0]);

	if (!at) {
		at = find_last(line, names[1]);
		skip = strlen(names[1]);
		point.is_exit = true;
	}
	if (!at)
		return false;
	*at = '\0';
	if (sscanf(at + skip, "%" SCNd64 " = %" SCNd64, &point.number,
		   &point.result) != 1 + point.is_exit)
		return false;
	at = strrchr(line, '[');
	if (!at)
		return false;
	*at = '\0';
	at = strrchr(line, '-');
	if (!at || sscanf(at, "-%d", &point.tid) != 1)
		return false;
	*ret = point;
	return true;
}

static int read_points(FILE *file, struct witness_points *points,
		       struct text *why)
{
	struct witness_point point;
	char *line = NULL;
	size_t room = 0;
	int r = 0;

	while (!r && getline(&line, &room, file) >= 0) {
		if (strstr(line, " [LOST ")) {
			text_format(why, "the ring lost events: %s", line);
			r = -ENOBUFS;
		} else if (parse_point(line, &point)) {
			r = add_point(points, &point);
		}
	}
	free(line);
	return r;
}

/* Lines of a CPU's statistics that must all say 0. */
static int check_loss(const char *statistics, const char *name,
		      struct text *why)
{
	static const char *const lines[] = { "overrun:", "commit overrun:",
					     "dropped events:" };

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		const char *line = strstr(statistics, lines[i]);

		if (line && !strtoul(line + strlen(lines[i]), NULL, 10))
			continue;
		text_format(why, "%s, %s not 0:\n%s", name, lines[i],
			    statistics);
		return -ENOBUFS;
	}
	return 0;
}

static int check_losses(const struct witness_tracefs *tracefs, struct text *why)
{
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	char statistics[1024];
	char name[64];
	int r = 0;

	for (long cpu = 0; cpu < cpus && !r; cpu++) {
		snprintf(name, sizeof(name), "per_cpu/cpu%ld/stats", cpu);
		r = (int)fd_read_file(tracefs->folder, name, statistics,
				      sizeof(statistics));
		if (r == -ENOENT)
			r = 0; /* no such CPU */
		else if (r < 0)
			explain(why, name, r);
		else
			r = check_loss(statistics, name, why);
	}
	return r;
}

int witness_tracefs_read(struct witness_tracefs *tracefs,
			 struct witness_points *ret, struct text *why)
{
	FILE *file;
	int fd, r;

	*ret = (struct witness_points){ 0 };
	r = set(tracefs, "tracing_on", "0", why);
	if (!r)
		r = check_losses(tracefs, why);
	if (r < 0)
		return r;
	fd = openat(tracefs->folder, "trace", O_RDONLY | O_CLOEXEC);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file)
		return explain(why, "trace", -errno);
	r = read_points(file, ret, why);
	fclose(file);
	return r;
}

void witness_points_done(struct witness_points *points)
{
	free(points->items);
	*points = (struct witness_points){ 0 };
}
