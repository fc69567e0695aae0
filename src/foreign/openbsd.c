/*
 * OpenBSD's records: those of the files that begin with a record that says so.
 */
#include <string.h>

#include "base/array.h"
#include "foreign/build.h"
#include "foreign/format.h"
#include "foreign/payload.h"
#include "foreign/system.h"
#include "trace/fields.h"

/* Its kinds, where they are not also ours. */
#define KIND_USER      9
#define KIND_ARGUMENTS 10
#define KIND_VARIABLES 11
#define KIND_PLEDGE    12
#define KIND_PIN       13

/* For sysctl(2), its name stands behind the arguments. */
static enum record_fault take_call(struct build *build,
				   const struct record *raw)
{
	enum record_fault fault = payload_call_wide(build, raw);
	const uint8_t *rest;
	size_t length;

	if (fault)
		return fault;
	rest = payload_rest(build, raw, &length);
	if (length > 0)
		payload_oid(build, raw, rest, length);
	return RECORD_OK;
}

/* int code, int error, and where that is 0 a result: of a register, or of 64
 * bits. */
static enum record_fault take_return(struct build *build,
				     const struct record *raw)
{
	const struct format *format = build->format;
	struct payload_return what = { 0 };
	size_t left;

	if (raw->length < 8)
		return RECORD_PAYLOAD;
	left = raw->length - 8;
	if (left != 0 && left != format->word && left != 8)
		return RECORD_PAYLOAD;
	what.code = (int32_t)format_take_signed(format, raw->payload, 4);
	what.error = (int32_t)format_take_signed(format, raw->payload + 4, 4);
	if (what.error == 0)
		what.value = format_take_signed(format, raw->payload + 8, left);
	payload_return(build, raw, &what);
	return RECORD_OK;
}

/* int signo; sig_t action; int mask; int code; siginfo_t. */
static enum record_fault take_signal(struct build *build,
				     const struct record *raw)
{
	const struct format *format = build->format;
	size_t word = format->word;
	const uint8_t *mask = raw->payload + 2 * word;
	struct payload_signal signal;

	if (raw->length < 2 * word + 8)
		return RECORD_PAYLOAD;
	signal.signo = (int32_t)format_take_signed(format, raw->payload, 4);
	signal.action = format_take(format, raw->payload + word, word);
	signal.mask = format_take(format, mask, 4);
	signal.code = (int32_t)format_take_signed(format, mask + 4, 4);
	payload_signal(build, raw, &signal);
	payload_siginfo(build, raw, 2 * word + 8);
	return RECORD_OK;
}

/* ---- what a process had promised not to do ---- */

/* By their bits. */
static const char *const promises[] = {
	"rpath",  "wpath",     "cpath", "stdio",     "tmppath", "dns",
	"inet",   "flock",     "unix",  "id",        "tape",    "getpw",
	"proc",   "settime",   "fattr", "prot_exec", "tty",     "sendfd",
	"recvfd", "exec",      "route", "mcast",     "vminfo",  "ps",
	NULL,     "disklabel", "pf",    "audio",     "dpath",   "drm",
	"vmm",    "chown",     NULL,    "bpf",       "error",   "wroute",
	"unveil", "video",
};

static const char *promise_of(uint64_t bits)
{
	for (size_t i = 0; i < ARRAY_LEN(promises); i++)
		if (bits == UINT64_C(1) << i)
			return promises[i];
	return NULL;
}

/* A CAPFAIL, and behind it what was denied. */
static struct fields_writer begin_denied(struct build *build,
					 const struct record *raw, void *room,
					 size_t size)
{
	const struct format *format = build->format;
	const struct ktr_capfail violation = { .type = KTR_CAPFAIL_SYSCALL };
	int64_t error = format_take_signed(format, raw->payload, 4);
	int64_t number = format_take_signed(format, raw->payload + 4, 4);
	enum sysdesc_abi abi = system_abi(RECORD_OPENBSD, format->word);
	const struct sysdesc_row *row = system_call(abi, number);
	struct fields_writer fields;

	build_begin(build, raw, KTR_CAPFAIL);
	build_bytes(build, &violation, sizeof(violation));
	build_end(build);
	fields = fields_begin(room, size, KTR_STRUCT_DENIED);
	fields_string(&fields, "rule",
		      raw->kind == KIND_PLEDGE ? "pledge" : "pinsyscall");
	fields_string(&fields, "abi", system_abi_name(abi));
	fields_number(&fields, "number", number);
	if (row)
		fields_string(&fields, "call", row->name);
	fields_number(&fields, "errno", error);
	return fields;
}

static void end_denied(struct build *build, const struct record *raw,
		       const struct fields_writer *fields, const void *room)
{
	build_begin(build, raw, KTR_STRUCT);
	build_bytes(build, room, fields_length(fields, room));
	build_end(build);
}

/* int error; int syscall; u64 promise. */
static enum record_fault take_pledge(struct build *build,
				     const struct record *raw)
{
	struct fields_writer fields;
	uint8_t room[256];
	uint64_t bits;

	if (raw->length != 16)
		return RECORD_PAYLOAD;
	bits = format_take(build->format, raw->payload + 8, 8);
	fields = begin_denied(build, raw, room, sizeof(room));
	if (promise_of(bits))
		fields_string(&fields, "promise", promise_of(bits));
	else
		fields_number(&fields, "promises", (int64_t)bits);
	end_denied(build, raw, &fields, room);
	return RECORD_OK;
}

/* int error; int syscall; vaddr_t address. */
static enum record_fault take_pin(struct build *build, const struct record *raw)
{
	const struct format *format = build->format;
	struct fields_writer fields;
	uint8_t room[256];

	if (raw->length != 8u + format->word)
		return RECORD_PAYLOAD;
	fields = begin_denied(build, raw, room, sizeof(room));
	fields_number(
	    &fields, "address",
	    (int64_t)format_take(format, raw->payload + 8, format->word));
	end_denied(build, raw, &fields, room);
	return RECORD_OK;
}

const struct payload_row *payload_rows_openbsd(void)
{
	static const struct payload_row rows[] = {
		{ .kind = KTR_SYSCALL, .convert = take_call },
		{ .kind = KTR_SYSRET, .convert = take_return },
		{ .kind = KTR_NAMEI, .convert = payload_path },
		{ .kind = KTR_GENIO, .convert = payload_genio },
		{ .kind = KTR_PSIG, .convert = take_signal },
		{ .kind = KTR_CSW, .convert = payload_switch },
		{ .kind = KTR_STRUCT, .convert = payload_named },
		{ .kind = KIND_USER, .convert = payload_labelled },
		{ .kind = KIND_ARGUMENTS, .gathers = KTR_ARGS },
		{ .kind = KIND_VARIABLES, .gathers = KTR_ENVS },
		{ .kind = KIND_PLEDGE, .convert = take_pledge },
		{ .kind = KIND_PIN, .convert = take_pin },
		{ .kind = 0 },
	};

	return rows;
}
