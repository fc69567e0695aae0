/*
 * To files by names that are others' or by none, to addresses that hide among
 * many; and to threads and processes of its own, which is nobody's business.
 */
#include "hostile.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched.h>
#include <netinet/in.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define MESSAGES 300
#define BYTES    128 /* of a handle */

static enum outcome reads(int fd)
{
	char byte;

	return fd >= 0 && read(fd, &byte, 1) == 1 ? DID : FAILED;
}

enum outcome reach_tree(char **words)
{
	int tree = (int)syscall(SYS_open_tree, AT_FDCWD, ".", 1 /* a copy */);

	(void)words;
	return tree < 0 ? FAILED : reads(openat(tree, SECRET, O_RDONLY));
}

enum outcome reach_handle(char **words)
{
	struct file_handle *handle = calloc(1, sizeof(*handle) + BYTES);
	enum outcome outcome = FAILED;
	int mount, place = open(".", O_RDONLY | O_DIRECTORY);

	(void)words;
	if (!handle)
		return FAILED;
	handle->handle_bytes = BYTES;
	if (!name_to_handle_at(AT_FDCWD, SECRET, handle, &mount, 0))
		outcome = reads(open_by_handle_at(place, handle, O_RDONLY));
	free(handle);
	return outcome;
}

enum outcome reach_many(char **words)
{
	static struct mmsghdr messages[MESSAGES];
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct iovec iov = { SECRET, 1 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)words;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (unsigned i = 0; i < MESSAGES; i++)
		messages[i].msg_hdr =
		    (struct msghdr){ .msg_name = &to,
				     .msg_namelen = sizeof(to),
				     .msg_iov = &iov,
				     .msg_iovlen = 1 };
	return sendmmsg(fd, messages, MESSAGES, 0) > 100 ? DID : FAILED;
}

/* ---- its own ---- */

struct other {
	pthread_barrier_t met, left;
	pid_t tid;
};

static void *be_other(void *context)
{
	struct other *other = context;

	other->tid = gettid();
	pthread_barrier_wait(&other->met);
	pthread_barrier_wait(&other->left);
	return NULL;
}

static bool reaches_thread(pid_t tid)
{
	struct sched_param param = { 0 };
	struct rlimit limit;
	cpu_set_t set;

	return !sched_getaffinity(tid, sizeof(set), &set) &&
	       !sched_setaffinity(tid, sizeof(set), &set) &&
	       !sched_setscheduler(tid, SCHED_BATCH, &param) &&
	       !setpriority(PRIO_PROCESS, (id_t)tid, 1) &&
	       !prlimit(tid, RLIMIT_NOFILE, NULL, &limit) &&
	       !syscall(SYS_tkill, tid, SIGURG);
}

/* It ends, is there still, and is there no more. */
static bool reaches_child(void)
{
	siginfo_t info;
	pid_t child = fork();
	bool is_there;

	if (child == 0)
		_exit(0);
	if (child < 0 || waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT))
		return false;
	is_there = !kill(child, SIGTERM);
	waitpid(child, NULL, 0);
	return is_there && kill(child, SIGTERM) < 0;
}

/* By descriptors that come with children, and not by their numbers. */
static bool ends_by_descriptor(pid_t child, int fd)
{
	int status;

	if (child == 0)
		for (;;)
			pause();
	return child > 0 &&
	       !syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) &&
	       waitpid(child, &status, 0) == child && WIFSIGNALED(status);
}

static bool reaches_by_descriptor(void)
{
	int fd = -1;
	struct clone_args args = { .flags = CLONE_PIDFD,
				   .pidfd = (uintptr_t)&fd,
				   .exit_signal = SIGCHLD };
	pid_t child = (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &fd,
				     0, 0);

	if (!ends_by_descriptor(child, fd))
		return false;
	child = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	return ends_by_descriptor(child, fd);
}

enum outcome reach_own(char **words)
{
	struct other other = { .tid = 0 };
	pthread_t thread;
	bool did;

	(void)words;
	pthread_barrier_init(&other.met, NULL, 2);
	pthread_barrier_init(&other.left, NULL, 2);
	if (pthread_create(&thread, NULL, be_other, &other))
		return FAILED;
	pthread_barrier_wait(&other.met);
	did = reaches_thread(other.tid);
	pthread_barrier_wait(&other.left);
	pthread_join(thread, NULL);
	return did && reaches_child() && reaches_by_descriptor() ? DID : FAILED;
}
