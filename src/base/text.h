/*
 * A growing buffer of text to be printed: numbers, escapes, hex dumps. It never
 * writes anywhere by itself. When memory runs out it keeps what it has, drops
 * what comes, and `failed` is set.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *data; /* not NUL-terminated; see text_string() */
	size_t length;
	size_t capacity;
	bool failed;
};

/* clang-format off */
#define TEXT_INIT { 0 }
/* clang-format on */

void text_done(struct text *text);  /* frees; the buffer may be used again */
void text_clear(struct text *text); /* empties, keeps the memory */

/* The text with a NUL behind it; valid until the next call. Never NULL. */
const char *text_string(struct text *text);

void text_char(struct text *text, char c);
void text_put(struct text *text, const char *string);
void text_bytes(struct text *text, const void *data, size_t length);
void text_decimal(struct text *text, int64_t value);
void text_unsigned(struct text *text, uint64_t value);
void text_hex(struct text *text, uint64_t value);   /* as %#jx: 0 is "0" */
void text_octal(struct text *text, uint64_t value); /* as %#jo */
void text_pad(struct text *text, size_t from, size_t width); /* spaces until
				the text after offset `from` is width long */
void text_format(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* True when the bytes are well-formed UTF-8 without NUL. */
bool text_is_utf8(const void *data, size_t length);

/* A JSON string, quotes included. The bytes must be UTF-8. */
void text_json_string(struct text *text, const void *data, size_t length);

/*
 * `"name":"..."`, preceded by a comma unless the text ends in '{' or '['; bytes
 * that are not UTF-8 go as `"name_b64":"..."`, so that nothing is lost.
 */
void text_json_bytes(struct text *text, const char *name, const void *data,
		     size_t length);
void text_json_number(struct text *text, const char *name, int64_t value);
void text_json_unsigned(struct text *text, const char *name, uint64_t value);
void text_json_bool(struct text *text, const char *name, bool value);
void text_base64(struct text *text, const void *data, size_t length);

#endif
