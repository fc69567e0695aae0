/*
 * Everything that a program finds when it starts, into the file "state": who it
 * is, what it was given, what its signals, limits, timers, descriptors and
 * children are. Pids of its own stand as "self". What children have used goes
 * into "children_us". Then it waits until it has no child. Writes nothing to
 * its own descriptors.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>

static void put_pid(FILE *out, const char *name, pid_t pid)
{
	if (pid == getpid())
		fprintf(out, "%s self\n", name);
	else
		fprintf(out, "%s %d\n", name, pid);
}

static void put_words(FILE *out, int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		fprintf(out, "argv[%d] <%s>\n", i, argv[i]);
	for (char **word = environ; *word; word++)
		fprintf(out, "env <%s>\n", *word);
	fprintf(out, "execfn %s secure %lu\n",
		(const char *)getauxval(AT_EXECFN), getauxval(AT_SECURE));
}

static void put_ids(FILE *out)
{
	put_pid(out, "ppid", getppid());
	put_pid(out, "pgid", getpgid(0));
	put_pid(out, "sid", getsid(0));
}

/* Lines that differ from run to run, or say that there is a tracer. */
static int is_fickle(const char *line)
{
	static const char *const names[] = { "Pid:",      "Tgid:",   "NStgid:",
					     "NSpid:",    "NSpgid:", "NSsid:",
					     "TracerPid", "Vm",      "Rss",
					     "SigQ:",     "Hugetlb", "volunt",
					     "nonvol",    "Ngid:" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(line, names[i], strlen(names[i])))
			return 1;
	return 0;
}

static void put_file(FILE *out, const char *name)
{
	char path[64], line[4096];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	file = fopen(path, "re");
	fprintf(out, "-- %s\n", name);
	while (file && fgets(line, sizeof(line), file))
		if (!is_fickle(line))
			fputs(line, out);
	if (file)
		fclose(file);
}

static void put_link(FILE *out, const char *name)
{
	char path[320], target[4096] = "";

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	if (readlink(path, target, sizeof(target) - 1) < 0)
		snprintf(target, sizeof(target), "errno %d", errno);
	fprintf(out, "%s -> %s\n", name, target);
}

static void put_descriptor(FILE *out, const char *number)
{
	int fd = atoi(number);
	char name[300];

	snprintf(name, sizeof(name), "fd/%s", number);
	put_link(out, name);
	fprintf(out, "  flags %#x %#x at %ld\n", fcntl(fd, F_GETFL),
		fcntl(fd, F_GETFD), (long)lseek(fd, 0, SEEK_CUR));
}

static void put_folder(FILE *out, const char *name)
{
	char path[64];
	struct dirent **entries;
	int count;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		const char *entry = entries[i]->d_name;
		char link[300];

		snprintf(link, sizeof(link), "%s/%s", name, entry);
		/* What the look itself took is closed again. */
		if (strcmp(name, "fd") && entry[0] != '.')
			put_link(out, link);
		else if (entry[0] != '.' && fcntl(atoi(entry), F_GETFD) >= 0)
			put_descriptor(out, entry);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* In place 7 of /proc/self/stat, behind a name that may have blanks. */
static void put_terminal(FILE *out)
{
	char line[1024];
	FILE *file = fopen("/proc/self/stat", "re");
	int terminal = -1;

	if (file && fgets(line, sizeof(line), file) && strrchr(line, ')'))
		sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %d", &terminal);
	if (file)
		fclose(file);
	fprintf(out, "terminal %d\n", terminal);
}

static void put_controls(FILE *out)
{
	static const int asked[] = { PR_GET_DUMPABLE,     PR_GET_KEEPCAPS,
				     PR_GET_TIMERSLACK,   PR_GET_SECUREBITS,
				     PR_GET_NO_NEW_PRIVS, PR_GET_THP_DISABLE,
				     PR_MCE_KILL_GET,     PR_GET_SECCOMP };
	char comm[16];
	int value;

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		fprintf(out, "prctl %d: %d\n", asked[i],
			prctl(asked[i], 0, 0, 0, 0));
	prctl(PR_GET_PDEATHSIG, &value);
	fprintf(out, "parent-death signal %d\n", value);
	prctl(PR_GET_CHILD_SUBREAPER, &value);
	fprintf(out, "subreaper %d\n", value);
	prctl(PR_GET_NAME, comm);
	fprintf(out, "comm %s personality %#x\n", comm,
		(unsigned)personality(0xffffffff));
	fprintf(out, "nice %d policy %d io %ld\n", getpriority(PRIO_PROCESS, 0),
		sched_getscheduler(0), syscall(SYS_ioprio_get, 1, 0));
}

static void put_timers(FILE *out)
{
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		struct itimerval timer;

		getitimer(which, &timer);
		fprintf(out, "timer %d every %ld us, %s\n", which,
			(long)timer.it_interval.tv_usec,
			timer.it_value.tv_sec > 0 ? "armed" : "idle");
	}
	put_file(out, "timers");
}

