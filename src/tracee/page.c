/*
 * By /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst), of which
 * everybody who may trace a process sees the bits that are used here.
 */
#include "tracee/page.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/ptrace.h>

#include "tracee/mapping.h"

#define PAGE_OF_FILE (UINT64_C(1) << 61) /* or of shared memory */
#define PAGE_SWAPPED (UINT64_C(1) << 62)
#define PAGE_PRESENT (UINT64_C(1) << 63)

uint64_t page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t page_start(uint64_t address)
{
	return mapping_untagged(address) & ~(page_size() - 1);
}

int page_open(pid_t tid)
{
	return mapping_open(tid, "pagemap", O_RDONLY);
}

/* 0: there is none. */
static uint64_t entry_of(int pagemap, uint64_t page)
{
	uint64_t entry = 0;
	off_t at = (off_t)(page / page_size() * sizeof(entry));

	if (pread(pagemap, &entry, sizeof(entry), at) != sizeof(entry))
		return 0;
	return entry & (PAGE_PRESENT | PAGE_SWAPPED) ? entry : 0;
}

bool page_is_own(int pagemap, uint64_t page)
{
	uint64_t entry = pagemap >= 0 ? entry_of(pagemap, page) : 0;

	return entry && !(entry & PAGE_OF_FILE);
}

bool page_is_there(int pagemap, uint64_t page)
{
	return pagemap < 0 || entry_of(pagemap, page);
}

enum page_mapping page_mapping(pid_t tid, uint64_t page)
{
	struct mapping mapping;

	if (!mapping_find(tid, page, &mapping))
		return PAGE_UNMAPPED;
	if (mapping.is_shared)
		return PAGE_COMMON;
	return mapping.inode ? PAGE_PRIVATE : PAGE_ANONYMOUS;
}

int page_make_own(pid_t tid, uint64_t page)
{
	void *word = (void *)(uintptr_t)page;
	long value;

	errno = 0;
	value = ptrace(PTRACE_PEEKDATA, tid, word, NULL);
	if (errno)
		return -errno;
	return ptrace(PTRACE_POKEDATA, tid, word, (void *)value) < 0 ? -errno
								     : 0;
}
