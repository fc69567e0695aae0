/*
 * Makes one call, rt_sigsuspend(2), from a stack of a known form.
 * usage: stacks chain|handler|thread|jit|none|loops|endless
 *        stacks library FILE
 *        stacks killed
 * A signal waits already, and so the call ends at once; untraced nobody sees
 * the difference to one that blocks.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/syscall.h>

#define NOINLINE __attribute__((noinline))
/* What stands behind a call makes it no jump. */
#define BEHIND __asm__ volatile("" ::: "memory")

#define DEPTH      5
#define THREADS    4
#define CALLS_EACH 200

static volatile int sink;

static void ignore(int signal_number)
{
	(void)signal_number;
}

static NOINLINE void suspend(void)
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, NULL, &mask);
	sigdelset(&mask, SIGALRM);
	raise(SIGALRM);
	sigsuspend(&mask);
	BEHIND;
}

/* ---- chain ---- */

static inline __attribute__((always_inline)) void within(int depth)
{
	sink = depth;
	suspend();
	sink = depth;
}

static NOINLINE void descend(int depth)
{
	if (depth == 0)
		within(depth);
	else
		descend(depth - 1);
	BEHIND;
}

static NOINLINE int chain(void)
{
	descend(DEPTH);
	return sink;
}

/* ---- handler ---- */

static void handle(int signal_number)
{
	sink = signal_number;
	descend(1);
	BEHIND;
}

static NOINLINE int interrupted(void)
{
	signal(SIGUSR1, handle);
	kill(getpid(), SIGUSR1);
	BEHIND;
	return 0;
}

/* ---- thread ---- */

static void *run(void *context)
{
	descend(2);
	BEHIND;
	return context;
}

static NOINLINE int thread(void)
{
	pthread_t other;

	if (pthread_create(&other, NULL, run, NULL))
		return 1;
	pthread_join(other, NULL);
	return 0;
}

#if defined(__x86_64__)
/* ---- jit ---- */

/* A function that calls another: sub $8, %rsp; call *%rdi; add $8, %rsp; ret */
static const unsigned char code[] = { 0x48, 0x83, 0xec, 0x08, 0xff, 0xd7,
				      0x48, 0x83, 0xc4, 0x08, 0xc3 };

static NOINLINE int jit(void)
{
	void (*made)(void (*)(void));
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		return 1;
	memcpy(at, code, sizeof(code));
	memcpy(&made, &at, sizeof(at));
	made(suspend);
	BEHIND;
	return 0;
}

/* ---- bad stacks ---- */

/*
 * broken_none: no memory is where the stack pointer points to. broken_loops:
 * two frames, which the caller gives, are each other's caller. broken_endless:
 * the unwind info is a program that never ends. Each makes getppid(2).
 */
__asm__(".text\n"
	"broken_none:\n"
	".cfi_startproc\n"
	"	mov	%rsp, %r12\n"
	"	mov	$0x10, %esp\n"
	"	mov	$110, %eax\n"
	"	syscall\n"
	"	mov	%r12, %rsp\n"
	"	ret\n"
	".cfi_endproc\n"
	"broken_loops:\n"
	".cfi_startproc\n"
	"	push	%rbp\n"
	".cfi_def_cfa_offset 16\n"
	".cfi_offset %rbp, -16\n"
	"	mov	%rdi, %rbp\n"
	".cfi_def_cfa_register %rbp\n"
	"	lea	1f(%rip), %rax\n"
	"	mov	%rax, 8(%rdi)\n"
	"	mov	%rax, 24(%rdi)\n"
	"	mov	$110, %eax\n"
	"	syscall\n"
	"1:	nop\n"
	"	pop	%rbp\n"
	"	ret\n"
	".cfi_endproc\n"
	"broken_endless:\n"
	".cfi_startproc\n"
	/* DW_CFA_def_cfa_expression: DW_OP_skip back to itself. */
	".cfi_escape 0x0f, 0x03, 0x2f, 0xfd, 0xff\n"
	"	mov	$110, %eax\n"
	"	syscall\n"
	"	ret\n"
	".cfi_endproc\n");

void broken_none(void) __attribute__((visibility("hidden")));
void broken_loops(void *frames) __attribute__((visibility("hidden")));
void broken_endless(void) __attribute__((visibility("hidden")));

static NOINLINE int none(void)
{
	register long saved __asm__("r12");

	__asm__ volatile("call broken_none"
			 : "=r"(saved)
			 :
			 : "rax", "rcx", "r11", "memory");
	return 0;
}

static NOINLINE int loops(void)
{
	void *frames[4] = { &frames[2], NULL, &frames[0], NULL };

	broken_loops(frames);
	BEHIND;
	return 0;
}

static NOINLINE int endless(void)
{
	broken_endless();
	BEHIND;
	return 0;
}
#endif

/* ---- library ---- */

#if !defined(__i386__) /* which is linked statically here */
static NOINLINE int library(const char *file)
{
	void *handle_of = dlopen(file, RTLD_NOW);
	void (*enter)(void (*)(void));
	void *found;

	if (!handle_of) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	found = dlsym(handle_of, "callee_enter");
	if (!found)
		return 1;
	memcpy(&enter, &found, sizeof(found));
	enter(suspend);
	BEHIND;
	return 0;
}
#endif

/* ---- killed ---- */

static NOINLINE void make_calls(int depth, int calls)
{
	if (depth > 0)
		make_calls(depth - 1, calls);
	for (int i = 0; depth == 0 && i < calls; i++)
		syscall(SYS_getppid);
	BEHIND;
}

static void *call_on(void *context)
{
	pthread_barrier_t *barrier = context;

	make_calls(DEPTH, CALLS_EACH);
	pthread_barrier_wait(barrier);
	for (;;)
		make_calls(DEPTH, CALLS_EACH);
	return NULL;
}

/* All are busy when the end comes. */
static int killed(void)
{
	pthread_barrier_t barrier;
	pthread_t other;

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&other, NULL, call_on, &barrier))
			return 1;
	pthread_barrier_wait(&barrier);
	kill(getpid(), SIGKILL);
	return 1;
}

/* ---- all ---- */

static const struct way {
	const char *name;
	int (*act)(void);
} ways[] = {
	{ "chain", chain },   { "handler", interrupted },
	{ "thread", thread }, { "killed", killed },
#if defined(__x86_64__)
	{ "jit", jit },       { "none", none },
	{ "loops", loops },   { "endless", endless },
#endif
};

int main(int argc, char **argv)
{
	sigset_t alarm_alone;

	sigemptyset(&alarm_alone);
	sigaddset(&alarm_alone, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm_alone, NULL);
	signal(SIGALRM, ignore);
#if !defined(__i386__)
	if (argc == 3 && !strcmp(argv[1], "library"))
		return library(argv[2]);
#endif
	for (size_t i = 0; argc == 2 && i < sizeof(ways) / sizeof(ways[0]); i++)
		if (!strcmp(argv[1], ways[i].name)) {
			int r = ways[i].act();

			BEHIND;
			return r;
		}
	fprintf(stderr, "usage: stacks WAY\n");
	return 2;
}
