/*
 * Remote memory. Partial reads are reported as such, never padded.
 */
#include "tracee/memory.h"

#include <errno.h>
#include <sys/uio.h>

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
	return 0;
}

int memory_write(pid_t tid, uint64_t address, const void *data, size_t length)
{
	struct iovec local = { .iov_base = (void *)(uintptr_t)data,
			       .iov_len = length };
	struct iovec remote = { .iov_base = (void *)(uintptr_t)address,
				.iov_len = length };
	ssize_t n = process_vm_writev(tid, &local, 1, &remote, 1, 0);

	if (n < 0)
		return -errno;
	return (size_t)n == length ? 0 : -EFAULT;
}
