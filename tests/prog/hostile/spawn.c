/*
 * Processes that might slip away, or cannot be looked into.
 */
#include "hostile.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

enum outcome spawn_plain(char **words)
{
	(void)words;
	unlink(SECRET);
	return secret_gone();
}

/* Its end is waited for through a pipe: who is traced away from its parent
 * may be nobody's child. */
static enum outcome await_pipe(const int ends[2])
{
	char byte;

	close(ends[1]);
	while (read(ends[0], &byte, 1) > 0)
		;
	return secret_gone();
}

static enum outcome spawn_by(long (*spawn)(void))
{
	int ends[2];
	long pid;

	if (pipe(ends) < 0)
		return FAILED;
	pid = spawn();
	if (pid < 0)
		return FAILED;
	if (pid == 0) {
		unlink(SECRET);
		_exit(0);
	}
	return await_pipe(ends);
}

static long clone_untraced(void)
{
	return syscall(SYS_clone, CLONE_UNTRACED | SIGCHLD, NULL, NULL, NULL,
		       0L);
}

static long clone3_untraced(void)
{
	struct clone_args args = { .flags = CLONE_UNTRACED,
				   .exit_signal = SIGCHLD };

	return syscall(SYS_clone3, &args, sizeof(args));
}

enum outcome spawn_untraced(char **words)
{
	(void)words;
	return spawn_by(clone_untraced);
}

enum outcome spawn_untraced3(char **words)
{
	(void)words;
	return spawn_by(clone3_untraced);
}

/* Nobody of its own waits for it, nor does it belong to any session. */
static long fork_away(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setsid();
	if (fork())
		_exit(0);
	return 0;
}

enum outcome spawn_daemon(char **words)
{
	(void)words;
	return spawn_by(fork_away);
}

static int copy_to(int to)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	while (n > 0)
		n = sendfile(to, from, NULL, 1 << 20);
	close(from);
	return n < 0 ? -1 : 0;
}

static char *const plain[] = { "hostile", "plain", NULL };

/* A program without a name removes it. */
enum outcome spawn_memfd(char **words)
{
	int fd = memfd_create("harmless", MFD_CLOEXEC);

	(void)words;
	if (fd < 0 || copy_to(fd) < 0)
		return FAILED;
	syscall(SYS_execveat, fd, "", plain, environ, AT_EMPTY_PATH);
	return FAILED;
}

/* Who may not read a program may not look into what runs it, either. */
enum outcome spawn_unreadable(char **words)
{
	int fd = open("unreadable", O_CREAT | O_WRONLY | O_CLOEXEC, 0700);

	(void)words;
	if (fd < 0 || copy_to(fd) < 0 || fchmod(fd, 0111) < 0)
		return FAILED;
	close(fd);
	execv("unreadable", plain);
	return FAILED;
}

/* It believes that nobody can look into it. */
enum outcome spawn_undumpable(char **words)
{
	(void)words;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return FAILED;
	unlink(SECRET);
	return secret_gone();
}

#define WORD_LENGTH 120000
#define WORD_COUNT  12

/* What is done comes behind more words than anybody wants to keep. */
enum outcome spawn_argv(char **words)
{
	static char word[WORD_LENGTH];
	char *argv[WORD_COUNT + 3] = { "hostile", "plain" };

	(void)words;
	memset(word, 'x', sizeof(word) - 1);
	for (int i = 0; i < WORD_COUNT; i++)
		argv[2 + i] = word;
	execv("/proc/self/exe", argv);
	return FAILED;
}

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static int send_file(int socket, int fd)
{
	union control control = { 0 };
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return sendmsg(socket, &message, 0) < 0 ? -1 : 0;
}

static int receive_file(int socket)
{
	union control control = { 0 };
	char byte;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_iov = &iov,
				  .msg_iovlen = 1,
				  .msg_control = control.bytes,
				  .msg_controllen = sizeof(control.bytes) };
	int fd = -1;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) > 0 &&
	    CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

/* One opens it, another one reads. */
enum outcome spawn_passing(char **words)
{
	char byte;
	int pair[2];

	(void)words;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return FAILED;
	if (fork() == 0)
		_exit(send_file(pair[1], open(SECRET, O_RDONLY)) ? 1 : 0);
	close(pair[1]);
	return read(receive_file(pair[0]), &byte, 1) == 1 ? DID : REFUSED;
}

/* Has another one do it, as its debugger: there is one already. */
enum outcome spawn_debugger(char **words)
{
	int status;
	pid_t pid = fork();

	(void)words;
	if (pid == 0)
		for (;;)
			pause();
	if (!ptrace(PTRACE_ATTACH, pid, 0, 0)) {
		waitpid(pid, &status, 0);
		unlink(SECRET);
		ptrace(PTRACE_KILL, pid, 0, 0);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return secret_gone();
}

/* Where its pids, its users and its files are others. */
enum outcome spawn_namespace(char **words)
{
	int status;
	pid_t pid;

	(void)words;
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) < 0)
		return FAILED;
	pid = fork();
	if (pid == 0) {
		unlink(SECRET);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return secret_gone();
}

static int address_of(struct sockaddr_un *ret, const char *path)
{
	*ret = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(ret->sun_path))
		return -1;
	memcpy(ret->sun_path, path, strlen(path));
	return 0;
}

static int ask(const char *path, bool is_own)
{
	int server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	const struct sockaddr *generic = (const struct sockaddr *)&address;

	if (address_of(&address, path) < 0)
		return -1;
	if (is_own && (bind(server, generic, sizeof(address)) < 0 ||
		       listen(server, 1) < 0))
		return -1;
	return connect(client, generic, sizeof(address));
}

/* Has somebody do it who is none of the job. */
enum outcome spawn_asking(char **words)
{
	if (!words[0] || ask(words[0], false) < 0)
		return FAILED;
	return !words[1] || !ask(words[1], true) ? DID : FAILED;
}

/* The same, by a name below a root of its own. */
enum outcome spawn_asking_rooted(char **words)
{
	if (chroot(".") < 0 && (unshare(CLONE_NEWUSER) < 0 || chroot(".") < 0))
		return FAILED;
	return words[0] && !ask(words[0], false) ? DID : FAILED;
}

/* Without a connection. */
enum outcome spawn_telling(char **words)
{
	int client = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address;
	char byte = 0;
	struct iovec iov = { &byte, 1 };
	struct msghdr message = { .msg_name = &address,
				  .msg_namelen = sizeof(address),
				  .msg_iov = &iov,
				  .msg_iovlen = 1 };

	if (!words[0] || address_of(&address, words[0]) < 0)
		return FAILED;
	if (words[1])
		return sendmsg(client, &message, 0) == 1 ? DID : FAILED;
	return sendto(client, &byte, 1, 0, (const struct sockaddr *)&address,
		      sizeof(address)) == 1
		   ? DID
		   : FAILED;
}
