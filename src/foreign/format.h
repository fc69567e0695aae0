/*
 * The trace files of other kernels: where the parts of their record headers
 * stand, by kernel, byte order and width of a word. Knows no payload.
 */
#ifndef FOREIGN_FORMAT_H
#define FOREIGN_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/record.h"

struct format_header;

struct format {
	enum record_system system;
	bool is_big;       /* the most significant byte comes first */
	uint8_t word;      /* bytes of a register: 4 or 8 */
	uint8_t alignment; /* of 64 bits in a structure: 4 or 8 */
	bool is_old;       /* NetBSD's, before its headers had a version */
	uint8_t versions;  /* how many its headers have */
	const struct format_header *headers; /* by version */
};

/* All of them, likelier ones first; index is in [0, count). */
unsigned format_count(void);
const struct format *format_at(unsigned index);

/* What reader_frame() wants: context is a struct format. */
#define FORMAT_LEAST 8
size_t format_header_length(const void *context, const uint8_t *bytes);
enum record_fault format_decode(const void *context, const uint8_t *header,
				struct record *ret);

/* Writes the header that a record has in a version of a little-endian format,
 * with a kind and a length of payload of that kernel. Returns its length. */
#define FORMAT_HEADER_MAX 64
size_t format_encode(const struct format *format, unsigned version,
		     const struct record *record, unsigned kind, size_t length,
		     uint8_t ret[FORMAT_HEADER_MAX]);

/* Kind of the record by which an OpenBSD file begins, and tracing begins
 * again: no kernel has a 0. */
#define FORMAT_START 0

/* A number of up to 8 bytes, in the byte order of the format. */
uint64_t format_take(const struct format *format, const void *data,
		     size_t size);
/* The same of a signed one. */
int64_t format_take_signed(const struct format *format, const void *data,
			   size_t size);

#endif
