/*
 * Sleeps, and faults that it knows of, and what the kernel counted of them.
 * usage: sampled sleep COUNT | long | fault PAGES | bad | threads COUNT
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/resource.h>

static void nap(long ns)
{
	const struct timespec time = { .tv_nsec = ns };

	nanosleep(&time, NULL);
}

static void tell(const char *when)
{
	struct timespec now;
	struct rusage usage;

	clock_gettime(CLOCK_REALTIME, &now);
	getrusage(RUSAGE_SELF, &usage);
	printf("%s %lld%09ld %ld\n", when, (long long)now.tv_sec, now.tv_nsec,
	       usage.ru_nvcsw + usage.ru_nivcsw);
}

/* Says how often it had been switched away from then, and when that was. */
static int sleep_often(int count)
{
	tell("from");
	for (int i = 0; i < count; i++)
		nap(50 * 1000);
	tell("to");
	return 0;
}

static int sleep_long(int count)
{
	(void)count;
	/* Long enough for a busy machine to look at it meanwhile. */
	sleep(2);
	return 0;
}

static int touch(int pages)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *at = mmap(NULL, (size_t)pages * size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return 1;
	madvise(at, (size_t)pages * size, MADV_NOHUGEPAGE);
	for (int i = 0; i < pages; i++)
		at[(size_t)i * size] = 1;
	printf("%#lx %zu\n", (unsigned long)at, (size_t)pages * size);
	return 0;
}

static sigjmp_buf back;

static void handle(int signal_number)
{
	(void)signal_number;
	siglongjmp(back, 1);
}

static void fault(volatile char *at)
{
	if (!sigsetjmp(back, 1))
		*at = 1;
	printf("%#lx\n", (unsigned long)at);
}

/* Nothing is there; it may not be written; there is no more of the file. */
static int bad(int count)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	char *nothing = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			     -1, 0);
	char *closed = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
	char *beyond = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED,
			    memfd_create("empty", 0), 0);

	(void)count;
	munmap(nothing, size);
	signal(SIGSEGV, handle);
	signal(SIGBUS, handle);
	fault(nothing);
	fault(closed);
	fault(beyond);
	return 0;
}

static void *thread(void *context)
{
	(void)context;
	nap(1000 * 1000);
	return NULL;
}

static int threads(int count)
{
	pthread_t *all = calloc((size_t)count, sizeof(*all));
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 65536);
	for (int i = 0; i < count; i++)
		if (pthread_create(&all[i], &attributes, thread, NULL))
			return 77;
	for (int i = 0; i < count; i++)
		pthread_join(all[i], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*act)(int count);
	} acts[] = {
		{ "sleep", sleep_often }, { "long", sleep_long },
		{ "fault", touch },       { "bad", bad },
		{ "threads", threads },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(acts) / sizeof(acts[0]); i++)
		if (!strcmp(argv[1], acts[i].name))
			return acts[i].act(argc > 2 ? atoi(argv[2]) : 0);
	return 2;
}
