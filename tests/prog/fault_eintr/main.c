/*
 * Blocks in one call after the other that a signal can interrupt, while another
 * process prods it with signals, and prints what each call came to. How it is
 * prodded is the argument:
 *
 *	ignored    signals that are ignored, by SIG_IGN or by default
 *	caught     one with a handler
 *	restarted  one with a handler with SA_RESTART
 *	stopped    SIGSTOP, then SIGCONT
 *	attached   no signal: "./prod PID" is run, several times
 *
 * "thread" as a second argument: the call is made by a thread that is not the
 * leader. Must print the same traced and untraced.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "calls.h"

#define PRODS 3

enum mode { IGNORED, CAUGHT, RESTARTED, STOPPED, ATTACHED, MODE_COUNT };

static const char *const mode_names[MODE_COUNT] = { "ignored", "caught",
						    "restarted", "stopped",
						    "attached" };

/* What blocker and prodder share. */
struct stage {
	struct ground ground;
	pid_t pid;
	volatile pid_t tid; /* set just before the call */
	volatile int left;  /* it came back */
};

static volatile sig_atomic_t handled;

static void handler(int signal_number)
{
	(void)signal_number;
	handled++;
}

static void set_dispositions(enum mode mode)
{
	struct sigaction caught = { .sa_handler = handler };

	caught.sa_flags = mode == RESTARTED ? SA_RESTART : 0;
	sigaction(SIGUSR2, &caught, NULL);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGALRM, SIG_IGN);
	signal(SIGRTMIN, SIG_IGN);
}

/* Whether the thread sleeps in a call, with no signal on its way to it. */
static bool is_asleep(const struct stage *stage, pid_t tid)
{
	char name[64], line[256];
	unsigned long long pending = 0;
	char state = 0;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/task/%d/status", stage->pid,
		 tid);
	file = fopen(name, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		unsigned long long mask;

		if (sscanf(line, "SigPnd: %llx", &mask) == 1 ||
		    sscanf(line, "ShdPnd: %llx", &mask) == 1)
			pending |= mask;
		sscanf(line, "State: %c", &state);
	}
	fclose(file);
	return state == 'S' && !pending;
}

/* The leader too: before it has unblocked its signals behind pthread_create()
 * an ignored one would not be dropped, and wake the thread instead. */
static bool is_blocked(const struct stage *stage)
{
	return stage->tid && is_asleep(stage, stage->tid) &&
	       is_asleep(stage, stage->pid);
}

/* Between two looks: leaves the CPU to the other. */
static void pause_a_moment(void)
{
	const struct timespec moment = { .tv_nsec = 100000 };

	nanosleep(&moment, NULL);
}

static void wait_until_blocked(const struct stage *stage)
{
	while (!stage->left && !is_blocked(stage))
		pause_a_moment();
}

/* One signal to the process and one to the thread. */
static void prod_with(const struct stage *stage, int signal_number)
{
	wait_until_blocked(stage);
	if (stage->left)
		return;
	kill(stage->pid, signal_number);
	wait_until_blocked(stage);
	if (!stage->left)
		syscall(SYS_tgkill, stage->pid, stage->tid, signal_number);
	wait_until_blocked(stage);
}

static void stop_and_continue(const struct stage *stage)
{
	int status;

	wait_until_blocked(stage);
	if (stage->left)
		return;
	kill(stage->pid, SIGSTOP);
	waitpid(stage->pid, &status, WUNTRACED);
	kill(stage->pid, SIGCONT);
	waitpid(stage->pid, &status, WCONTINUED);
	wait_until_blocked(stage);
}

