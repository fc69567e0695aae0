/*
 * Headers as tables: a row for each version of each kernel's header, and a
 * format for each width and byte order. Makes no I/O, and judges no more than
 * one header.
 */
#include "foreign/format.h"

#include <string.h>

#include "base/array.h"

#define SECOND_NS UINT64_C(1000000000)

/* Bits beside the kind in FreeBSD's headers, as in ours. */
#define IS_VERSIONED KTR_VERSIONED
#define HAS_DROPPED  KTR_DROP

/* Where a number is; size 0: there is none. */
struct place {
	uint8_t at;
	uint8_t size;
};

struct format_header {
	uint8_t length;
	struct place size, kind, pid, tid, cpu;
	uint8_t comm;      /* where the name is, */
	uint8_t comm_size; /* and how long with its NUL */
	struct place seconds, fraction;
	uint16_t fraction_ns; /* what one of the fraction is */
};

#define MICRO 1000
#define NANO  1

/* What stands first in all of FreeBSD and NetBSD. */
#define FREEBSD_FIRST                                                          \
	.size = { 0, 4 }, .kind = { 4, 2 }, .pid = { 8, 4 }, .comm = 12,       \
	.comm_size = 20
#define NETBSD_FIRST(kind_at)                                                  \
	.size = { 0, 4 }, .kind = { kind_at, 2 }, .pid = { 8, 4 }, .comm = 12, \
	.comm_size = 17
#define TIME(sec_at, sec_size, at_, size_, unit)                               \
	.seconds = { sec_at, sec_size }, .fraction = { at_, size_ },           \
	.fraction_ns = (unit)

/* ---- FreeBSD: version 0, and version 1 ---- */

static const struct format_header freebsd_wide[] = {
	{ .length = 56,
	  FREEBSD_FIRST,
	  TIME(32, 8, 40, 8, MICRO),
	  .tid = { 48, 8 } },
	{ .length = 64,
	  FREEBSD_FIRST,
	  TIME(32, 8, 40, 8, NANO),
	  .tid = { 48, 8 },
	  .cpu = { 56, 4 } },
};

/* i386, the one with a time of 32 bits. */
static const struct format_header freebsd_i386[] = {
	{ .length = 44,
	  FREEBSD_FIRST,
	  TIME(32, 4, 36, 4, MICRO),
	  .tid = { 40, 4 } },
	{ .length = 48,
	  FREEBSD_FIRST,
	  TIME(32, 4, 36, 4, NANO),
	  .tid = { 40, 4 },
	  .cpu = { 44, 4 } },
};

static const struct format_header freebsd_narrow[] = {
	{ .length = 56,
	  FREEBSD_FIRST,
	  TIME(32, 8, 40, 4, MICRO),
	  .tid = { 48, 4 } },
	{ .length = 56,
	  FREEBSD_FIRST,
	  TIME(32, 8, 40, 4, NANO),
	  .tid = { 48, 4 },
	  .cpu = { 52, 4 } },
};

/* ---- NetBSD: versions 0, 1 and 2 ---- */

/* The kind and the version change places where the byte order does. */
#define NETBSD_WIDE(kind_at)                                                   \
	{                                                                      \
		{ .length = 56,                                                \
		  NETBSD_FIRST(kind_at),                                       \
		  TIME(32, 4, 40, 8, MICRO) },                                 \
		    { .length = 56,                                            \
		      NETBSD_FIRST(kind_at),                                   \
		      TIME(32, 4, 40, 8, NANO),                                \
		      .tid = { 48, 4 } },                                      \
		    { .length = 56,                                            \
		      NETBSD_FIRST(kind_at),                                   \
		      TIME(32, 8, 40, 8, NANO),                                \
		      .tid = { 48, 4 } },                                      \
	}
#define NETBSD_NARROW(kind_at)                                                 \
	{                                                                      \
		{ .length = 56,                                                \
		  NETBSD_FIRST(kind_at),                                       \
		  TIME(32, 4, 36, 4, MICRO) },                                 \
		    { .length = 56,                                            \
		      NETBSD_FIRST(kind_at),                                   \
		      TIME(32, 4, 36, 4, NANO),                                \
		      .tid = { 40, 4 } },                                      \
		    { .length = 56,                                            \
		      NETBSD_FIRST(kind_at),                                   \
		      TIME(32, 8, 40, 4, NANO),                                \
		      .tid = { 48, 4 } },                                      \
	}

static const struct format_header netbsd_wide[] = NETBSD_WIDE(4);
static const struct format_header netbsd_wide_big[] = NETBSD_WIDE(6);
static const struct format_header netbsd_narrow[] = NETBSD_NARROW(4);
static const struct format_header netbsd_narrow_big[] = NETBSD_NARROW(6);

