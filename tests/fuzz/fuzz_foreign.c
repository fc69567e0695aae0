/*
 * Rooms: foreign trace base
 * A trace of some other kernel that somebody hands us: whosesoever it is taken
 * for, or said to be, each record that comes of it is one that our own reader
 * would take, and is looked at to its last byte.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "foreign/input.h"
#include "foreign/recognise.h"
#include "look.h"
#include "must.h"
#include "trace/facility.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(const struct record *record)
{
	struct record again = *record;

	look_at_bytes(record->payload, record->length);
	MUST(record->length <= RECORD_LENGTH_MAX * 2);
	MUST(record->system < RECORD_SYSTEM_COUNT);
	MUST(facility_name(record->kind));
	MUST(memchr(record->comm, 0, sizeof(record->comm)));
	/* What a call keeps of it is taken apart again. */
	MUST(record_decode_payload(&again, record->payload) == RECORD_OK);
	if (record->kind == KTR_SYSCALL)
		for (unsigned i = 0; i < record->syscall.narg; i++)
			(void)record_arg(record, i);
}

static void read_as(int fd, size_t size, enum input_origin origin)
{
	enum reader_result result;
	struct input *input;
	struct record record;
	uint64_t offset = 0;
	size_t count = 0;

	MUST(lseek(fd, 0, SEEK_SET) == 0);
	MUST(input_open(&input, fd, origin) == 0);
	while ((result = input_next(input, &record)) == READER_RECORD) {
		MUST(record.offset >= offset && record.offset < size);
		offset = record.offset;
		look_at(&record);
		/* A record becomes a few at most. */
		MUST(count++ <= size);
	}
	MUST(result == READER_END || result == READER_FAULT);
	if (result == READER_FAULT)
		MUST(input_fault(input) != RECORD_OK &&
		     input_offset(input) <= size);
	MUST(record_fault_text(input_fault(input)));
	input_close(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	const struct format *format = NULL;

	MUST(fd >= 0 && fd_write_all(fd, data, size) == 0);
	for (int origin = INPUT_ANY; origin <= INPUT_OPENBSD; origin++)
		read_as(fd, size, (enum input_origin)origin);
	MUST(recognise_file(data, size, true, &format) != RECOGNISED_MORE);
	close(fd);
	return 0;
}
