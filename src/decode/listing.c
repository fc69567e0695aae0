/*
 * Walks the fields that sysdesc has of an entry, and finds its name behind
 * them. Its length, and where the name ends, are looked for within what there
 * is.
 */
#include "decode/listing.h"

#include <string.h>

#include "base/text.h"
#include "decode/constant.h"
#include "decode/data.h"
#include "sysdesc/layout.h"

/* A listing whose entries have no type in front has it in their last byte. */
#define TYPE "d_type"

struct listing {
	struct text *text;
	const struct sysdesc_layout *layout;
	enum sysdesc_abi abi;
	const struct data_style *style;
};

static uint64_t take(const uint8_t *data, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, data, size < sizeof(value) ? size : sizeof(value));
	return value;
}

/* What stands in the fields, and where they end. */
struct head {
	size_t length;
	uint64_t size; /* of the whole entry, as it says */
	bool has_type;
};

/* False: the bytes are too few. */
static bool measure(const struct listing *listing, const uint8_t *data,
		    size_t left, struct head *ret)
{
	struct sysdesc_walk walk = { .layout = listing->layout,
				     .abi = listing->abi };
	const struct sysdesc_field *field;
	struct head head = { 0 };
	size_t at, size;

	while ((field = sysdesc_walk(&walk, &at, &size)) != NULL) {
		if (at + size > left)
			return false;
		if (!strcmp(field->name, "d_reclen"))
			head.size = take(data + at, size);
		head.has_type |= !strcmp(field->name, TYPE);
	}
	head.length = walk.offset;
	*ret = head;
	/* A name of one byte, its NUL, and the type where that is behind. */
	return head.size <= left &&
	       head.size >= head.length + 1 + !head.has_type;
}

static void put_type(const struct listing *listing, uint64_t value)
{
	const struct constant constant = { .value = value,
					   .abi = listing->abi,
					   .kind = KIND_ENUM,
					   .set = FLAGSET_DIRENT_TYPE };

	text_put(listing->text, TYPE "=");
	constant_put(listing->text, &constant, CONSTANT_NAMES);
}

static void put_fields(const struct listing *listing, const uint8_t *data)
{
	struct sysdesc_walk walk = { .layout = listing->layout,
				     .abi = listing->abi };
	const struct sysdesc_field *field;
	size_t at, size;

	while ((field = sysdesc_walk(&walk, &at, &size)) != NULL) {
		uint64_t value = take(data + at, size);

		if (at > 0)
			text_put(listing->text, ", ");
		if (!strcmp(field->name, TYPE)) {
			put_type(listing, value);
			continue;
		}
		text_format(listing->text, "%s=", field->name);
		if (field->type == TYPE_S64)
			text_decimal(listing->text, (int64_t)value);
		else
			text_unsigned(listing->text, value);
	}
}

static void put_entry(const struct listing *listing, const struct head *head,
		      const uint8_t *data)
{
	size_t room = (size_t)head->size - head->length - !head->has_type;
	const char *name = (const char *)data + head->length;

	text_put(listing->text, "{ ");
	put_fields(listing, data);
	text_put(listing->text, ", d_name=");
	data_quote(listing->text, name, strnlen(name, room), listing->style);
	if (!head->has_type) {
		text_put(listing->text, ", ");
		put_type(listing, data[head->size - 1]);
	}
	text_put(listing->text, " }");
}

bool listing_put(struct text *text, enum sysdesc_blob blob,
		 enum sysdesc_abi abi, const void *data, size_t length,
		 bool is_cut, const struct data_style *style)
{
	const struct listing listing = { text, sysdesc_layout(blob, abi), abi,
					 style };
	const uint8_t *at = data;
	struct head head;
	size_t left = length;

	if (!listing.layout ||
	    (length > 0 && !measure(&listing, at, left, &head)))
		return false;
	text_char(text, '[');
	for (; left > 0 && measure(&listing, at, left, &head);
	     at += head.size, left -= head.size) {
		if (left < length)
			text_put(text, ", ");
		put_entry(&listing, &head, at);
	}
	if (left > 0 || is_cut)
		text_put(text, length ? ", ..." : "...");
	text_char(text, ']');
	return true;
}
