/*
 * FreeBSD's records: ours are theirs, byte for byte, where a machine is
 * little-endian and has 64 bits. On others, their parts stand elsewhere.
 */
#include <string.h>

#include "foreign/build.h"
#include "foreign/format.h"
#include "foreign/payload.h"
#include "trace/record.h"

static bool is_ours(const struct build *build)
{
	return !build->format->is_big && build->format->word == 8;
}

static enum record_fault take_call(struct build *build,
				   const struct record *raw)
{
	const struct format *format = build->format;
	size_t word = format->word;
	/* The arguments are aligned, and so they begin behind one of theirs. */
	const size_t fixed = word;
	uint64_t count;

	if (raw->length < 4)
		return RECORD_PAYLOAD;
	count = format_take(format, raw->payload + 2, 2);
	if (raw->length != fixed + count * word || count > INT16_MAX)
		return RECORD_PAYLOAD;
	if (is_ours(build)) {
		build_same(build, raw, KTR_SYSCALL);
		return RECORD_OK;
	}
	build_begin(build, raw, KTR_SYSCALL);
	build_number(build, format_take(format, raw->payload, 2), 2);
	build_number(build, count, 2);
	build_number(build, 0, 4);
	for (size_t i = 0; i < count; i++)
		build_number(
		    build,
		    format_take(format, raw->payload + fixed + i * word, word),
		    8);
	build_end(build);
	return RECORD_OK;
}

static enum record_fault take_return(struct build *build,
				     const struct record *raw)
{
	const struct format *format = build->format;
	struct payload_return what = { 0 };

	if (raw->length != 8u + format->word)
		return RECORD_PAYLOAD;
	what.code = (int32_t)format_take_signed(format, raw->payload, 2);
	what.error = (int32_t)format_take_signed(format, raw->payload + 4, 4);
	what.value = format_take_signed(format, raw->payload + 8, format->word);
	payload_return(build, raw, &what);
	return RECORD_OK;
}

/* int signo; sig_t action; int code; sigset_t mask, of four words. */
static enum record_fault take_signal(struct build *build,
				     const struct record *raw)
{
	const struct format *format = build->format;
	size_t word = format->word;
	const uint8_t *behind = raw->payload + 2 * word;
	struct payload_signal signal;

	if (raw->length < 2 * word + 20)
		return RECORD_PAYLOAD;
	signal.signo = (int32_t)format_take_signed(format, raw->payload, 4);
	signal.action = format_take(format, raw->payload + word, word);
	signal.code = (int32_t)format_take_signed(format, behind, 4);
	signal.mask = format_take(format, behind + 4, 4) |
		      format_take(format, behind + 8, 4) << 32;
	payload_signal(build, raw, &signal);
	return RECORD_OK;
}

static enum record_fault take_user(struct build *build,
				   const struct record *raw)
{
	build_same(build, raw, KTR_USER);
	return RECORD_OK;
}

static enum record_fault take_structures(struct build *build,
					 const struct record *raw)
{
	size_t word = build->format->word, length;
	const char *name;
	uint64_t size;

	if (raw->length < word)
		return RECORD_PAYLOAD;
	if (!payload_take_name(raw->payload + word, raw->length - word, &name,
			       &length))
		return RECORD_NAME;
	size = format_take(build->format, raw->payload, word);
	if (size == 0)
		return RECORD_PAYLOAD;
	length += word + 1;
	payload_structures(build, raw, size, name, raw->payload + length,
			   raw->length - length);
	return RECORD_OK;
}

static enum record_fault take_birth(struct build *build,
				    const struct record *raw)
{
	if (raw->length != sizeof(struct ktr_procctor))
		return RECORD_PAYLOAD;
	build_begin(build, raw, KTR_PROCCTOR);
	build_number(build, format_take(build->format, raw->payload, 4), 4);
	build_end(build);
	return RECORD_OK;
}

