/*
 * What payloads of several kernels have in common. Lengths are checked here or
 * by trace/record.c, before anything is looked at.
 */
#include "foreign/payload.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "foreign/build.h"
#include "foreign/format.h"
#include "foreign/shape.h"
#include "foreign/system.h"
#include "trace/fields.h"

/* What a name is called that must not be taken for one of ours. */
#define NAME_MAX_LENGTH 128

/* ---- bytes ---- */

enum record_fault payload_path(struct build *build, const struct record *raw)
{
	build_same(build, raw, KTR_NAMEI);
	return RECORD_OK;
}

enum record_fault payload_name(struct build *build, const struct record *raw)
{
	build_same(build, raw, KTR_SYSCTL);
	return RECORD_OK;
}

enum record_fault payload_environment(struct build *build,
				      const struct record *raw)
{
	build_same(build, raw, KTR_ENVS);
	return RECORD_OK;
}

enum record_fault payload_genio(struct build *build, const struct record *raw)
{
	const struct format *format = build->format;

	if (raw->length < sizeof(struct ktr_genio))
		return RECORD_PAYLOAD;
	build_begin(build, raw, KTR_GENIO);
	build_number(build, format_take(format, raw->payload, 4), 4);
	build_number(build, format_take(format, raw->payload + 4, 4), 4);
	build_bytes(build, raw->payload + sizeof(struct ktr_genio),
		    raw->length - sizeof(struct ktr_genio));
	build_end(build);
	return RECORD_OK;
}

enum record_fault payload_switch(struct build *build, const struct record *raw)
{
	const struct format *format = build->format;
	const size_t fixed = offsetof(struct ktr_csw, wmesg);

	if (raw->length < fixed)
		return RECORD_PAYLOAD;
	build_begin(build, raw, KTR_CSW);
	build_number(build, format_take(format, raw->payload, 4), 4);
	build_number(build, format_take(format, raw->payload + 4, 4), 4);
	build_bytes(build, raw->payload + fixed, raw->length - fixed);
	build_end(build);
	return RECORD_OK;
}

#define LABEL_SIZE 20

enum record_fault payload_labelled(struct build *build,
				   const struct record *raw)
{
	struct fields_writer fields;
	uint8_t room[64];

	if (raw->length < LABEL_SIZE)
		return RECORD_PAYLOAD;
	fields = fields_begin(room, sizeof(room), KTR_STRUCT_LABEL);
	fields_bytes(&fields, "text", raw->payload, LABEL_SIZE);
	build_begin(build, raw, KTR_STRUCT);
	build_bytes(build, room, fields_length(&fields, room));
	build_end(build);
	build_begin(build, raw, KTR_USER);
	build_bytes(build, raw->payload + LABEL_SIZE, raw->length - LABEL_SIZE);
	build_end(build);
	return RECORD_OK;
}

/* ---- calls ---- */

#define WIDE_FIXED 8

/* How many bytes of arguments there are: what the record says, and has. */
static size_t arguments_length(const struct build *build,
			       const struct record *raw)
{
	uint64_t said = format_take(build->format, raw->payload + 4, 4);

	return said > raw->length - WIDE_FIXED ? SIZE_MAX : (size_t)said;
}

enum record_fault payload_call_wide(struct build *build,
				    const struct record *raw)
{
	const struct format *format = build->format;
	size_t word = format->word, length;
	int64_t code;

	if (raw->length < WIDE_FIXED)
		return RECORD_PAYLOAD;
	length = arguments_length(build, raw);
	if (length == SIZE_MAX || length % word != 0 ||
	    length / word > INT16_MAX)
		return RECORD_PAYLOAD;
	code = format_take_signed(format, raw->payload, 4);
	build_begin(build, raw, KTR_SYSCALL);
	build_number(build, (uint64_t)code, 2);
	build_number(build, length / word, 2);
	build_number(build, 0, 4);
	for (size_t at = 0; at < length; at += word)
		build_number(
		    build,
		    format_take(format, raw->payload + WIDE_FIXED + at, word),
		    8);
	build_code(build, (int32_t)code);
	build_end(build);
	return RECORD_OK;
}

const uint8_t *payload_rest(const struct build *build, const struct record *raw,
			    size_t *ret_length)
{
	size_t taken = WIDE_FIXED + arguments_length(build, raw);

	*ret_length = raw->length - taken;
	return raw->payload + taken;
}

