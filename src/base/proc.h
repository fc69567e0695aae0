/*
 * What /proc says of a process: who it is, where it is, how it takes signals.
 * Each answer is that of the moment it was asked.
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <ktrace-u/format.h>

/*
 * Makes sure that /proc speaks of the pids that we speak of: where it belongs
 * to another pid namespace, one of our own is mounted, for the calling process
 * alone. 0, also where there is no /proc at all; -EXDEV when it is another's
 * and we may not.
 */
int proc_open(void);

#define PROC_GROUPS_MAX     256
#define PROC_NAMESPACES_MAX 8

/* From /proc/PID/status. Ids are real, effective, saved, file system. */
struct proc_status {
	pid_t tgid;
	pid_t parent;
	pid_t tracer;
	pid_t threads; /* how many there are */
	uint32_t uid[4];
	uint32_t gid[4];
	uint32_t groups[PROC_GROUPS_MAX];
	unsigned group_count; /* those kept */
	bool is_cut;          /* it has more: groups, and what comes after */
	pid_t ns_pid[PROC_NAMESPACES_MAX]; /* outermost first */
	unsigned ns_count;
	uint64_t signals_ignored; /* bit n-1 is signal n */
	uint64_t signals_caught;
	uint64_t inheritable; /* capabilities, a bit each */
	uint64_t permitted;
	uint64_t effective;
	uint64_t bounding;
	bool no_new_privs;
	bool has_ended; /* a zombie, or being reaped */
};

/* 0; -ESRCH when there is no such process; -errno. */
int proc_status(pid_t tid, struct proc_status *ret);

/* The same of a process: -ESRCH too where that is a thread of one, or has
 * ended. One whose leader alone has ended lives. */
int proc_process(pid_t pid, struct proc_status *ret);

/*
 * Visits all threads of a process, or all processes, as /proc lists them: some
 * that come or go meanwhile may be missed. Ends with the first negative answer,
 * which it returns; else the sum of all answers. -ESRCH when there is no such
 * process; -errno.
 */
typedef int proc_visit(void *context, pid_t tid);
int proc_each_thread(pid_t pid, proc_visit *visit, void *context);
int proc_each_process(proc_visit *visit, void *context);
/* The same of the descriptors that a process has: the second argument of a
 * visit is the descriptor. */
int proc_each_descriptor(pid_t pid, proc_visit *visit, void *context);

/* Whether there is a process that this thread, and no other, would be told the
 * end of. False, too, where the kernel does not say. */
bool proc_has_children(pid_t pid, pid_t tid);

/* The last number that a thread or process got, of all that we can see; while
 * it stays nobody was born. -errno where the kernel does not say. */
pid_t proc_last_born(void);

/* The CPU that the thread runs on, or ran on last; or -errno. */
int proc_cpu(pid_t tid);

/* Start time in clock ticks since boot: with the pid, an identity. */
int proc_start_time(pid_t tid, uint64_t *ret);
/* Whether that is still the one, alive or a zombie, that started then. */
bool proc_is_same(pid_t tid, uint64_t start);

/*
 * The call that a thread sleeps in, or -1 when it sleeps outside of any;
 * -EAGAIN when it runs. Whom we may not trace we may not ask: -EPERM.
 */
int proc_call(pid_t tid, int64_t *ret);

/* What a thread sleeps in, a function of the kernel, cut to size with a NUL; ""
 * where it does not sleep, or we may not know. */
void proc_wait_channel(pid_t tid, char *ret, size_t size);

/* How long a thread has had a CPU, in nanoseconds; not less than its last tick.
 */
int proc_run_time(pid_t tid, uint64_t *ret);

/* The thread's name, NUL-padded. */
int proc_comm(pid_t tid, char ret[KTR_COMM_SIZE]);

/*
 * Where /proc/TID/LINK ("cwd", "root", "exe", "fd/3") points, into buffer with
 * a NUL behind it. Length, or -errno (-ENAMETOOLONG when it does not fit).
 */
ssize_t proc_link(pid_t tid, const char *link, char *buffer, size_t size);

/* Whether what such a link points at has no name any more. */
bool proc_is_deleted(pid_t tid, const char *link);

/* Which file it points at, and when that was made: in nanoseconds, by the clock
 * of its file system. */
struct proc_birth {
	uint64_t ns;
	uint64_t inode;
	uint32_t major, minor; /* of the device */
};

/* As far as that is remembered: nobody is waited for. -ENODATA where the file
 * system does not say when; -errno. */
int proc_birth(pid_t tid, const char *link, struct proc_birth *ret);

/* Whether it points at a file, and no directory, of a /proc. */
bool proc_is_of_proc(pid_t tid, const char *link);

/*
 * /proc/TID/NAME ("cmdline", "environ") whole; *ret is malloc'd and the
 * caller's. At most limit bytes are taken. 0 or -errno.
 */
int proc_read(pid_t tid, const char *name, size_t limit, char **ret,
	      size_t *ret_length);

#endif