static enum record_fault take_end(struct build *build, const struct record *raw)
{
	build_same(build, raw, KTR_PROCDTOR);
	return RECORD_OK;
}

/* Its type stands first in every form; rights are of 64 bits everywhere. */
static enum record_fault take_violation(struct build *build,
					const struct record *raw)
{
	const struct format *format = build->format;
	struct ktr_capfail fixed = { 0 };
	size_t at = format->alignment;

	if (raw->length < at)
		return RECORD_PAYLOAD;
	if (is_ours(build) && raw->length >= sizeof(fixed)) {
		build_same(build, raw, KTR_CAPFAIL);
		return RECORD_OK;
	}
	fixed.type = (int32_t)format_take_signed(format, raw->payload, 4);
	if (raw->length == at + 32)
		for (unsigned i = 0; i < 2; i++) {
			fixed.needed[i] =
			    format_take(format, raw->payload + at + 8u * i, 8);
			fixed.held[i] = format_take(
			    format, raw->payload + at + 16 + 8u * i, 8);
		}
	build_begin(build, raw, KTR_CAPFAIL);
	build_bytes(build, &fixed, sizeof(fixed));
	build_end(build);
	return RECORD_OK;
}

static enum record_fault take_page_fault(struct build *build,
					 const struct record *raw)
{
	const struct format *format = build->format;
	size_t word = format->word;

	if (raw->length != 2 * word)
		return RECORD_PAYLOAD;
	build_begin(build, raw, KTR_FAULT);
	build_number(build, format_take(format, raw->payload, word), 8);
	build_number(build, format_take(format, raw->payload + word, 4), 8);
	build_end(build);
	return RECORD_OK;
}

static enum record_fault take_page_fault_end(struct build *build,
					     const struct record *raw)
{
	if (raw->length != sizeof(struct ktr_faultend))
		return RECORD_PAYLOAD;
	build_begin(build, raw, KTR_FAULTEND);
	build_number(build, format_take(build->format, raw->payload, 4), 4);
	build_end(build);
	return RECORD_OK;
}

static enum record_fault take_arguments(struct build *build,
					const struct record *raw)
{
	build_same(build, raw, KTR_ARGS);
	return RECORD_OK;
}

/* Why a call failed, in the kernel's own words. */
static enum record_fault take_reason(struct build *build,
				     const struct record *raw)
{
	payload_structure(build, raw, "exterr", raw->payload, raw->length);
	return RECORD_OK;
}

#define KIND_EXTERR 18

const struct payload_row *payload_rows_freebsd(void)
{
	static const struct payload_row rows[] = {
		{ .kind = KTR_SYSCALL, .convert = take_call },
		{ .kind = KTR_SYSRET, .convert = take_return },
		{ .kind = KTR_NAMEI, .convert = payload_path },
		{ .kind = KTR_GENIO, .convert = payload_genio },
		{ .kind = KTR_PSIG, .convert = take_signal },
		{ .kind = KTR_CSW, .convert = payload_switch },
		{ .kind = KTR_USER, .convert = take_user },
		{ .kind = KTR_STRUCT, .convert = payload_named },
		{ .kind = KTR_SYSCTL, .convert = payload_name },
		{ .kind = KTR_PROCCTOR, .convert = take_birth },
		{ .kind = KTR_PROCDTOR, .convert = take_end },
		{ .kind = KTR_CAPFAIL, .convert = take_violation },
		{ .kind = KTR_FAULT, .convert = take_page_fault },
		{ .kind = KTR_FAULTEND, .convert = take_page_fault_end },
		{ .kind = KTR_STRUCT_ARRAY, .convert = take_structures },
		{ .kind = KTR_ARGS, .convert = take_arguments },
		{ .kind = KTR_ENVS, .convert = payload_environment },
		{ .kind = KIND_EXTERR, .convert = take_reason },
		{ .kind = 0 },
	};

	return rows;
}
