/*
 * Parts of a buffer that become records when all are there: until then the
 * buffer may move.
 */
#include "foreign/build.h"

#include <assert.h>

#include "foreign/system.h"

void build_clear(struct build *build)
{
	text_clear(&build->bytes);
	build->count = 0;
	build->given = 0;
}

static struct build_part *last(struct build *build)
{
	return &build->parts[build->count - 1];
}

void build_begin(struct build *build, const struct record *raw, unsigned kind)
{
	assert(build->count < BUILD_PARTS);
	build->parts[build->count++] = (struct build_part){
		.record = *raw,
		.start = build->bytes.length,
	};
	last(build)->record.kind = kind;
	/* What was lost was lost once. */
	if (build->count > 1)
		last(build)->record.after_drop = false;
}

void build_end(struct build *build)
{
	last(build)->length = build->bytes.length - last(build)->start;
}

void build_same(struct build *build, const struct record *raw, unsigned kind)
{
	build_begin(build, raw, kind);
	last(build)->payload = raw->payload;
	last(build)->length = raw->length;
}

void build_unknown(struct build *build, const struct record *raw)
{
	build_begin(build, raw, KTR_STRUCT);
	text_format(&build->bytes, "%s_%u", system_name(raw->system),
		    raw->kind);
	text_char(&build->bytes, 0);
	build_bytes(build, raw->payload, raw->length);
	build_end(build);
}

void build_number(struct build *build, uint64_t value, size_t size)
{
	/* The host is little-endian, as traces are. */
	text_bytes(&build->bytes, &value, size);
}

void build_bytes(struct build *build, const void *data, size_t length)
{
	text_bytes(&build->bytes, data, length);
}

void build_code(struct build *build, int32_t code)
{
	last(build)->has_code = true;
	last(build)->code = code;
}

void build_second(struct build *build, int64_t second)
{
	last(build)->second = second;
}

bool build_next(struct build *build, struct record *ret,
		enum record_fault *ret_fault)
{
	const struct build_part *part = &build->parts[build->given];
	const uint8_t *payload = part->payload;

	if (build->given == build->count)
		return false;
	build->given++;
	if (!payload)
		payload = (const uint8_t *)text_string(&build->bytes) +
			  part->start;
	*ret = part->record;
	ret->length = part->length;
	*ret_fault = record_decode_payload(ret, payload);
	if (*ret_fault)
		return true;
	if (ret->kind == KTR_SYSCALL && part->has_code)
		ret->syscall.code = part->code;
	if (ret->kind == KTR_SYSRET) {
		ret->sysret.second = part->second;
		if (part->has_code)
			ret->sysret.code = part->code;
	}
	return true;
}
