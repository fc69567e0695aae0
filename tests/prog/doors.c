/*
 * Calls by other doors, and numbers of no call: int 0x80 has i386's numbers and
 * 32 bits, x32 numbers have a bit of their own, and what is no call must not
 * look like one. Exits with 77 where the kernel takes no int 0x80.
 */
#include <fcntl.h>
#include <signal.h>

#include <sys/prctl.h>

#include "say.h"

static void unknown_numbers(void)
{
	/* 0x10002 ends in the 16 bits of open(2), 0xf0005 is ARM's set_tls. */
	static const long numbers[] = { 1000,       4095, 0x10002, 0xf0005,
					0x3fffffff, -1,   -2,      -40000 };

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

#include "i386.h"

#define I386_OPEN   5
#define I386_GETUID 24 /* with 16 bits */
#define X32_BIT     0x40000000L

static void by_interrupt(void)
{
	char *low = i386_memory(4096);

	strcpy(low, "/nonexistent/x");
	say_begin();
	say_line("ABI i386\n");
	say_enter("getpid", SAY_ARGS());
	say.result = i386_call(I386_GETPID, (long[6]){ 0 });
	say.name = "getpid";
	say_return();
	say_enter("open", SAY_ARGS((long)low, O_RDONLY, 0));
	say.result = i386_call(I386_OPEN, (long[6]){ (long)low, O_RDONLY });
	say_name(low);
	say_line("RETURN open ENOENT\n");
	/* The same number is another call to each. */
	say_line("ABI x86_64\n");
	say_simple(sched_yield);
	say_line("ABI i386\n");
	say_enter("getuid", SAY_ARGS());
	say.result = i386_call(I386_GETUID, (long[6]){ 0 });
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

static int i386_is_open(void)
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
	if (!i386_is_open())
		return 77;
	all_doors();
	unknown_numbers();
	rename_itself();
	say_end();
	return 0;
}
