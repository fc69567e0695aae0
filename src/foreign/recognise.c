/*
 * Tries formats on the first records: one that is somebody's is sound in each
 * of them, and proven by what only his have. Makes no I/O.
 */
#include "foreign/recognise.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"
#include "foreign/format.h"
#include "foreign/system.h"
#include "trace/fields.h"

#define RECORDS_MAX 64u /* that are looked at */

/* ---- ours ---- */

/* What the records at the start say, that are whole and sound by our form. */
struct own {
	unsigned records;
	bool is_proven;  /* there is a record that only ktrace-u writes */
	bool is_freebsd; /* there is a process that only FreeBSD has */
};

/* One of its own, or one of Linux's of which more is told than we do. */
static bool is_of_freebsd(uint32_t sv_flags)
{
	return (sv_flags & SYSTEM_FREEBSD_SHP) ||
	       system_of(system_abi_of_flags(sv_flags)) == RECORD_FREEBSD;
}

static void look_at_own(struct own *own, const struct record *record)
{
	own->records++;
	own->is_proven |= record->kind == KTR_STRUCT &&
			  fields_are_in(record->structure.name);
	own->is_freebsd |= record->kind == KTR_PROCCTOR &&
			   is_of_freebsd(record->procctor.sv_flags);
}

static struct own try_own(const uint8_t *bytes, size_t length)
{
	const size_t head = sizeof(struct ktr_header);
	struct own own = { 0 };
	struct record record;

	while (own.records < RECORDS_MAX && !own.is_proven && !own.is_freebsd &&
	       length >= head && !record_decode_header(bytes, &record) &&
	       record.length <= length - head &&
	       !record_decode_payload(&record, bytes + head)) {
		look_at_own(&own, &record);
		bytes += head + record.length;
		length -= head + record.length;
	}
	return own;
}

/* ---- others ---- */

/* A name of a thread: text, and a NUL where it is shorter than its room. */
static bool is_name(const char *comm)
{
	for (; *comm; comm++)
		if ((unsigned char)*comm < ' ' || *comm == 0x7f)
			return false;
	return true;
}

/* A structure: letters, digits and underscores, then a NUL. */
static bool is_named(const uint8_t *payload, size_t length)
{
	size_t at = 0;

	while (at < length && (isalnum(payload[at]) || payload[at] == '_'))
		at++;
	return at > 0 && at < length && payload[at] == 0;
}

/* By the arguments, which the two have in other places. */
static bool is_call(const struct format *format, const struct record *record,
		    const uint8_t *payload)
{
	size_t word = format->word;
	uint64_t count;

	if (format->system == RECORD_FREEBSD) {
		if (record->length < word)
			return false;
		count = format_take(format, payload + 2, 2);
		return record->length == word + count * word &&
		       (word == 4 || !format_take(format, payload + 4, 4));
	}
	if (record->length < 8)
		return false;
	count = format_take(format, payload + 4, 4);
	return count % word == 0 && count <= record->length - 8 &&
	       format_take(format, payload, 4) <= INT16_MAX &&
	       (format->system == RECORD_OPENBSD ||
		count == record->length - 8);
}

static bool is_return(const struct format *format, const struct record *record)
{
	size_t word = format->word;

	switch (format->system) {
	case RECORD_FREEBSD:
		return record->length == 8 + word;
	case RECORD_NETBSD:
		return record->length == 8 + (format->is_old ? word : 2 * word);
	default:
		return record->length == 8 || record->length == 8 + word ||
		       record->length == 16;
	}
}

/* The highest kind that a kernel has had. */
static unsigned kind_end(enum record_system system)
{
	static const unsigned ends[RECORD_SYSTEM_COUNT] = {
		[RECORD_FREEBSD] = 18,
		[RECORD_NETBSD] = 15,
		[RECORD_OPENBSD] = 13,
	};

	return ends[system];
}

/* Where others have a version, and FreeBSD nothing. */
static bool has_gap(const struct format *format, const uint8_t *header)
{
	return format->system != RECORD_FREEBSD ||
	       (format_take(format, header + 4, 2) & KTR_VERSIONED) ||
	       format_take(format, header + 6, 2) == 0;
}

