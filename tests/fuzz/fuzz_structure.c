/*
 * STRUCT and STRUCT_ARRAY records of any name and bytes, as text, and
 * the same bytes as entries of a directory: no byte past
 * the record is read, and nothing goes out that a terminal obeys.
 * Input: ABI, name's index or more, size of an item (0: a STRUCT), bytes.
 * Rooms: decode trace sysdesc base
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ktrace-u/format.h>

#include "base/text.h"
#include "decode/data.h"
#include "decode/layout.h"
#include "decode/listing.h"
#include "decode/structure.h"
#include "must.h"
#include "sysdesc/layout.h"
#include "trace/record.h"

#define HEAD 3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_safe(const struct text *text)
{
	for (size_t i = 0; i < text->length; i++)
		MUST((unsigned char)text->data[i] >= ' ' &&
		     text->data[i] != 0x7f);
}

/* The same bytes, taken for a directory's. */
static void list(const struct record *record, enum sysdesc_abi abi)
{
	const struct data_style style = { .width = 80, .utf8 = true };
	struct text text = TEXT_INIT;

	if (!listing_put(&text, BLOB_DIRENT, abi, record->structure.data,
			 record->structure.length, false, &style))
		MUST(text.length == 0);
	listing_put(&text, BLOB_DIRENT64, abi, record->structure.data,
		    record->structure.length, true, &style);
	must_be_safe(&text);
	text_done(&text);
}

static void put(const struct record *record, enum sysdesc_abi abi)
{
	const struct data_style style = { .width = 80, .utf8 = true };
	struct text text = TEXT_INIT;

	structure_put(&text, record, abi, &style);
	must_be_safe(&text);
	MUST(structure_is_opaque(record, abi) != layout_is_known(record, abi) ||
	     structure_is_ours(record));
	text_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record record = { .kind = KTR_STRUCT };
	uint8_t *bytes;

	if (size < HEAD)
		return 0;
	/* A copy that ends where the record does. */
	bytes = malloc(size > HEAD ? size - HEAD : 1);
	MUST(bytes != NULL);
	memcpy(bytes, data + HEAD, size - HEAD);
	record.structure.name =
	    sysdesc_layout_at(data[1] % sysdesc_layout_count())->name;
	record.structure.data = bytes;
	record.structure.length = size - HEAD;
	if (data[2]) {
		record.kind = KTR_STRUCT_ARRAY;
		record.structure.size = data[2];
		record.structure.length -= record.structure.length % data[2];
	}
	list(&record, (enum sysdesc_abi)(data[0] % (SYSDESC_ABI_COUNT + 1)));
	put(&record, (enum sysdesc_abi)(data[0] % (SYSDESC_ABI_COUNT + 1)));
	free(bytes);
	return 0;
}
