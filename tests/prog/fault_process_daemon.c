/*
 * A command that leaves a daemon behind: forked twice, in a session of its own,
 * with standard descriptors of its own. The command prints the daemon's pid
 * when that is at work, and ends with 3. The daemon waits until the FIFO "go"
 * is opened and closed by somebody, looks for /marker/late and ends with 5.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

static void be_daemon(int said)
{
	pid_t pid = getpid();
	char letter;
	int fd;

	for (int i = 0; i <= STDERR_FILENO; i++)
		close(i);
	fd = open("/dev/null", O_RDWR);
	if (fd != 0 || dup(fd) != 1 || dup(fd) != 2)
		_exit(1);
	if (write(said, &pid, sizeof(pid)) != sizeof(pid))
		_exit(1);
	close(said);
	fd = open("go", O_RDONLY);
	if (fd < 0 || read(fd, &letter, 1) != 0)
		_exit(2);
	(void)access("/marker/late", R_OK);
	_exit(5);
}

int main(void)
{
	int said[2];
	pid_t pid;

	mkfifo("go", 0600);
	if (pipe2(said, O_CLOEXEC) < 0)
		return 1;
	pid = fork();
	if (pid == 0) {
		setsid();
		if (fork() == 0)
			be_daemon(said[1]);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	if (read(said[0], &pid, sizeof(pid)) != sizeof(pid))
		return 1;
	printf("%d\n", pid);
	return 3;
}