static bool is_sound(const struct format *format, const struct record *record,
		     const uint8_t *payload)
{
	if (record->kind == FORMAT_START)
		return record->length == 0;
	if (record->kind > kind_end(format->system) || record->pid < 0 ||
	    !is_name(record->comm))
		return false;
	switch (record->kind) {
	case KTR_NAMEI:
		return !memchr(payload, 0, record->length);
	case KTR_SYSCALL:
		return is_call(format, record, payload);
	case KTR_SYSRET:
		return is_return(format, record);
	case KTR_GENIO:
		return record->length >= sizeof(struct ktr_genio) &&
		       format_take(format, payload + 4, 4) <= KTR_GENIO_WRITE;
	case KTR_CSW:
		return record->length == 8 || record->length == 16;
	case KTR_PSIG:
		return record->length >= 2u * format->word + 8;
	case KTR_STRUCT:
		return format->system == RECORD_NETBSD ||
		       is_named(payload, record->length);
	default:
		return true;
	}
}

/*
 * How many records are sound in a format; 0 where one is not. What is behind
 * the bytes need not be there: the last record may be cut.
 */
static unsigned try(const struct format *format, const uint8_t *bytes,
		    size_t length, bool is_strict)
{
	unsigned records = 0;
	struct record record = { 0 };

	while (length >= FORMAT_LEAST && records < RECORDS_MAX) {
		size_t head = format_header_length(format, bytes);

		if (length < head)
			break;
		if (format_decode(format, bytes, &record))
			return is_strict ? 0 : records;
		if (record.length > length - head)
			break;
		if (!has_gap(format, bytes) ||
		    !is_sound(format, &record, bytes + head))
			return is_strict ? 0 : records;
		records++;
		bytes += head + record.length;
		length -= head + record.length;
	}
	return records;
}

static bool is_openbsd(const uint8_t *bytes, size_t length)
{
	return length >= 4 && !memcmp(bytes, "KTR", 4);
}

const struct format *recognise_system(enum record_system system,
				      const uint8_t *bytes, size_t length)
{
	const struct format *best = NULL;
	unsigned most = 0, records;

	for (unsigned i = 0; i < format_count(); i++) {
		const struct format *format = format_at(i);

		if (format->system != system)
			continue;
		records = try(format, bytes, length, false);
		if (best && records <= most)
			continue;
		best = format;
		most = records;
	}
	return best;
}

/*
 * One that all records are sound in, two at least; or, where nothing fits, one
 * that is proven by a few records in front of what is damaged.
 */
#define RECORDS_LEAST  2u
#define RECORDS_PROVEN 4u

static const struct format *try_all(const uint8_t *bytes, size_t length,
				    bool is_strict)
{
	const struct format *best = NULL;
	unsigned most = (is_strict ? RECORDS_LEAST : RECORDS_PROVEN) - 1;
	unsigned records;

	for (unsigned i = 0; i < format_count(); i++) {
		if (format_at(i)->system == RECORD_OPENBSD)
			continue;
		records = try(format_at(i), bytes, length, is_strict);
		if (records <= most)
			continue;
		best = format_at(i);
		most = records;
	}
	return best;
}

enum recognised recognise_file(const uint8_t *bytes, size_t length, bool is_all,
			       const struct format **ret)
{
	struct own own;

	if (length < RECOGNISE_LEAST && !is_all)
		return RECOGNISED_MORE;
	own = try_own(bytes, length);
	if (own.is_proven || (own.records > 0 && !own.is_freebsd))
		return RECOGNISED_OURS;
	if (!own.is_freebsd && !is_all)
		return RECOGNISED_MORE;
	if (own.is_freebsd)
		*ret = recognise_system(RECORD_FREEBSD, bytes, length);
	else if (is_openbsd(bytes, length))
		*ret = recognise_system(RECORD_OPENBSD, bytes, length);
	else
		*ret = try_all(bytes, length, true)
			   ?: try_all(bytes, length, false);
	return *ret ? RECOGNISED_FOREIGN : RECOGNISED_OURS;
}
