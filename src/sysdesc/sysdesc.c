/*
 * Expands syscalls.def, inner.def and number_<abi>.def into constant tables,
 * and finds rows and numbers in them by index alone. Must not call the C
 * library, and must not know any call by name.
 */
#include "sysdesc/sysdesc.h"

#include <stddef.h>

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/ipc.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>

#include <ktrace-u/utrace.h>

#include "sysdesc/private.h"
#include "sysdesc/row.h"
#include "sysdesc/select.h"
#include "sysdesc/sets.h"

_Static_assert(ROW_COUNT <= SELECT_ROWS_MAX, "a select holds every row");
_Static_assert(BLOB_COUNT <= UINT8_MAX, "fits sysdesc_arg.set");
_Static_assert(FLAGSET_COUNT <= UINT8_MAX, "fits sysdesc_arg.set");

/* clang-format off */
/* How many arguments each row has: as many as there are 1s, none for a 0. */
#define FIRST(first, ...) first
#define ARGUMENT(...) 1
#define NOARGS 0
enum row_narg {
#define VARIANT(id, name, classes, result, effect, ...) \
	NARG_##id = sizeof((const char[]){ __VA_ARGS__ }) * \
		    FIRST(__VA_ARGS__, 0),
#define SYSCALL(id, ...) VARIANT(id, #id, __VA_ARGS__)
#include "sysdesc/syscalls.def"
#undef SYSCALL
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
#define SYSCALL(id, ...) VARIANT(id, #id, __VA_ARGS__)
#include "sysdesc/syscalls.def"
#undef SYSCALL
#undef VARIANT
};
#undef NOARGS
#undef ARGUMENT
/* clang-format on */

