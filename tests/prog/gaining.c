/*
 * What is executed with privilege, and who executes it:
 *	ids			says its ids and its capabilities
 *	exec FILE ARG...	executes FILE, which it must not survive
 *	descriptor FILE ARG...	the same by a descriptor of it
 *	thread FILE ARG...	another thread does, and the first one sleeps
 *	crowd FILE ARG...	the first thread does, and others are busy
 *	fail ROUNDS ERROR FILE	executes FILE, which fails with ERROR, so often;
 *				in between it waits until its calls are stopped,
 *				if they were at first, and asks for /round/N
 *	fail-threads ...	the same from another thread
 *	spin 1 ERROR FILE	fails once, and computes until they are stopped
 *	held FILE		reads a byte, executes FILE, which fails, and
 *reads to the end, while another thread cannot be stopped until it has read
 *one; asks for /held kept FILE ARG...	executes FILE with no_new_privs
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define CROWD      8
#define STACK_SIZE (64 << 10)

static char *const no_env[] = { NULL };

/* What follows a word in /proc/thread-self/status. */
static void status_of(const char *word, char value[64])
{
	FILE *file = fopen("/proc/thread-self/status", "r");
	char line[256];

	value[0] = '\0';
	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, word, strlen(word)))
			sscanf(line + strlen(word), ": %63s", value);
	if (file)
		fclose(file);
}

/* Whether somebody stops this thread at each call: it sleeps twice then. */
static int is_stopped(void)
{
	struct rusage before, after;

	getrusage(RUSAGE_THREAD, &before);
	getrusage(RUSAGE_THREAD, &after);
	return after.ru_nvcsw - before.ru_nvcsw >= 2;
}

static int say_ids(void)
{
	static const char *const sets[] = { "CapPrm", "CapEff", "NoNewPrivs" };
	uid_t uid[3];
	gid_t gid[3];
	char value[64];

	getresuid(&uid[0], &uid[1], &uid[2]);
	getresgid(&gid[0], &gid[1], &gid[2]);
	printf("%d %d %d, %d %d %d", uid[0], uid[1], uid[2], gid[0], gid[1],
	       gid[2]);
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		status_of(sets[i], value);
		printf(" %s %s", sets[i], value);
	}
	printf("\n");
	return 0;
}

static void *execute(void *argument)
{
	char **argv = argument;

	execve(argv[0], argv, no_env);
	perror(argv[0]);
	_exit(1);
}

static void *be_busy(void *unused)
{
	while (getppid() >= 0)
		;
	return unused;
}

static int execute_descriptor(char **argv)
{
	int fd = open(argv[0], O_PATH);

	syscall(SYS_execveat, fd, "", argv, no_env, AT_EMPTY_PATH);
	perror(argv[0]);
	return 1;
}

static int execute_in_crowd(char **argv)
{
	pthread_t thread;

	for (int i = 0; i < CROWD; i++)
		if (pthread_create(&thread, NULL, be_busy, NULL))
			return 1;
	execute(argv);
	return 1;
}

static int in_thread(void *(*function)(void *), char **argv)
{
	pthread_t thread;
	void *status = NULL;

	if (pthread_create(&thread, NULL, function, argv) ||
	    pthread_join(thread, &status))
		return 1;
	return status != NULL;
}

/* More than the kernel takes. */
static char **with_long_words(char *file)
{
	static char word[100001];
	static char *argv[101];

	memset(word, 'x', sizeof(word) - 1);
	for (int i = 0; i < 100; i++)
		argv[i] = word;
	argv[0] = file;
	return argv;
}

static void *fail(void *argument)
{
	char **argv = argument;
	int rounds = atoi(argv[0]);
	int error = atoi(argv[1]);
	char **words = error == E2BIG ? with_long_words(argv[2]) : argv + 2;
	int is_traced = is_stopped();
	char name[32];

	for (int i = 0; i < rounds; i++) {
		execve(argv[2], words, no_env);
		if (errno != error) {
			perror(argv[2]);
			return argument;
		}
		while (is_traced && !is_stopped())
			usleep(200);
		snprintf(name, sizeof(name), "/round/%d", i);
		(void)access(name, F_OK);
	}
	printf("%d\n", rounds);
	return NULL;
}

static int spin(char **argv)
{
	int is_traced = is_stopped();

	execve(argv[2], argv, no_env);
	do
		for (volatile int i = 0; i < 1000000; i++)
			;
	while (is_traced && !is_stopped());
	(void)access("/round/0", F_OK);
	printf("spun\n");
	return 0;
}

static int read_byte(void)
{
	char byte;

	return read(STDIN_FILENO, &byte, 1) == 1;
}

static volatile int is_held;

static int hold(void *unused)
{
	(void)unused;
	is_held = 1;
	return !read_byte();
}

/* Waits for a child that shares its memory. */
static void *be_held(void *unused)
{
	static char stack[STACK_SIZE];
	pid_t pid = clone(hold, stack + STACK_SIZE,
			  CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

	waitpid(pid, NULL, 0);
	return unused;
}

static int execute_while_held(char **argv)
{
	pthread_t thread;

	if (!read_byte() || pthread_create(&thread, NULL, be_held, NULL))
		return 1;
	while (!is_held)
		;
	execve(argv[0], argv, no_env);
	pthread_join(thread, NULL);
	while (read_byte())
		;
	(void)access("/held", F_OK);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "ids";

	if (!strcmp(what, "ids"))
		return say_ids();
	if (!strcmp(what, "kept") && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 1;
	if (!strcmp(what, "exec") || !strcmp(what, "kept"))
		execute(argv + 2);
	if (!strcmp(what, "descriptor"))
		return execute_descriptor(argv + 2);
	if (!strcmp(what, "thread"))
		return in_thread(execute, argv + 2);
	if (!strcmp(what, "crowd"))
		return execute_in_crowd(argv + 2);
	if (!strcmp(what, "fail"))
		return fail(argv + 2) != NULL;
	if (!strcmp(what, "fail-threads"))
		return in_thread(fail, argv + 2);
	if (!strcmp(what, "held"))
		return execute_while_held(argv + 2);
	if (!strcmp(what, "spin"))
		return spin(argv + 2);
	return 2;
}
