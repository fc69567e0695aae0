/*
 * Walks sysdesc's layouts over the bytes of a record. What is no list of fields
 * has a function of its own here: sets of bits, addresses, control messages.
 */
#include "decode/layout.h"

#include <string.h>
#include <sys/socket.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "decode/constant.h"
#include "decode/siginfo.h"
#include "foreign/shape.h"
#include "sysdesc/layout.h"
#include "trace/record.h"

/* Bytes that are looked at. */
struct bytes {
	const uint8_t *data;
	size_t length;
	enum sysdesc_abi abi;
	const uint8_t *whole; /* the structure that they are a field of */
};

static uint64_t take(const uint8_t *data, size_t size)
{
	uint64_t value = 0;

	for (size_t i = size; i-- > 0;)
		value = value << 8 | data[i];
	return value;
}

/* ---- what has no fields ---- */

static void put_bits(const struct layout_output *output, const char *name,
		     const struct bytes *bytes)
{
	output->begin(output->context, name, true);
	for (size_t bit = 0; bit < 8 * bytes->length; bit++)
		if (bytes->data[bit / 8] >> bit % 8 & 1)
			output->number(output->context, NULL, LAYOUT_UNSIGNED,
				       bit);
	output->end(output->context, true);
}

static void put_address(const struct layout_output *output, const char *name,
			const struct bytes *bytes)
{
	output->address(output->context, name, bytes->data, bytes->length);
}

static void put_number(const struct layout_output *output, const char *name,
		       const struct bytes *bytes)
{
	output->number(output->context, name, LAYOUT_UNSIGNED,
		       take(bytes->data, MIN(bytes->length, (size_t)8)));
}

static void put_fds(const struct layout_output *output,
		    const struct bytes *bytes)
{
	output->begin(output->context, "fds", true);
	for (size_t at = 0; at + 4 <= bytes->length; at += 4)
		output->number(output->context, NULL, LAYOUT_SIGNED,
			       (uint64_t)(int32_t)take(bytes->data + at, 4));
	output->end(output->context, true);
}

static void put_credentials(const struct layout_output *output,
			    const struct bytes *bytes)
{
	static const char *const names[] = { "pid", "uid", "gid" };

	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		output->number(output->context, names[i], LAYOUT_UNSIGNED,
			       take(bytes->data + (size_t)i * 4, 4));
}

/* A number that may have a name, if it is of a set. */
static void put_member(const struct layout_output *output, const char *name,
		       enum sysdesc_abi abi, enum sysdesc_flagset set,
		       int value)
{
	const struct constant constant = {
		.value = (uint64_t)value,
		.abi = abi,
		.kind = KIND_ENUM,
		.set = (uint8_t)set,
	};

	if (output->constant)
		output->constant(output->context, name, LAYOUT_SIGNED,
				 &constant);
	else
		output->number(output->context, name, LAYOUT_SIGNED,
			       (uint64_t)value);
}

/* One control message: what is behind its header. */
static void put_message(const struct layout_output *output, int level, int type,
			const struct bytes *bytes)
{
	output->begin(output->context, NULL, false);
	put_member(output, "level", bytes->abi, FLAGSET_SOCKET_LEVEL, level);
	put_member(output, "type", bytes->abi,
		   level == SOL_SOCKET ? FLAGSET_CONTROL_TYPE : FLAGSET_NONE,
		   type);
	if (level == SOL_SOCKET && type == SCM_RIGHTS)
		put_fds(output, bytes);
	else if (level == SOL_SOCKET && type == SCM_CREDENTIALS &&
		 bytes->length >= 12)
		put_credentials(output, bytes);
	else
		output->text(output->context, "data", bytes->data,
			     bytes->length);
	output->end(output->context, false);
}

static void put_control(const struct layout_output *output, const char *name,
			const struct bytes *bytes)
{
	size_t word = sysdesc_word(bytes->abi);
	size_t head = word + 8;
	size_t at = 0;

	output->begin(output->context, name, true);
	while (at + head <= bytes->length) {
		const uint8_t *data = bytes->data + at;
		uint64_t length = take(data, word);
		struct bytes rest = { data + head, 0, bytes->abi, data };

		if (length < head || length > bytes->length - at)
			break;
		rest.length = length - head;
		put_message(output, (int32_t)take(data + word, 4),
			    (int32_t)take(data + word + 4, 4), &rest);
		at += (length + word - 1) / word * word;
	}
	output->end(output->context, true);
}

