/*
 * Expands constant.def and choice.def into constant tables and finds what is in
 * them. Must not call the C library.
 */
#include "sysdesc/constant.h"

#include <stddef.h>

#include "sysdesc/private.h"

/* clang-format off */
#define HAS(abi)    (1u << SYSDESC_##abi)
#define HAS_X86     (HAS(X86_64) | HAS(X32) | HAS(I386))
#define HAS_I386    HAS(I386)
#define HAS_AARCH64 HAS(AARCH64)
#define HAS_WIDE    (HAS(X86_64) | HAS(X32) | HAS(AARCH64))

#define ROW_NAME(has, its_name, its_value, its_mask)                           \
	{ .name = (its_name), .value = (its_value), .mask = (its_mask),        \
	  .form = FORM_NAME, .abis = (has), .length = sizeof(its_name) - 1 },
#define VALUE(name, value) ROW_NAME(SYSDESC_ABIS_ALL, #name, value, UINT64_MAX)
#define BIT(name, value)   ROW_NAME(SYSDESC_ABIS_ALL, #name, value, value)
#define FIELD(mask, name, value)                                               \
	ROW_NAME(SYSDESC_ABIS_ALL, #name, value, mask)
#define VALUE_ON(abis, name, value) ROW_NAME(HAS_##abis, #name, value, UINT64_MAX)
#define BIT_ON(abis, name, value)   ROW_NAME(HAS_##abis, #name, value, value)
#define NUMBER(its_value)                                                      \
	{ .value = (its_value), .mask = UINT64_MAX, .form = FORM_NUMBER,       \
	  .abis = SYSDESC_ABIS_ALL },
#define PART(its_mask, its_shift, set)                                         \
	{ .mask = (its_mask), .shift = (its_shift), .other = FLAGSET_##set,    \
	  .form = FORM_PART, .abis = SYSDESC_ABIS_ALL },
#define OCTAL(its_mask)                                                        \
	{ .mask = (its_mask), .form = FORM_OCTAL, .abis = SYSDESC_ABIS_ALL },
#define DECIMAL(its_mask)                                                      \
	{ .mask = (its_mask), .form = FORM_DECIMAL, .abis = SYSDESC_ABIS_ALL },

#define TABLE(set, ...)                                                        \
	static const struct sysdesc_constant constants_##set[] = { __VA_ARGS__ };
#define SET(set, width, rows)        TABLE(set, rows)
#define OPEN_SET(set, width, rows)   TABLE(set, rows)
#define SORTED_SET(set, width, rows) TABLE(set, rows)
#include "sysdesc/constant.def"
#undef SET
#undef OPEN_SET
#undef SORTED_SET

#define ENTRY(set, its_width, ...)                                             \
	[FLAGSET_##set] = { .rows = constants_##set,                           \
			    .count = COUNT_OF(constants_##set),                \
			    .width = (its_width), __VA_ARGS__ },
static const struct sysdesc_set sets[FLAGSET_COUNT] = {
#define SET(set, width, rows)        ENTRY(set, width, .is_open = false)
#define OPEN_SET(set, width, rows)   ENTRY(set, width, .is_open = true)
#define SORTED_SET(set, width, rows) ENTRY(set, width, .is_sorted = true)
#include "sysdesc/constant.def"
#undef SET
#undef OPEN_SET
#undef SORTED_SET
};

#define AS_MODE       KIND_MODE, FLAGSET_NONE
#define AS_DEV        KIND_DEV, FLAGSET_NONE
#define AS_SIGNAL     KIND_SIGNAL, FLAGSET_NONE
#define AS_TARGET(use) KIND_PID, USE_##use
#define AS_FLAGS(set) KIND_FLAGS, FLAGSET_##set
#define AS_ENUM(set)  KIND_ENUM, FLAGSET_##set
#define CHOICE_ROW(arg, on, mask, value, kind, set)                            \
	{ arg, on, kind, set, mask, value },
#define CHOICE(...) CHOICE_ROW(__VA_ARGS__)
#define CHOICE_TABLE(row, ...)                                                 \
	static const struct sysdesc_choice choices_##row[] = { __VA_ARGS__ };
#define CHOICES(row, choices) CHOICE_TABLE(row, choices)
#include "sysdesc/choice.def"
#undef CHOICES
static const struct choices {
	const struct sysdesc_choice *choices;
	unsigned count;
} choices_by_row[ROW_COUNT] = {
#define CHOICES(row, choices)                                                  \
	[ROW_##row] = { choices_##row, COUNT_OF(choices_##row) },
#include "sysdesc/choice.def"
#undef CHOICES
};
/* clang-format on */

const struct sysdesc_set *sysdesc_set(enum sysdesc_flagset set)
{
	return &sets[(unsigned)set < FLAGSET_COUNT ? set : FLAGSET_NONE];
}

static const struct sysdesc_constant *
in_order(const struct sysdesc_set *set, enum sysdesc_abi abi, uint64_t value)
{
	for (unsigned i = 0; i < set->count; i++) {
		const struct sysdesc_constant *row = &set->rows[i];

		if (row->form == FORM_NAME && row->value == value &&
		    row->mask == UINT64_MAX && sysdesc_constant_in(row, abi))
			return row;
	}
	return NULL;
}

/* The first of the rows that are not below. */
static unsigned lower_bound(const struct sysdesc_set *set, uint32_t key)
{
	unsigned low = 0, high = set->count;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;

		if (sysdesc_constant_key(set->rows[middle].value) < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct sysdesc_constant *sysdesc_constant(const struct sysdesc_set *set,
						enum sysdesc_abi abi,
						uint64_t value)
{
	if (!set->is_sorted)
		return in_order(set, abi, value);
	for (unsigned i = lower_bound(set, sysdesc_constant_key(value));
	     i < set->count && set->rows[i].value == value; i++)
		if (sysdesc_constant_in(&set->rows[i], abi))
			return &set->rows[i];
	return NULL;
}

const struct sysdesc_choice *sysdesc_choices(const struct sysdesc_row *row,
					     unsigned *ret_count)
{
	const struct choices *found = &choices_by_row[sysdesc_index(row)];

	*ret_count = found->count;
	return found->choices;
}

struct sysdesc_arg sysdesc_argument(const struct sysdesc_row *row,
				    const uint64_t *args, unsigned index)
{
	struct sysdesc_arg arg = row->arg[index];
	unsigned count;
	const struct sysdesc_choice *choices = sysdesc_choices(row, &count);

	for (unsigned i = 0; choices && i < count; i++) {
		const struct sysdesc_choice *choice = &choices[i];

		if (choice->arg != index)
			continue;
		if (((uint32_t)args[choice->on] & choice->mask) !=
		    choice->value) {
			arg.kind = KIND_LONG;
			continue;
		}
		arg.kind = choice->kind;
		arg.set = choice->set;
		break;
	}
	return arg;
}
