/*
 * Records in the making: what one of another kernel's becomes, as bytes of our
 * own form, which trace/record.h then takes apart like any other.
 */
#ifndef FOREIGN_BUILD_H
#define FOREIGN_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "trace/record.h"

struct format;

/* One record becomes so many at most. */
#define BUILD_PARTS 4

struct build_part {
	struct record record;   /* its header */
	const uint8_t *payload; /* NULL: it is in the bytes, */
	size_t start;           /* from here on */
	size_t length;
	bool has_code; /* what has no room in the payload: */
	int32_t code;
	int64_t second;
};

struct build {
	const struct format *format;
	struct text bytes; /* payloads */
	struct build_part parts[BUILD_PARTS];
	unsigned count;
	unsigned given; /* out, of them */
};

void build_clear(struct build *build);

/* Begins a record of one of our kinds that has the header of `raw`; the bytes
 * that are put from here on are its payload. */
void build_begin(struct build *build, const struct record *raw, unsigned kind);
/* Ends it: its length is known. */
void build_end(struct build *build);

/* The payload of `raw`, which is ours already: no copy is made. */
void build_same(struct build *build, const struct record *raw, unsigned kind);
/* The same bytes under a name that says whose they are: "netbsd_9". */
void build_unknown(struct build *build, const struct record *raw);

void build_number(struct build *build, uint64_t value, size_t size);
void build_bytes(struct build *build, const void *data, size_t length);

/* Of the record that was begun last, to be set before it ends. */
void build_code(struct build *build, int32_t code);
void build_second(struct build *build, int64_t second);

/*
 * The next record, decoded, *ret_fault telling whether it could be. False when
 * there is none. It lives until the next build_clear().
 */
bool build_next(struct build *build, struct record *ret,
		enum record_fault *ret_fault);

#endif
