/*
 * Is busy in calls, and then looks where it may run, in all the ways there are:
 * must always be where it might when it was started, or where it said itself.
 * Prints for each way how often it was not.
 *
 * "crowd": the same, while children are as busy, which are looked at, too.
 *
 * "wait": opens a directory of a misleading name, says "busy" and is busy until
 * a byte or the end comes on standard input, then sleeps there until the next
 * one, and says where it may run.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ROUNDS       40
#define CROWD_ROUNDS 8
#define CROWD        3
#define BUSY         60

static cpu_set_t own;
static pid_t crowd[CROWD]; /* 0: ourselves */

static void be_busy(void)
{
	/* With a call that every filter of ours stops. */
	for (int i = 0; i < BUSY; i++) {
		syscall(SYS_getppid);
		(void)access("/", F_OK);
	}
}

static bool is_moved(void)
{
	cpu_set_t now;

	return sched_getaffinity(0, sizeof(now), &now) ||
	       !CPU_EQUAL(&now, &own);
}

/* As a number of CPUs, which may be written with commas. */
static int count_bits(const char *text)
{
	int count = 0;

	for (; *text && *text != '\n'; text++)
		if (*text != ',')
			count += __builtin_popcount(
			    (unsigned)strtol((char[]){ *text, 0 }, NULL, 16));
	return count;
}

static bool is_moved_in(int directory, const char *path)
{
	static const char name[] = "Cpus_allowed:\t";
	char text[8192];
	int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
	const char *line;
	ssize_t got;

	be_busy();
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[got < 0 ? 0 : got] = 0;
	line = strstr(text, name);
	return !line || count_bits(line + strlen(name)) != CPU_COUNT(&own);
}

static bool is_moved_in_status(void)
{
	return is_moved_in(AT_FDCWD, "/proc/self/status");
}

static bool is_moved_in_directory(void)
{
	int directory = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool moved = is_moved_in(directory, "status");

	close(directory);
	return moved;
}

static bool is_child_moved(void)
{
	int status = 1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(is_moved());
	waitpid(pid, &status, 0);
	return status != 0;
}

static bool is_program_moved(void)
{
	int status = 1;
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/proc/self/exe", "affinity", "look", NULL);
		_exit(1);
	}
	waitpid(pid, &status, 0);
	return status != 0;
}

static void *look(void *result)
{
	*(bool *)result = is_moved();
	return NULL;
}

static bool is_thread_moved(void)
{
	bool moved = true;
	pthread_t thread;

	if (!pthread_create(&thread, NULL, look, &moved))
		pthread_join(thread, NULL);
	return moved;
}

/* What it says itself stays. */
static bool is_own_word_lost(void)
{
	cpu_set_t before = own;
	bool lost;

	for (unsigned cpu = CPU_SETSIZE; cpu-- > 0;)
		if (CPU_ISSET(cpu, &own)) {
			CPU_CLR(cpu, &own);
			break;
		}
	sched_setaffinity(0, sizeof(own), &own);
	be_busy();
	lost = is_moved();
	own = before;
	sched_setaffinity(0, sizeof(own), &own);
	return lost;
}

static bool is_crowd_moved(void)
{
	cpu_set_t now;

	for (int i = 0; i < CROWD; i++)
		if (sched_getaffinity(crowd[i], sizeof(now), &now) ||
		    !CPU_EQUAL(&now, &own))
			return true;
	return false;
}

static const struct way {
	const char *name;
	bool (*is_moved)(void);
} ways[] = {
	{ "sched_getaffinity", is_moved },
	{ "child", is_child_moved },
	{ "program", is_program_moved },
	{ "thread", is_thread_moved },
	{ "own word", is_own_word_lost },
	{ "sched_getaffinity", is_moved },
	{ "crowd", is_crowd_moved },
	/* Last: who has looked there is not held any more. */
	{ "directory", is_moved_in_directory },
	{ "status", is_moved_in_status },
};

static int look_all(int rounds)
{
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		unsigned moved = 0;

		for (int round = 0; round < rounds; round++) {
			be_busy();
			moved += ways[i].is_moved();
		}
		printf("%s: %u of %d\n", ways[i].name, moved, rounds);
	}
	return 0;
}

static void be_busy_beside(pid_t parent)
{
	while (getppid() == parent)
		be_busy();
	_exit(0);
}

static int look_in_crowd(void)
{
	pid_t self = getpid();

	for (int i = 0; i < CROWD; i++) {
		crowd[i] = fork();
		if (crowd[i] == 0)
			be_busy_beside(self);
	}
	look_all(CROWD_ROUNDS);
	for (int i = 0; i < CROWD; i++) {
		kill(crowd[i], SIGKILL);
		waitpid(crowd[i], NULL, 0);
	}
	return 0;
}

/* What bears the name of what tells affinities, but is no process's. */
static void look_elsewhere(void)
{
	mkdir("16x16", 0700);
	mkdir("16x16/status", 0700);
	close(open("16x16/status", O_RDONLY | O_CLOEXEC));
}

static int be_busy_until_told(void)
{
	char byte;

	look_elsewhere();
	puts("busy");
	fflush(stdout);
	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	while (read(STDIN_FILENO, &byte, 1) < 0)
		be_busy();
	fcntl(STDIN_FILENO, F_SETFL, 0);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	puts(is_moved() ? "moved" : "as before");
	return 0;
}

int main(int argc, char **argv)
{
	sched_getaffinity(0, sizeof(own), &own);
	if (argc < 2)
		return look_all(ROUNDS);
	if (!strcmp(argv[1], "crowd"))
		return look_in_crowd();
	if (!strcmp(argv[1], "look"))
		return CPU_COUNT(&own) != (int)sysconf(_SC_NPROCESSORS_ONLN);
	return be_busy_until_told();
}
