/*
 * Structures as text. Knows which names are field lists and walks them with
 * trace/fields.h; knows no layout of Linux's own structures.
 */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/data.h"
#include "decode/structure.h"
#include "trace/fields.h"
#include "trace/record.h"

/* Our structures, and the field of each that is a list (if one is). */
static const struct structure_row {
	const char *name;
	const char *list;
} structure_rows[] = {
	{ KTR_STRUCT_SESSION, "command" }, { KTR_STRUCT_PROCESS, "nspid" },
	{ KTR_STRUCT_PATH, NULL },	   { KTR_STRUCT_EXIT_STATUS, NULL },
	{ KTR_STRUCT_LOSS, NULL },	   { KTR_STRUCT_COVERAGE, NULL },
	{ KTR_STRUCT_CLOCK, NULL },	   { KTR_STRUCT_SYSCALL_NUMBER, NULL },
	{ KTR_STRUCT_ABI, NULL },	   { KTR_STRUCT_MESSAGE, NULL },
};

static const struct structure_row *structure_row(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(structure_rows); i++)
		if (strcmp(structure_rows[i].name, name) == 0)
			return &structure_rows[i];
	return NULL;
}

bool structure_is_ours(const struct record *record)
{
	return record->kind == KTR_STRUCT &&
	       structure_row(record->structure.name);
}

bool structure_is_opaque(const struct record *record)
{
	return record->kind == KTR_STRUCT_ARRAY ||
	       (record->kind == KTR_STRUCT && !structure_is_ours(record));
}

bool structure_is_list(const char *name, const char *field, size_t length)
{
	const struct structure_row *row = structure_row(name);

	return row && row->list && strlen(row->list) == length &&
	       memcmp(row->list, field, length) == 0;
}

static void structure_field(struct text *text, const struct field *field,
			    const struct data_style *style)
{
	text_bytes(text, field->name, field->name_length);
	text_char(text, '=');
	if (field->is_number)
		text_decimal(text, field->number);
	else
		data_quote(text, field->data, field->length, style);
}

static void structure_fields(struct text *text, const uint8_t *data,
			     size_t length, const struct data_style *style)
{
	const char *separator = " ";
	bool malformed = false;
	size_t position = 0;
	struct field field;

	text_put(text, " {");
	while (fields_next(data, length, &position, &field, &malformed)) {
		text_put(text, separator);
		structure_field(text, &field, style);
		separator = ", ";
	}
	if (malformed) {
		text_put(text, separator);
		text_put(text, "<malformed>");
	}
	text_put(text, " }");
}

/* "1 byte", "2 bytes". */
static void structure_bytes(struct text *text, uint64_t count)
{
	text_unsigned(text, count);
	text_put(text, count == 1 ? " byte" : " bytes");
}

void structure_put(struct text *text, const struct record *record,
		   const struct data_style *style)
{
	text_put(text, "struct ");
	text_put(text, record->structure.name);
	if (record->kind == KTR_STRUCT_ARRAY) {
		text_char(text, '[');
		text_unsigned(text, record->structure.length /
					record->structure.size);
		text_put(text, "], ");
		structure_bytes(text, record->structure.size);
		text_put(text, " each");
	} else if (structure_is_ours(record)) {
		structure_fields(text, record->structure.data,
				 record->structure.length, style);
	} else {
		text_put(text, ", ");
		structure_bytes(text, record->structure.length);
	}
}
