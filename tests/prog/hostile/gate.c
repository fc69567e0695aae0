/*
 * Other doors into the kernel than the usual one, and filters of its own that
 * answer before anybody is asked.
 */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#ifdef __x86_64__

#include "../i386.h"

#define I386_UNLINK 10
#define X32_BIT     0x40000000L

enum outcome gate_int80(char **words)
{
	char *low = i386_memory(4096);

	(void)words;
	if (!low || !i386_is_open())
		return FAILED;
	memcpy(low, SECRET, sizeof(SECRET));
	i386_call(I386_UNLINK, (long[6]){ (long)(uintptr_t)low });
	return secret_gone();
}

enum outcome gate_x32(char **words)
{
	(void)words;
	if (syscall(X32_BIT | SYS_unlink, SECRET) < 0 && errno == ENOSYS)
		return FAILED;
	return secret_gone();
}

#else

enum outcome gate_int80(char **words)
{
	(void)words;
	return FAILED;
}

enum outcome gate_x32(char **words)
{
	(void)words;
	return FAILED;
}

#endif

/* Rings could remove it without any call. */
enum outcome gate_rings(char **words)
{
	static uint32_t parameters[30];
	long fd = syscall(SYS_io_uring_setup, 4, parameters);

	(void)words;
	return fd < 0 ? REFUSED : DID;
}

/* ---- filters ---- */

/* unlinkat(2) is answered so, all else is allowed. -1: it cannot be. */
static int filter_unlink(uint32_t action, unsigned flags)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unlinkat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags,
			    &program);
}

static void remove_it(void)
{
	unlinkat(AT_FDCWD, SECRET, 0);
}

static enum outcome remove_in_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		remove_it();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	return secret_gone();
}

/* Denied: and so nothing was done, but tried. */
enum outcome gate_error(char **words)
{
	(void)words;
	if (filter_unlink(SECCOMP_RET_ERRNO | EPERM, 0) < 0)
		return FAILED;
	return remove_in_child();
}

enum outcome gate_kill(char **words)
{
	(void)words;
	if (filter_unlink(SECCOMP_RET_KILL_PROCESS, 0) < 0)
		return FAILED;
	return remove_in_child();
}

static void rename_instead(int signal_number)
{
	(void)signal_number;
	renameat(AT_FDCWD, SECRET, AT_FDCWD, "gone");
}

/* Its handler does it, by another call. */
enum outcome gate_trap(char **words)
{
	(void)words;
	signal(SIGSYS, rename_instead);
	if (filter_unlink(SECCOMP_RET_TRAP, 0) < 0)
		return FAILED;
	remove_it();
	return access("gone", F_OK) ? REFUSED : DID;
}

static void *answer(void *context)
{
	int listener = *(int *)context;
	struct seccomp_notif request = { 0 };
	struct seccomp_notif_resp response = {
		.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE,
	};

	if (!ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request)) {
		response.id = request.id;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
	}
	return NULL;
}

/* A thread of its own is asked, and lets it go on. */
enum outcome gate_notify(char **words)
{
	pthread_t thread;
	int listener;

	(void)words;
	listener = filter_unlink(SECCOMP_RET_USER_NOTIF,
				 SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (listener < 0 || pthread_create(&thread, NULL, answer, &listener))
		return FAILED;
	remove_it();
	pthread_join(thread, NULL);
	return secret_gone();
}
