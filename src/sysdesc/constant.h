/*
 * The families of constants that arguments and fields are made of: names and
 * values, as constant.def has them. Uses no libc.
 */
#ifndef SYSDESC_CONSTANT_H
#define SYSDESC_CONSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"

/* How a row of a set is read. */
enum sysdesc_form {
	FORM_NAME,   /* where the bits under `mask` are `value`, it is `name` */
	FORM_NUMBER, /* all of it is `value`, which is to stay a number */
	FORM_PART,   /* the bits under `mask`, shifted, are of another set */
	FORM_OCTAL,  /* the bits under `mask` are a number, */
	FORM_DECIMAL, /* read so */
};

struct sysdesc_constant {
	const char *name; /* FORM_NAME */
	uint64_t value;   /* FORM_NAME, FORM_NUMBER */
	uint64_t mask;
	uint8_t form;   /* enum sysdesc_form */
	uint8_t abis;   /* bit n: enum sysdesc_abi n has it */
	uint8_t shift;  /* FORM_PART */
	uint8_t other;  /* FORM_PART: enum sysdesc_flagset */
	uint8_t length; /* of the name */
};
#define SYSDESC_ABIS_ALL ((1u << SYSDESC_ABI_COUNT) - 1)

/*
 * Rows in the order in which they are to be tried: where two rows have a bit in
 * common, the first one that fits takes it. What is a name for no bits at all
 * stands before all rows whose value is their mask: when nothing is left of a
 * value, the rest of them need not be looked at.
 */
struct sysdesc_set {
	const struct sysdesc_constant *rows; /* NULL: the set has none */
	uint16_t count;
	uint8_t width;  /* of a value, in bits: 32 or 64 */
	bool is_open;   /* values without a name are nothing unusual */
	bool is_sorted; /* only values, by sysdesc_constant_key() */
};

/* Never NULL; that of FLAGSET_NONE has no rows. */
const struct sysdesc_set *sysdesc_set(enum sysdesc_flagset set);

/* What is_sorted sorts by: an ioctl's type and number before its direction. */
static inline uint32_t sysdesc_constant_key(uint64_t value)
{
	return (uint32_t)value << 16 | (uint32_t)value >> 16;
}

/* Whether the row holds in the ABI; in an unknown one, if it does in all. */
static inline bool sysdesc_constant_in(const struct sysdesc_constant *row,
				       enum sysdesc_abi abi)
{
	if ((unsigned)abi >= SYSDESC_ABI_COUNT)
		return row->abis == SYSDESC_ABIS_ALL;
	return row->abis >> abi & 1;
}

/*
 * The row whose value is all of `value`; NULL when there is none. Sets with
 * fields and bits want all their rows looked at, see decode/constant.c.
 */
const struct sysdesc_constant *sysdesc_constant(const struct sysdesc_set *set,
						enum sysdesc_abi abi,
						uint64_t value);

/*
 * What an argument is where another one has a certain value: the option of
 * setsockopt() by its level, what fcntl() takes by its command (choice.def).
 */
struct sysdesc_choice {
	uint8_t arg;  /* index of the argument */
	uint8_t on;   /* index of the one that decides: where its */
	uint8_t kind; /* enum sysdesc_kind, then, */
	uint8_t set;  /* and enum sysdesc_flagset; of a pid, enum sysdesc_use */
	uint32_t mask;
	uint32_t value; /* bits under the mask are this */
};

/*
 * Those of a row, in the order in which they are to be tried; NULL: none. An
 * argument that has any, of which none holds, is but a number.
 */
const struct sysdesc_choice *sysdesc_choices(const struct sysdesc_row *row,
					     unsigned *ret_count);

/*
 * What argument `index` is, given them all: kind and set of the row, or what
 * the others make of it. One that is but a number, since none of its choices
 * holds, is a KIND_LONG.
 */
struct sysdesc_arg sysdesc_argument(const struct sysdesc_row *row,
				    const uint64_t *args, unsigned index);

#endif
