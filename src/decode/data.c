/*
 * Bytes of somebody else's -> strings on one line, folded text, hex dumps. No
 * byte goes out unlooked at: this file is what keeps a hostile name from
 * speaking to the terminal.
 */
#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"

/* What a byte is. */
enum data_class {
	DATA_OTHER,
	DATA_PLAIN, /* printed as it is */
	DATA_SLASH, /* the backslash, which is doubled */
	DATA_SPACE, /* \n and \t: text, laid out */
	DATA_CODED, /* \r and NUL: text, escaped */
};

static const uint8_t data_classes[256] = {
	[0] = DATA_CODED,           ['\t'] = DATA_SPACE,
	['\n'] = DATA_SPACE,        ['\r'] = DATA_CODED,
	[' ' ... '['] = DATA_PLAIN, ['\\'] = DATA_SLASH,
	[']' ... '~'] = DATA_PLAIN,
};

/* Characters that are obeyed or hidden rather than shown. */
static const struct data_range {
	uint32_t first, last;
} data_unseen[] = {
	{ 0x0080, 0x009f }, { 0x00ad, 0x00ad },   { 0x061c, 0x061c },
	{ 0x180e, 0x180e }, { 0x200b, 0x200f },   { 0x2028, 0x202e },
	{ 0x2060, 0x206f }, { 0xfeff, 0xfeff },   { 0xfff9, 0xfffb },
	{ 0xfffe, 0xffff }, { 0xe0000, 0xe0fff },
};

static bool data_is_seen(uint32_t character)
{
	for (size_t i = 0; i < ARRAY_LEN(data_unseen); i++)
		if (character >= data_unseen[i].first &&
		    character <= data_unseen[i].last)
			return false;
	return true;
}

/* The length of the character beyond ASCII that can be shown here, or 0. */
static size_t data_character(const uint8_t *at, size_t left)
{
	size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
	uint32_t character;

	if (at[0] < 0xc2 || left < length || !text_is_utf8(at, length))
		return 0;
	character = at[0] & (0x7f >> length);
	for (size_t i = 1; i < length; i++)
		character = character << 6 | (at[i] & 0x3f);
	return data_is_seen(character) ? length : 0;
}

static void data_octal(struct text *text, uint8_t byte)
{
	char digits[4] = { '\\', (char)('0' + (byte >> 6)),
			   (char)('0' + (byte >> 3 & 7)),
			   (char)('0' + (byte & 7)) };

	text_bytes(text, digits, sizeof(digits));
}

/* One byte that cannot stand for itself. next is -1 at the end. */
static void data_code(struct text *text, uint8_t byte, int next)
{
	static const char letters[] = "\aa\bb\ff\nn\rr\tt\vv\\\\\"\"";

	for (const char *pair = letters; *pair; pair += 2) {
		if ((uint8_t)*pair != byte)
			continue;
		text_char(text, '\\');
		text_char(text, pair[1]);
		return;
	}
	if (byte == 0 && (next < '0' || next > '7'))
		text_put(text, "\\0");
	else
		data_octal(text, byte);
}

static void data_shown(struct text *text, const uint8_t *at, size_t left,
		       uint8_t quote, const struct data_style *style)
{
	size_t some;

	while (left > 0) {
		some = 0;
		while (some < left && data_classes[at[some]] == DATA_PLAIN &&
		       at[some] != quote)
			some++;
		if (some == 0 && style->utf8)
			some = data_character(at, left);
		text_bytes(text, at, some);
		if (some == 0) {
			some = 1;
			data_code(text, at[0], left > 1 ? at[1] : -1);
		}
		at += some;
		left -= some;
	}
}

void data_escape(struct text *text, const void *data, size_t length,
		 const struct data_style *style)
{
	data_shown(text, data, length, 0, style);
}

void data_quote(struct text *text, const void *data, size_t length,
		const struct data_style *style)
{
	text_char(text, '"');
	data_shown(text, data, length, '"', style);
	text_char(text, '"');
}

void data_quote_list(struct text *text, const void *data, size_t length,
		     const struct data_style *style)
{
	const char *at = data;
	size_t one;

	while (length > 0) {
		one = strnlen(at, length);
		data_quote(text, at, one, style);
		/* A last string without its NUL was cut off; it is shown. */
		one += one < length;
		at += one;
		length -= one;
		if (length > 0)
			text_put(text, ", ");
	}
}

static bool data_is_text(const uint8_t *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (data_classes[data[i]] == DATA_OTHER)
			return false;
	return true;
}

