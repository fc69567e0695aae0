/*
 * Flags, modes, commands and other constants -> the names that Linux has for
 * them. Nothing of a value is lost: bits and values without a name are shown as
 * numbers.
 */
#ifndef DECODE_CONSTANT_H
#define DECODE_CONSTANT_H

#include <stdbool.h>
#include <stdint.h>

#include "sysdesc/sysdesc.h"

struct record;
struct text;

/* A value, and what it is made of. */
struct constant {
	uint64_t value;
	enum sysdesc_abi abi;
	uint8_t kind; /* enum sysdesc_kind, or one of the CONSTANT_SIGNAL_ */
	uint8_t set;  /* enum sysdesc_flagset, for FLAGS, ENUM and CMD; the
		       * signal, for a CODE */
};

/* A kind of its own: what a si_code says of its signal. */
#define CONSTANT_SIGNAL_CODE UINT8_MAX
/* And which signals a mask has: [INT TERM], ~[KILL STOP]. */
#define CONSTANT_SIGNAL_MASK (UINT8_MAX - 1)

enum constant_style {
	/*
	 * As FreeBSD's kdump: bits behind their number, single values by their
	 * name alone, no blanks: 0x80000<O_RDONLY|O_CLOEXEC>, SEEK_SET,
	 * 0x80000001<O_CLOEXEC><invalid>2147483649, <invalid=99>.
	 */
	CONSTANT_CLASSIC,
	CONSTANT_DECIMAL, /* the same with numbers in decimal */
	/*
	 * As strace: O_RDONLY|O_CLOEXEC|0x80000000, SEEK_SET, 0x63, 0.
	 */
	CONSTANT_NAMES,
};

/*
 * What argument `index` of a SYSCALL record is, as its row and the other
 * arguments say. False, and *ret untouched: it has no names to be shown by.
 */
bool constant_of(const struct record *record, const struct sysdesc_row *row,
		 enum sysdesc_abi abi, unsigned index, struct constant *ret);

/* Whether any part of it has a name. */
bool constant_is_named(const struct constant *constant);

void constant_put(struct text *text, const struct constant *constant,
		  enum constant_style style);

#endif