static const struct special {
	const char *name;
	size_t length; /* 0: any */
	void (*put)(const struct layout_output *output, const char *name,
		    const struct bytes *bytes);
} specials[] = {
	{ "fd_set", 0, put_bits },          { "nodemask", 0, put_bits },
	{ "cpu_set", 0, put_bits },         { "sockaddr", 0, put_address },
	{ "cmsghdr", 0, put_control },      { "socket_option", 4, put_number },
	{ "socket_option", 8, put_number },
};

/* An address is as Linux has it, whoever wrote it: see foreign/shape.h. */
static const struct special *special_of(const struct record *record)
{
	size_t length = record->structure.length;

	for (size_t i = 0; i < ARRAY_LEN(specials); i++)
		if (!strcmp(specials[i].name, record->structure.name) &&
		    (!specials[i].length || specials[i].length == length) &&
		    (record->system == RECORD_LINUX ||
		     specials[i].put == put_address))
			return &specials[i];
	return NULL;
}

/* ---- fields ---- */

static bool is_signed(const struct sysdesc_field *field)
{
	return field->type == TYPE_S8 || field->type == TYPE_S16 ||
	       field->type == TYPE_S32 || field->type == TYPE_S64 ||
	       field->type == TYPE_LONG;
}

static uint64_t extend(uint64_t value, size_t size)
{
	bool is_negative = size > 0 && size < 8 && value >> (8 * size - 1) & 1;

	return is_negative ? value | UINT64_MAX << 8 * size : value;
}

static enum layout_form form_of(const struct sysdesc_field *field)
{
	if (field->show == SHOW_HEX)
		return LAYOUT_HEX;
	if (field->show == SHOW_OCTAL)
		return LAYOUT_OCTAL;
	return is_signed(field) ? LAYOUT_SIGNED : LAYOUT_UNSIGNED;
}

static void put_value(const struct layout_output *output, const char *name,
		      const struct sysdesc_field *field, const uint8_t *data,
		      size_t size)
{
	uint64_t value = take(data, size);
	enum layout_form form = form_of(field);

	if (form == LAYOUT_SIGNED)
		value = extend(value, size);
	output->number(output->context, name, form, value);
}

/* A field that has names. Of a si_code the structure, which begins with the
 * signal, says which. */
static void put_constant(const struct layout_output *output, const char *name,
			 const struct sysdesc_field *field,
			 const struct bytes *bytes, size_t size)
{
	struct constant constant = {
		.value = take(bytes->data, size),
		.abi = bytes->abi,
		.kind = field->kind,
		.set = field->set,
	};
	enum layout_form form = form_of(field);

	if (form == LAYOUT_SIGNED)
		constant.value = extend(constant.value, size);
	if (field->kind == KIND_SIGNAL && field->set == FLAGSET_SIGNAL) {
		constant.kind = CONSTANT_SIGNAL_CODE;
		constant.set = (uint8_t)MIN(take(bytes->whole, 4),
					    (uint64_t)UINT8_MAX);
	}
	if (field->kind == KIND_SIGNAL && field->set == FLAGSET_SIGPROCMASK)
		constant.kind = CONSTANT_SIGNAL_MASK;
	output->constant(output->context, name, form, &constant);
}

static void put_values(const struct layout_output *output,
		       const struct sysdesc_field *field, const uint8_t *data,
		       size_t size)
{
	output->begin(output->context, field->name, true);
	for (unsigned i = 0; i < field->count; i++)
		put_value(output, NULL, field, data + i * size, size);
	output->end(output->context, true);
}

/* One that is no structure. */
static void put_leaf(const struct layout_output *output,
		     const struct sysdesc_field *field,
		     const struct bytes *bytes, size_t size)
{
	const char *text = (const char *)bytes->data;

	if (field->show == SHOW_NOT)
		return;
	if (field->show == SHOW_TEXT)
		output->text(output->context, field->name, text,
			     strnlen(text, field->count));
	else if (field->count > 1)
		put_values(output, field, bytes->data, size);
	else if (field->kind != KIND_NONE && output->constant)
		put_constant(output, field->name, field, bytes, size);
	else
		put_value(output, field->name, field, bytes->data, size);
}

/* Those that the bytes are long enough for. */
static void put_fields(const struct layout_output *output,
		       const struct sysdesc_layout *layout,
		       const struct bytes *bytes,
		       void (*put)(const struct layout_output *output,
				   const struct sysdesc_field *field,
				   const struct bytes *bytes, size_t size))
{
	struct sysdesc_walk walk = { .layout = layout, .abi = bytes->abi };
	const struct sysdesc_field *field;
	size_t offset, size;

	while ((field = sysdesc_walk(&walk, &offset, &size)) != NULL) {
		struct bytes rest = { bytes->data + offset, 0, bytes->abi,
				      bytes->data };

		rest.length = size * field->count;
		if (offset + rest.length > bytes->length)
			break;
		put(output, field, &rest, size);
	}
}

