/*
 * Structures as text. Knows which names are field lists and walks them with
 * trace/fields.h; layout.c walks those of Linux.
 */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "decode/address.h"
#include "decode/constant.h"
#include "decode/data.h"
#include "decode/layout.h"
#include "decode/structure.h"
#include "foreign/system.h"
#include "sysdesc/layout.h"
#include "trace/fields.h"
#include "trace/record.h"

/* The fields that are lists by nature. */
static const struct structure_list {
	const char *name;
	const char *field;
} structure_lists[] = {
	{ KTR_STRUCT_SESSION, "command" },  { KTR_STRUCT_PROCESS, "group" },
	{ KTR_STRUCT_PROCESS, "nspid" },    { KTR_STRUCT_STACK, "pc" },
	{ KTR_STRUCT_STACK, "signal" },     { KTR_STRUCT_DESCRIPTORS, "fd" },
	{ KTR_STRUCT_DESCRIPTORS, "path" },
};

bool structure_is_ours(const struct record *record)
{
	return record->kind == KTR_STRUCT &&
	       fields_are_in(record->structure.name);
}

bool structure_is_opaque(const struct record *record, enum sysdesc_abi abi)
{
	if (record->kind != KTR_STRUCT && record->kind != KTR_STRUCT_ARRAY)
		return false;
	return !structure_is_ours(record) && !layout_is_known(record, abi);
}

const char *structure_name(enum sysdesc_blob blob, enum sysdesc_abi abi)
{
	bool is_linux = system_of(abi) == RECORD_LINUX;
	const struct sysdesc_layout *layout;

	/* Other kernels call theirs as Linux's are called. */
	layout = sysdesc_layout(blob, is_linux ? abi : SYSDESC_X86_64);
	return layout ? layout->name : NULL;
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

/* ---- Linux's own ---- */

struct structure_output {
	struct text *text;
	const struct data_style *style;
	unsigned depth;
	bool any; /* something stands in front within the same braces */
};

static void structure_part(struct structure_output *output, const char *name)
{
	text_put(output->text, output->any ? ", " : " ");
	output->any = true;
	if (name)
		text_put(output->text, name);
	if (name)
		text_char(output->text, '=');
}

static void structure_begin(void *context, const char *name, bool is_list)
{
	struct structure_output *output = context;
	bool is_array = is_list && name;

	/* The outermost braces are those of the record. */
	if (output->depth++ > 0) {
		structure_part(output, name);
		text_char(output->text, is_array ? '[' : '{');
	}
	output->any = false;
}

static void structure_end(void *context, bool is_list)
{
	struct structure_output *output = context;

	output->any = true;
	if (--output->depth > 0)
		text_put(output->text, is_list ? " ]" : " }");
}

static void structure_number(void *context, const char *name,
			     enum layout_form form, uint64_t value)
{
	struct structure_output *output = context;

	structure_part(output, name);
	switch (form) {
	case LAYOUT_SIGNED:
		text_decimal(output->text, (int64_t)value);
		break;
	case LAYOUT_UNSIGNED:
		text_unsigned(output->text, value);
		break;
	case LAYOUT_HEX:
		text_hex(output->text, value);
		break;
	case LAYOUT_OCTAL:
		text_octal(output->text, value);
		break;
	}
}

/* Modes are shortest by their names, and lose nothing. */
static void structure_constant(void *context, const char *name,
			       enum layout_form form,
			       const struct constant *constant)
{
	struct structure_output *output = context;

	if (output->style->plain || !constant_is_named(constant)) {
		structure_number(context, name, form, constant->value);
		return;
	}
	structure_part(output, name);
	constant_put(output->text, constant,
		     output->style->names || constant->kind == KIND_MODE
			 ? CONSTANT_NAMES
			 : CONSTANT_CLASSIC);
}

static void structure_text(void *context, const char *name, const void *data,
			   size_t length)
{
	struct structure_output *output = context;

	structure_part(output, name);
	data_quote(output->text, data, length, output->style);
}

static void structure_address(void *context, const char *name, const void *data,
			      size_t length)
{
	struct structure_output *output = context;
	struct address address;

	structure_part(output, name);
	if (address_parse(data, length, &address))
		address_put(output->text, &address, output->style);
	else
		structure_bytes(output->text, length);
}

static void structure_layout(struct text *text, const struct record *record,
			     enum sysdesc_abi abi,
			     const struct data_style *style)
{
	struct structure_output context = { .text = text, .style = style };
	const struct layout_output output = {
		.context = &context,
		.begin = structure_begin,
		.end = structure_end,
		.number = structure_number,
		.constant = structure_constant,
		.text = structure_text,
		.address = structure_address,
	};

	text_put(text, " {");
	layout_put(record, abi, &output);
	text_put(text, " }");
}

static void structure_count(struct text *text, const struct record *record)
{
	text_char(text, '[');
	text_unsigned(text, record->structure.length / record->structure.size);
	text_char(text, ']');
}

static void structure_size(struct text *text, const struct record *record)
{
	bool is_array = record->kind == KTR_STRUCT_ARRAY;

	text_put(text, ", ");
	structure_bytes(text, is_array ? record->structure.size
				       : record->structure.length);
	text_put(text, is_array ? " each" : "");
}

void structure_put(struct text *text, const struct record *record,
		   enum sysdesc_abi abi, const struct data_style *style)
{
	text_put(text, "struct ");
	text_put(text, record->structure.name);
	if (record->kind == KTR_STRUCT_ARRAY)
		structure_count(text, record);
	if (structure_is_ours(record))
		structure_fields(text, record->structure.data,
				 record->structure.length, style);
	else if (layout_is_known(record, abi))
		structure_layout(text, record, abi, style);
	else
		structure_size(text, record);
}
