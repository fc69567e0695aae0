/*
 * Runs a command in a pid namespace that has few pids: PIDS COMMAND ARGS. This
 * process stays outside; init of the namespace mounts a /proc of its own, sets
 * the namespace's pid_max, starts the command and reaps until nobody is left.
 * Ends as the command did; 77 when the kernel has no such limit of a namespace
 * or does not let us, 78 when the limit outside has changed.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mount.h>
#include <sys/utsname.h>
#include <sys/wait.h>

#define LIMIT       "/proc/sys/kernel/pid_max"
#define CANNOT      77
#define HAS_CHANGED 78

/* Before 6.14 there was one for all, which must not be touched. */
static int has_own_limit(void)
{
	struct utsname system;
	int major = 0, minor = 0;

	uname(&system);
	sscanf(system.release, "%d.%d", &major, &minor);
	return major > 6 || (major == 6 && minor >= 14);
}

static long read_limit(void)
{
	FILE *file = fopen(LIMIT, "re");
	long limit = -1;

	if (file && fscanf(file, "%ld", &limit) != 1)
		limit = -1;
	if (file)
		fclose(file);
	return limit;
}

static int write_limit(const char *limit)
{
	int fd = open(LIMIT, O_WRONLY | O_CLOEXEC);
	int r = fd < 0 || write(fd, limit, strlen(limit)) < 0;

	if (fd >= 0)
		close(fd);
	return r;
}

static void be_init(const char *limit, char **command)
{
	int status, result = CANNOT;
	pid_t pid, started;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", 0, NULL) < 0 || write_limit(limit))
		_exit(CANNOT);
	started = fork();
	if (started == 0) {
		execvp(command[0], command);
		_exit(127);
	}
	/* Whom the command left behind must not die with us. */
	while ((pid = wait(&status)) > 0)
		if (pid == started)
			result = WIFEXITED(status) ? WEXITSTATUS(status)
						   : 128 + WTERMSIG(status);
	_exit(result);
}

int main(int argc, char **argv)
{
	long before = read_limit();
	int status;
	pid_t pid;

	if (argc < 3 || !has_own_limit() ||
	    unshare(CLONE_NEWPID | CLONE_NEWNS) < 0)
		return CANNOT;
	pid = fork();
	if (pid == 0)
		be_init(argv[1], argv + 2);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return CANNOT;
	if (read_limit() != before)
		return HAS_CHANGED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