/* i386 aligns 64 bits to 4 bytes. */
static const struct format_header netbsd_i386[] = {
	{ .length = 48, NETBSD_FIRST(4), TIME(32, 4, 36, 4, MICRO) },
	{ .length = 48,
	  NETBSD_FIRST(4),
	  TIME(32, 4, 36, 4, NANO),
	  .tid = { 40, 4 } },
	{ .length = 48,
	  NETBSD_FIRST(4),
	  TIME(32, 8, 40, 4, NANO),
	  .tid = { 44, 4 } },
};

/* Until 2003: a timeval of two longs, and a pointer of the kernel's. */
static const struct format_header netbsd_old_wide[] = {
	{ .length = 56, NETBSD_FIRST(4), TIME(32, 8, 40, 8, MICRO) },
};
static const struct format_header netbsd_old_narrow[] = {
	{ .length = 44, NETBSD_FIRST(4), TIME(32, 4, 36, 4, MICRO) },
};

/* ---- OpenBSD ---- */

#define OPENBSD_FIRST(comm_at)                                                 \
	.kind = { 0, 4 }, .pid = { 4, 4 }, .tid = { 8, 4 }, .comm = (comm_at), \
	.comm_size = 24

static const struct format_header openbsd_wide[] = {
	{ .length = 64,
	  OPENBSD_FIRST(32),
	  TIME(16, 8, 24, 8, NANO),
	  .size = { 56, 8 } },
};
static const struct format_header openbsd_narrow[] = {
	{ .length = 64,
	  OPENBSD_FIRST(32),
	  TIME(16, 8, 24, 4, NANO),
	  .size = { 56, 4 } },
};
static const struct format_header openbsd_i386[] = {
	{ .length = 52,
	  OPENBSD_FIRST(24),
	  TIME(12, 8, 20, 4, NANO),
	  .size = { 48, 4 } },
};

/* ---- formats ---- */

#define HEADERS(name) .versions = ARRAY_LEN(name), .headers = (name)
#define LITTLE        false
#define BIG           true

/* clang-format off */
static const struct format formats[] = {
	{ RECORD_FREEBSD, LITTLE, 8, 8, false, HEADERS(freebsd_wide) },
	{ RECORD_FREEBSD, LITTLE, 4, 4, false, HEADERS(freebsd_i386) },
	{ RECORD_FREEBSD, LITTLE, 4, 8, false, HEADERS(freebsd_narrow) },
	{ RECORD_FREEBSD, BIG,    8, 8, false, HEADERS(freebsd_wide) },
	{ RECORD_FREEBSD, BIG,    4, 8, false, HEADERS(freebsd_narrow) },
	{ RECORD_NETBSD, LITTLE, 8, 8, false, HEADERS(netbsd_wide) },
	{ RECORD_NETBSD, LITTLE, 8, 8, true, HEADERS(netbsd_old_wide) },
	{ RECORD_NETBSD, LITTLE, 4, 4, false, HEADERS(netbsd_i386) },
	{ RECORD_NETBSD, LITTLE, 4, 8, false, HEADERS(netbsd_narrow) },
	{ RECORD_NETBSD, BIG,    8, 8, false, HEADERS(netbsd_wide_big) },
	{ RECORD_NETBSD, BIG,    4, 8, false, HEADERS(netbsd_narrow_big) },
	{ RECORD_OPENBSD, LITTLE, 8, 8, false, HEADERS(openbsd_wide) },
	{ RECORD_OPENBSD, LITTLE, 4, 4, false, HEADERS(openbsd_i386) },
	{ RECORD_OPENBSD, LITTLE, 4, 8, false, HEADERS(openbsd_narrow) },
	{ RECORD_OPENBSD, BIG,    8, 8, false, HEADERS(openbsd_wide) },
	{ RECORD_OPENBSD, BIG,    4, 8, false, HEADERS(openbsd_narrow) },
	{ RECORD_NETBSD, LITTLE, 4, 4, true, HEADERS(netbsd_old_narrow) },
	{ RECORD_NETBSD, BIG,    8, 8, true, HEADERS(netbsd_old_wide) },
	{ RECORD_NETBSD, BIG,    4, 8, true, HEADERS(netbsd_old_narrow) },
};
/* clang-format on */

unsigned format_count(void)
{
	return ARRAY_LEN(formats);
}

const struct format *format_at(unsigned index)
{
	return &formats[index];
}

uint64_t format_take(const struct format *format, const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | bytes[format->is_big ? i : size - 1 - i];
	return value;
}

int64_t format_take_signed(const struct format *format, const void *data,
			   size_t size)
{
	uint64_t value = format_take(format, data, size);
	unsigned unused = 64 - 8 * (unsigned)size;

	return size == 0 ? 0 : (int64_t)(value << unused) >> unused;
}

static uint64_t take_place(const struct format *format, const uint8_t *header,
			   struct place place)
{
	return format_take(format, header + place.at, place.size);
}

