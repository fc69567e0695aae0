/*
 * Calls by other doors and with other numbers than a program has: int 0x80 (its
 * own numbering), x32, and numbers that are no call at all. Prints what each
 * returned, where that is the same on all machines.
 */
#include <stdio.h>
#include <unistd.h>

#include <sys/syscall.h>

#ifdef __x86_64__

#define I386_GETPID  20
#define I386_GETPPID 64
#define X32_GETPID   (0x40000000L + 39)

static long by_syscall(long number)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(0L), "S"(0L), "d"(0L)
			 : "rcx", "r11", "memory");
	return result;
}

static long by_interrupt(long number)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(0L), "c"(0L), "d"(0L)
			 : "memory");
	return result;
}

int main(int argc, char **argv)
{
	static const long unknown[] = { 1000, 100000, 0x7fffffff, -2,
					0x100000000L + SYS_getpid };

	(void)argv;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		by_syscall(unknown[i]);
	by_syscall(X32_GETPID);
	/* A kernel without 32-bit programs sends SIGSEGV. */
	if (argc > 1)
		return 0;
	by_interrupt(1000);
	by_interrupt(I386_GETPPID);
	return by_interrupt(I386_GETPID) != getpid();
}

#else

int main(void)
{
	syscall(1000);
	return syscall(100000) != -1;
}

#endif
