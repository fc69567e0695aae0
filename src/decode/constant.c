/*
 * Reads the sets of sysdesc/constant.def: which rows fit a value, and what is
 * left of it. Knows no constant by name but AT_FDCWD, and no system call.
 */
#include "decode/constant.h"

#include "base/array.h"
#include "base/text.h"
#include "decode/name.h"
#include "foreign/set.h"
#include "foreign/system.h"
#include "sysdesc/constant.h"
#include "trace/record.h"

#define CONSTANT_FDCWD      (-100)
#define CONSTANT_SIGNAL_MAX 33 /* that have names of their own */

/* Names that are put one after another, and what they account for. */
struct names {
	struct text *text; /* NULL: they are but counted */
	enum sysdesc_abi abi;
	uint64_t value; /* as far as the kernel looks at it */
	uint64_t taken; /* bits that are accounted for */
	unsigned count; /* parts that are put, numbers among them, */
	unsigned named; /* and without these */
};

/* As the kernel has it that was called. */
static const struct sysdesc_set *set_of(enum sysdesc_abi abi, uint8_t family)
{
	return set_find(system_of(abi), (enum sysdesc_flagset)family);
}

static void next_part(struct names *names)
{
	if (names->count++ > 0 && names->text)
		text_char(names->text, '|');
}

static void put_name(struct names *names, const struct sysdesc_constant *row)
{
	next_part(names);
	names->named++;
	if (names->text)
		text_bytes(names->text, row->name, row->length);
}

/* ---- what is no set of rows ---- */

static bool is_signal(enum sysdesc_abi abi, uint64_t value)
{
	int last = system_signal_last(system_of(abi));

	return (int32_t)value > 0 &&
	       (int32_t)value <= MAX(last, CONSTANT_SIGNAL_MAX);
}

static void put_signal(struct names *names, uint64_t value)
{
	next_part(names);
	names->named++;
	if (names->text)
		name_signal(names->text, system_of(names->abi), (int)value);
}

/* A device, as makedev(3) takes it apart. */
static void put_device(struct text *text, uint64_t value, const char *blank)
{
	uint64_t major = (value >> 8 & 0xfff) | (value >> 32 & 0xfffff000);
	uint64_t minor = (value & 0xff) | (value >> 12 & 0xffffff00);

	text_put(text, "makedev(");
	text_hex(text, major);
	text_char(text, ',');
	text_put(text, blank);
	text_hex(text, minor);
	text_char(text, ')');
}

/* The number of an ioctl, as _IOC() makes it. */
static void put_ioctl(struct text *text, uint32_t value, const char *blank)
{
	static const char *const directions[] = { "_IOC_NONE", "_IOC_WRITE",
						  "_IOC_READ",
						  "_IOC_READ|_IOC_WRITE" };
	const uint32_t parts[] = { value >> 8 & 0xff, value & 0xff,
				   value >> 16 & 0x3fff };

	text_put(text, "_IOC(");
	text_put(text, directions[value >> 30]);
	for (unsigned i = 0; i < 3; i++) {
		text_char(text, ',');
		text_put(text, blank);
		text_hex(text, parts[i]);
	}
	text_char(text, ')');
}

/* ---- rows ---- */

/* A part of it, which another set has one name for. */
static void put_part(struct names *names, const struct sysdesc_constant *row)
{
	uint64_t part = (names->value & row->mask) >> row->shift;
	const struct sysdesc_constant *found;

	if (row->other == FLAGSET_SIGNAL) {
		if (!is_signal(names->abi, part))
			return;
		put_signal(names, part);
	} else {
		found = sysdesc_constant(set_of(names->abi, row->other),
					 names->abi, part);
		if (!found)
			return;
		put_name(names, found);
	}
	names->taken |= row->mask;
}

static void put_number(struct names *names, const struct sysdesc_constant *row)
{
	uint64_t number = names->value & row->mask & ~names->taken;

	names->taken |= row->mask;
	if (number == 0)
		return;
	next_part(names);
	if (!names->text)
		return;
	if (row->form == FORM_OCTAL)
		text_octal(names->text, number);
	else
		text_unsigned(names->text, number);
}

/* What is not to be taken apart. */
static void put_whole(struct names *names, const struct sysdesc_constant *row)
{
	if (names->value != row->value)
		return;
	next_part(names);
	if (names->text)
		text_hex(names->text, names->value);
	names->taken = UINT64_MAX;
}

static void put_row(struct names *names, const struct sysdesc_constant *row)
{
	switch (row->form) {
	case FORM_NAME:
		if ((names->value & row->mask) != row->value ||
		    (row->mask & names->taken))
			return;
		put_name(names, row);
		names->taken |= row->mask;
		break;
	case FORM_NUMBER:
		put_whole(names, row);
		break;
	case FORM_PART:
		put_part(names, row);
		break;
	default:
		put_number(names, row);
	}
}

