/*
 * For programs under test: calls of i386, made by int 0x80. What they point at
 * has to be where 32 bits reach.
 */
#ifndef PROG_I386_H
#define PROG_I386_H

#include <stddef.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/wait.h>

#define I386_GETPID 20

/* What the kernel returns: -errno when it failed. */
static inline long i386_call(long number, const long args[6])
{
	long sixth = args[5];
	long result;

	/* The compiler may need %rbp for itself. */
	__asm__ volatile("xchg %%rbp, %[sixth]\n\t"
			 "int $0x80\n\t"
			 "xchg %%rbp, %[sixth]"
			 : "=a"(result), [sixth] "+&r"(sixth)
			 : "a"(number), "b"(args[0]), "c"(args[1]),
			   "d"(args[2]), "S"(args[3]), "D"(args[4])
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

/* A kernel without 32-bit programs sends SIGSEGV. */
static inline int i386_is_open(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(i386_call(I386_GETPID, (long[6]){ 0 }) != getpid());
	return waitpid(pid, &status, 0) == pid && status == 0;
}

/* Memory that a 32-bit pointer reaches, or NULL. */
static inline void *i386_memory(size_t length)
{
	void *low = mmap(NULL, length, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	return low == MAP_FAILED ? NULL : low;
}

#endif
