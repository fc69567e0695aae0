/*
 * Rooms: trace base
 * A trace that somebody hands us: each record is read, taken apart and looked
 * at to its last byte. Beside it, the same bytes are read as a field list.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "look.h"
#include "must.h"
#include "trace/facility.h"
#include "trace/fields.h"
#include "trace/frame.h"
#include "trace/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk_fields(const uint8_t *data, size_t length)
{
	struct field field, found;
	bool malformed = false;
	size_t position = 0;
	size_t before = 0;
	char name[64];

	while (fields_next(data, length, &position, &field, &malformed)) {
		MUST(position > before && position <= length);
		before = position;
		look_at_bytes(field.data, field.length);
		if (field.name_length >= sizeof(name))
			continue;
		memcpy(name, field.name, field.name_length);
		name[field.name_length] = 0;
		MUST(fields_find(data, length, name, &found));
	}
	MUST(malformed || position == length);
}

static void look_at(const struct record *record)
{
	look_at_bytes(record->payload, record->length);
	MUST(facility_name(record->kind));
	MUST(memchr(record->comm, 0, sizeof(record->comm)));
	switch (record->kind) {
	case KTR_SYSCALL:
		for (unsigned i = 0; i < record->syscall.narg; i++)
			(void)record_arg(record, i);
		break;
	case KTR_GENIO:
		look_at_bytes(record->genio.data, record->genio.length);
		break;
	case KTR_CSW:
		look_at_bytes(record->csw.wmesg, record->csw.wmesg_length);
		break;
	case KTR_STRUCT:
	case KTR_STRUCT_ARRAY:
		MUST(strlen(record->structure.name) < record->length);
		look_at_bytes(record->structure.data, record->structure.length);
		walk_fields(record->structure.data, record->structure.length);
		break;
	default:
		break;
	}
}

/* What a file of frames holds may be longer than the file. */
static bool is_plain(const uint8_t *data, size_t size)
{
	return size < FRAME_MAGIC_SIZE ||
	       !frame_may_begin(data, FRAME_MAGIC_SIZE);
}

static void read_trace(int fd, size_t size, bool is_plain)
{
	struct reader *reader;
	struct record record;
	enum reader_result result;
	uint64_t end = 0;

	MUST(reader_open(&reader, fd) == 0);
	while ((result = reader_next(reader, &record)) == READER_RECORD) {
		MUST(record.offset == end);
		end += sizeof(struct ktr_header) + record.length;
		look_at(&record);
	}
	if (is_plain)
		MUST(reader_offset(reader) == end && end <= size);
	MUST(result == READER_FAULT
		 ? reader_fault(reader) != RECORD_OK
		 : result == READER_END && (end == size || !is_plain));
	MUST(record_fault_text(reader_fault(reader)));
	reader_close(reader);
}

/* Some of what is described is left out, by whatever is said of it. */
static bool may_skip(void *context, const struct ktr_frame *frame,
		     uint64_t before)
{
	++*(unsigned *)context;
	return (frame->records + before) & 1;
}

static void skip_through(int fd)
{
	struct reader *reader;
	struct record record;
	unsigned asked = 0;

	MUST(reader_open(&reader, fd) == 0);
	reader_skip(reader, may_skip, &asked);
	while (reader_next(reader, &record) == READER_RECORD)
		look_at(&record);
	(void)reader_is_ready(reader);
	reader_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	read_trace(fd, size, is_plain(data, size));
	MUST(lseek(fd, 0, SEEK_SET) == 0);
	skip_through(fd);
	close(fd);
	walk_fields(data, size);
	return 0;
}