static int64_t take_number(const struct format *format, const uint8_t *header,
			   struct place place)
{
	return format_take_signed(format, header + place.at, place.size);
}

/* The version that a header says it has; it may be none there is. */
static unsigned version_of(const struct format *format, const uint8_t *bytes)
{
	if (format->versions == 1)
		return 0;
	if (format->system == RECORD_NETBSD)
		return (unsigned)format_take(
		    format, bytes + (format->is_big ? 4 : 6), 2);
	if (format_take(format, bytes + 4, 2) & IS_VERSIONED)
		return (unsigned)format_take(format, bytes + 6, 2)
			   ?: UINT16_MAX;
	return 0;
}

size_t format_header_length(const void *context, const uint8_t *bytes)
{
	const struct format *format = context;
	unsigned version = version_of(format, bytes);

	return format->headers[version < format->versions ? version : 0].length;
}

static enum record_fault take_time(const struct format *format,
				   const struct format_header *where,
				   const uint8_t *header, struct record *ret)
{
	uint64_t seconds = take_place(format, header, where->seconds);
	uint64_t fraction = take_place(format, header, where->fraction);

	if (seconds >= UINT64_MAX / SECOND_NS ||
	    fraction >= SECOND_NS / where->fraction_ns)
		return RECORD_TIME;
	ret->time_ns = seconds * SECOND_NS + fraction * where->fraction_ns;
	return RECORD_OK;
}

static enum record_fault take_kind(const struct format *format,
				   const struct format_header *where,
				   const uint8_t *header, struct record *ret)
{
	static const uint8_t start[] = { 'K', 'T', 'R', 0 };
	uint64_t kind = take_place(format, header, where->kind);

	ret->after_drop = false;
	if (format->system == RECORD_FREEBSD) {
		ret->after_drop = kind & HAS_DROPPED;
		kind &= KTR_KIND_MASK;
	}
	if (format->system == RECORD_OPENBSD &&
	    !memcmp(header, start, sizeof(start))) {
		ret->kind = FORMAT_START;
		return RECORD_OK;
	}
	ret->kind = (unsigned)kind;
	return kind == 0 || kind > KTR_KIND_MASK ? RECORD_KIND : RECORD_OK;
}

static void take_origin(const struct format *format,
			const struct format_header *where,
			const uint8_t *header, struct record *ret)
{
	size_t most = MIN((size_t)where->comm_size, sizeof(ret->comm) - 1);

	ret->system = format->system;
	ret->word = format->word;
	ret->pid = (int32_t)take_number(format, header, where->pid);
	ret->tid = take_number(format, header, where->tid);
	ret->cpu = where->cpu.size
		       ? (int32_t)take_number(format, header, where->cpu)
		       : -1;
	memset(ret->comm, 0, sizeof(ret->comm));
	memcpy(ret->comm, header + where->comm, most);
}

enum record_fault format_decode(const void *context, const uint8_t *header,
				struct record *ret)
{
	const struct format *format = context;
	unsigned version = version_of(format, header);
	const struct format_header *where;
	enum record_fault fault;
	uint64_t length;

	if (version >= format->versions)
		return RECORD_VERSION;
	where = &format->headers[version];
	fault = take_kind(format, where, header, ret);
	if (fault)
		return fault;
	length = take_place(format, header, where->size);
	if (length > RECORD_LENGTH_MAX)
		return RECORD_LENGTH;
	ret->length = (size_t)length;
	take_origin(format, where, header, ret);
	return take_time(format, where, header, ret);
}

/* The host is little-endian, as the format is. */
static void put_place(uint8_t *header, struct place place, uint64_t value)
{
	memcpy(header + place.at, &value, place.size);
}

size_t format_encode(const struct format *format, unsigned version,
		     const struct record *record, unsigned kind, size_t length,
		     uint8_t ret[FORMAT_HEADER_MAX])
{
	const struct format_header *where = &format->headers[version];
	const struct place version_at = { 6, 2 };

	memset(ret, 0, FORMAT_HEADER_MAX);
	if (format->system == RECORD_FREEBSD)
		kind |= IS_VERSIONED | (record->after_drop ? HAS_DROPPED : 0);
	put_place(ret, where->size, length);
	put_place(ret, where->kind, kind);
	put_place(ret, version_at, version);
	put_place(ret, where->pid, (uint64_t)record->pid);
	put_place(ret, where->tid, (uint64_t)record->tid);
	put_place(ret, where->cpu, (uint64_t)record->cpu);
	memcpy(ret + where->comm, record->comm,
	       strnlen(record->comm, where->comm_size - 1u));
	put_place(ret, where->seconds, record->time_ns / SECOND_NS);
	put_place(ret, where->fraction,
		  record->time_ns % SECOND_NS / where->fraction_ns);
	return where->length;
}
