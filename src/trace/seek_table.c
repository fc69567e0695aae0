/* Walks from frame to frame by their descriptions. */
#include "trace/seek_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "trace/frame.h"

/* More are not looked for: each costs a system call, and 8 bytes of table. */
#define FRAMES_MAX (1u << 20)

struct entry {
	uint32_t size;
	uint32_t content_size;
};

struct head {
	uint32_t magic;
	uint32_t length;
};

struct __attribute__((packed)) foot {
	uint32_t count;
	uint8_t descriptor; /* 0: no checksums */
	uint32_t magic;
};
_Static_assert(sizeof(struct foot) == 9, "as the format has it");

struct table {
	struct entry *entries;
	size_t count;
	size_t room;
	uint64_t offset; /* behind the last entry's frame */
};

static int add(struct table *table, uint64_t size, uint32_t content_size)
{
	size_t room = table->room ? table->room * 2 : 256;
	struct entry *grown;

	if (table->count >= FRAMES_MAX || size > UINT32_MAX)
		return -EBADMSG;
	if (table->count == table->room) {
		grown = reallocarray(table->entries, room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		table->entries = grown;
		table->room = room;
	}
	table->entries[table->count++] = (struct entry){ (uint32_t)size,
							 content_size };
	table->offset += size;
	return 0;
}

/* Reads what stands at an offset: a description, or the head of a table, which
 * is all of *ret that is filled then. */
static int take(int fd, uint64_t offset, struct ktr_frame *ret)
{
	ssize_t got = pread(fd, ret, sizeof(*ret), (off_t)offset);

	if (got < 0)
		return -errno;
	if (got >= (ssize_t)sizeof(struct head) &&
	    ret->magic == KTR_SEEK_TABLE_MAGIC)
		return 0;
	return got == (ssize_t)sizeof(*ret) && frame_is_description(ret)
		   ? 0
		   : -EBADMSG;
}

/* The frame at the table's end, and what it describes. */
static int add_next(struct table *table, int fd)
{
	struct ktr_frame frame;
	int r = take(fd, table->offset, &frame);

	if (r < 0)
		return r;
	if (frame.magic == KTR_SEEK_TABLE_MAGIC)
		return add(table, sizeof(struct head) + (uint64_t)frame.length,
			   0);
	r = add(table, sizeof(frame), 0);
	return r ?: add(table, frame.frame_size, frame.content_size);
}

int seek_table_each(int fd, seek_table_visit *visit, void *context)
{
	struct ktr_frame frame;
	struct stat status;
	uint64_t offset = 0;
	int r = 0;

	if (fstat(fd, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EBADMSG;
	while (offset < (uint64_t)status.st_size) {
		r = take(fd, offset, &frame);
		if (r < 0)
			return r;
		if (frame.magic == KTR_SEEK_TABLE_MAGIC) {
			offset += sizeof(struct head) + (uint64_t)frame.length;
			continue;
		}
		visit(context, &frame);
		offset += sizeof(frame) + (uint64_t)frame.frame_size;
	}
	return 0;
}

static int put(const struct table *table, void **ret_data, size_t *ret_length)
{
	const size_t entries = table->count * sizeof(struct entry);
	const size_t length = entries + sizeof(struct foot);
	const struct head head = { KTR_SEEK_TABLE_MAGIC, (uint32_t)length };
	const struct foot foot = { (uint32_t)table->count, 0,
				   KTR_SEEKABLE_MAGIC };
	char *data = malloc(sizeof(head) + length);

	if (!data)
		return -ENOMEM;
	memcpy(data, &head, sizeof(head));
	if (entries)
		memcpy(data + sizeof(head), table->entries, entries);
	memcpy(data + sizeof(head) + entries, &foot, sizeof(foot));
	*ret_data = data;
	*ret_length = sizeof(head) + length;
	return 0;
}

int seek_table_make(int fd, void **ret_data, size_t *ret_length)
{
	struct table table = { 0 };
	struct stat status;
	int r = 0;

	if (fstat(fd, &status) < 0)
		return -errno;
	while (!r && table.offset < (uint64_t)status.st_size)
		r = add_next(&table, fd);
	if (!r && table.offset != (uint64_t)status.st_size)
		r = -EBADMSG;
	if (!r)
		r = put(&table, ret_data, ret_length);
	free(table.entries);
	return r;
}

/* In one write(2), lest a recorder's frame come in between; what went wrong is
 * taken back, unless somebody else's is behind it. */
static int append(int fd, const void *data, size_t length)
{
	ssize_t wrote = write(fd, data, length);
	struct stat status;
	off_t end;

	if (wrote == (ssize_t)length)
		return 0;
	end = lseek(fd, 0, SEEK_CUR);
	if (wrote > 0 && !fstat(fd, &status) && status.st_size == end &&
	    ftruncate(fd, end - wrote) == 0)
		lseek(fd, end - wrote, SEEK_SET);
	return -EIO;
}

int seek_table_append(int fd)
{
	_cleanup_fd_ int reading = -1;
	void *data = NULL;
	size_t length = 0;
	char path[32];
	int r;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	reading = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (reading < 0)
		return -errno;
	r = seek_table_make(reading, &data, &length);
	if (!r)
		r = append(fd, data, length);
	free(data);
	return r;
}
