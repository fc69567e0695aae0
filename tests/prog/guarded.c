/*
 * A child that makes calls which a filter would stop. guarded HOW:
 *   fork, vfork, clone, clone3   how the child is made; the last two with
 *                                CLONE_UNTRACED
 *   daemon   by fork, and the child begins when its parent has ended
 *   wait     by fork, and both say "ready" and wait to be killed
 * Says how many of the child's calls went wrong.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* Its end says that the parent has ended. */
static int parent_pipe[2];

static int work(void)
{
	struct stat status;
	char letter;
	int wrong = 0;
	int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);

	wrong += fd < 0 || read(fd, &letter, 1) != 1;
	wrong += close(fd) != 0;
	wrong += stat("/nonexistent/child", &status) != -1;
	wrong += chdir("/") != 0 || access("etc", F_OK) != 0;
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	wrong += fd < 0 || close(fd) != 0;
	return wrong;
}

static void say(const char *line)
{
	if (write(STDOUT_FILENO, line, strlen(line)) < 0)
		_exit(1);
}

static void work_as_daemon(void)
{
	char letter;

	setsid();
	close(parent_pipe[1]);
	if (read(parent_pipe[0], &letter, 1) != 0)
		_exit(1);
	say(work() ? "daemon: wrong\n" : "daemon: good\n");
	_exit(0);
}

static pid_t make_child(const char *how)
{
	struct clone_args args = { .flags = CLONE_UNTRACED,
				   .exit_signal = SIGCHLD };

	if (!strcmp(how, "vfork"))
		return (pid_t)syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0,
				      0);
	if (!strcmp(how, "clone"))
		return (pid_t)syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, 0, 0,
				      0, 0);
	if (!strcmp(how, "clone3"))
		return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	return fork();
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "fork";
	int status = 0;
	pid_t pid;

	if (pipe2(parent_pipe, O_CLOEXEC) < 0)
		return 1;
	pid = make_child(how);
	if (pid < 0)
		return 1;
	if (!strcmp(how, "wait")) {
		say("ready\n");
		for (;;)
			pause();
	}
	if (pid == 0 && !strcmp(how, "daemon"))
		work_as_daemon();
	if (pid == 0)
		_exit(work());
	if (!strcmp(how, "daemon"))
		return 0;
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	printf("%s: %s\n", how, status ? "wrong" : "good");
	return 0;
}
