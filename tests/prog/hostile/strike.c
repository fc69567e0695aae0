/*
 * At the recorder, which is the tracer, and at who started it: strike
 * recorder|starter [HOW]. Whoever is hit is gone, or another than before.
 */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "../tracer.h"

static pid_t victim;

/* Each gives what the call gave: -1 and errno. */

static long by_kill(void)
{
	return kill(victim, SIGKILL);
}

static long by_tkill(void)
{
	return syscall(SYS_tkill, victim, SIGKILL);
}

static long by_tgkill(void)
{
	return syscall(SYS_tgkill, victim, victim, SIGKILL);
}

static long by_queue(void)
{
	return sigqueue(victim, SIGKILL, (union sigval){ 0 });
}

/* A signal to a thread is one to its process, where it kills. */
static long by_thread(void)
{
	char path[64];
	pid_t other = victim;

	for (pid_t tid = victim + 1; tid < victim + 64 && other == victim;
	     tid++) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d/stat", victim,
			 tid);
		if (!access(path, F_OK))
			other = tid;
	}
	return kill(other, SIGKILL);
}

/* One that hurts nobody: it reaches all that there are. */
static long by_all(void)
{
	return kill(-1, SIGURG);
}

static long by_group(void)
{
	pid_t group = getpgid(victim);

	return group > 1 ? kill(-group, SIGKILL) : 0;
}

static long by_pidfd(void)
{
	return syscall(SYS_pidfd_open, victim, 0);
}

/* A directory of /proc is as good as a pidfd. */
static long by_directory(void)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d", victim);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	return syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
}

/* The same, by a link that does not show where it leads. */
static long by_link(void)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d", victim);
	if (symlink(path, "there") < 0)
		return -1;
	fd = open("there", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	return syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
}

static long by_seizing(void)
{
	return ptrace(PTRACE_SEIZE, victim, 0, 0);
}

static long by_attaching(void)
{
	return ptrace(PTRACE_ATTACH, victim, 0, 0);
}

static long by_writing(void)
{
	char byte = 0;
	struct iovec iov = { &byte, 1 };

	return process_vm_writev(victim, &iov, 1, &iov, 1, 0);
}

static long by_reading(void)
{
	char byte = 0;
	struct iovec iov = { &byte, 1 };

	return process_vm_readv(victim, &iov, 1, &iov, 1, 0);
}

static long open_proc(const char *name, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", victim, name);
	return open(path, flags | O_CLOEXEC);
}

static long by_mem(void)
{
	return open_proc("mem", O_RDWR);
}

static long by_descriptor(void)
{
	return open_proc("fd/3", O_RDWR);
}

/* Its directory is where it is from here on. */
static long by_entering(void)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", victim);
	return chdir(path) < 0 ? -1 : open("mem", O_RDWR | O_CLOEXEC);
}

static long by_killer(void)
{
	return open_proc("oom_score_adj", O_WRONLY);
}

static long by_limit(void)
{
	struct rlimit limit = { 0, 0 };

	return prlimit(victim, RLIMIT_FSIZE, &limit, NULL);
}

static long by_affinity(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	return sched_setaffinity(victim, sizeof(set), &set);
}

static long by_scheduler(void)
{
	struct sched_param param = { 0 };

	return sched_setscheduler(victim, SCHED_IDLE, &param);
}

static long by_priority(void)
{
	return setpriority(PRIO_PROCESS, (id_t)victim, 19);
}

static long by_io(void)
{
	return syscall(SYS_ioprio_set, 1, victim, 3 << 13);
}

static long by_comparing(void)
{
	return syscall(SYS_kcmp, getpid(), victim, 0, 0, 0);
}

/* The kernel sends a signal when there is something to read, to whomever. */
static long by_owner(void)
{
	int pair[2];

	if (pipe(pair) < 0 || fcntl(pair[0], F_SETSIG, SIGKILL) < 0)
		return 0;
	return fcntl(pair[0], F_SETOWN, victim);
}

#ifdef __x86_64__
#include "../i386.h"
#define I386_KILL 37

static long by_int80(void)
{
	long r = i386_is_open()
		     ? i386_call(I386_KILL, (long[6]){ victim, SIGKILL })
		     : -EPERM;

	errno = (int)-r;
	return r < 0 ? -1 : r;
}
#else
static long by_int80(void)
{
	errno = EPERM;
	return -1;
}
#endif

static const struct {
	const char *name;
	long (*by)(void);
} hows[] = {
	{ "kill", by_kill },
	{ "tkill", by_tkill },
	{ "tgkill", by_tgkill },
	{ "queue", by_queue },
	{ "thread", by_thread },
	{ "all", by_all },
	{ "pidfd", by_pidfd },
	{ "directory", by_directory },
	{ "link", by_link },
	{ "seizing", by_seizing },
	{ "attaching", by_attaching },
	{ "writing", by_writing },
	{ "reading", by_reading },
	{ "mem", by_mem },
	{ "descriptor", by_descriptor },
	{ "entering", by_entering },
	{ "killer", by_killer },
	{ "limit", by_limit },
	{ "affinity", by_affinity },
	{ "scheduler", by_scheduler },
	{ "priority", by_priority },
	{ "io", by_io },
	{ "comparing", by_comparing },
	{ "int80", by_int80 },
	{ "owner", by_owner },
	/* The last, for it may be in that group, too. */
	{ "group", by_group },
};

/* Nobody else may be hit, whoever runs this, and however. 0: it is another. */
static pid_t must_be(long pid, const char *comm)
{
	char path[32], line[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(line, sizeof(line), file))
		line[0] = 0;
	fclose(file);
	return strncmp(line, comm, strlen(comm)) != 0 ? 0 : (pid_t)pid;
}

static pid_t find_victim(const char *whom)
{
	long pid = tracer_status_number("self", "TracerPid:");
	char recorder[16];

	if (!whom || strcmp(whom, "starter") != 0)
		return must_be(pid, "ktrace-u");
	snprintf(recorder, sizeof(recorder), "%ld", pid);
	return must_be(tracer_status_number(recorder, "PPid:"), "kaudit-u");
}

static const char *result_of(long (*by)(void))
{
	if (by() >= 0)
		return "did";
	return errno == EPERM ? "refused" : strerrorname_np(errno);
}

/* All of them, or one; a line for each, at once: it may be the last. */
enum outcome strike(char **words)
{
	victim = words[0] ? find_victim(words[0]) : 0;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (victim <= 1)
		return FAILED;
	for (size_t i = 0; i < sizeof(hows) / sizeof(hows[0]); i++)
		if (!words[1] || !strcmp(words[1], hows[i].name))
			printf("%s %s\n", hows[i].name, result_of(hows[i].by));
	return DID;
}