void payload_return(struct build *build, const struct record *raw,
		    const struct payload_return *what)
{
	build_begin(build, raw, KTR_SYSRET);
	build_number(build, (uint64_t)what->code, 2);
	build_number(build, 0, 2);
	build_number(build, (uint64_t)what->error, 4);
	build_number(build, (uint64_t)what->value, 8);
	build_code(build, what->code);
	build_second(build, what->second);
	build_end(build);
}

/* ---- signals ---- */

void payload_signal(struct build *build, const struct record *raw,
		    const struct payload_signal *signal)
{
	struct ktr_psig fixed = {
		.signo = signal->signo,
		.action = signal->action,
		.code = signal->code,
		.mask = { (uint32_t)signal->mask,
			  (uint32_t)(signal->mask >> 32) },
	};

	build_begin(build, raw, KTR_PSIG);
	build_bytes(build, &fixed, sizeof(fixed));
	build_end(build);
}

void payload_siginfo(struct build *build, const struct record *raw,
		     size_t offset)
{
	if (raw->length <= offset)
		return;
	payload_structure(build, raw, "siginfo", raw->payload + offset,
			  raw->length - offset);
}

/* ---- structures ---- */

bool payload_take_name(const uint8_t *data, size_t length, const char **ret,
		       size_t *ret_length)
{
	const char *name = (const char *)data;
	size_t found = strnlen(name, length);

	if (found == length || found == 0 || found > NAME_MAX_LENGTH)
		return false;
	*ret = name;
	*ret_length = found;
	return true;
}

/* Under a name that is not one of ours, and says whose it is where it would be
 * one. */
static void put_name(struct build *build, const char *name, bool is_marked)
{
	if (is_marked || fields_are_in(name))
		text_format(&build->bytes, "%s_",
			    system_name(build->format->system));
	build_bytes(build, name, strlen(name) + 1);
}

static void put_address(struct build *build, const struct record *raw,
			const void *data, size_t length)
{
	bool is_known = shape_has_address(build->format, data, length);

	build_begin(build, raw, KTR_STRUCT);
	put_name(build, "sockaddr", !is_known);
	if (is_known)
		shape_convert_address(&build->bytes, build->format, data,
				      length);
	else
		build_bytes(build, data, length);
	build_end(build);
}

void payload_structures(struct build *build, const struct record *raw,
			uint64_t size, const char *name, const void *data,
			size_t length)
{
	const struct format *format = build->format;
	struct shape_size shape;
	bool is_known = shape_size(format, name, &shape) && shape.its == size;

	build_begin(build, raw, KTR_STRUCT_ARRAY);
	build_number(build, is_known ? shape.ours : size, 8);
	put_name(build, name, false);
	if (is_known && length % size == 0)
		for (size_t at = 0; at < length; at += size)
			shape_convert(&build->bytes, format, name,
				      (const uint8_t *)data + at);
	else
		build_bytes(build, data, length);
	build_end(build);
}

void payload_structure(struct build *build, const struct record *raw,
		       const char *name, const void *data, size_t length)
{
	const struct format *format = build->format;
	struct shape_size shape;
	bool is_known = shape_size(format, name, &shape);

	if (!strcmp(name, "sockaddr")) {
		put_address(build, raw, data, length);
		return;
	}
	if (is_known && shape.are_several && length > 0 &&
	    length % shape.its == 0) {
		payload_structures(build, raw, shape.its, name, data, length);
		return;
	}
	build_begin(build, raw, KTR_STRUCT);
	put_name(build, name, false);
	if (is_known && length == shape.its)
		shape_convert(&build->bytes, format, name, data);
	else
		build_bytes(build, data, length);
	build_end(build);
}

/* ---- settings ---- */

#define OID_MAX 24 /* as many as a name can have */

void payload_oid(struct build *build, const struct record *raw,
		 const uint8_t *data, size_t length)
{
	size_t count = MIN(length / 4, (size_t)OID_MAX);

	build_begin(build, raw, KTR_SYSCTL);
	for (size_t i = 0; i < count; i++)
		text_format(&build->bytes, i ? ".%" PRId64 : "%" PRId64,
			    format_take_signed(build->format, data + 4 * i, 4));
	text_char(&build->bytes, 0);
	build_end(build);
}

enum record_fault payload_named(struct build *build, const struct record *raw)
{
	const char *name;
	size_t length;

	if (!payload_take_name(raw->payload, raw->length, &name, &length))
		return RECORD_NAME;
	payload_structure(build, raw, name, raw->payload + length + 1,
			  raw->length - length - 1);
	return RECORD_OK;
}