static void put_actions(FILE *out)
{
	for (int number = 1; number <= SIGRTMAX; number++) {
		struct sigaction action;

		if (sigaction(number, NULL, &action) == 0 &&
		    action.sa_handler != SIG_DFL)
			fprintf(out, "signal %d: %s flags %#x\n", number,
				action.sa_handler == SIG_IGN ? "ignored"
							     : "caught",
				(unsigned)action.sa_flags);
	}
}

/* What is pending is taken, one after the other. */
static void put_pending(FILE *out)
{
	struct timespec now = { 0 };
	siginfo_t info;
	sigset_t all;
	int number;

	sigfillset(&all);
	while ((number = sigtimedwait(&all, &info, &now)) > 0)
		fprintf(out, "pending %d code %d value %d\n", number,
			info.si_code,
			info.si_code == SI_QUEUE ? info.si_value.sival_int : 0);
}

static int count_children(void)
{
	FILE *file = fopen("/proc/thread-self/children", "re");
	int count = 0, pid;

	while (file && fscanf(file, "%d", &pid) == 1)
		count++;
	if (!file)
		return -1;
	fclose(file);
	return count;
}

static void put_used_by_children(void)
{
	FILE *file = fopen("children_us", "we");
	struct rusage usage;

	getrusage(RUSAGE_CHILDREN, &usage);
	if (!file)
		return;
	fprintf(file, "%ld\n",
		(long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) *
			1000000 +
		    (long)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec));
	fclose(file);
}

/* Waits for all; who let the living wait for that descriptor is let go. */
static void put_children(FILE *out, int argc, char **argv)
{
	int status, statuses[256] = { 0 };

	if (argc > 2 && !strcmp(argv[1], "release"))
		close(atoi(argv[2]));
	while (waitpid(-1, &status, __WALL) > 0)
		statuses[WIFEXITED(status) ? WEXITSTATUS(status) : 255]++;
	fprintf(out, "wait: errno %d\n", errno);
	for (int i = 0; i < 256; i++)
		if (statuses[i])
			fprintf(out, "child exited with %d: %d times\n", i,
				statuses[i]);
}

static void put_proc(FILE *out)
{
	static const char *const files[] = { "status",       "limits",
					     "cgroup",       "oom_score_adj",
					     "loginuid",     "coredump_filter",
					     "timerslack_ns" };
	static const char *const links[] = { "exe", "cwd", "root" };

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		put_link(out, links[i]);
	put_folder(out, "fd");
	put_folder(out, "ns");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put_file(out, files[i]);
}

static int save(const char *data, size_t size)
{
	int fd = open("state", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t n = write(fd, data, size);

	return fd < 0 || n < 0 || (size_t)n < size;
}

int main(int argc, char **argv)
{
	char *data = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&data, &size);

	if (!out)
		return 1;
	put_used_by_children();
	fprintf(out, "children %d\n", count_children());
	put_words(out, argc, argv);
	put_ids(out);
	put_terminal(out);
	put_proc(out);
	put_controls(out);
	put_timers(out);
	put_actions(out);
	put_pending(out);
	put_children(out, argc, argv);
	fclose(out);
	return save(data, size);
}
