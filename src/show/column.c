/*
 * The columns that every line has, as FreeBSD's kdump lays them out: whose
 * record it is, when it was made, what it is. Knows no payload.
 */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"
#include "foreign/system.h"
#include "join/state.h"
#include "show/column.h"
#include "show/view.h"
#include "trace/facility.h"
#include "trace/record.h"

#define COLUMN_SECOND UINT64_C(1000000000)

/* Right-aligned, as %*d. */
static void column_right(struct text *text, int64_t value, size_t width)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (value < 0)
		digits[--at] = '-';
	while (sizeof(digits) - at < width)
		digits[--at] = ' ';
	text_bytes(text, digits + at, sizeof(digits) - at);
}

/* "1700000000.125456789 " */
static void column_time(struct text *text, uint64_t seconds, uint64_t nsec)
{
	char digits[11] = ".000000000 ";

	for (size_t at = 9; at > 0; at--) {
		digits[at] = (char)('0' + nsec % 10);
		nsec /= 10;
	}
	text_unsigned(text, seconds);
	text_bytes(text, digits, sizeof(digits));
}

static void column_span(struct text *text, uint64_t from_ns, uint64_t to_ns)
{
	uint64_t span = to_ns < from_ns ? from_ns - to_ns : to_ns - from_ns;

	if (to_ns < from_ns)
		text_char(text, '-');
	column_time(text, span / COLUMN_SECOND, span % COLUMN_SECOND);
}

void column_put_origin(struct text *text, const struct view *view,
		       const struct record *record)
{
	size_t start;

	column_right(text, record->pid, 6);
	text_char(text, ' ');
	if (view->threads) {
		column_right(text, MAX(record->tid, INT64_C(0)), 6);
		text_char(text, ' ');
	}
	start = text->length;
	data_escape(text, record->comm,
		    (size_t)(strchrnul(record->comm, 0) - record->comm),
		    &view->style);
	text_pad(text, start, 8);
	text_char(text, ' ');
}

void column_put_times(struct text *text, const struct view *view,
		      const struct state *state, uint64_t now)
{
	uint64_t first = state->has_times ? state->first_ns : now;
	uint64_t previous = state->has_times ? state->previous_ns : now;

	if (view->absolute)
		column_time(text, now / COLUMN_SECOND, now % COLUMN_SECOND);
	if (view->elapsed)
		column_span(text, first, now);
	if (view->relative)
		column_span(text, previous, now);
}

/* "L64  ": whose calls these are, and how wide its words are. */
static void column_abi(struct text *text, const struct state *state,
		       const struct record *record)
{
	uint32_t flags = state_flags(state, record);
	enum sysdesc_abi abi = state_abi(state, record);
	bool is_linux = (flags & KTR_SV_ABI_MASK) == KTR_SV_ABI_LINUX;
	bool is_wide = flags & KTR_SV_LP64;
	char letter = is_linux ? 'L' : 'U';

	if (abi != SYSDESC_ABI_UNKNOWN) {
		letter = system_abi_letter(abi);
		is_wide = system_word(abi) == 8;
	}
	text_char(text, letter);
	if (!flags && letter == 'U')
		text_put(text, "00  ");
	else
		text_put(text, is_wide ? "64  " : "32  ");
}

static void column_tag(struct text *text, unsigned kind)
{
	const char *tag = facility_tag(kind);

	if (tag) {
		text_put(text, tag);
	} else {
		text_put(text, "UNKNOWN(");
		text_unsigned(text, kind);
		text_char(text, ')');
	}
	text_put(text, "  ");
}

void column_put(struct text *text, const struct view *view,
		const struct state *state, const struct record *record)
{
	column_put_origin(text, view, record);
	column_put_times(text, view, state, record->time_ns);
	if (view->cpu) {
		column_right(text, record->cpu, 3);
		text_char(text, ' ');
	}
	column_tag(text, record->kind);
	if (view->abi)
		column_abi(text, state, record);
}
