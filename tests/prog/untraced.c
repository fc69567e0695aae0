/*
 * Children that the kernel is not to tell a tracer of: what clone and clone3
 * were given is as it was in both, and calls of the child work. Prints what it
 * finds.
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/syscall.h>
#include <sys/wait.h>

static const struct clone_args fixed = { .flags = CLONE_UNTRACED,
					 .exit_signal = SIGCHLD };

static void print_end(const char *name, long pid)
{
	int status = 0;

	if (pid < 0)
		printf("%s: error %d\n", name, errno);
	else if (waitpid((pid_t)pid, &status, 0) != pid)
		printf("%s: wait: error %d\n", name, errno);
	else
		printf("%s: the child ended with 0x%x\n", name, status);
}

/* The child's status says what it saw. */
static void look(const struct clone_args *args, const char *name)
{
	long pid = syscall(SYS_clone3, args, sizeof(*args));

	if (pid == 0)
		_exit(syscall(SYS_getppid) <= 0
			  ? 9
			  : args->flags != CLONE_UNTRACED);
	print_end(name, pid);
	printf("%s: flags 0x%llx\n", name, (unsigned long long)args->flags);
}

#ifdef __x86_64__
static void look_at_register(void)
{
	uint64_t flags = CLONE_UNTRACED | SIGCHLD;
	register uint64_t tls __asm__("r8") = 0;
	register uint64_t tid __asm__("r10") = 0;
	long pid = SYS_clone;

	__asm__ volatile("syscall"
			 : "+a"(pid), "+D"(flags)
			 : "S"(0L), "d"(0L), "r"(tid), "r"(tls)
			 : "rcx", "r11", "memory");
	if (pid == 0)
		_exit(flags != (CLONE_UNTRACED | SIGCHLD));
	print_end("register", pid);
	printf("register: 0x%llx\n", (unsigned long long)flags);
}
#else
static void look_at_register(void)
{
}
#endif

int main(void)
{
	struct clone_args args = fixed;

	setvbuf(stdout, NULL, _IOLBF, 0);
	look(&args, "memory");
	look(&fixed, "fixed memory");
	look_at_register();
	return 0;
}
