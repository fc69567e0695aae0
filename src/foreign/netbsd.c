/*
 * NetBSD's records, of all versions: those differ in their headers, and before
 * there were versions in how many results a call has.
 */
#include <string.h>

#include "base/array.h"
#include "foreign/build.h"
#include "foreign/format.h"
#include "foreign/payload.h"
#include "foreign/system.h"
#include "trace/fields.h"

/* Its kinds, where they are not also ours. */
#define KIND_EMULATION 7
#define KIND_USER      8
#define KIND_ARGUMENT  10
#define KIND_VARIABLE  11
#define KIND_SETTING   14
#define KIND_EXEC_FD   15

/* Its way to say that a call is to be made again. */
#define NETBSD_ERESTART (-3)

/* short code, short, int error, and a register for each of two results. */
static enum record_fault take_return(struct build *build,
				     const struct record *raw)
{
	const struct format *format = build->format;
	const uint8_t *results = raw->payload + 8;
	struct payload_return what = { 0 };
	size_t word = format->word;

	if (raw->length != 8 + word && raw->length != 8 + 2 * word)
		return RECORD_PAYLOAD;
	what.code = (int32_t)format_take_signed(format, raw->payload, 2);
	what.error = (int32_t)format_take_signed(format, raw->payload + 4, 4);
	if (what.error == NETBSD_ERESTART)
		what.error = KTR_ERESTART;
	if (what.error == 0)
		what.value = format_take_signed(format, results, word);
	if (what.error == 0 && raw->length > 8 + word)
		what.second = format_take_signed(format, results + word, word);
	payload_return(build, raw, &what);
	return RECORD_OK;
}

/* int signo; sig_t action; sigset_t mask, of four words; int code; and perhaps
 * a siginfo. */
static enum record_fault take_signal(struct build *build,
				     const struct record *raw)
{
	const struct format *format = build->format;
	size_t word = format->word;
	const uint8_t *mask = raw->payload + 2 * word;
	const size_t fixed = 2 * word + 20;
	struct payload_signal signal;

	if (raw->length < fixed)
		return RECORD_PAYLOAD;
	signal.signo = (int32_t)format_take_signed(format, raw->payload, 4);
	signal.action = format_take(format, raw->payload + word, word);
	signal.mask = format_take(format, mask, 4) |
		      format_take(format, mask + 4, 4) << 32;
	signal.code = (int32_t)format_take_signed(format, mask + 16, 4);
	payload_signal(build, raw, &signal);
	payload_siginfo(build, raw, fixed + (-fixed & (word - 1)));
	return RECORD_OK;
}

/* What an emulation is to us; NULL: nothing that we know. */
static const char *abi_of(const struct format *format, const char *name,
			  size_t length)
{
	static const struct emulation {
		const char *name;
		uint8_t word; /* of the machine */
		enum sysdesc_abi abi;
	} emulations[] = {
		{ "netbsd", 8, SYSDESC_NETBSD },
		{ "netbsd", 4, SYSDESC_NETBSD32 },
		{ "netbsd32", 8, SYSDESC_NETBSD32 },
		{ "linux", 8, SYSDESC_X86_64 },
		{ "linux", 4, SYSDESC_I386 },
		{ "linux32", 8, SYSDESC_I386 },
	};

	for (size_t i = 0; i < ARRAY_LEN(emulations); i++) {
		const struct emulation *emulation = &emulations[i];
		bool is_linux = system_of(emulation->abi) == RECORD_LINUX;

		if (emulation->word == format->word &&
		    strlen(emulation->name) == length &&
		    !memcmp(emulation->name, name, length) &&
		    !(is_linux && format->is_big))
			return system_abi_name(emulation->abi);
	}
	return NULL;
}

static enum record_fault take_emulation(struct build *build,
					const struct record *raw)
{
	const char *name = (const char *)raw->payload;
	size_t length = strnlen(name, raw->length);
	struct fields_writer fields;
	uint8_t room[128];
	const char *abi;

	abi = abi_of(build->format, name, length);
	fields = fields_begin(room, sizeof(room), KTR_STRUCT_PROCESS);
	fields_string(&fields, "abi",
		      abi ?: system_abi_name(SYSDESC_ABI_UNKNOWN));
	fields_bytes(&fields, "emulation", name, MIN(length, (size_t)64));
	build_begin(build, raw, KTR_STRUCT);
	build_bytes(build, room, fields_length(&fields, room));
	build_end(build);
	return RECORD_OK;
}

static enum record_fault take_setting(struct build *build,
				      const struct record *raw)
{
	payload_oid(build, raw, raw->payload, raw->length);
	return RECORD_OK;
}

static enum record_fault take_descriptor(struct build *build,
					 const struct record *raw)
{
	payload_structure(build, raw, "execfd", raw->payload, raw->length);
	return RECORD_OK;
}

const struct payload_row *payload_rows_netbsd(void)
{
	static const struct payload_row rows[] = {
		{ .kind = KTR_SYSCALL, .convert = payload_call_wide },
		{ .kind = KTR_SYSRET, .convert = take_return },
		{ .kind = KTR_NAMEI, .convert = payload_path },
		{ .kind = KTR_GENIO, .convert = payload_genio },
		{ .kind = KTR_PSIG, .convert = take_signal },
		{ .kind = KTR_CSW, .convert = payload_switch },
		{ .kind = KIND_EMULATION, .convert = take_emulation },
		{ .kind = KIND_USER, .convert = payload_labelled },
		{ .kind = KIND_ARGUMENT,
		  .gathers = KTR_ARGS,
		  .needs_nul = true },
		{ .kind = KIND_VARIABLE,
		  .gathers = KTR_ENVS,
		  .needs_nul = true },
		{ .kind = KIND_SETTING, .convert = take_setting },
		{ .kind = KIND_EXEC_FD, .convert = take_descriptor },
		{ .kind = 0 },
	};

	return rows;
}