/* One that may be a structure, whose own fields are none. */
static void put_field(const struct layout_output *output,
		      const struct sysdesc_field *field,
		      const struct bytes *bytes, size_t size)
{
	if (field->type != TYPE_NESTED) {
		put_leaf(output, field, bytes, size);
		return;
	}
	output->begin(output->context, field->name, false);
	put_fields(output, sysdesc_layout_nested(field), bytes, put_leaf);
	output->end(output->context, false);
}

/* What is behind the head of a siginfo. */
static void put_siginfo(const struct layout_output *output,
			const struct bytes *bytes)
{
	size_t offset = siginfo_offset(bytes->abi);
	struct bytes rest = *bytes;

	if (bytes->length < offset)
		return;
	rest.data += offset;
	rest.length -= offset;
	put_fields(output,
		   siginfo_rest(bytes->abi, (int32_t)take(bytes->data, 4),
				(int32_t)take(bytes->data + 8, 4)),
		   &rest, put_field);
}

/* A number that is a structure only by being pointed at. */
static bool is_scalar(const struct sysdesc_layout *layout)
{
	return layout->field_count == 1 &&
	       !strcmp(layout->fields[0].name, "value");
}

static void put_layout(const struct layout_output *output, const char *name,
		       const struct sysdesc_layout *layout,
		       const struct bytes *bytes)
{
	struct sysdesc_walk walk = { .layout = layout, .abi = bytes->abi };
	const struct sysdesc_field *field;
	size_t offset, size;

	if (is_scalar(layout)) {
		const struct bytes whole = { bytes->data, bytes->length,
					     bytes->abi, bytes->data };

		field = sysdesc_walk(&walk, &offset, &size);
		if (size > bytes->length)
			return;
		if (field->kind != KIND_NONE && output->constant)
			put_constant(output, name, field, &whole, size);
		else
			put_value(output, name, field, bytes->data, size);
		return;
	}
	output->begin(output->context, name, false);
	put_fields(output, layout, bytes, put_field);
	if (layout == sysdesc_layout(BLOB_SIGINFO, bytes->abi))
		put_siginfo(output, bytes);
	output->end(output->context, false);
}

/* ---- records ---- */

static const struct sysdesc_layout *layout_of(const struct record *record,
					      enum sysdesc_abi abi)
{
	size_t size = record->kind == KTR_STRUCT_ARRAY
			  ? (size_t)record->structure.size
			  : record->structure.length;

	if (record->system != RECORD_LINUX)
		return shape_find(record->system, record->structure.name, size);
	return sysdesc_layout_find(record->structure.name, abi, size);
}

/* By whose rules its fields lie. */
static enum sysdesc_abi rules_of(const struct record *record,
				 enum sysdesc_abi abi)
{
	return record->system == RECORD_LINUX ? abi : SYSDESC_X86_64;
}

bool layout_is_known(const struct record *record, enum sysdesc_abi abi)
{
	const struct sysdesc_layout *layout;

	if (record->kind != KTR_STRUCT && record->kind != KTR_STRUCT_ARRAY)
		return false;
	if (record->kind == KTR_STRUCT && special_of(record))
		return true;
	layout = layout_of(record, abi);
	return layout && layout->fields && record->structure.length > 0;
}

static void put_items(const struct record *record, enum sysdesc_abi abi,
		      const struct layout_output *output)
{
	const struct sysdesc_layout *layout = layout_of(record, abi);
	struct bytes bytes = { .data = record->structure.data,
			       .abi = rules_of(record, abi) };
	size_t count = record->structure.length / record->structure.size;

	bytes.length = record->structure.size;
	output->begin(output->context, NULL, true);
	for (size_t i = 0; i < count; i++) {
		put_layout(output, NULL, layout, &bytes);
		bytes.data += bytes.length;
	}
	output->end(output->context, true);
}

void layout_put(const struct record *record, enum sysdesc_abi abi,
		const struct layout_output *output)
{
	const struct bytes bytes = { .data = record->structure.data,
				     .length = record->structure.length,
				     .abi = rules_of(record, abi) };
	const struct special *special;

	if (record->kind == KTR_STRUCT_ARRAY) {
		put_items(record, abi, output);
		return;
	}
	special = special_of(record);
	if (special)
		special->put(output, NULL, &bytes);
	else
		put_layout(output, NULL, layout_of(record, abi), &bytes);
}
