/*
 * Expands calls.def, the numbers, the errors and the signals of other kernels
 * into tables, and finds names in them. Knows no file.
 */
#include "foreign/system.h"

#include "base/array.h"
#include "sysdesc/row.h"
#include "sysdesc/sets.h"

#include <string.h>

/* ---- calls ---- */

/* clang-format off */
enum row_index {
#define CALL(id, ...)    ROW_##id,
#define VARIANT(id, ...) ROW_##id,
#include "foreign/calls.def"
#undef VARIANT
#undef CALL
	ROW_COUNT
};

/* How many arguments each row has: as many as there are 1s, none for a 0. */
#define FIRST(first, ...) first
#define ARGUMENT(...) 1
#define NOARGS 0
enum row_narg {
#define VARIANT(id, name, classes, result, effect, ...) \
	NARG_##id = sizeof((const char[]){ __VA_ARGS__ }) * \
		    FIRST(__VA_ARGS__, 0),
#define CALL(id, ...) VARIANT(id, #id, __VA_ARGS__)
#include "foreign/calls.def"
#undef CALL
#undef VARIANT
};
#undef NOARGS
#undef ARGUMENT

#define ARGUMENT(name, ...) { #name, __VA_ARGS__ }
#define NOARGS { 0 }
static const struct sysdesc_row rows[ROW_COUNT] = {
#define VARIANT(id, name, classes, result, effect, ...) \
	[ROW_##id] = { name, classes, NARG_##id, result, effect, \
		       { __VA_ARGS__ } },
#define CALL(id, ...) VARIANT(id, #id, __VA_ARGS__)
#include "foreign/calls.def"
#undef CALL
#undef VARIANT
};
#undef NOARGS
#undef ARGUMENT
/* clang-format on */

/* What is left of a row where its arguments stand elsewhere. */
static const struct narrow {
	enum row_index row;
	struct sysdesc_row other; /* its name alone */
} narrows[] = {
#define NARROW(id, title) { ROW_##id, { .name = (title) } },
#include "foreign/narrow.def"
#undef NARROW
};

/* Row by number; one more, so that 0 says none. */
#define NUMBER(number, id) [number] = ROW_##id + 1,
static const uint16_t freebsd_rows[] = {
#include "foreign/number_freebsd.def"
};
static const uint16_t netbsd_rows[] = {
#include "foreign/number_netbsd.def"
};
static const uint16_t openbsd_rows[] = {
#include "foreign/number_openbsd.def"
};
#undef NUMBER

/* ---- errors and signals ---- */

struct error {
	const char *name;
	const char *text;
};

#define ERROR(number, name, text) [number] = { #name, text },
static const struct error freebsd_errors[] = {
#include "foreign/errno_freebsd.def"
};
static const struct error netbsd_errors[] = {
#include "foreign/errno_netbsd.def"
};
static const struct error openbsd_errors[] = {
#include "foreign/errno_openbsd.def"
};
#undef ERROR

#define FREEBSD (1u << RECORD_FREEBSD)
#define NETBSD  (1u << RECORD_NETBSD)
#define OPENBSD (1u << RECORD_OPENBSD)
#define ALL     (FREEBSD | NETBSD | OPENBSD)

static const struct signal_row {
	uint8_t systems; /* bits: 1 << enum record_system */
	uint8_t number;
	const char *name;
} signals[] = {
#undef SIGNAL
#define SIGNAL(systems, number, name) { systems, number, #name },
#define CODE(systems, signal, code, name)
#include "foreign/signal.def"
#undef CODE
#undef SIGNAL
};

static const struct code {
	uint8_t systems;
	uint8_t signal; /* 0: all of them */
	int32_t code;
	const char *name;
} codes[] = {
#define SIGNAL(systems, number, name)
#define CODE(systems, signal, code, name) { systems, signal, code, #name },
#include "foreign/signal.def"
#undef CODE
#undef SIGNAL
};

/* ---- systems and ABIs ---- */

