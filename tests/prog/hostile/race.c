/*
 * A name, a descriptor, flags: another one changes them while they are read,
 * first by who records the call and then by the kernel.
 */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/sched.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "../tracer.h"

_Static_assert(sizeof(SECRET) == sizeof(DECOY), "they replace each other");

static char name[sizeof(SECRET)] = DECOY;
static atomic_bool done;

static void flip(volatile char *where)
{
	for (bool on = false; !done; on = !on)
		for (size_t i = 0; i < sizeof(SECRET); i++)
			where[i] = on ? SECRET[i] : DECOY[i];
}

static void *flip_name(void *unused)
{
	flip(name);
	return unused;
}

static enum outcome remove_until_gone(const char *which)
{
	while (secret_is_worth_trying())
		unlink(which);
	done = true;
	return secret_gone();
}

enum outcome race_thread(char **words)
{
	pthread_t thread;
	enum outcome outcome;

	(void)words;
	if (pthread_create(&thread, NULL, flip_name, NULL))
		return FAILED;
	outcome = remove_until_gone(name);
	pthread_join(thread, NULL);
	return outcome;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, __WALL);
}

/* Memory that a fork leaves in common. */
enum outcome race_sharing(char **words)
{
	char *common = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	enum outcome outcome;
	pid_t pid;

	(void)words;
	if (common == MAP_FAILED)
		return FAILED;
	memcpy(common, DECOY, sizeof(DECOY));
	pid = fork();
	if (pid == 0)
		flip(common);
	outcome = remove_until_gone(common);
	end(pid);
	return outcome;
}

static int flip_in_child(void *unused)
{
	(void)unused;
	flip(name);
	return 0;
}

/* A process, no thread, in the same memory. */
enum outcome race_space(char **words)
{
	static char stack[65536] __attribute__((aligned(16)));
	enum outcome outcome;
	pid_t pid = clone(flip_in_child, stack + sizeof(stack),
			  CLONE_VM | SIGCHLD, NULL);

	(void)words;
	if (pid < 0)
		return FAILED;
	outcome = remove_until_gone(name);
	waitpid(pid, NULL, 0);
	return outcome;
}

/* The child removes, the parent writes into it: that is allowed to parents. */
static enum outcome race_child(void (*write_name)(pid_t pid, const char *text))
{
	bool on = false;
	pid_t pid = fork();

	if (pid == 0) {
		remove_until_gone(name);
		_exit(0);
	}
	while (!waitpid(pid, NULL, WNOHANG)) {
		on = !on;
		write_name(pid, on ? SECRET : DECOY);
	}
	return secret_gone();
}

static void write_there(pid_t pid, const char *text)
{
	struct iovec from = { (void *)(uintptr_t)text, sizeof(name) };
	struct iovec to = { name, sizeof(name) };

	process_vm_writev(pid, &from, 1, &to, 1, 0);
}

enum outcome race_writing(char **words)
{
	(void)words;
	return race_child(write_there);
}

static int memory = -1;

static void write_file(pid_t pid, const char *text)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	if (memory < 0)
		memory = open(path, O_RDWR | O_CLOEXEC);
	if (pwrite(memory, text, sizeof(name), (off_t)(uintptr_t)name) < 0)
		sched_yield();
}

enum outcome race_mem(char **words)
{
	(void)words;
	return race_child(write_file);
}

static void lead_to(const char *where)
{
	if (!symlink(where, "new"))
		rename("new", "link");
}

static void *flip_link(void *unused)
{
	while (!done) {
		lead_to("decoy");
		lead_to(SECRET);
	}
	return unused;
}

/* What was opened, without asking by a name. */
static bool is_other_than(int fd, const struct stat *other)
{
	struct stat status;

	return !fstat(fd, &status) && (status.st_ino != other->st_ino ||
				       status.st_dev != other->st_dev);
}

/* Reads it through a link that leads to another file, most of the time. */
enum outcome race_link(char **words)
{
	struct stat decoy;
	pthread_t thread;
	bool did = false;
	int fd = open("decoy", O_CREAT | O_RDWR | O_CLOEXEC, 0600);

	(void)words;
	if (fd < 0 || fstat(fd, &decoy) < 0 ||
	    pthread_create(&thread, NULL, flip_link, NULL))
		return FAILED;
	close(fd);
	while (!did && secret_is_worth_trying()) {
		fd = open("link", O_RDONLY | O_CLOEXEC);
		did = fd >= 0 && is_other_than(fd, &decoy);
		close(fd);
	}
	done = true;
	pthread_join(thread, NULL);
	return did ? DID : REFUSED;
}

static atomic_int target = -1;

static void *replace(void *unused)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	while (!done)
		if (fd >= 0 && target >= 0)
			dup2(fd, target);
	return unused;
}

/* Whoever asks what was opened asks about something else. */
enum outcome race_dup(char **words)
{
	pthread_t thread;

	(void)words;
	target = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (pthread_create(&thread, NULL, replace, NULL))
		return FAILED;
	close(target);
	for (int i = 0; i < 200; i++)
		close(open(SECRET, O_RDONLY | O_CLOEXEC));
	done = true;
	pthread_join(thread, NULL);
	return DID;
}

static int write_secret(void *unused)
{
	(void)unused;
	memcpy(name, SECRET, sizeof(SECRET));
	return 0;
}

/* The child changes what the parent is about to say. */
enum outcome race_vfork(char **words)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid = clone(write_secret, stack + sizeof(stack),
			  CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

	(void)words;
	if (pid < 0)
		return FAILED;
	unlink(name);
	waitpid(pid, NULL, 0);
	return secret_gone();
}

static volatile struct clone_args flags;

static void *flip_flags(void *unused)
{
	while (!done) {
		flags.flags = CLONE_UNTRACED;
		flags.flags = 0;
	}
	return unused;
}

/* A child that nobody is told of: who records it takes the flag away, and
 * another thread puts it back. */
enum outcome race_clone3(char **words)
{
	pthread_t thread;

	(void)words;
	flags.exit_signal = SIGCHLD;
	if (pthread_create(&thread, NULL, flip_flags, NULL))
		return FAILED;
	while (secret_is_worth_trying()) {
		pid_t pid = (pid_t)syscall(SYS_clone3, &flags, sizeof(flags));

		if (pid < 0)
			break;
		if (pid == 0) {
			if (!tracer_status_number("self", "TracerPid:"))
				unlink(SECRET);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
	done = true;
	pthread_join(thread, NULL);
	return secret_gone();
}
