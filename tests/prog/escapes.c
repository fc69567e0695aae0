/*
 * What a recorder by ptrace does not see.
 * usage: escapes rings|inherit|filter|strict|unshare|clone|setns
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int rings(void)
{
	struct io_uring_params params = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 4, &params);

	printf("rings: %s\n", fd < 0 ? strerrorname_np(errno) : "good");
	/* A second one is told of no more. */
	syscall(SYS_io_uring_setup, 4, &params);
	return 0;
}

/* By a child that makes none, and is another program. */
static int inherit(void)
{
	struct io_uring_params params = { 0 };
	int fd = (int)syscall(SYS_io_uring_setup, 4, &params);

	printf("rings: %s\n", fd < 0 ? strerrorname_np(errno) : "good");
	if (fd >= 0)
		fcntl(fd, F_SETFD, 0);
	if (fork() == 0) {
		execl("/proc/self/exe", "escapes", NULL);
		_exit(9);
	}
	return wait(NULL) < 0;
}

static int filter(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { 1, code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0;
}

/* That it works is told by its death: in a child, and not by what is printed.
 */
static int strict(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL);
		syscall(SYS_exit, 0);
	}
	return waitpid(pid, NULL, 0) != pid;
}

static int apart(void)
{
	printf("unshare: %s\n", unshare(CLONE_NEWUSER | CLONE_NEWUTS) < 0
				    ? strerrorname_np(errno)
				    : "good");
	return 0;
}

static int child(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_NEWUSER, 0, 0, 0,
				   0);

	if (pid == 0)
		_exit(0);
	printf("clone: %s\n", pid < 0 ? strerrorname_np(errno) : "good");
	return pid > 0 && waitpid(pid, NULL, 0) != pid;
}

static int entered(void)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY);

	printf("setns: %s\n",
	       setns(fd, CLONE_NEWUTS) < 0 ? strerrorname_np(errno) : "good");
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*act)(void);
	} acts[] = {
		{ "rings", rings },   { "inherit", inherit },
		{ "filter", filter }, { "strict", strict },
		{ "unshare", apart }, { "clone", child },
		{ "setns", entered },
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc == 2 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (!strcmp(argv[1], acts[i].name))
			return acts[i].act();
	return 2;
}