static const struct system {
	const char *name;
	enum sysdesc_abi abi, narrow; /* of 64 bits, and of 32 */
	const uint16_t *rows;
	unsigned row_end;
	const struct error *errors;
	int error_end;
	int signal_first, signal_last; /* in real time */
} systems[RECORD_SYSTEM_COUNT] = {
	[RECORD_LINUX] = { .name = "linux",
			   .abi = SYSDESC_ABI_UNKNOWN,
			   .narrow = SYSDESC_ABI_UNKNOWN,
			   .signal_first = 34,
			   .signal_last = 64 },
#define TABLES(name)                                                           \
	name##_rows, ARRAY_LEN(name##_rows), name##_errors,                    \
	    ARRAY_LEN(name##_errors)
	[RECORD_FREEBSD] = { "freebsd", SYSDESC_FREEBSD, SYSDESC_FREEBSD32,
			     TABLES(freebsd), 65, 126 },
	[RECORD_NETBSD] = { "netbsd", SYSDESC_NETBSD, SYSDESC_NETBSD32,
			    TABLES(netbsd), 33, 63 },
	[RECORD_OPENBSD] = { "openbsd", SYSDESC_OPENBSD, SYSDESC_OPENBSD32,
			     TABLES(openbsd), 0, 0 },
};

static const struct abi {
	const char *name;
	enum record_system system;
	unsigned word;
	char letter;
} abis[] = {
	[SYSDESC_FREEBSD] = { "freebsd", RECORD_FREEBSD, 8, 'F' },
	[SYSDESC_FREEBSD32] = { "freebsd32", RECORD_FREEBSD, 4, 'F' },
	[SYSDESC_NETBSD] = { "netbsd", RECORD_NETBSD, 8, 'N' },
	[SYSDESC_NETBSD32] = { "netbsd32", RECORD_NETBSD, 4, 'N' },
	[SYSDESC_OPENBSD] = { "openbsd", RECORD_OPENBSD, 8, 'O' },
	[SYSDESC_OPENBSD32] = { "openbsd32", RECORD_OPENBSD, 4, 'O' },
};

/* NULL: one of Linux's, or none. */
static const struct abi *abi_of(enum sysdesc_abi abi)
{
	return (unsigned)abi < ARRAY_LEN(abis) && abis[abi].name ? &abis[abi]
								 : NULL;
}

const char *system_name(enum record_system system)
{
	return systems[system].name;
}

enum sysdesc_abi system_abi(enum record_system system, unsigned word)
{
	return word == 4 ? systems[system].narrow : systems[system].abi;
}

#define ABI_FREEBSD 9 /* SV_ABI_FREEBSD */

enum sysdesc_abi system_abi_of_flags(uint32_t sv_flags)
{
	bool is_narrow = sv_flags & KTR_SV_ILP32;

	switch (sv_flags & KTR_SV_ABI_MASK) {
	case ABI_FREEBSD:
		return is_narrow ? SYSDESC_FREEBSD32 : SYSDESC_FREEBSD;
	case KTR_SV_ABI_LINUX:
		/* Nothing in a file tells these from those of aarch64. */
		return is_narrow ? SYSDESC_I386 : SYSDESC_X86_64;
	default:
		return SYSDESC_ABI_UNKNOWN;
	}
}

enum record_system system_of(enum sysdesc_abi abi)
{
	const struct abi *found = abi_of(abi);

	return found ? found->system : RECORD_LINUX;
}

const char *system_abi_name(enum sysdesc_abi abi)
{
	const struct abi *found = abi_of(abi);

	return found ? found->name : sysdesc_abi_name(abi);
}

enum sysdesc_abi system_abi_by_name(const char *name, size_t length)
{
	for (unsigned i = 0; i < ARRAY_LEN(abis); i++) {
		const char *its = system_abi_name((enum sysdesc_abi)i);

		if (i != SYSDESC_ABI_UNKNOWN && strlen(its) == length &&
		    !memcmp(its, name, length))
			return (enum sysdesc_abi)i;
	}
	return SYSDESC_ABI_UNKNOWN;
}

unsigned system_word(enum sysdesc_abi abi)
{
	const struct abi *found = abi_of(abi);

	return found ? found->word : sysdesc_word(abi);
}

char system_abi_letter(enum sysdesc_abi abi)
{
	const struct abi *found = abi_of(abi);

	if (found)
		return found->letter;
	return abi < SYSDESC_ABI_COUNT ? 'L' : 'U';
}

static const struct sysdesc_row *narrow_of(unsigned row)
{
	for (size_t i = 0; i < ARRAY_LEN(narrows); i++)
		if (narrows[i].row == row)
			return &narrows[i].other;
	return &rows[row];
}

const struct sysdesc_row *system_call(enum sysdesc_abi abi, int64_t number)
{
	const struct abi *found = abi_of(abi);
	const struct system *system;

	if (!found)
		return sysdesc_find(abi, number);
	system = &systems[found->system];
	if (number < 0 || number >= system->row_end || !system->rows[number])
		return NULL;
	if (found->word == 4)
		return narrow_of(system->rows[number] - 1u);
	return &rows[system->rows[number] - 1];
}

enum sysdesc_effect system_effect(const struct record *record)
{
	enum sysdesc_abi abi = system_abi(record->system, record->word);
	const struct sysdesc_row *row = NULL;

	if (record->system == RECORD_LINUX)
		return EFFECT_NONE;
	if (record->kind == KTR_SYSCALL)
		row = system_call(abi, record->syscall.code);
	else if (record->kind == KTR_SYSRET)
		row = system_call(abi, record->sysret.code);
	return row ? (enum sysdesc_effect)row->effect : EFFECT_NONE;
}

bool system_has_call(const char *name, size_t length)
{
	for (unsigned i = 0; i < ROW_COUNT; i++)
		if (strlen(rows[i].name) == length &&
		    !memcmp(rows[i].name, name, length))
			return true;
	return false;
}

static const struct error *error_of(enum record_system system, int number)
{
	const struct system *found = &systems[system];

	return number > 0 && number < found->error_end ? &found->errors[number]
						       : NULL;
}

const char *system_errno_name(enum record_system system, int number)
{
	const struct error *error = error_of(system, number);

	if (system == RECORD_LINUX)
		return sysdesc_errno_name(number);
	return error ? error->name : NULL;
}

const char *system_errno_text(enum record_system system, int number)
{
	const struct error *error = error_of(system, number);

	if (system == RECORD_LINUX)
		return sysdesc_errno_text(number);
	return error ? error->text : NULL;
}

const char *system_signal_name(enum record_system system, int number)
{
	if (system == RECORD_LINUX)
		return sysdesc_signal_name(number);
	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (signals[i].number == number &&
		    signals[i].systems >> system & 1)
			return signals[i].name;
	return NULL;
}

const char *system_signal_code(enum record_system system, int signal, int code)
{
	if (system == RECORD_LINUX)
		return sysdesc_signal_code(signal, code);
	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (codes[i].code == code && codes[i].systems >> system & 1 &&
		    (codes[i].signal == 0 || codes[i].signal == signal))
			return codes[i].name;
	return NULL;
}

int system_signal_first(enum record_system system)
{
	return systems[system].signal_first;
}

int system_signal_last(enum record_system system)
{
	return systems[system].signal_last;
}
