/*
 * Sets of constants: every value as the installed headers have it, a set for
 * whatever a system call takes, and rows that can all be reached.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "known.h"
#include "sysdesc/constant.h"
#include "sysdesc/layout.h"

/* Sets without rows, and why that is so. */
static const struct without {
	enum sysdesc_flagset set;
	const char *why;
} without[] = {
	{ FLAGSET_NONE, "is none" },
	{ FLAGSET_SIGNAL, "its names stand in signal.def" },
	{ FLAGSET_SYSFS, "Linux has numbers there, and no names for them" },
	{ FLAGSET_MODIFY_LDT, "the same" },
	{ FLAGSET_SCHED_ATTR, "Linux wants 0 there so far" },
};

static bool is_without(unsigned set)
{
	for (size_t i = 0; i < ARRAY_LEN(without); i++)
		if (without[i].set == set)
			return true;
	return false;
}

static void test_every_set(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FLAGSET_COUNT; i++) {
		const struct sysdesc_set *set =
		    sysdesc_set((enum sysdesc_flagset)i);

		if ((set->count == 0) != is_without(i))
			fail_msg("set %u has %u rows", i, set->count);
		if (set->count > 0)
			assert_true(set->width == 32 || set->width == 64);
	}
	assert_int_equal(sysdesc_set((enum sysdesc_flagset)4000)->count, 0);
}

/* ---- against the headers ---- */

static const struct sysdesc_constant *find(const struct sysdesc_set *set,
					   const char *name)
{
	for (unsigned i = 0; i < set->count; i++)
		if (set->rows[i].form == FORM_NAME &&
		    !strcmp(set->rows[i].name, name) &&
		    sysdesc_constant_in(&set->rows[i], sysdesc_abi_native()))
			return &set->rows[i];
	return NULL;
}

static unsigned compare(const struct known *known)
{
	unsigned count = 0;

	for (; known->name; known++, count++) {
		const struct sysdesc_set *set = sysdesc_set(known->set);
		const struct sysdesc_constant *row = find(set, known->name);
		uint64_t wanted = set->width == 64 ? known->value
						   : (uint32_t)known->value;

		assert_non_null(row);
		if (row->value != wanted)
			fail_msg("%s is %#jx here, %#jx in the headers",
				 known->name, (uintmax_t)row->value,
				 (uintmax_t)wanted);
	}
	return count;
}

static unsigned count_names(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < FLAGSET_COUNT; i++) {
		const struct sysdesc_set *set =
		    sysdesc_set((enum sysdesc_flagset)i);

		for (unsigned j = 0; j < set->count; j++)
			count += set->rows[j].form == FORM_NAME;
	}
	return count;
}

/* Headers know most of what there is, whatever their age. */
static void test_headers(void **state)
{
	unsigned all = count_names();
	unsigned compared = compare(known_kernel) + compare(known_network) +
			    compare(known_input) + compare(known_libc);

	(void)state;
	printf("%u of %u rows compared with headers\n", compared, all);
	assert_true(compared > all * 8 / 10);
}

/* Where ABIs differ there are headers for one of them: these are the others. */
static const struct elsewhere {
	enum sysdesc_flagset set;
	enum sysdesc_abi abi;
	const char *name;
	uint64_t value;
} elsewhere[] = {
	{ FLAGSET_OPEN, SYSDESC_X86_64, "O_DIRECT", 040000 },
	{ FLAGSET_OPEN, SYSDESC_X86_64, "O_LARGEFILE", 0100000 },
	{ FLAGSET_OPEN, SYSDESC_X32, "O_DIRECTORY", 0200000 },
	{ FLAGSET_OPEN, SYSDESC_I386, "O_NOFOLLOW", 0400000 },
	{ FLAGSET_OPEN, SYSDESC_I386, "O_TMPFILE", 020200000 },
	{ FLAGSET_OPEN, SYSDESC_AARCH64, "O_DIRECTORY", 040000 },
	{ FLAGSET_OPEN, SYSDESC_AARCH64, "O_NOFOLLOW", 0100000 },
	{ FLAGSET_OPEN, SYSDESC_AARCH64, "O_DIRECT", 0200000 },
	{ FLAGSET_OPEN, SYSDESC_AARCH64, "O_LARGEFILE", 0400000 },
	{ FLAGSET_OPEN, SYSDESC_AARCH64, "O_TMPFILE", 020040000 },
	{ FLAGSET_FCNTL, SYSDESC_I386, "F_GETLK64", 12 },
	{ FLAGSET_FCNTL, SYSDESC_I386, "F_SETLKW64", 14 },
	{ FLAGSET_MMAP, SYSDESC_I386, "MAP_32BIT", 0x40 },
	{ FLAGSET_IOCTL, SYSDESC_X86_64, "FS_IOC_GETFLAGS", 0x80086601 },
	{ FLAGSET_IOCTL, SYSDESC_I386, "FS_IOC_GETFLAGS", 0x80046601 },
	{ FLAGSET_RLIMIT_VALUE, SYSDESC_I386, "RLIM_INFINITY", UINT32_MAX },
	{ FLAGSET_RLIMIT_VALUE, SYSDESC_AARCH64, "RLIM_INFINITY", UINT64_MAX },
};

