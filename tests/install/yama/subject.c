/*
 * Who is recorded, and who tries to record, under the scopes of Yama:
 *	as UID FILE ARG...	executes FILE as that user, without capabilities
 *	barred FILE ARG...	executes FILE where no ptrace(2) is permitted
 *	say			asks for /absent/say, says so, ends with 7
 *	loop			asks for /absent/scope-N, where N is the scope,
 *				until it is killed
 *	named FILE		the same, after it has let all tracers in and
 *				made FILE
 *	seize PID		attaches to a process, and lets it go
 *	self FILE		ktrace() on itself
 *	child FILE		ktrace() on a child of its own
 *	fail FILE		executes FILE, which fails, and goes on
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ktrace-u/ktrace.h>

#define POINTS (KTRFAC_SYSCALL | KTRFAC_SYSRET | KTRFAC_NAMEI)
#define ROUNDS 50
#define PAUSE  20000 /* microseconds */

/* Says how a call went; what the program ends with. */
static int tell(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerror(errno) : "done");
	return result < 0;
}

/* Fails, and leaves the name in the trace. */
static void ask_for(const char *name)
{
	int fd = open(name, O_RDONLY);

	if (fd >= 0)
		close(fd);
}

static int as(char **argv)
{
	gid_t id = (gid_t)strtoul(argv[0], NULL, 10);

	if (setgroups(0, NULL) || setresgid(id, id, id) ||
	    setresuid(id, id, id))
		return tell("as", -1);
	execvp(argv[1], argv + 1);
	return tell(argv[1], -1);
}

/* As in a container. */
static int barred(char **argv)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(steps) / sizeof(*steps), steps };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return tell("barred", -1);
	execvp(argv[0], argv);
	return tell(argv[0], -1);
}

static int say(char **argv)
{
	(void)argv;
	ask_for("/absent/say");
	puts("said");
	return 7;
}

static void ask_for_scope(void)
{
	char name[] = "/absent/scope-?";
	int fd = open("/proc/sys/kernel/yama/ptrace_scope", O_RDONLY);

	if (fd < 0 || read(fd, name + sizeof(name) - 2, 1) != 1)
		exit(1);
	close(fd);
	ask_for(name);
}

_Noreturn static int loop(char **argv)
{
	(void)argv;
	for (;;) {
		ask_for_scope();
		usleep(PAUSE);
	}
}

_Noreturn static int named(char **argv)
{
	int fd;

	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
	fd = open(argv[0], O_WRONLY | O_CREAT, 0600);
	if (fd >= 0)
		close(fd);
	loop(argv);
}

static int seize(char **argv)
{
	pid_t pid = (pid_t)strtol(argv[0], NULL, 10);
	long r = ptrace(PTRACE_SEIZE, pid, NULL, NULL);

	return tell("seize", r);
}

static int record(const char *file, pid_t pid)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int r = fktrace(fd, KTROP_SET, POINTS, pid);

	close(fd);
	return tell("ktrace", r);
}

static int self(char **argv)
{
	int r = record(argv[0], getpid());

	ask_for("/absent/self");
	return r;
}

static int child(char **argv)
{
	pid_t pid = fork();
	int r;

	if (pid == 0)
		loop(argv);
	r = record(argv[0], pid);
	for (int i = 0; i < ROUNDS; i++)
		usleep(PAUSE);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return r;
}

static int fail(char **argv)
{
	int r = tell(argv[0], execv(argv[0], argv));

	for (int i = 0; i < ROUNDS; i++) {
		ask_for("/absent/after");
		usleep(PAUSE);
	}
	return !r;
}

static const struct {
	const char *word;
	int arguments;
	int (*run)(char **argv);
} rows[] = {
	{ "as", 2, as },     { "barred", 1, barred }, { "say", 0, say },
	{ "loop", 0, loop }, { "named", 1, named },   { "seize", 1, seize },
	{ "self", 1, self }, { "child", 1, child },   { "fail", 1, fail },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(rows) / sizeof(*rows); i++)
		if (!strcmp(argv[1], rows[i].word) &&
		    argc - 2 >= rows[i].arguments)
			return rows[i].run(argv + 2);
	return 2;
}
