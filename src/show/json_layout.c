/*
 * What decode/layout.h tells of a structure, as JSON. Knows no structure.
 */
#include "show/json_layout.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/text.h"
#include "decode/address.h"
#include "decode/constant.h"
#include "decode/layout.h"
#include "show/json_value.h"

struct json_layout {
	struct text *text;
	const char *name; /* of what comes at the top */
	bool is_plain;    /* constants have no names */
};

/* What stands in front of a value: a name, or but a comma. */
static void json_layout_open(struct json_layout *layout, const char *name)
{
	if (layout->name)
		name = layout->name;
	layout->name = NULL;
	if (name)
		json_value_open(layout->text, name);
	else
		json_value_next(layout->text);
}

static void json_layout_begin(void *context, const char *name, bool is_list)
{
	struct json_layout *layout = context;

	json_layout_open(layout, name);
	text_char(layout->text, is_list ? '[' : '{');
}

static void json_layout_end(void *context, bool is_list)
{
	struct json_layout *layout = context;

	text_char(layout->text, is_list ? ']' : '}');
}

static void json_layout_number(void *context, const char *name,
			       enum layout_form form, uint64_t value)
{
	struct json_layout *layout = context;
	char number[32];

	json_layout_open(layout, name);
	switch (form) {
	case LAYOUT_SIGNED:
		json_value_put_integer(layout->text, (int64_t)value);
		break;
	case LAYOUT_UNSIGNED:
		json_value_put_unsigned(layout->text, value);
		break;
	case LAYOUT_HEX:
		json_value_put_hex(layout->text, value);
		break;
	case LAYOUT_OCTAL:
		snprintf(number, sizeof(number), "\"%#" PRIo64 "\"", value);
		text_put(layout->text, number);
		break;
	}
}

/* Behind the number, where there are any, its names. */
static void json_layout_constant(void *context, const char *name,
				 enum layout_form form,
				 const struct constant *constant)
{
	struct json_layout *layout = context;

	json_layout_number(context, name, form, constant->value);
	if (layout->is_plain || !name || !constant_is_named(constant))
		return;
	text_format(layout->text, ",\"%s_names\":\"", name);
	constant_put(layout->text, constant, CONSTANT_NAMES);
	text_char(layout->text, '"');
}

static void json_layout_text(void *context, const char *name, const void *data,
			     size_t length)
{
	struct json_layout *layout = context;

	json_layout_open(layout, name);
	json_value_put_bytes(layout->text, data, length);
}

static const char *json_layout_rest(const struct address *address)
{
	if (address->is_abstract)
		return "abstract";
	return address->number == AF_UNIX ? "path" : "data";
}

static void json_layout_host(struct text *text, const struct address *address)
{
	const struct address_number *number = address->numbers;

	if (address->host[0])
		json_value_string(text, "address", address->host);
	if (address->has_port)
		json_value_integer(text, "port", address->port);
	for (; number->name; number++)
		json_value_integer(text, number->name, number->value);
	if (address->rest_length > 0 || address->is_abstract)
		text_json_bytes(text, json_layout_rest(address), address->rest,
				address->rest_length);
}

static void json_layout_address(void *context, const char *name,
				const void *data, size_t length)
{
	struct json_layout *layout = context;
	struct address address;

	json_layout_begin(layout, name, false);
	if (address_parse(data, length, &address)) {
		if (address.family)
			json_value_string(layout->text, "family",
					  address.family);
		else
			json_value_integer(layout->text, "family",
					   address.number);
		json_layout_host(layout->text, &address);
	}
	json_layout_end(layout, false);
}

void json_layout_put(struct text *text, const char *name,
		     const struct record *record, enum sysdesc_abi abi,
		     bool is_plain)
{
	struct json_layout context = { .text = text,
				       .name = name,
				       .is_plain = is_plain };
	const struct layout_output output = {
		.context = &context,
		.begin = json_layout_begin,
		.end = json_layout_end,
		.number = json_layout_number,
		.constant = json_layout_constant,
		.text = json_layout_text,
		.address = json_layout_address,
	};

	layout_put(record, abi, &output);
}
