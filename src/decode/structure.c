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

static const char *const structure_names[] = {
	KTR_STRUCT_SESSION, KTR_STRUCT_PROCESS,
	KTR_STRUCT_PATH,    KTR_STRUCT_EXIT_STATUS,
	KTR_STRUCT_LOSS,    KTR_STRUCT_COVERAGE,
	KTR_STRUCT_CLOCK,   KTR_STRUCT_SYSCALL_NUMBER,
	KTR_STRUCT_ABI,     KTR_STRUCT_MESSAGE,
	KTR_STRUCT_END,     KTR_STRUCT_LABEL,
};

/* The fields that are lists by nature. */
static const struct structure_list {
	const char *name;
	const char *field;
} structure_lists[] = {
	{ KTR_STRUCT_SESSION, "command" },
	{ KTR_STRUCT_PROCESS, "group" },
	{ KTR_STRUCT_PROCESS, "nspid" },
};

static bool structure_has_fields(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(structure_names); i++)
		if (strcmp(structure_names[i], name) == 0)
			return true;
	return false;
}

bool structure_is_ours(const struct record *record)
{
	return record->kind == KTR_STRUCT &&
	       structure_has_fields(record->structure.name);
}

bool structure_is_opaque(const struct record *record)
{
	return record->kind == KTR_STRUCT_ARRAY ||
	       (record->kind == KTR_STRUCT && !structure_is_ours(record));
}

bool structure_is_list(const char *name, const char *field, size_t length)
{
	const struct structure_list *list = structure_lists;
	const struct structure_list *end = list + ARRAY_LEN(structure_lists);

	for (; list < end; list++)
		if (strcmp(list->name, name) == 0 &&
		    strlen(list->field) == length &&
		    memcmp(list->field, field, length) == 0)
			return true;
	return false;
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