/* A program that fails ends all of it: something is wrong with the test. */
static void run_prod(const struct stage *stage)
{
	char id[16];
	pid_t pid;
	int status;

	snprintf(id, sizeof(id), "%d", stage->pid);
	wait_until_blocked(stage);
	pid = fork();
	if (pid == 0) {
		execl("./prod", "prod", id, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status) {
		kill(stage->pid, SIGKILL);
		_exit(3);
	}
	wait_until_blocked(stage);
}

static void prod(const struct stage *stage, enum mode mode)
{
	const int ignored[] = { SIGUSR1, SIGALRM, SIGCHLD, SIGWINCH,
				SIGURG,  SIGCONT, SIGRTMIN };

	switch (mode) {
	case IGNORED:
		for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
			prod_with(stage, ignored[i]);
		break;
	case CAUGHT:
	case RESTARTED:
		prod_with(stage, SIGUSR2);
		break;
	case STOPPED:
		stop_and_continue(stage);
		break;
	case ATTACHED:
		for (int i = 0; i < PRODS && !stage->left; i++)
			run_prod(stage);
		break;
	case MODE_COUNT:
		break;
	}
}

static void prodder(struct stage *stage, const struct blocking *call,
		    enum mode mode)
{
	prod(stage, mode);
	if (!stage->left && call->release)
		call->release(&stage->ground, stage->pid, stage->tid);
	while (!stage->left)
		pause_a_moment();
}

struct blocker {
	struct stage *stage;
	const struct blocking *call;
	long result;
	int error;
};

static void *block(void *argument)
{
	struct blocker *blocker = argument;
	struct stage *stage = blocker->stage;

	errno = 0;
	stage->tid = (pid_t)syscall(SYS_gettid);
	blocker->result = blocker->call->block(&stage->ground);
	blocker->error = errno;
	stage->left = 1;
	return NULL;
}

static void run_blocker(struct stage *stage, const struct blocking *call,
			bool threaded)
{
	struct blocker blocker = { .stage = stage, .call = call };
	pthread_t thread;

	handled = 0;
	if (threaded && !pthread_create(&thread, NULL, block, &blocker))
		pthread_join(thread, NULL);
	else
		block(&blocker);
	printf("%s: %ld %s%s\n", call->name, blocker.result,
	       blocker.result < 0 ? strerrorname_np(blocker.error) : "",
	       handled ? " handled" : "");
	fflush(stdout);
}

/* The blocker must be the parent's child when the parent is to see it stop, and
 * else the process that was started: without -i no other is traced. */
static void play(struct stage *stage, const struct blocking *call,
		 enum mode mode, bool threaded)
{
	pid_t child;
	bool blocks;

	stage->pid = getpid();
	child = fork();
	if (child < 0) {
		perror("fork");
		exit(3);
	}
	if (child == 0 && mode == STOPPED)
		stage->pid = getpid();
	else if (child > 0 && mode == STOPPED)
		stage->pid = child;
	blocks = (child == 0) == (mode == STOPPED);
	if (blocks)
		run_blocker(stage, call, threaded);
	else
		prodder(stage, call, mode);
	if (child == 0)
		_exit(0);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
}

static int play_one(const struct blocking *call, enum mode mode, bool threaded)
{
	struct stage *stage = mmap(NULL, sizeof(*stage), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int r;

	if (stage == MAP_FAILED)
		return 1;
	r = ground_open(&stage->ground, call);
	if (r)
		printf("%s: not here: %s\n", call->name, strerrorname_np(r));
	else
		play(stage, call, mode, threaded);
	fflush(stdout);
	ground_close(&stage->ground);
	return munmap(stage, sizeof(*stage)) ? 1 : 0;
}

static int play_all(const struct blocking *call, enum mode mode, bool threaded)
{
	int failed = 0;

	for (; call->name; call++)
		/* What ends by itself may do so before it is prodded. */
		if (mode == IGNORED || call->release)
			failed |= play_one(call, mode, threaded);
	return failed;
}

int main(int argc, char **argv)
{
	bool threaded = argc > 2 && !strcmp(argv[2], "thread");
	enum mode mode = IGNORED;

	while (argc > 1 && mode < MODE_COUNT &&
	       strcmp(argv[1], mode_names[mode]))
		mode++;
	if (argc < 2 || mode == MODE_COUNT)
		return 2;
	set_dispositions(mode);
	return play_all(calls_files, mode, threaded) |
	       play_all(calls_sockets, mode, threaded) |
	       play_all(calls_waits, mode, threaded);
}
