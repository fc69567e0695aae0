/*
 * Opens the same relative names while all that decides what they mean changes:
 * by itself, by a thread that has a working directory of its own, by a child
 * that shares ours. Works in a directory of its own below the current one.
 * Exits with the number of calls that went wrong.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int wrong;

static void must(long result)
{
	wrong += result < 0;
}

/* It is not there: how it is named is what matters. */
static void look(void)
{
	wrong += openat(AT_FDCWD, "here", O_RDONLY) >= 0;
	wrong += openat(AT_FDCWD, "there/here", O_RDONLY) >= 0;
}

static void move(void)
{
	int top = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	look();
	must(mkdir("a", 0700));
	must(mkdir("a/b", 0700));
	must(mkdir("a/b/c", 0700));
	must(chdir("a/b/c"));
	look();
	wrong += chdir("none") == 0;
	look();
	must(rename("../../../a", "../../../z"));
	look();
	must(fchdir(top));
	look();
	must(chdir("z/b/c"));
	must(unlinkat(top, "z/b/c", AT_REMOVEDIR));
	look();
	must(chdir("/"));
	look();
	must(fchdir(top));
	must(chdir("z/b"));
	close(top);
}

/* Threads take turns without a call, so that calls come in one order. */
static int32_t is_alive = 1;
static bool is_told;

static int thread(void *argument)
{
	(void)argument;
	while (!__atomic_load_n(&is_told, __ATOMIC_ACQUIRE))
		;
	look();
	must(chdir("/usr"));
	look();
	return 0;
}

/* Each goes where it likes. */
static void thread_of_its_own(void)
{
	static char stack[1 << 16] __attribute__((aligned(16)));
	const int flags = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD |
			  CLONE_FILES | CLONE_CHILD_CLEARTID;

	must(clone(thread, stack + sizeof(stack), flags, NULL, NULL, NULL,
		   &is_alive));
	__atomic_store_n(&is_told, true, __ATOMIC_RELEASE);
	while (__atomic_load_n(&is_alive, __ATOMIC_ACQUIRE))
		;
	look();
	must(chdir(".."));
	look();
}

/* Its end sends no signal, which would come now here, now there. */
static pid_t make_child(int flags)
{
	return (pid_t)syscall(SYS_clone, flags, 0L, 0L, 0L, 0L);
}

/* Takes us with it. */
static void child_that_shares(void)
{
	pid_t pid = make_child(CLONE_FS);

	if (pid == 0) {
		look();
		_exit(chdir("b") < 0);
	}
	must(waitpid(pid, NULL, __WALL));
	look();
	must(chdir(".."));
	look();
}

static void child(void)
{
	pid_t pid = make_child(0);

	if (pid == 0) {
		look();
		must(chdir("b"));
		look();
		_exit(wrong);
	}
	must(waitpid(pid, NULL, __WALL));
	look();
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";

	move();
	if (*how == 't')
		thread_of_its_own();
	else
		must(chdir(".."));
	if (*how == 's')
		child_that_shares();
	child();
	return wrong;
}
