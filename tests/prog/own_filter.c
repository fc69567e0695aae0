/*
 * A program that filters itself: says what calls give that its own filter
 * answers with an error, a tracer that it has not, or a signal; and whether the
 * others work.
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <sys/prctl.h>
#include <sys/syscall.h>

#define LOAD(field)                                                            \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* The action, if the number that was loaded is this. */
#define ANSWER(number, action)                                                 \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                   \
	    BPF_STMT(BPF_RET | BPF_K, (action))

static struct sock_filter code[] = {
	LOAD(nr),
	ANSWER(SYS_getuid, SECCOMP_RET_ERRNO | EXDEV),
	ANSWER(SYS_getgid, SECCOMP_RET_TRACE),
	ANSWER(SYS_geteuid, SECCOMP_RET_TRAP),
	ANSWER(SYS_chdir, SECCOMP_RET_ERRNO | ENOTTY),
	ANSWER(SYS_chroot, SECCOMP_RET_TRACE | 7),
	ANSWER(SYS_fchdir, SECCOMP_RET_TRAP),
	ANSWER(SYS_getppid, SECCOMP_RET_LOG),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static void handle(int signal_number, siginfo_t *info, void *context)
{
	(void)context;
	printf("signal %d, call %d\n", signal_number, info->si_syscall);
}

static void show(const char *name, long result)
{
	printf("%s: %s\n", name, result < 0 ? strerrorname_np(errno) : "good");
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = handle,
				    .sa_flags = SA_SIGINFO };
	struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGSYS, &action, NULL);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return 1;
	show("getuid", syscall(SYS_getuid));
	show("getgid", syscall(SYS_getgid));
	syscall(SYS_geteuid);
	show("chdir", syscall(SYS_chdir, "/"));
	show("chroot", syscall(SYS_chroot, "/"));
	syscall(SYS_fchdir, 0);
	show("getppid", syscall(SYS_getppid));
	show("access", access("/", F_OK));
	show("access of nothing", access("/nonexistent", F_OK));
	return 0;
}
