/*
 * The same number by two doors: 5 is fstat to `syscall` and open to `int 0x80`.
 * Exits with 0 when both did what they should, with 77 where there is no such
 * door.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define NO_DOOR 77

#ifdef __x86_64__

#define NUMBER 5

static void handle(int signal_number)
{
	(void)signal_number;
	_exit(NO_DOOR);
}

static long by_interrupt(long number, const void *argument)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(argument), "c"(0L), "d"(0L)
			 : "memory");
	return result;
}

int main(void)
{
	char *path = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	struct stat status;
	long result;

	if (path == MAP_FAILED)
		return NO_DOOR;
	strcpy(path, "/nonexistent/door");
	signal(SIGSEGV, handle);
	result = by_interrupt(NUMBER, path);
	if (result == -ENOSYS)
		return NO_DOOR;
	return result != -ENOENT || syscall(NUMBER, 0, &status) != 0;
}

#else

int main(void)
{
	return NO_DOOR;
}

#endif
