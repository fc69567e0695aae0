/*
 * Records that carry a number and a pattern made from it, so that a test can
 * tell whether all of them arrived, whole and in order.
 */
#ifndef TESTS_NUMBERED_H
#define TESTS_NUMBERED_H

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "trace/reader.h"
#include "trace/record.h"
#include "trace/writer.h"

#define NUMBERED_MIN 4u
#define NUMBERED_MAX 2000u /* payload bytes */

static inline size_t numbered_length(uint32_t number)
{
	return NUMBERED_MIN +
	       (number * 2654435761u >> 8) % (NUMBERED_MAX - NUMBERED_MIN);
}

/* Writes it to `to`, which has room for a header and NUMBERED_MAX bytes. */
static inline size_t numbered_put(void *to, int32_t pid, uint32_t number)
{
	struct record_origin origin = { .pid = pid, .tid = pid, .comm = "n" };
	size_t length = numbered_length(number);
	uint8_t *payload = (uint8_t *)to + sizeof(struct ktr_header);

	record_put_header(to, &origin, KTR_NAMEI, false, number, length);
	memset(payload, (int)(number & 0xff), length);
	memcpy(payload, &number, sizeof(number));
	return sizeof(struct ktr_header) + length;
}

/* Whether the record is that one, to its last byte. */
static inline bool numbered_is(const struct record *record, uint32_t number)
{
	uint32_t found;

	if (record->kind != KTR_NAMEI || record->time_ns != number ||
	    record->length != numbered_length(number))
		return false;
	memcpy(&found, record->payload, sizeof(found));
	for (size_t i = sizeof(found); i < record->length; i++)
		if (record->payload[i] != (number & 0xff))
			return false;
	return found == number;
}

/* Appends it to the writer's queue; 0 or why not. */
static inline int numbered_append(struct writer *writer, int32_t pid,
				  uint32_t number)
{
	int error = 0;
	void *room = writer_reserve(
	    writer, sizeof(struct ktr_header) + NUMBERED_MAX, &error);

	if (room)
		writer_commit(writer, numbered_put(room, pid, number));
	return error;
}

/*
 * Reads records that are numbered from `number` on, up to the end or the first
 * that is something else. Returns how many; *ret_result is what came then.
 */
static inline uint32_t numbered_read(struct reader *reader, uint32_t number,
				     enum reader_result *ret_result)
{
	struct record record;
	uint32_t count = 0;

	while ((*ret_result = reader_next(reader, &record)) == READER_RECORD &&
	       numbered_is(&record, number + count))
		count++;
	return count;
}

#endif
