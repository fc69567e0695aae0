/*
 * A traced program that is only memory, and a trace that is only a list: what
 * capture is given in its tests. Checks the contracts of both as it is used.
 */
#ifndef TESTS_UNIT_CAPTURE_FAKE_H
#define TESTS_UNIT_CAPTURE_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ktrace-u/format.h>

#include "capture/capture.h"
#include "sysdesc/sysdesc.h"

#define FAKE_REGIONS 80
#define FAKE_RECORDS 2200
#define FAKE_PAGE    4096u

struct fake_region {
	uint64_t address;
	const uint8_t *bytes;
	uint64_t length;
};

struct fake_record {
	unsigned kind;
	size_t length;
	uint8_t *payload;
};

struct fake_name {
	unsigned arg;
	int64_t dirfd;
	char path[CAPTURE_PATH_MAX + 1];
	size_t length;
	unsigned after; /* records there were */
};

struct fake {
	struct fake_region region[FAKE_REGIONS];
	unsigned regions;
	unsigned reads;
	struct fake_record record[FAKE_RECORDS];
	unsigned records;
	struct fake_name name[6];
	unsigned names;
	uint8_t *room;
	size_t room_length;
	unsigned room_kind;
	uint32_t refused; /* KTRFAC() bits of the kinds that find no room */
	unsigned refusals;
	unsigned cancelled;
	struct capture_memory memory;
	struct capture_sink sink;
	struct capture_policy policy;
	struct capture_call call;
};

/* The byte at an address, or NULL. */
static inline const uint8_t *fake_byte(const struct fake *fake,
				       uint64_t address)
{
	for (unsigned i = 0; i < fake->regions; i++) {
		const struct fake_region *region = &fake->region[i];

		if (address - region->address < region->length)
			return region->bytes + (address - region->address);
	}
	return NULL;
}

static inline void fake_read(void *context, struct capture_piece *pieces,
			     unsigned count)
{
	struct fake *fake = context;

	fake->reads++;
	assert_in_range(count, 1, CAPTURE_PIECES_MAX);
	for (unsigned i = 0; i < count; i++) {
		uint8_t *to = pieces[i].to;
		uint32_t got = 0;
		const uint8_t *byte;

		assert_true(pieces[i].length > 0);
		while (got < pieces[i].length &&
		       (byte = fake_byte(fake, pieces[i].address + got)))
			to[got++] = *byte;
		pieces[i].got = got;
	}
}

static inline void *fake_reserve(void *context, unsigned kind, size_t length)
{
	struct fake *fake = context;

	assert_null(fake->room);
	if (fake->refused & KTRFAC(kind)) {
		fake->refusals++;
		return NULL;
	}
	/* NULs: what nobody wrote there looks like the end of a string. */
	fake->room = calloc(1, length > 0 ? length : 1);
	assert_non_null(fake->room);
	fake->room_length = length;
	fake->room_kind = kind;
	return fake->room;
}

static inline void fake_commit(void *context, size_t length)
{
	struct fake *fake = context;
	struct fake_record *record = &fake->record[fake->records++];

	assert_non_null(fake->room);
	assert_true(length <= fake->room_length);
	assert_true(fake->records < FAKE_RECORDS);
	/* What was room a moment ago must not be used any more. */
	record->payload = malloc(length > 0 ? length : 1);
	assert_non_null(record->payload);
	memcpy(record->payload, fake->room, length);
	free(fake->room);
	fake->room = NULL;
	record->kind = fake->room_kind;
	record->length = length;
}

static inline void fake_cancel(void *context)
{
	struct fake *fake = context;

	assert_non_null(fake->room);
	free(fake->room);
	fake->room = NULL;
	fake->cancelled++;
}

static inline void fake_named(void *context, unsigned arg, int64_t dirfd,
			      const char *path, size_t length)
{
	struct fake *fake = context;
	struct fake_name *name = &fake->name[fake->names++];

	assert_null(fake->room);
	assert_true(fake->names <= 6);
	assert_true(length <= CAPTURE_PATH_MAX);
	name->arg = arg;
	name->dirfd = dirfd;
	memcpy(name->path, path, length);
	name->path[length] = 0;
	name->length = length;
	name->after = fake->records;
}

/* Everything is wanted but structures, of a 64-bit program without memory. */
static inline struct fake *fake_new(const struct sysdesc_row *row)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	assert_non_null(fake);
	fake->memory = (struct capture_memory){ fake, fake_read };
	fake->sink = (struct capture_sink){ fake, fake_reserve, fake_commit,
					    fake_cancel, fake_named };
	fake->policy.facilities = KTRFAC_MASK & ~(KTRFAC(KTR_STRUCT) |
						  KTRFAC(KTR_STRUCT_ARRAY));
	fake->policy.genio_size = CAPTURE_GENIO_SIZE_DEFAULT;
	fake->call.row = row;
	fake->call.word = 8;
	fake->call.unread_paths = 0xaa;
	return fake;
}

static inline void fake_free(struct fake *fake)
{
	assert_null(fake->room);
	for (unsigned i = 0; i < fake->records; i++)
		free(fake->record[i].payload);
	free(fake);
}

/* Lets the program have length bytes at address. They must outlive it. */
static inline void fake_map(struct fake *fake, uint64_t address,
			    const void *bytes, uint64_t length)
{
	assert_true(fake->regions < FAKE_REGIONS);
	fake->region[fake->regions++] = (struct fake_region){ address, bytes,
							      length };
}

static inline void fake_map_text(struct fake *fake, uint64_t address,
				 const char *text)
{
	fake_map(fake, address, text, strlen(text) + 1);
}

static inline void fake_entry(struct fake *fake)
{
	capture_entry(&fake->policy, &fake->call, &fake->memory, &fake->sink);
}

static inline void fake_exit(struct fake *fake, int64_t result)
{
	fake->call.result = result;
	fake->call.failed = result < 0 && result >= -4095;
	capture_exit(&fake->policy, &fake->call, &fake->memory, &fake->sink);
}

/* The record is of that kind and holds exactly these bytes. */
static inline void fake_assert_record(const struct fake *fake, unsigned index,
				      unsigned kind, const void *payload,
				      size_t length)
{
	assert_true(index < fake->records);
	assert_int_equal(fake->record[index].kind, kind);
	assert_int_equal(fake->record[index].length, length);
	if (length > 0)
		assert_memory_equal(fake->record[index].payload, payload,
				    length);
}

static inline void fake_assert_genio(const struct fake *fake, unsigned index,
				     int32_t fd, int32_t rw, const void *data,
				     size_t length)
{
	struct ktr_genio head;

	assert_true(index < fake->records);
	assert_int_equal(fake->record[index].kind, KTR_GENIO);
	assert_int_equal(fake->record[index].length, sizeof(head) + length);
	memcpy(&head, fake->record[index].payload, sizeof(head));
	assert_int_equal(head.fd, fd);
	assert_int_equal(head.rw, rw);
	if (length > 0)
		assert_memory_equal(fake->record[index].payload + sizeof(head),
				    data, length);
}

#endif
