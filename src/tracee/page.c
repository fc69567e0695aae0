/*
 * By /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst), of which
 * everybody who may trace a process sees the bits that are used here, and
 * /proc/PID/maps.
 */
#include "tracee/page.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/ptrace.h>

#include "base/cleanup.h"

#define PAGE_OF_FILE (UINT64_C(1) << 61) /* or of shared memory */
#define PAGE_SWAPPED (UINT64_C(1) << 62)
#define PAGE_PRESENT (UINT64_C(1) << 63)

#define TAG_SHIFT 56

uint64_t page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t page_start(uint64_t address)
{
	return address & ((UINT64_C(1) << TAG_SHIFT) - 1) & ~(page_size() - 1);
}

static int open_of(pid_t tid, const char *name)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int page_open(pid_t tid)
{
	return open_of(tid, "pagemap");
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

static void close_stream(FILE **stream)
{
	if (*stream)
		fclose(*stream);
}

static enum page_mapping mapping_of(char shared, uint64_t inode)
{
	if (shared != 'p')
		return PAGE_COMMON;
	return inode ? PAGE_PRIVATE : PAGE_ANONYMOUS;
}

enum page_mapping page_mapping(pid_t tid, uint64_t page)
{
	int fd = open_of(tid, "maps");
	_cleanup_(close_stream) FILE *maps = fd < 0 ? NULL : fdopen(fd, "r");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	uint64_t start, end, inode;
	char shared;

	if (!maps && fd >= 0)
		close(fd);
	while (maps && getline(&line, &size, maps) > 0) {
		if (sscanf(line,
			   "%" SCNx64 "-%" SCNx64
			   " %*3c%c %*x %*x:%*x %" SCNu64,
			   &start, &end, &shared, &inode) != 4)
			break;
		if (page < end)
			return page < start ? PAGE_UNMAPPED
					    : mapping_of(shared, inode);
	}
	return PAGE_UNMAPPED;
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
