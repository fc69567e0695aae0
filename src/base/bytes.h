/*
 * A bounds-checked cursor over bytes that nobody vouches for. A read past the
 * end yields zeros and sets `failed`, which stays set: a parser takes what it
 * needs and asks once at the end.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *at;
	size_t left;
	bool failed;
};

struct bytes bytes_over(const void *data, size_t length);

uint8_t bytes_u8(struct bytes *bytes);
uint16_t bytes_u16(struct bytes *bytes);
uint32_t bytes_u32(struct bytes *bytes);
uint64_t bytes_u64(struct bytes *bytes);

/* The next length bytes, in place; NULL (and failed) if they are not there. */
const void *bytes_take(struct bytes *bytes, size_t length);

/*
 * The next NUL-terminated string, in place, without copying; its length goes
 * to *ret_length. NULL (and failed) when no NUL is left.
 */
const char *bytes_string(struct bytes *bytes, size_t *ret_length);

#endif
