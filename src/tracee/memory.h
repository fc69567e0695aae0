/*
 * The memory of a traced process, read and written without stopping it longer:
 * process_vm_readv(2), one call for all pieces of a stop; and /proc/TID/mem for
 * what that refuses, though the kernel reads it for the program.
 */
#ifndef TRACEE_MEMORY_H
#define TRACEE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A piece to be copied; the same structure as capture's, by layout. */
struct memory_piece {
	uint64_t address;
	void *to;
	uint32_t length;
	uint32_t got; /* bytes from its start that could be read */
};

#define MEMORY_PIECES_MAX 64

/*
 * Reads up to MEMORY_PIECES_MAX pieces. A piece that cannot be read to its end
 * has got < length; so has one in memory that the program may not use at all
 * (PROT_NONE). 0; -EPERM or -ENOSYS when the process may not be read at
 * all, -ESRCH when it is gone.
 */
int memory_read(pid_t tid, struct memory_piece *pieces, unsigned count);

/* Writes length bytes to a stopped thread's memory; 0 or -errno. */
int memory_write(pid_t tid, uint64_t address, const void *data, size_t length);

#endif
