/*
 * The bounds-checked cursor: every read of untrusted bytes ends up in
 * bytes_take(). It copies nothing and allocates nothing.
 */
#include <string.h>

#include "base/bytes.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
	       "the numbers in a trace are little-endian, and so is the host");

struct bytes bytes_over(const void *data, size_t length)
{
	return (struct bytes){ .at = data, .left = length };
}

const void *bytes_take(struct bytes *bytes, size_t length)
{
	const void *taken = bytes->at;

	if (bytes->failed || length > bytes->left) {
		bytes->failed = true;
		return NULL;
	}
	if (length == 0)
		return taken ? taken : "";
	bytes->at += length;
	bytes->left -= length;
	return taken;
}

static uint64_t bytes_number(struct bytes *bytes, size_t size)
{
	const void *taken = bytes_take(bytes, size);
	uint64_t number = 0;

	if (taken)
		memcpy(&number, taken, size);
	return number;
}

uint8_t bytes_u8(struct bytes *bytes)
{
	return (uint8_t)bytes_number(bytes, sizeof(uint8_t));
}

uint16_t bytes_u16(struct bytes *bytes)
{
	return (uint16_t)bytes_number(bytes, sizeof(uint16_t));
}

uint32_t bytes_u32(struct bytes *bytes)
{
	return (uint32_t)bytes_number(bytes, sizeof(uint32_t));
}

uint64_t bytes_u64(struct bytes *bytes)
{
	return bytes_number(bytes, sizeof(uint64_t));
}

const char *bytes_string(struct bytes *bytes, size_t *ret_length)
{
	const char *string = (const char *)bytes->at;
	const void *end = NULL;

	if (!bytes->failed && bytes->left > 0)
		end = memchr(string, 0, bytes->left);
	if (!end) {
		bytes->failed = true;
		return NULL;
	}
	*ret_length = (size_t)((const char *)end - string);
	bytes_take(bytes, *ret_length + 1);
	return string;
}
