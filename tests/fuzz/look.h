/* How fuzz targets look at what comes of their input. */
#ifndef TESTS_LOOK_H
#define TESTS_LOOK_H

#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "must.h"

/* Reads all of it, for a sanitizer to object to. */
static inline unsigned look_at_bytes(const void *data, size_t length)
{
	const volatile uint8_t *at = data;
	unsigned sum = 0;

	for (size_t i = 0; i < length; i++)
		sum += at[i];
	return sum;
}

/* Objects of JSON, one a line. */
static inline void look_at_objects(const struct text *text)
{
	MUST(text->length > 3 && text->data[0] == '{');
	MUST(memcmp(text->data + text->length - 2, "}\n", 2) == 0);
	MUST(text_is_utf8(text->data, text->length));
	for (size_t i = 0; i < text->length - 1; i++)
		MUST((unsigned char)text->data[i] >= ' ' ||
		     !memcmp(text->data + i, "\n{", 2));
}

#endif