#define INNER(carrier, mask, command, id, ...)                                 \
	{ &rows[ROW_##carrier],                                                \
	  &rows[ROW_##id],                                                     \
	  mask,                                                                \
	  command,                                                             \
	  { __VA_ARGS__ } },
static const struct sysdesc_inner inners[] = {
#include "sysdesc/inner.def"
};
#undef INNER

/* clang-format off */
#define COMMAND(value, index, blob, way) \
	{ value, index, BLOB_##blob, DIRECTION_##way },
#define COMMANDS(row, mask, ...) \
	static const struct sysdesc_command commands_##row[] = { __VA_ARGS__ };
#include "sysdesc/command.def"
#undef COMMANDS
#define COMMANDS(row, mask, ...) \
	{ &rows[ROW_##row], commands_##row, COUNT_OF(commands_##row), mask },
static const struct sysdesc_commands commands[] = {
#include "sysdesc/command.def"
};
#undef COMMANDS
#undef COMMAND
/* clang-format on */

/* Row by number, and number by row; both one more, so that 0 says none. */
#define NUMBER(number, id) [number] = ROW_##id + 1,
static const uint16_t x86_64_rows[] = {
#include "sysdesc/number_x86_64.def"
};
static const uint16_t i386_rows[] = {
#include "sysdesc/number_i386.def"
};
static const uint16_t x32_rows[] = {
#include "sysdesc/number_x32.def"
};
static const uint16_t aarch64_rows[] = {
#include "sysdesc/number_aarch64.def"
};
#undef NUMBER

#define NUMBER(number, id) [ROW_##id] = (number) + 1,
static const uint16_t x86_64_numbers[ROW_COUNT] = {
#include "sysdesc/number_x86_64.def"
};
static const uint16_t i386_numbers[ROW_COUNT] = {
#include "sysdesc/number_i386.def"
};
static const uint16_t x32_numbers[ROW_COUNT] = {
#include "sysdesc/number_x32.def"
};
static const uint16_t aarch64_numbers[ROW_COUNT] = {
#include "sysdesc/number_aarch64.def"
};
#undef NUMBER

struct abi {
	const char *name;
	uint32_t audit_arch; /* linux/audit.h */
	uint32_t bit;        /* in every number */
	unsigned word;
	unsigned end;
	const uint16_t *rows;
	const uint16_t *numbers;
};

#define TABLES(abi)                                                            \
	sizeof(abi##_rows) / sizeof(abi##_rows[0]), abi##_rows, abi##_numbers
static const struct abi abis[SYSDESC_ABI_COUNT] = {
	[SYSDESC_X86_64] = { "x86_64", 0xc000003e, 0, 8, TABLES(x86_64) },
	[SYSDESC_I386] = { "i386", 0x40000003, 0, 4, TABLES(i386) },
	[SYSDESC_X32] = { "x32", 0xc000003e, SYSDESC_X32_BIT, 4, TABLES(x32) },
	[SYSDESC_AARCH64] = { "aarch64", 0xc00000b7, 0, 8, TABLES(aarch64) },
};

static const struct abi *abi_get(enum sysdesc_abi abi)
{
	return (unsigned)abi < SYSDESC_ABI_COUNT ? &abis[abi] : NULL;
}

unsigned sysdesc_count(void)
{
	return ROW_COUNT;
}

const struct sysdesc_row *sysdesc_row(unsigned index)
{
	return index < ROW_COUNT ? &rows[index] : NULL;
}

unsigned sysdesc_index(const struct sysdesc_row *row)
{
	return (unsigned)(row - rows);
}

const struct sysdesc_row *sysdesc_find(enum sysdesc_abi abi, int64_t number)
{
	const struct abi *found = abi_get(abi);
	uint64_t at;

	if (!found)
		return NULL;
	/* A number without the ABI's bit becomes one that is past the end. */
	at = (uint64_t)number ^ found->bit;
	if (at >= found->end || found->rows[at] == 0)
		return NULL;
	return &rows[found->rows[at] - 1];
}

unsigned sysdesc_number_end(enum sysdesc_abi abi)
{
	const struct abi *found = abi_get(abi);

	return found ? found->end : 0;
}

int64_t sysdesc_number(enum sysdesc_abi abi, const struct sysdesc_row *row)
{
	const struct abi *found = abi_get(abi);
	unsigned number;

	if (!found)
		return -1;
	number = found->numbers[sysdesc_index(row)];
	return number == 0 ? -1 : (int64_t)((number - 1) | found->bit);
}

bool sysdesc_is_carried(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < SYSDESC_ABI_COUNT; i++)
		if (abis[i].numbers[sysdesc_index(row)] != 0)
			return false;
	return true;
}

unsigned sysdesc_inner_count(void)
{
	return sizeof(inners) / sizeof(inners[0]);
}

const struct sysdesc_inner *sysdesc_inner(unsigned index)
{
	return index < sysdesc_inner_count() ? &inners[index] : NULL;
}

const struct sysdesc_inner *
sysdesc_inner_find(const struct sysdesc_row *carrier, uint64_t command)
{
	/* Asked at every call: most are done with here. */
	if (!carrier || carrier->arg[0].kind != KIND_CMD)
		return NULL;
	for (unsigned i = 0; i < sysdesc_inner_count(); i++)
		if (inners[i].carrier == carrier &&
		    ((uint32_t)command & inners[i].mask) == inners[i].command)
			return &inners[i];
	return NULL;
}

const struct sysdesc_commands *sysdesc_commands(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < COUNT_OF(commands); i++)
		if (commands[i].row == row)
			return &commands[i];
	return NULL;
}

const struct sysdesc_command *
sysdesc_command(const struct sysdesc_commands *those, uint64_t value)
{
	for (unsigned i = 0; i < those->count; i++)
		if (((uint32_t)value & those->mask) == those->commands[i].value)
			return &those->commands[i];
	return NULL;
}

const char *sysdesc_abi_name(enum sysdesc_abi abi)
{
	const struct abi *found = abi_get(abi);

	return found ? found->name : "unknown";
}

enum sysdesc_abi sysdesc_abi_by_name(const char *name)
{
	for (unsigned i = 0; i < SYSDESC_ABI_COUNT; i++)
		if (private_is_same(name, abis[i].name))
			return (enum sysdesc_abi)i;
	return SYSDESC_ABI_UNKNOWN;
}

enum sysdesc_abi sysdesc_abi_of(uint32_t audit_arch, uint64_t number)
{
	if (audit_arch == abis[SYSDESC_X32].audit_arch) {
		/* Bit 30 alone: -1 and its like are no numbers of x32. */
		bool is_x32 = number >> 30 == 1;

		return is_x32 ? SYSDESC_X32 : SYSDESC_X86_64;
	}
	for (unsigned i = 0; i < SYSDESC_ABI_COUNT; i++)
		if (audit_arch == abis[i].audit_arch)
			return (enum sysdesc_abi)i;
	return SYSDESC_ABI_UNKNOWN;
}

uint32_t sysdesc_audit_arch(enum sysdesc_abi abi)
{
	const struct abi *found = abi_get(abi);

	return found ? found->audit_arch : 0;
}

unsigned sysdesc_word(enum sysdesc_abi abi)
{
	const struct abi *found = abi_get(abi);

	return found ? found->word : 8;
}
