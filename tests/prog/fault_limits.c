/*
 * Prints all that a process inherits and may not find changed: limits, signal
 * mask and dispositions, scheduling, umask, directory, OOM score, process
 * group, open descriptors. "spin" then uses CPU time for ever; "busy N M" has
 * N children make M calls each, and prints how they ended.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static void print_limits(void)
{
	for (int resource = 0; resource < RLIMIT_NLIMITS; resource++) {
		struct rlimit limit;

		getrlimit((__rlimit_resource_t)resource, &limit);
		printf("limit %d: %llu %llu\n", resource,
		       (unsigned long long)limit.rlim_cur,
		       (unsigned long long)limit.rlim_max);
	}
}

static void print_signals(void)
{
	struct sigaction action;
	sigset_t blocked;
	sigset_t pending;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	sigpending(&pending);
	for (int i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &action) < 0)
			continue;
		printf("signal %d: %s%s%s\n", i,
		       action.sa_handler == SIG_IGN ? "ignored" : "",
		       sigismember(&blocked, i) ? " blocked" : "",
		       sigismember(&pending, i) ? " pending" : "");
	}
}

static void print_scheduling(void)
{
	struct sched_param param = { 0 };
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	sched_getparam(0, &param);
	printf("nice %d policy %d priority %d cpus",
	       getpriority(PRIO_PROCESS, 0), sched_getscheduler(0),
	       param.sched_priority);
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &cpus))
			printf(" %d", i);
	printf("\n");
}

static void print_file(const char *name)
{
	char line[256] = "";
	FILE *file = fopen(name, "re");

	if (file && fgets(line, sizeof(line), file))
		printf("%s: %s", name, line);
	if (file)
		fclose(file);
}

/* By asking: a look into /proc would take a descriptor that may be missing. */
static void print_descriptors(void)
{
	printf("descriptors");
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf(" %d", fd);
	printf("\n");
}

static void print_rest(void)
{
	char directory[4096];
	int reaper = -1;

	prctl(PR_GET_CHILD_SUBREAPER, &reaper);
	printf("umask %o in %s\n", umask(0),
	       getcwd(directory, sizeof(directory)) ? "its directory" : "none");
	printf("leads its group: %d, its session: %d\n", getpgrp() == getpid(),
	       getsid(0) == getpid());
	printf("subreaper %d dumpable %d no_new_privs %d seccomp %d\n", reaper,
	       prctl(PR_GET_DUMPABLE), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0),
	       prctl(PR_GET_SECCOMP));
	print_file("/proc/self/oom_score_adj");
	print_file("/proc/self/timerslack_ns");
}

static void be_busy(long children, long calls)
{
	int status;

	for (long i = 0; i < children; i++)
		if (fork() == 0) {
			while (calls--)
				syscall(SYS_getppid);
			_exit(3);
		}
	while (wait(&status) > 0)
		printf("child: %#x\n", (unsigned)status);
}

int main(int argc, char **argv)
{
	print_limits();
	print_signals();
	print_scheduling();
	print_descriptors();
	print_rest();
	fflush(stdout);
	if (argc > 3 && !strcmp(argv[1], "busy"))
		be_busy(atol(argv[2]), atol(argv[3]));
	for (volatile unsigned long spins = 0;
	     argc > 1 && !strcmp(argv[1], "spin");)
		spins++;
	return 9;
}
