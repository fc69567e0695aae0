/*
 * What the bench measures: one kind of call, again and again, by so many
 * threads or processes at once. Prints nanoseconds per operation as a worker
 * sees them. Does nothing else between the start and the end of the clock.
 *
 * "beside N": one worker, and N threads that sleep; prints as a second number
 * how many KiB of memory whoever traces it holds at the end (0: nobody).
 *
 * usage: work CASE COUNT [threads N | processes N | beside N]
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "prog/tracer.h"

#define WORKERS_MAX   64
#define SLEEPER_STACK ((size_t)16 << 10)

/* One worker's means. */
struct worker {
	int fd;      /* of a file to read */
	int in, out; /* of the pipes to the one who answers */
	pthread_t echo;
	int echo_in, echo_out;
};

struct work_case {
	const char *name;
	void (*open)(struct worker *worker);
	void (*once)(struct worker *worker);
	void (*close)(struct worker *worker);
};

/* What all workers share, processes too. */
struct shared {
	pthread_barrier_t start;
	pthread_barrier_t end;
};

static const struct work_case *work;
static struct shared *shared;
static long count;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "work: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void check(int result, const char *what)
{
	if (result < 0)
		fail(what);
}

static void open_nothing(struct worker *worker)
{
	(void)worker;
}

static void call_getppid(struct worker *worker)
{
	(void)worker;
	syscall(SYS_getppid);
}

static void open_file(struct worker *worker)
{
	static char bytes[4096];
	char name[] = "/tmp/work.XXXXXX";

	memset(bytes, 'x', sizeof(bytes));
	worker->fd = mkstemp(name);
	check(worker->fd, name);
	unlink(name);
	if (write(worker->fd, bytes, sizeof(bytes)) != sizeof(bytes))
		fail("write");
}

static void close_file(struct worker *worker)
{
	close(worker->fd);
}

static void read_64(struct worker *worker)
{
	char bytes[64];

	if (pread(worker->fd, bytes, sizeof(bytes), 0) != sizeof(bytes))
		fail("pread");
}

static void read_4096(struct worker *worker)
{
	char bytes[4096];

	if (pread(worker->fd, bytes, sizeof(bytes), 0) != sizeof(bytes))
		fail("pread");
}

static void open_and_close(struct worker *worker)
{
	(void)worker;
	close(open("/dev/null", O_RDONLY));
}

static void *echo(void *argument)
{
	struct worker *worker = argument;
	char byte;

	while (read(worker->echo_in, &byte, 1) == 1)
		if (write(worker->echo_out, &byte, 1) != 1)
			break;
	return NULL;
}

static void open_pipes(struct worker *worker)
{
	int there[2], back[2];

	check(pipe2(there, O_CLOEXEC), "pipe");
	check(pipe2(back, O_CLOEXEC), "pipe");
	worker->out = there[1];
	worker->echo_in = there[0];
	worker->in = back[0];
	worker->echo_out = back[1];
	pthread_create(&worker->echo, NULL, echo, worker);
}

static void ping_and_pong(struct worker *worker)
{
	char byte = '!';

	if (write(worker->out, &byte, 1) != 1 ||
	    read(worker->in, &byte, 1) != 1)
		fail("pipe");
}

static void close_pipes(struct worker *worker)
{
	close(worker->out);
	pthread_join(worker->echo, NULL);
	close(worker->in);
	close(worker->echo_in);
	close(worker->echo_out);
}

static const struct work_case cases[] = {
	{ "getppid", open_nothing, call_getppid, open_nothing },
	{ "read64", open_file, read_64, close_file },
	{ "read4k", open_file, read_4096, close_file },
	{ "open", open_nothing, open_and_close, open_nothing },
	{ "pipe", open_pipes, ping_and_pong, close_pipes },
};

static void *work_thread(void *argument)
{
	struct worker worker = { 0 };

	(void)argument;
	work->open(&worker);
	pthread_barrier_wait(&shared->start);
	for (long i = 0; i < count; i++)
		work->once(&worker);
	pthread_barrier_wait(&shared->end);
	work->close(&worker);
	return NULL;
}

static void start_threads(unsigned number)
{
	pthread_t thread;

	for (unsigned i = 0; i < number; i++)
		if (pthread_create(&thread, NULL, work_thread, NULL))
			fail("pthread_create");
}

static void start_processes(unsigned number)
{
	for (unsigned i = 0; i < number; i++) {
		pid_t pid = fork();

		check(pid, "fork");
		if (pid > 0)
			continue;
		work_thread(NULL);
		_exit(0);
	}
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void share(unsigned members)
{
	pthread_barrierattr_t attributes;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		fail("mmap");
	pthread_barrierattr_init(&attributes);
	pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	pthread_barrier_init(&shared->start, &attributes, members);
	pthread_barrier_init(&shared->end, &attributes, members);
}

/* One worker runs where the clock is, others beside it. */
static uint64_t run(unsigned workers, void (*start)(unsigned number))
{
	struct worker worker = { 0 };
	uint64_t begin;

	if (workers > 1) {
		share(workers + 1);
		start(workers);
		pthread_barrier_wait(&shared->start);
		begin = now_ns();
		pthread_barrier_wait(&shared->end);
		return now_ns() - begin;
	}
	work->open(&worker);
	begin = now_ns();
	for (long i = 0; i < count; i++)
		work->once(&worker);
	begin = now_ns() - begin;
	work->close(&worker);
	return begin;
}

static void *sleep_for_ever(void *argument)
{
	(void)argument;
	for (;;)
		pause();
	return NULL;
}

static void start_sleepers(unsigned number)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, SLEEPER_STACK);
	for (unsigned i = 0; i < number; i++)
		if (pthread_create(&thread, &attributes, sleep_for_ever, NULL))
			fail("pthread_create");
}

static int usage(void)
{
	fputs("usage: work CASE COUNT [threads N | processes N | beside N]\n",
	      stderr);
	return 2;
}

static bool choose(const char *name)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (!strcmp(cases[i].name, name))
			work = &cases[i];
	return work != NULL;
}

int main(int argc, char **argv)
{
	const char *how = argc == 5 ? argv[3] : "threads";
	unsigned long number = argc == 5 ? strtoul(argv[4], NULL, 10) : 1;
	bool beside = !strcmp(how, "beside");
	uint64_t took;

	if ((argc != 3 && argc != 5) || !choose(argv[1]))
		return usage();
	count = strtol(argv[2], NULL, 10);
	if (count < 1 || (!beside && (number < 1 || number > WORKERS_MAX)))
		return usage();
	if (beside)
		start_sleepers((unsigned)number);
	took = run(beside ? 1 : (unsigned)number,
		   strcmp(how, "processes") ? start_threads : start_processes);
	printf("%.1f %ld\n", (double)took / (double)count,
	       beside ? tracer_kib() : 0);
	return 0;
}
