/*
 * Pages of a traced process's memory: whether somebody else changes what is in
 * them by writing to a file. Must not look at what is in them.
 */
#ifndef TRACEE_PAGE_H
#define TRACEE_PAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Where the page begins that the address is in; bits of a pointer that are a
 * program's own are taken off. */
uint64_t page_start(uint64_t address);
uint64_t page_size(void);

/* A descriptor of /proc/TID/pagemap, the caller's, or -errno: the kernel may be
 * built without. Not to be kept behind an exec. */
int page_open(pid_t tid);

/* Whether the page is the process's own, or a copy that a fork made: not one of
 * a file, nor of shared memory. False, too, where there is none at that moment,
 * and where `pagemap` is none. */
bool page_is_own(int pagemap, uint64_t page);

/* Whether it can be read without a fault that somebody may have to serve. True
 * where `pagemap` is none. */
bool page_is_there(int pagemap, uint64_t page);

/* How memory may come to be changed, by what is mapped there. */
enum page_mapping {
	PAGE_ANONYMOUS, /* by those alone who share all of it */
	PAGE_PRIVATE,   /* by who writes the file, until it is written to */
	PAGE_COMMON,    /* by whoever has it, or the file, mapped as well */
	PAGE_UNMAPPED,  /* there is none, or the kernel does not say */
};
enum page_mapping page_mapping(pid_t tid, uint64_t page);

/*
 * Has a stopped thread write to a page, by which a private one becomes its own,
 * as mmap(2) has it of MAP_PRIVATE: nothing else changes, unless somebody
 * writes that word of the file at the same moment. Not for a common one. 0 or
 * -errno.
 */
int page_make_own(pid_t tid, uint64_t page);

#endif