/* Folded text: which column comes next, and how many there may be. */
struct data_fold {
	struct text *text;
	size_t column; /* 0: a line is to be begun */
	size_t limit;
};

#define DATA_INDENT "       "
#define DATA_TAB    8

/* Makes sure that `width` columns fit, as far as a line can be. */
static void data_fold_room(struct data_fold *fold, size_t width)
{
	if (fold->column == 0) {
		text_char(fold->text, '\t');
		fold->column = DATA_TAB;
	}
	if (fold->column + width > fold->limit) {
		text_put(fold->text, "\\\n\t");
		fold->column = DATA_TAB;
	}
	fold->column += width;
}

/* As much of a run of plain bytes as fits on this line, at least one. */
static size_t data_fold_plain(struct data_fold *fold, const uint8_t *at,
			      size_t left)
{
	size_t some = 0;
	size_t most;

	data_fold_room(fold, 1);
	most = fold->limit > fold->column ? fold->limit - fold->column + 1 : 1;
	most = MIN(most, left);
	while (some < most && data_classes[at[some]] == DATA_PLAIN)
		some++;
	fold->column += some - 1;
	text_bytes(fold->text, at, some);
	return some;
}

static void data_fold_byte(struct data_fold *fold, uint8_t byte, int next)
{
	bool octal = byte == 0 && next >= '0' && next <= '7';

	if (byte == '\n' && fold->column == 0)
		text_char(fold->text, '\t');
	if (byte == '\n') {
		text_char(fold->text, '\n');
		fold->column = 0;
	} else if (byte == '\t') {
		/* A line that begins has its own tab in front of this one. */
		data_fold_room(fold, DATA_TAB - fold->column % DATA_TAB);
		text_char(fold->text, '\t');
	} else {
		data_fold_room(fold, octal ? 4 : 2);
		data_code(fold->text, byte, next);
	}
}

static void data_folded(struct text *text, const uint8_t *at, size_t left,
			unsigned width)
{
	struct data_fold fold = { .text = text,
				  .column = DATA_TAB,
				  .limit = width - 2 };
	size_t some;

	text_put(text, DATA_INDENT "\"");
	for (; left > 0; at += some, left -= some) {
		some = 1;
		if (data_classes[at[0]] == DATA_PLAIN)
			some = data_fold_plain(&fold, at, left);
		else
			data_fold_byte(&fold, at[0], left > 1 ? at[1] : -1);
	}
	if (fold.column == 0)
		text_put(text, DATA_INDENT);
	text_put(text, "\"\n");
}

void data_dump(struct text *text, const void *data, size_t length,
	       const struct data_style *style)
{
	if (data_is_text(data, length))
		data_folded(text, data, length, style->width);
	else
		data_hexdump(text, data, length, style);
}

/*
 * How many bytes a line of a dump has: an even number. A line is 13 columns of
 * offset, 5 for each two bytes, "  |", one for each byte, and "|".
 */
static size_t data_dump_width(unsigned width)
{
	size_t pairs = width > 17 ? (width - 17 - 1) / 7 : 0;

	return 2 * MAX(pairs, (size_t)1);
}

static void data_hex_pair(struct text *text, const uint8_t *at, size_t left)
{
	static const char digits[] = "0123456789abcdef";
	char pair[5] = "     ";

	for (size_t i = 0; i < MIN(left, (size_t)2); i++) {
		pair[1 + 2 * i] = digits[at[i] >> 4];
		pair[2 + 2 * i] = digits[at[i] & 15];
	}
	text_bytes(text, pair, sizeof(pair));
}

/* The byte, or a point for one that is no printable ASCII. */
static void data_hex_letter(struct text *text, uint8_t byte)
{
	char letter = '.';

	if (byte >= ' ' && byte <= '~')
		letter = (char)byte;
	text_char(text, letter);
}

static void data_hex_line(struct text *text, const uint8_t *at, size_t left,
			  size_t width)
{
	size_t length = MIN(left, width);

	for (size_t i = 0; i < width; i += 2)
		data_hex_pair(text, at + MIN(i, length),
			      length - MIN(i, length));
	text_put(text, "  |");
	for (size_t i = 0; i < length; i++)
		data_hex_letter(text, at[i]);
	text_put(text, "|\n");
}

void data_hexdump(struct text *text, const void *data, size_t length,
		  const struct data_style *style)
{
	size_t width = data_dump_width(style->width);
	const uint8_t *at = data;

	for (size_t offset = 0; offset < length; offset += width) {
		text_format(text, DATA_INDENT "0x%04zx", offset);
		data_hex_line(text, at + offset, length - offset, width);
	}
	if (length % width)
		text_char(text, '\n');
}
