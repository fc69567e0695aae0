/*
 * Calls by other doors, and numbers of no call: int 0x80 has i386's numbers and
 * 32 bits, x32 numbers have a bit of their own, and what is no call must not
 * look like one. Exits with 77 where the kernel takes no int 0x80.
 */
#include <fcntl.h>
#include <signal.h>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "say.h"

static void unknown_numbers(void)
{
	static const long numbers[] = { 1000, 4095, 100000, 0x3fffffff,
					-1,   -2,   -40000 };

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		int is_wide = numbers[i] < INT16_MIN ||
			      numbers[i] > INT16_MAX || numbers[i] == -1;

		if (is_wide)
			say_line("NUMBER %ld\n", numbers[i]);
		say_number("unknown", numbers[i], SAY_ARGS(1, 2, 3, 4, 5, 6));
		if (is_wide)
			say_line("NUMBER %ld\n", numbers[i]);
		say_return();
	}
}

#ifdef __x86_64__

#define I386_GETPID 20
#define I386_OPEN   5
#define I386_GETUID 24 /* with 16 bits */
#define X32_BIT     0x40000000L

static long interrupt(long number, long first, long second, long third)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(first), "c"(second), "d"(third)
			 : "memory");
	return result;
}

/* A kernel without 32-bit programs sends SIGSEGV. */
static int is_open(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(interrupt(I386_GETPID, 0, 0, 0) != getpid());
	return waitpid(pid, &status, 0) == pid && status == 0;
}

static void by_interrupt(void)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	strcpy(low, "/nonexistent/x");
	say_begin();
	say_line("ABI i386\n");
	say_enter("getpid", SAY_ARGS());
	say.result = interrupt(I386_GETPID, 0, 0, 0);
	say.name = "getpid";
	say_return();
	say_enter("open", SAY_ARGS((long)low, O_RDONLY, 0));
	say.result = interrupt(I386_OPEN, (long)low, O_RDONLY, 0);
	say_name(low);
	say_line("RETURN open ENOENT\n");
	/* The same number is another call to each. */
	say_line("ABI x86_64\n");
	say_simple(sched_yield);
	say_line("ABI i386\n");
	say_enter("getuid", SAY_ARGS());
	say.result = interrupt(I386_GETUID, 0, 0, 0);
	say.name = "getuid";
	say_return();
	say_line("ABI x86_64\n");
}

static void by_x32(void)
{
	long number = X32_BIT + SYS_getpid;

	say_line("ABI x32\nNUMBER %ld\n", number);
	say_number("getpid", number, SAY_ARGS());
	say_line("NUMBER %ld\n", number);
	say_return();
	say_line("ABI x86_64\n");
}

/* The kernel looks at 32 bits only. */
static void with_upper_half(void)
{
	say_number("getppid", 0x100000000L + SYS_getppid, SAY_ARGS());
	say_return();
}

static void all_doors(void)
{
	by_interrupt();
	with_upper_half();
	by_x32();
}

#else

static int is_open(void)
{
	return 1;
}

static void all_doors(void)
{
	say_begin();
}

#endif

/* The name that records carry. */
static void rename_itself(void)
{
	say_call(prctl, PR_SET_NAME, (long)"another name", 0, 0, 0);
	say_line("COMM another name\n");
	say_return();
	say_simple(prctl, PR_SET_NAME, 1, 0, 0, 0);
}

int main(void)
{
	if (!is_open())
		return 77;
	all_doors();
	unknown_numbers();
	rename_itself();
	say_end();
	return 0;
}
