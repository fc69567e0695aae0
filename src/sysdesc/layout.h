/*
 * What structures look like in each ABI. Capture wants their sizes; a reader,
 * who has a record's name and length, wants their fields. Uses no libc.
 */
#ifndef SYSDESC_LAYOUT_H
#define SYSDESC_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sysdesc/sets.h"
#include "sysdesc/sysdesc.h"

/* clang-format off */
/* Types of fields: see layout.def. */
#define SYSDESC_TYPES(X)                                                       \
	X(S8) X(U8) X(S16) X(U16) X(S32) X(U32) X(S64) X(U64) X(U64_4)         \
	X(LONG) X(ULONG) X(WORD) X(POINTER)

enum sysdesc_type {
#define X(type) TYPE_##type,
	SYSDESC_TYPES(X)
#undef X
	TYPE_COUNT,
	TYPE_NESTED = TYPE_COUNT, /* see `layout` */
};
/* clang-format on */

/* How a field is shown. */
enum sysdesc_show {
	SHOW_NUMBER,
	SHOW_HEX,
	SHOW_OCTAL,
	SHOW_TEXT, /* characters up to a NUL */
	SHOW_NOT,
};

struct sysdesc_field {
	const char *name;
	uint8_t type;   /* enum sysdesc_type */
	uint8_t show;   /* enum sysdesc_show */
	uint8_t layout; /* TYPE_NESTED: which, for sysdesc_layout_nested() */
	uint8_t count;  /* more than 1: an array */
	uint8_t kind;   /* enum sysdesc_kind: one that has names, or NONE; */
	uint8_t set; /* enum sysdesc_flagset; with KIND_SIGNAL, SIGNAL says that
		      * it is what si_code has for one, SIGPROCMASK that it is a
		      * mask of them */
};

struct sysdesc_layout {
	const char *name;
	const struct sysdesc_field *fields; /* NULL: bits, or bytes */
	uint8_t field_count;
	uint8_t items;     /* a BLOB_ is so many of them */
	uint8_t abis;      /* bit n: enum sysdesc_abi n has it */
	bool varies;       /* it may be shorter or longer */
	bool has_own_size; /* an u32 in it says its length, */
	uint8_t own_size;  /* at that offset, */
	uint8_t own_more;  /* but for so many bytes */
	bool is_bits;      /* size is that of the longs they are in */
	/* Bytes of one, by ABI; 0: no more is known than the bytes that there
	 * are. */
	uint16_t size[SYSDESC_ABI_COUNT];
};

/* NULL: that ABI has none, or nobody knows it. */
const struct sysdesc_layout *sysdesc_layout(enum sysdesc_blob blob,
					    enum sysdesc_abi abi);

/* The layout of a NESTED field. */
const struct sysdesc_layout *
sysdesc_layout_nested(const struct sysdesc_field *field);

/*
 * That of a record's name, in an ABI, where it has `size` bytes: the one of
 * that size, else one that varies in length. NULL: none.
 */
const struct sysdesc_layout *
sysdesc_layout_find(const char *name, enum sysdesc_abi abi, size_t size);

/* Where a field is within its structure, walked from the first on. */
struct sysdesc_walk {
	const struct sysdesc_layout *layout;
	enum sysdesc_abi abi;
	unsigned next; /* field */
	size_t offset; /* behind the last one */
};

/* The next field, its offset and the bytes of one of its count; NULL at the
 * end. */
const struct sysdesc_field *sysdesc_walk(struct sysdesc_walk *walk,
					 size_t *ret_offset, size_t *ret_size);

/* All layouts, for tests: index is in [0, count). */
unsigned sysdesc_layout_count(void);
const struct sysdesc_layout *sysdesc_layout_at(unsigned index);

#endif