static uint64_t in_width(const struct sysdesc_set *set, uint64_t value)
{
	return set->width == 64 ? value : (uint32_t)value;
}

static void put_sorted(struct names *names, const struct sysdesc_set *set)
{
	const struct sysdesc_constant *row = sysdesc_constant(set, names->abi,
							      names->value);

	if (!row)
		return;
	put_name(names, row);
	names->taken = UINT64_MAX;
}

/* Every name there is; what is left stays behind in value and taken. */
static void put_names(struct names *names, const struct sysdesc_set *set)
{
	if (set->is_sorted) {
		put_sorted(names, set);
		return;
	}
	for (unsigned i = 0; i < set->count; i++) {
		const struct sysdesc_constant *row = &set->rows[i];

		if (row->value == row->mask && !(names->value & ~names->taken))
			break;
		if (sysdesc_constant_in(row, names->abi))
			put_row(names, row);
	}
}

/* ---- styles ---- */

static void put_value(struct text *text, uint64_t value,
		      enum constant_style style)
{
	if (style == CONSTANT_DECIMAL)
		text_decimal(text, (int64_t)value);
	else
		text_hex(text, value);
}

/* All that the kernel looks at and that is not named, as one more part. */
static void put_rest(struct names *names)
{
	uint64_t rest = names->value & ~names->taken;

	if (rest == 0 && names->count > 0)
		return;
	next_part(names);
	text_hex(names->text, rest);
}

/* A number, and behind it what its bits are: FreeBSD's form. */
static void put_classic_bits(struct text *text, const struct constant *constant,
			     enum constant_style style)
{
	const struct sysdesc_set *set = set_of(constant->abi, constant->set);
	struct names names = { .text = text, .abi = constant->abi };
	size_t before;
	uint64_t rest;

	names.value = in_width(set, constant->value);
	if (constant->kind == KIND_MODE)
		text_octal(text, constant->value);
	else
		put_value(text, constant->value, style);
	before = text->length;
	text_char(text, '<');
	put_names(&names, set);
	text_char(text, '>');
	rest = names.value & ~names.taken;
	/* 0 without a name, and what no set has rows for, are but numbers. */
	if (names.named == 0 && (rest == 0 || set->count == 0) && !text->failed)
		text->length = before;
	else if (rest != 0)
		text_format(text, "<invalid>%ju", (uintmax_t)rest);
}

/* What a single value is called that has no name. */
static void put_unknown(struct text *text, const struct constant *constant,
			enum constant_style style)
{
	const struct sysdesc_set *set = set_of(constant->abi, constant->set);
	bool is_classic = style != CONSTANT_NAMES;

	if (constant->set == FLAGSET_IOCTL)
		put_ioctl(text, (uint32_t)constant->value,
			  is_classic ? "" : " ");
	else if (set->is_open || set->count == 0)
		put_value(text, constant->value, style);
	else if (is_classic)
		text_format(text, "<invalid=%d>", (int)constant->value);
	else
		text_hex(text, in_width(set, constant->value));
}

static void put_single(struct text *text, const struct constant *constant,
		       enum constant_style style)
{
	const struct sysdesc_set *set = set_of(constant->abi, constant->set);
	struct names names = { .text = text, .abi = constant->abi };

	names.value = in_width(set, constant->value);
	put_names(&names, set);
	if (names.count == 0)
		put_unknown(text, constant, style);
	else
		put_rest(&names);
}

static void put_bits(struct text *text, const struct constant *constant,
		     enum constant_style style)
{
	const struct sysdesc_set *set = set_of(constant->abi, constant->set);
	struct names names = { .text = text, .abi = constant->abi };

	if (style != CONSTANT_NAMES) {
		put_classic_bits(text, constant, style);
		return;
	}
	names.value = in_width(set, constant->value);
	put_names(&names, set);
	put_rest(&names);
}

/* Modes: in names their permissions are what everybody reads, a number. */
static void put_mode(struct text *text, const struct constant *constant,
		     enum constant_style style)
{
	struct constant mode = *constant;

	mode.set = style == CONSTANT_NAMES ? FLAGSET_FILE_TYPE
					   : FLAGSET_FILE_MODE;
	put_bits(text, &mode, style);
}

static void put_device_number(struct text *text,
			      const struct constant *constant,
			      enum constant_style style)
{
	if (style == CONSTANT_NAMES) {
		put_device(text, constant->value, " ");
		return;
	}
	put_value(text, constant->value, style);
	text_char(text, '<');
	put_device(text, constant->value, "");
	text_char(text, '>');
}

static void put_signal_name(struct text *text, const struct constant *constant)
{
	if (is_signal(constant->abi, constant->value))
		name_signal(text, system_of(constant->abi),
			    (int)constant->value);
	else
		text_decimal(text, (int32_t)constant->value);
}