static void test_elsewhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(elsewhere); i++) {
		const struct elsewhere *wanted = &elsewhere[i];
		const struct sysdesc_set *set = sysdesc_set(wanted->set);
		bool is_there = false;

		for (unsigned j = 0; j < set->count; j++)
			is_there |= set->rows[j].name &&
				    !strcmp(set->rows[j].name, wanted->name) &&
				    set->rows[j].value == wanted->value &&
				    sysdesc_constant_in(&set->rows[j],
							wanted->abi);
		if (!is_there)
			fail_msg("%s of %s is not %#jx", wanted->name,
				 sysdesc_abi_name(wanted->abi),
				 (uintmax_t)wanted->value);
	}
}

/* ---- rows ---- */

/* Whether wherever `later` fits, `first` does, and takes bits of it. */
static bool hides(const struct sysdesc_constant *first,
		  const struct sysdesc_constant *later)
{
	return first->form == FORM_NAME && (first->abis & later->abis) &&
	       !(first->mask & ~later->mask) &&
	       (later->value & first->mask) == first->value;
}

static void expect_row(unsigned index, const struct sysdesc_set *set,
		       const struct sysdesc_constant *row)
{
	uint64_t limit = set->width == 64 ? UINT64_MAX : UINT32_MAX;

	assert_true(row->abis && row->abis <= SYSDESC_ABIS_ALL);
	assert_true(row->form != FORM_NAME || row->value <= limit);
	assert_true(row->form != FORM_PART || row->other < FLAGSET_COUNT);
	assert_true(row->mask != 0);
	assert_int_equal(row->length, row->name ? strlen(row->name) : 0);
	if (row->form != FORM_NAME)
		return;
	if (row->value & ~row->mask)
		fail_msg("%s of set %u is outside of its mask", row->name,
			 index);
	for (const struct sysdesc_constant *other = set->rows; other < row;
	     other++)
		if (hides(other, row))
			fail_msg("%s of set %u hides %s", other->name, index,
				 row->name);
}

static void test_rows(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FLAGSET_COUNT; i++) {
		const struct sysdesc_set *set =
		    sysdesc_set((enum sysdesc_flagset)i);

		for (unsigned j = 0; j < set->count; j++)
			expect_row(i, set, &set->rows[j]);
	}
}

/* Names for no bits, and what may be one, come first. */
static void test_zeros(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FLAGSET_COUNT; i++) {
		const struct sysdesc_set *set =
		    sysdesc_set((enum sysdesc_flagset)i);
		bool may_end = false;

		for (unsigned j = 0; j < set->count; j++) {
			const struct sysdesc_constant *row = &set->rows[j];

			may_end |= row->value == row->mask;
			if (may_end && row->form == FORM_NAME && !row->value)
				fail_msg("%s of set %u comes too late",
					 row->name, i);
		}
	}
}

static void expect_sorted(const struct sysdesc_set *set)
{
	for (unsigned i = 0; i < set->count; i++) {
		const struct sysdesc_constant *row = &set->rows[i];

		assert_int_equal(row->mask, UINT64_MAX);
		if (i > 0 && sysdesc_constant_key(row[-1].value) >
				 sysdesc_constant_key(row->value))
			fail_msg("%s is out of order", row->name);
	}
}

