/*
 * Remote memory. Partial reads are reported as such, never padded.
 */
#include "tracee/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/param.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tracee/mapping.h"

/* ---- what the program may not read itself ---- */

/* Where the mapping ends that the address is in, if the kernel can use it on
 * behalf of the program: not where that may do nothing. Else 0. */
static uint64_t end_of_use(pid_t tid, uint64_t address)
{
	struct mapping mapping;

	return mapping_find(tid, address, &mapping) && mapping.may_use
		   ? mapping.end
		   : 0;
}

/*
 * Goes on where the first try ended. Memory that a program may only execute, or
 * only write, is read by the kernel all the same where a call of the program
 * names it, but not for process_vm_readv.
 */
static void read_rest(pid_t tid, int fd, struct memory_piece *piece)
{
	while (piece->got < piece->length) {
		uint64_t at = mapping_untagged(piece->address + piece->got);
		uint64_t left = piece->length - piece->got;
		ssize_t n = pread(fd, (char *)piece->to + piece->got, left,
				  (off_t)at);
		uint64_t end = n > 0 ? end_of_use(tid, at) : 0;

		if (!end)
			return;
		piece->got += (uint32_t)MIN((uint64_t)n, end - at);
	}
}

static void read_by_force(pid_t tid, struct memory_piece *pieces,
			  unsigned count)
{
	_cleanup_fd_ int fd = -1;

	for (unsigned i = 0; i < count; i++) {
		if (pieces[i].got == pieces[i].length)
			continue;
		if (fd < 0)
			fd = mapping_open(tid, "mem", O_RDONLY);
		if (fd < 0)
			return;
		read_rest(tid, fd, &pieces[i]);
	}
}

/* 0 or -errno. */
static int write_by_force(pid_t tid, uint64_t address, const void *data,
			  size_t length)
{
	_cleanup_fd_ int fd = mapping_open(tid, "mem", O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	n = pwrite(fd, data, length, (off_t)mapping_untagged(address));
	return n == (ssize_t)length ? 0 : -EFAULT;
}

/* ---- */

/* Credits `bytes` to the pieces in order; the first one not filled, or count.
 */
static unsigned credit(struct memory_piece *pieces, unsigned count,
		       size_t bytes)
{
	for (unsigned i = 0; i < count; i++) {
		size_t taken = bytes < pieces[i].length ? bytes
							: pieces[i].length;

		pieces[i].got = (uint32_t)taken;
		bytes -= taken;
		if (taken < pieces[i].length)
			return i;
	}
	return count;
}

/* One process_vm_readv; bytes copied or -errno. */
static ssize_t read_once(pid_t tid, struct memory_piece *pieces, unsigned count)
{
	struct iovec local[MEMORY_PIECES_MAX];
	struct iovec remote[MEMORY_PIECES_MAX];
	ssize_t n;

	for (unsigned i = 0; i < count; i++) {
		local[i].iov_base = pieces[i].to;
		local[i].iov_len = pieces[i].length;
		remote[i].iov_base = (void *)(uintptr_t)pieces[i].address;
		remote[i].iov_len = pieces[i].length;
	}
	n = process_vm_readv(tid, local, count, remote, count, 0);
	return n < 0 ? -errno : n;
}

int memory_read(pid_t tid, struct memory_piece *pieces, unsigned count)
{
	unsigned done = 0;

	if (count > MEMORY_PIECES_MAX)
		return -EINVAL;
	for (unsigned i = 0; i < count; i++)
		pieces[i].got = 0;
	/* A fault ends the call; what lies behind the piece that faulted is
	 * asked for again. */
	while (done < count) {
		ssize_t n = read_once(tid, pieces + done, count - done);

		if (n == -EPERM || n == -ENOSYS || n == -ESRCH)
			return (int)n;
		if (n < 0)
			n = 0;
		done += credit(pieces + done, count - done, (size_t)n) + 1;
	}
	read_by_force(tid, pieces, count);
	return 0;
}

int memory_write(pid_t tid, uint64_t address, const void *data, size_t length)
{
	struct iovec local = { .iov_base = (void *)(uintptr_t)data,
			       .iov_len = length };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)address,
				.iov_len = length };
	ssize_t n = process_vm_writev(tid, &local, 1, &remote, 1, 0);

	if (n == (ssize_t)length)
		return 0;
	return n < 0 && errno != EFAULT
		   ? -errno
		   : write_by_force(tid, address, data, length);
}
