/*
 * Calls that a filter of its own denies, in all ways.
 * usage: denied signal|kill|kill-thread|error|sent
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

static const struct way {
	const char *name;
	unsigned action;
} ways[] = {
	{ "signal", SECCOMP_RET_TRAP | 7 },
	{ "kill", SECCOMP_RET_KILL_PROCESS },
	{ "kill-thread", SECCOMP_RET_KILL_THREAD },
	{ "error", SECCOMP_RET_ERRNO | EXDEV },
	{ "sent", SECCOMP_RET_ALLOW },
};

static void handle(int signal_number)
{
	(void)signal_number;
}

static int deny(unsigned action)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 2 && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(argv[1], ways[i].name)) {
			signal(SIGSYS, handle);
			if (deny(ways[i].action))
				return 77;
			syscall(SYS_getppid);
			if (!strcmp(argv[1], "sent"))
				raise(SIGSYS);
			return 0;
		}
	return 2;
}
