/*
 * Some calls of each class, in one thread and always the same: files by paths
 * relative to directories that change, data through vectors and messages,
 * sockets, signals, memory, and what only asks. Exits with the number of calls
 * that went wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

static int wrong;
static volatile sig_atomic_t handled;

static void must(long result)
{
	wrong += result < 0;
}

static void must_fail(long result, int error)
{
	wrong += result != -1 || errno != error;
}

static void files(void)
{
	struct iovec parts[] = { { "abc", 3 }, { "defgh", 5 } };
	struct stat status;
	char buffer[16];
	int dirfd, fd;

	must(mkdir("folder", 0700));
	must(chdir("folder"));
	fd = open("file", O_CREAT | O_RDWR, 0600);
	must(writev(fd, parts, 2));
	must(pread(fd, buffer, sizeof(buffer), 2));
	must(close(fd));
	must(chdir(".."));
	dirfd = open("folder", O_RDONLY | O_DIRECTORY);
	must(renameat(dirfd, "file", dirfd, "other"));
	must(fchdir(dirfd));
	must(stat("other", &status));
	must_fail(open("file", O_RDONLY), ENOENT);
	must_fail(read(dirfd, buffer, sizeof(buffer)), EISDIR);
	must(unlink("../folder/other"));
	must(chdir(".."));
	must(close(dirfd));
	must(rmdir("folder"));
}

static void sockets(void)
{
	struct sockaddr_in nowhere = { .sin_family = AF_INET };
	struct iovec part = { "message", 7 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct pollfd wait = { .events = POLLIN };
	char buffer[16];
	int pair[2];
	int fd;

	must(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
	must(send(pair[0], "sent", 4, 0));
	must(sendmsg(pair[0], &message, 0));
	wait.fd = pair[1];
	must(poll(&wait, 1, -1));
	must(recv(pair[1], buffer, sizeof(buffer), 0));
	must(read(pair[1], buffer, sizeof(buffer)));
	must_fail(recv(pair[1], buffer, sizeof(buffer), MSG_DONTWAIT), EAGAIN);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	must_fail(connect(fd, (void *)&nowhere, 1), EINVAL);
	must(close(fd));
}

static void handle(int signal_number)
{
	handled += signal_number;
}

static void signals(void)
{
	struct sigaction action = { .sa_handler = handle };
	sigset_t set;

	must(sigaction(SIGUSR1, &action, NULL));
	signal(SIGUSR2, SIG_IGN);
	must(raise(SIGUSR1));
	must(raise(SIGUSR2));
	must(raise(SIGCHLD));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	must(sigprocmask(SIG_BLOCK, &set, NULL));
	must(raise(SIGUSR1));
	wrong += handled != SIGUSR1;
	must(sigprocmask(SIG_UNBLOCK, &set, NULL));
	wrong += handled != 2 * SIGUSR1;
}

static void others(void)
{
	void *memory = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	must(munmap(memory, 4096));
	for (int i = 0; i < 5; i++) {
		must(syscall(SYS_getpid));
		must(syscall(SYS_getuid));
		must(syscall(SYS_gettid));
	}
	must_fail(syscall(1000), ENOSYS);
	must_fail(syscall(-2), ENOSYS);
}

int main(void)
{
	files();
	sockets();
	signals();
	others();
	return wrong;
}