static void test_sorted(void **state)
{
	const struct sysdesc_set *set = sysdesc_set(FLAGSET_IOCTL);

	(void)state;
	assert_true(set->is_sorted);
	for (unsigned i = 0; i < FLAGSET_COUNT; i++)
		if (sysdesc_set((enum sysdesc_flagset)i)->is_sorted)
			expect_sorted(sysdesc_set((enum sysdesc_flagset)i));
	for (unsigned abi = 0; abi < SYSDESC_ABI_COUNT; abi++)
		for (unsigned i = 0; i < set->count; i++)
			if (sysdesc_constant_in(&set->rows[i],
						(enum sysdesc_abi)abi))
				assert_ptr_equal(
				    sysdesc_constant(set, (enum sysdesc_abi)abi,
						     set->rows[i].value),
				    &set->rows[i]);
	assert_null(sysdesc_constant(set, SYSDESC_X86_64, 0xdeadbeef));
	assert_null(sysdesc_constant(set, SYSDESC_X86_64, 0));
	assert_null(sysdesc_constant(set, SYSDESC_X86_64, UINT32_MAX));
}

/* ---- calls ---- */

static void expect_choices(const struct sysdesc_row *row)
{
	unsigned count;
	const struct sysdesc_choice *choices = sysdesc_choices(row, &count);

	for (unsigned i = 0; i < count; i++) {
		assert_true(choices[i].arg < row->narg);
		assert_true(choices[i].on < row->narg);
		assert_int_not_equal(choices[i].arg, choices[i].on);
		assert_int_equal(choices[i].value & ~choices[i].mask, 0);
		if (choices[i].kind == KIND_PID)
			assert_true(choices[i].set < USE_COUNT);
		else if (choices[i].set == FLAGSET_NONE)
			assert_true(choices[i].kind == KIND_MODE ||
				    choices[i].kind == KIND_DEV ||
				    choices[i].kind == KIND_SIGNAL);
		else
			assert_false(is_without(choices[i].set));
	}
}

static bool is_constant(uint8_t kind)
{
	return kind == KIND_FLAGS || kind == KIND_ENUM || kind == KIND_CMD;
}

static void test_every_call(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		expect_choices(row);
		for (unsigned j = 0; j < row->narg; j++)
			if (is_constant(row->arg[j].kind) &&
			    row->arg[j].set == FLAGSET_NONE)
				fail_msg("%s of %s is of no set",
					 row->arg[j].name, row->name);
	}
}

/* ---- use ---- */

static void note_row(const struct sysdesc_row *row, bool *used)
{
	unsigned count;
	const struct sysdesc_choice *choices = sysdesc_choices(row, &count);

	for (unsigned i = 0; i < row->narg; i++)
		if (is_constant(row->arg[i].kind))
			used[row->arg[i].set] = true;
	for (unsigned i = 0; i < count; i++)
		used[choices[i].set] = true;
}

static void note_layout(const struct sysdesc_layout *layout, bool *used)
{
	for (unsigned i = 0; layout->fields && i < layout->field_count; i++)
		used[layout->fields[i].set] = true;
}

static void note_parts(const struct sysdesc_set *set, bool *used)
{
	for (unsigned i = 0; i < set->count; i++)
		if (set->rows[i].form == FORM_PART)
			used[set->rows[i].other] = true;
}

/* No set stands there for nothing. */
static void test_use(void **state)
{
	/* What kinds of arguments and control messages are read by. */
	bool used[FLAGSET_COUNT] = {
		[FLAGSET_NONE] = true,         [FLAGSET_FILE_MODE] = true,
		[FLAGSET_FILE_TYPE] = true,    [FLAGSET_CLOCK] = true,
		[FLAGSET_CONTROL_TYPE] = true,
	};

	(void)state;
	for (unsigned i = 0; i < sysdesc_count(); i++)
		note_row(sysdesc_row(i), used);
	for (unsigned i = 0; i < sysdesc_layout_count(); i++)
		note_layout(sysdesc_layout_at(i), used);
	for (unsigned i = 0; i < FLAGSET_COUNT; i++)
		note_parts(sysdesc_set((enum sysdesc_flagset)i), used);
	for (unsigned i = 0; i < FLAGSET_COUNT; i++)
		if (!used[i])
			fail_msg("nothing is of set %u", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_set),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_elsewhere),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_sorted),
		cmocka_unit_test(test_every_call),
		cmocka_unit_test(test_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
