/*
 * The field lists inside ktrace-u's own STRUCT records (ktrace-u/format.h):
 * `name:123` and `name=bytes`, each NUL-terminated. Encoding appends to room
 * that the caller has; decoding walks bytes that nobody vouches for.
 */
#ifndef TRACE_FIELDS_H
#define TRACE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a STRUCT of that name holds a list of fields: it is ktrace-u's own.
 */
bool fields_are_in(const char *name);

struct fields_writer {
	uint8_t *at;
	size_t left;
	bool full; /* something did not fit, and is not there */
};

/* Starts a STRUCT payload: writes the record's name and its NUL. */
struct fields_writer fields_begin(void *room, size_t size, const char *name);
void fields_number(struct fields_writer *fields, const char *name,
		   int64_t value);
void fields_bytes(struct fields_writer *fields, const char *name,
		  const void *data, size_t length); /* ends at a NUL in data */
void fields_string(struct fields_writer *fields, const char *name,
		   const char *value);
/* How long the payload has become. */
size_t fields_length(const struct fields_writer *fields, const void *room);

struct field {
	const char *name;
	size_t name_length;
	bool is_number;
	int64_t number;   /* when is_number */
	const char *data; /* the text behind ':' or '=' */
	size_t length;
};

/*
 * The next field of a structure (record.structure.data/length); *position
 * starts at 0. False at the end or at the first malformed field, which sets
 * *ret_malformed.
 */
bool fields_next(const uint8_t *data, size_t length, size_t *position,
		 struct field *ret, bool *ret_malformed);

bool fields_is(const struct field *field, const char *name);

/* The first field of that name; false when there is none: then *ret is 0. */
bool fields_find(const uint8_t *data, size_t length, const char *name,
		 struct field *ret);

/* The same of a number; false, and *ret untouched, where it is none. */
bool fields_find_number(const uint8_t *data, size_t length, const char *name,
			int64_t *ret);

#endif
