/*
 * Threads that are busy in every way, and watch that nothing goes wrong, until
 * standard input ends: calls that move data, that sleep, that wait for each
 * other, signals that must all arrive, children that must all be waited for.
 * Prints "wrong WAY: N" for each way in which something did, and "done".
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/wait.h>

static bool is_over;

static bool goes_on(void)
{
	return !__atomic_load_n(&is_over, __ATOMIC_RELAXED);
}

static long move_data(void)
{
	char sent[256], got[256];
	int ends[2];
	long wrong = 0;

	memset(sent, 'x', sizeof(sent));
	if (pipe(ends))
		return 1;
	while (goes_on()) {
		wrong += write(ends[1], sent, sizeof(sent)) != sizeof(sent);
		wrong += read(ends[0], got, sizeof(got)) != sizeof(got);
		wrong += memcmp(sent, got, sizeof(got)) != 0;
	}
	return wrong;
}

static long open_files(void)
{
	long wrong = 0;

	while (goes_on()) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		wrong += fd < 0 || close(fd);
		wrong += access("/nonexistent", F_OK) == 0;
	}
	return wrong;
}

/* A sleep that ends early, or with an error, was disturbed. */
static long sleep_well(void)
{
	const struct timespec moment = { .tv_nsec = 2000000 };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event event;
	long wrong = 0;

	while (goes_on()) {
		wrong += nanosleep(&moment, NULL) != 0;
		wrong += poll(NULL, 0, 2) != 0;
		wrong += epoll_wait(epoll, &event, 1, 2) != 0;
	}
	return wrong;
}

static sem_t ping, pong;

static long wait_for_other(void)
{
	long wrong = 0;

	while (goes_on()) {
		sem_post(&ping);
		wrong += sem_wait(&pong) != 0;
	}
	sem_post(&ping);
	return wrong;
}

static long answer_other(void)
{
	long wrong = 0;

	while (goes_on()) {
		wrong += sem_wait(&ping) != 0;
		sem_post(&pong);
	}
	sem_post(&pong);
	return wrong;
}

static volatile sig_atomic_t caught;

static void catch_one(int signal_number)
{
	(void)signal_number;
	caught++;
}

/* A signal to oneself is there when the call that sends it returns. */
static long send_signals(void)
{
	struct sigaction action = { .sa_handler = catch_one };
	long wrong = 0;

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGRTMIN, &action, NULL);
	while (goes_on()) {
		sig_atomic_t before = caught;

		pthread_kill(pthread_self(), SIGUSR1);
		pthread_kill(pthread_self(), SIGRTMIN);
		wrong += caught != before + 2;
	}
	return wrong;
}

static long have_children(void)
{
	long wrong = 0;

	while (goes_on()) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0)
			_exit(7);
		wrong += pid < 0 || waitpid(pid, &status, 0) != pid ||
			 status != W_EXITCODE(7, 0);
	}
	return wrong;
}

static void *end(void *argument)
{
	return argument;
}

static long have_threads(void)
{
	long wrong = 0;

	while (goes_on()) {
		pthread_t thread;
		void *result = NULL;

		wrong += pthread_create(&thread, NULL, end, &wrong) ||
			 pthread_join(thread, &result) || result != &wrong;
	}
	return wrong;
}

static struct way {
	const char *name;
	long (*live)(void);
	pthread_t thread;
	long wrong;
} ways[] = {
	{ .name = "data", .live = move_data },
	{ .name = "files", .live = open_files },
	{ .name = "sleep", .live = sleep_well },
	{ .name = "ping", .live = wait_for_other },
	{ .name = "pong", .live = answer_other },
	{ .name = "signals", .live = send_signals },
	{ .name = "children", .live = have_children },
	{ .name = "threads", .live = have_threads },
	{ .name = "later sleep", .live = sleep_well },
};
#define WAYS (sizeof(ways) / sizeof(*ways))

static void *run_way(void *argument)
{
	struct way *way = argument;

	way->wrong = way->live();
	return NULL;
}

int main(void)
{
	char byte;

	sem_init(&ping, 0, 0);
	sem_init(&pong, 0, 0);
	for (size_t i = 0; i < WAYS; i++)
		if (pthread_create(&ways[i].thread, NULL, run_way, &ways[i]))
			return 1;
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	__atomic_store_n(&is_over, true, __ATOMIC_RELAXED);
	for (size_t i = 0; i < WAYS; i++) {
		pthread_join(ways[i].thread, NULL);
		if (ways[i].wrong)
			printf("wrong %s: %ld\n", ways[i].name, ways[i].wrong);
	}
	puts("done");
	return 0;
}