static void put_mask(struct text *text, const struct constant *constant,
		     enum constant_style style)
{
	if (style == CONSTANT_DECIMAL)
		text_unsigned(text, constant->value);
	else if (style == CONSTANT_CLASSIC)
		text_hex(text, constant->value);
	if (style == CONSTANT_NAMES || constant->value)
		name_signal_mask(text, system_of(constant->abi),
				 constant->value);
}

void constant_put(struct text *text, const struct constant *constant,
		  enum constant_style style)
{
	switch (constant->kind) {
	case KIND_FLAGS:
		put_bits(text, constant, style);
		break;
	case KIND_MODE:
		put_mode(text, constant, style);
		break;
	case KIND_DEV:
		put_device_number(text, constant, style);
		break;
	case KIND_DIRFD:
		text_put(text, "AT_FDCWD");
		break;
	case KIND_SIGNAL:
		put_signal_name(text, constant);
		break;
	case CONSTANT_SIGNAL_CODE:
		name_signal_code(text, system_of(constant->abi), constant->set,
				 (int)constant->value);
		break;
	case CONSTANT_SIGNAL_MASK:
		put_mask(text, constant, style);
		break;
	default:
		put_single(text, constant, style);
	}
}

static bool has_rows(enum sysdesc_flagset of, const struct constant *constant)
{
	const struct sysdesc_set *set = set_of(constant->abi, of);
	struct names names = { .abi = constant->abi };

	names.value = in_width(set, constant->value);
	put_names(&names, set);
	return names.named > 0;
}

bool constant_is_named(const struct constant *constant)
{
	switch (constant->kind) {
	case KIND_FLAGS:
	case KIND_ENUM:
	case KIND_CMD:
		return has_rows(constant->set, constant);
	case KIND_MODE:
		return has_rows(FLAGSET_FILE_TYPE, constant);
	case KIND_SIGNAL:
		return is_signal(constant->abi, constant->value);
	case CONSTANT_SIGNAL_CODE:
		return system_signal_code(system_of(constant->abi),
					  constant->set,
					  (int)constant->value) != NULL;
	default:
		return true;
	}
}

/* ---- arguments ---- */

#define BIT_OF(kind) (UINT64_C(1) << (kind))
#define HAVE_NAMES                                                             \
	(BIT_OF(KIND_FLAGS) | BIT_OF(KIND_ENUM) | BIT_OF(KIND_CMD) |           \
	 BIT_OF(KIND_MODE) | BIT_OF(KIND_CLOCK) | BIT_OF(KIND_DEV) |           \
	 BIT_OF(KIND_DIRFD) | BIT_OF(KIND_SIGNAL))

/* Whether an argument has names. */
static bool has_names(const struct constant *constant)
{
	if (constant->kind == KIND_DIRFD)
		return (int32_t)constant->value == CONSTANT_FDCWD;
	if (constant->kind == KIND_SIGNAL)
		return is_signal(constant->abi, constant->value);
	return HAVE_NAMES >> constant->kind & 1;
}

/* Replaces what *ret is by what the other arguments make of it. False: but a
 * number. */
static bool choose(const struct record *record, unsigned index,
		   const struct sysdesc_choice *choices, unsigned count,
		   struct constant *ret)
{
	bool is_chosen = true;

	for (unsigned i = 0; choices && i < count; i++) {
		const struct sysdesc_choice *choice = &choices[i];

		if (choice->arg != index)
			continue;
		is_chosen = choice->on < record->syscall.narg &&
			    ((uint32_t)record_arg(record, choice->on) &
			     choice->mask) == choice->value;
		ret->kind = choice->kind;
		ret->set = choice->set;
		if (is_chosen)
			break;
	}
	return is_chosen;
}

bool constant_of(const struct record *record, const struct sysdesc_row *row,
		 enum sysdesc_abi abi, unsigned index, struct constant *ret)
{
	const struct sysdesc_choice *choices = NULL;
	struct constant constant;
	unsigned count = 0;

	if (!row || index >= row->narg || index >= record->syscall.narg)
		return false;
	if (system_of(abi) == RECORD_LINUX)
		choices = sysdesc_choices(row, &count);
	/* Asked for every argument: most are done with here. */
	if (!choices && !(HAVE_NAMES >> row->arg[index].kind & 1))
		return false;
	constant = (struct constant){ record_arg(record, index), abi,
				      row->arg[index].kind,
				      row->arg[index].set };
	if (!choose(record, index, choices, count, &constant) ||
	    !has_names(&constant))
		return false;
	if (constant.kind == KIND_CLOCK) {
		constant.kind = KIND_ENUM;
		constant.set = FLAGSET_CLOCK;
	}
	*ret = constant;
	return true;
}
