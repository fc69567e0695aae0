/*
 * A call by its number in each ABI, one after the other: the numbers are few,
 * and libseccomp does not know all of them.
 */
#include "confine/denial.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

#include "base/array.h"
#include "confine/confine.h"
#include "sysdesc/guard.h"
#include "sysdesc/sysdesc.h"
#include "tracee/filter.h"

#define NEW_TIME 0x80u /* of unshare; clone has a signal there */

struct program {
	const struct confine *confine;
	struct sock_filter code[BPF_MAXINSNS];
	unsigned count;
	bool is_full;
};

static const enum sysdesc_abi abis[] = {
#if defined(__aarch64__)
	SYSDESC_AARCH64,
#else
	SYSDESC_X86_64,
	SYSDESC_X32,
	SYSDESC_I386,
#endif
};

static void put(struct program *program, struct sock_filter instruction)
{
	if (program->count < BPF_MAXINSNS)
		program->code[program->count++] = instruction;
	else
		program->is_full = true;
}

static void put_load(struct program *program, size_t offset)
{
	put(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						  (uint32_t)offset));
}

/* The low half of argument 0, which flags and families are. */
static void put_load_argument(struct program *program)
{
	put_load(program, offsetof(struct seccomp_data, args));
}

static void put_load_number(struct program *program)
{
	put_load(program, offsetof(struct seccomp_data, nr));
}

static void put_return(struct program *program, uint32_t action)
{
	put(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

static void put_fail(struct program *program, int error)
{
	put_return(program, SECCOMP_RET_ERRNO | (uint32_t)error);
}

/* Unless it is equal, so many instructions are left out. */
static void put_equal(struct program *program, uint32_t value, unsigned over)
{
	put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						  value, 0, (uint8_t)over));
}

/* if (number == ...) fail */
static void put_deny(struct program *program, uint32_t number, int error)
{
	put_equal(program, number, 1);
	put_fail(program, error);
}

/* if (number == ... && argument 0 & flags) fail */
static void put_flags(struct program *program, uint32_t number, uint32_t flags)
{
	put_equal(program, number, 4);
	put_load_argument(program);
	put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K,
						  flags, 0, 1));
	put_fail(program, EPERM);
	put_return(program, SECCOMP_RET_ALLOW);
}

/* if (number == ... && argument 0 is none of the families) fail */
static void put_families(struct program *program, uint32_t number)
{
	const uint64_t families = program->confine->families;
	unsigned count = (unsigned)__builtin_popcountll(families);

	put_equal(program, number, 2 * count + 2);
	put_load_argument(program);
	for (uint32_t family = 0; family < 64; family++) {
		if (!(families >> family & 1))
			continue;
		put_equal(program, family, 1);
		put_return(program, SECCOMP_RET_ALLOW);
	}
	put_fail(program, EAFNOSUPPORT);
}

/* if (number == ... && argument 0 says so) fail */
static void put_carried(struct program *program, uint32_t number,
			const struct sysdesc_inner *inner)
{
	put_equal(program, number, 5);
	put_load_argument(program);
	put(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K,
						  inner->mask));
	put_equal(program, inner->command, 1);
	put_fail(program, ENOSYS);
	put_load_number(program);
}

static uint32_t flags_of(const struct confine *confine,
			 const struct sysdesc_row *row)
{
	uint32_t flags = (uint32_t)confine->namespaces;

	if (row->effect == EFFECT_UNSHARE && flags & ~GUARD_USERNS)
		flags |= NEW_TIME;
	return flags;
}

static void put_row(struct program *program, uint32_t number,
		    const struct sysdesc_row *row)
{
	const struct confine *confine = program->confine;
	enum guard guard = guard_of(row);

	if (select_has(&confine->denied, row))
		put_deny(program, number, EPERM);
	else if (guard == GUARD_FLAGS && confine->namespaces)
		put_flags(program, number, flags_of(confine, row));
	/* Libraries then take the one whose flags can be seen. */
	else if (guard == GUARD_HIDDEN && confine->namespaces)
		put_deny(program, number, ENOSYS);
	else if (guard == GUARD_FAMILY && confine->has_families)
		put_families(program, number);
}

static void put_carrier(struct program *program, uint32_t number,
			const struct sysdesc_row *row)
{
	const struct confine *confine = program->confine;

	for (unsigned i = 0; i < sysdesc_inner_count(); i++) {
		const struct sysdesc_inner *inner = sysdesc_inner(i);

		if (inner->carrier == row &&
		    (select_has(&confine->denied, inner->row) ||
		     (confine->has_families &&
		      guard_of(inner->row) == GUARD_FAMILY)))
			put_carried(program, number, inner);
	}
}

static void put_abi(struct program *program, enum sysdesc_abi abi)
{
	uint32_t bit = abi == SYSDESC_X32 ? SYSDESC_X32_BIT : 0;

	for (unsigned i = 0; i < sysdesc_number_end(abi); i++) {
		uint32_t number = i | bit;
		const struct sysdesc_row *row = sysdesc_find(abi, number);

		if (!row)
			continue;
		put_carrier(program, number, row);
		put_row(program, number, row);
	}
}

/* ABIs of one architecture stand one behind the other; of others, the next. */
static void put_arch(struct program *program, uint32_t arch)
{
	unsigned jump;

	put_load(program, offsetof(struct seccomp_data, arch));
	put(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
						  arch, 1, 0));
	jump = program->count;
	put(program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
	put_load_number(program);
	for (size_t i = 0; i < ARRAY_LEN(abis); i++)
		if (sysdesc_audit_arch(abis[i]) == arch)
			put_abi(program, abis[i]);
	put_return(program, SECCOMP_RET_ALLOW);
	if (!program->is_full)
		program->code[jump].k = program->count - jump - 1;
}

static int keep(const struct program *program, struct filter *ret)
{
	size_t size = program->count * sizeof(*program->code);

	if (program->is_full)
		return -E2BIG;
	ret->code = malloc(size);
	if (!ret->code)
		return -ENOMEM;
	for (unsigned i = 0; i < program->count; i++)
		ret->code[i] = program->code[i];
	ret->count = (unsigned short)program->count;
	return 0;
}

static void put_all(struct program *program)
{
	uint32_t last = 0;

	for (size_t i = 0; i < ARRAY_LEN(abis); i++) {
		uint32_t arch = sysdesc_audit_arch(abis[i]);

		if (arch != last)
			put_arch(program, arch);
		last = arch;
	}
	put_fail(program, ENOSYS);
}

int denial_compile(struct filter *ret, const struct confine *confine)
{
	struct program *program = calloc(1, sizeof(*program));
	int r;

	if (!program)
		return -ENOMEM;
	program->confine = confine;
	put_all(program);
	r = keep(program, ret);
	free(program);
	return r;
}

int denial_install(const struct confine *confine)
{
	struct filter filter = { 0 };
	int r;

	r = denial_compile(&filter, confine);
	if (!r)
		r = filter_install(&filter);
	filter_done(&filter);
	return r;
}
