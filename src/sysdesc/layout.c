/*
 * Expands layout.def: a structure of each ABI for the compiler to measure, and
 * tables of fields. Must not call the C library.
 */
#include "sysdesc/layout.h"

#include "sysdesc/private.h"

/* clang-format off */

/* ---- what each ABI makes of a type ---- */

#define ABI_TYPES(abi, wide, kernel_long, word)                                \
	typedef int8_t abi##_S8;                                               \
	typedef uint8_t abi##_U8;                                              \
	typedef int16_t abi##_S16;                                             \
	typedef uint16_t abi##_U16;                                            \
	typedef int32_t abi##_S32;                                             \
	typedef uint32_t abi##_U32;                                            \
	typedef int64_t abi##_S64 __attribute__((aligned(wide)));              \
	typedef uint64_t abi##_U64 __attribute__((aligned(wide)));             \
	typedef uint64_t abi##_U64_4 __attribute__((aligned(4)));              \
	typedef int##kernel_long##_t abi##_LONG;                               \
	typedef uint##kernel_long##_t abi##_ULONG;                             \
	typedef uint##word##_t abi##_WORD;                                     \
	typedef uint##word##_t abi##_POINTER;
ABI_TYPES(x86_64, 8, 64, 64)
ABI_TYPES(i386, 4, 32, 32)
ABI_TYPES(x32, 8, 64, 32)
ABI_TYPES(aarch64, 8, 64, 64)

static const struct type_shape {
	uint8_t size;
	uint8_t alignment;
} type_shapes[SYSDESC_ABI_COUNT][TYPE_COUNT] = {
#define SHAPE(type) [TYPE_##type] = { sizeof(ABI(type)), _Alignof(ABI(type)) },
#define ABI(type) x86_64_##type
	[SYSDESC_X86_64] = { SYSDESC_TYPES(SHAPE) },
#undef ABI
#define ABI(type) i386_##type
	[SYSDESC_I386] = { SYSDESC_TYPES(SHAPE) },
#undef ABI
#define ABI(type) x32_##type
	[SYSDESC_X32] = { SYSDESC_TYPES(SHAPE) },
#undef ABI
#define ABI(type) aarch64_##type
	[SYSDESC_AARCH64] = { SYSDESC_TYPES(SHAPE) },
#undef ABI
#undef SHAPE
};

/* Fields that have names are numbers, too. */
#define FLAGS(type, name, set)       CONSTANT(type, name, HEX, FLAGS, set)
#define OCTAL_FLAGS(type, name, set) CONSTANT(type, name, OCTAL, FLAGS, set)
#define ENUM(type, name, set)        CONSTANT(type, name, NUMBER, ENUM, set)
#define HEX_ENUM(type, name, set)    CONSTANT(type, name, HEX, ENUM, set)
#define MODE(type, name)             CONSTANT(type, name, OCTAL, MODE, NONE)
#define SIGNAL(type, name)           CONSTANT(type, name, NUMBER, SIGNAL, NONE)
#define SIGNAL_CODE(type, name)      CONSTANT(type, name, NUMBER, SIGNAL, SIGNAL)
#define SIGNALS(type, name)          CONSTANT(type, name, HEX, SIGNAL, SIGPROCMASK)

/* ---- structures, to be measured ---- */

/* Names of types and fields stand in no parentheses.
 * NOLINTBEGIN(bugprone-macro-parentheses) */

#define FIELD(type, name)        ABI(type) name;
#define HEX(type, name)          ABI(type) name;
#define OCTAL(type, name)        ABI(type) name;
#define CONSTANT(type, name, show, kind, set) ABI(type) name;
#define ARRAY(type, name, count) ABI(type) name[count];
#define PAD(type, name, count)   ABI(type) name[count];
#define CHARS(name, count)       char name[count];
#define NESTED(id, name)         struct ABI(id) name;
#define PART(id, name, fields)               struct ABI(id) { fields };
#define SIMPLE(blob, name, fields)           struct ABI(blob) { fields };
#define VARIES(blob, name, fields)           struct ABI(blob) { fields };
#define SIZED(blob, at, more, name, fields)  struct ABI(blob) { fields };
#define LAYOUT(id, blob, abis, name, fields) struct ABI(id) { fields };
#define PAIR(blob, id, name)
#define BITS(blob, name)
#define RAW(blob, name)
/* NOLINTEND(bugprone-macro-parentheses) */
#define ABI(name) x86_64_##name
#include "sysdesc/layout.def"
#undef ABI
#define ABI(name) i386_##name
#include "sysdesc/layout.def"
#undef ABI
#define ABI(name) x32_##name
#include "sysdesc/layout.def"
#undef ABI
#define ABI(name) aarch64_##name
#include "sysdesc/layout.def"
#undef ABI
#undef FIELD
#undef HEX
#undef OCTAL
#undef CONSTANT
#undef ARRAY
#undef PAD
#undef CHARS
#undef NESTED
#undef PART
#undef SIMPLE
#undef VARIES
#undef SIZED
#undef LAYOUT
#undef PAIR
#undef BITS
#undef RAW

/* ---- tables ---- */

enum layout_index {
#define PART(id, ...)         LAYOUT_##id,
#define SIMPLE(blob, ...)     LAYOUT_##blob,
#define VARIES(blob, ...)     LAYOUT_##blob,
#define SIZED(blob, ...)      LAYOUT_##blob,
#define LAYOUT(id, ...)       LAYOUT_##id,
#define PAIR(blob, ...)       LAYOUT_##blob,
#define BITS(blob, ...)       LAYOUT_##blob,
#define RAW(blob, ...)        LAYOUT_##blob,
#include "sysdesc/layout.def"
	LAYOUT_COUNT
#undef PART
#undef SIMPLE
#undef VARIES
#undef SIZED
#undef LAYOUT
#undef PAIR
#undef BITS
#undef RAW
};

_Static_assert(LAYOUT_COUNT <= UINT8_MAX, "fits sysdesc_field.layout");

#define SHOWN(type, name, show, layout, count)                                 \
	{ #name, TYPE_##type, SHOW_##show, layout, count, KIND_NONE, 0 },
#define FIELD(type, name)        SHOWN(type, name, NUMBER, 0, 1)
#define HEX(type, name)          SHOWN(type, name, HEX, 0, 1)
#define OCTAL(type, name)        SHOWN(type, name, OCTAL, 0, 1)
#define CONSTANT(type, name, show, kind, set)                                  \
	{ #name, TYPE_##type, SHOW_##show, 0, 1, KIND_##kind, FLAGSET_##set },
#define ARRAY(type, name, count) SHOWN(type, name, NUMBER, 0, count)
#define PAD(type, name, count)   SHOWN(type, name, NOT, 0, count)
#define CHARS(name, count)       SHOWN(U8, name, TEXT, 0, count)
#define NESTED(id, name)         SHOWN(NESTED, name, NUMBER, LAYOUT_##id, 1)
#define TABLE(id, ...)                                                         \
	static const struct sysdesc_field fields_##id[] = { __VA_ARGS__ };
#define PART(id, name, fields)               TABLE(id, fields)
#define SIMPLE(blob, name, fields)           TABLE(blob, fields)
#define VARIES(blob, name, fields)           TABLE(blob, fields)
#define SIZED(blob, at, more, name, fields)  TABLE(blob, fields)
#define LAYOUT(id, blob, abis, name, fields) TABLE(id, fields)
#define PAIR(blob, id, name)
#define BITS(blob, name)
#define RAW(blob, name)
#include "sysdesc/layout.def"
#undef FIELD
#undef HEX
#undef OCTAL
#undef CONSTANT
#undef ARRAY
#undef PAD
#undef CHARS
#undef NESTED
#undef PART
#undef SIMPLE
#undef VARIES
#undef SIZED
#undef LAYOUT
#undef PAIR
#undef BITS
#undef RAW

#define HAS(abi)     (1u << SYSDESC_##abi)
#define HAS_X64      (HAS(X86_64) | HAS(X32))
#define HAS_LP64     (HAS(X86_64) | HAS(AARCH64))
#define HAS_ILP32    (HAS(I386) | HAS(X32))
#define HAS_X86      (HAS(X86_64) | HAS(X32) | HAS(I386))
#define HAS_I386     HAS(I386)
#define HAS_AARCH64  HAS(AARCH64)
#define HAS_WIDE     (HAS(X86_64) | HAS(X32) | HAS(AARCH64))
#define HAS_EVERY    (HAS_X86 | HAS_AARCH64)

#define SIZES(id)                                                              \
	{ sizeof(struct x86_64_##id), sizeof(struct i386_##id),                \
	  sizeof(struct x32_##id), sizeof(struct aarch64_##id) }
#define FIELDS(id) .fields = fields_##id, .field_count = COUNT_OF(fields_##id)
#define ENTRY(index, its_name, its_items, has, ...)                            \
	[LAYOUT_##index] = { .name = its_name, .items = its_items,             \
			     .abis = HAS_##has, __VA_ARGS__ },
static const struct sysdesc_layout layouts[LAYOUT_COUNT] = {
#define PART(id, name, fields)                                                 \
	ENTRY(id, name, 1, EVERY, FIELDS(id), .size = SIZES(id))
#define SIMPLE(blob, name, fields)                                             \
	ENTRY(blob, name, 1, EVERY, FIELDS(blob), .size = SIZES(blob))
#define VARIES(blob, name, fields)                                             \
	ENTRY(blob, name, 1, EVERY, FIELDS(blob), .size = SIZES(blob),         \
	      .varies = true)
#define SIZED(blob, at, more, name, fields)                                    \
	ENTRY(blob, name, 1, EVERY, FIELDS(blob), .size = SIZES(blob),         \
	      .varies = true, .has_own_size = true, .own_size = (at), .own_more = (more))
#define LAYOUT(id, blob, abis, name, fields)                                   \
	ENTRY(id, name, 1, abis, FIELDS(id), .size = SIZES(id))
#define PAIR(blob, id, name)                                                   \
	ENTRY(blob, name, 2, EVERY, FIELDS(id), .size = SIZES(id))
#define BITS(blob, name)                                                       \
	ENTRY(blob, name, 1, EVERY, .is_bits = true, .size = { 8, 4, 8, 8 })
#define RAW(blob, name) ENTRY(blob, name, 1, EVERY, .fields = NULL)
#include "sysdesc/layout.def"
#undef PART
#undef SIMPLE
#undef VARIES
#undef SIZED
#undef LAYOUT
#undef PAIR
#undef BITS
#undef RAW
};

/* Layout by blob, one more than the index. */
#define AT(blob, index) [BLOB_##blob] = LAYOUT_##index + 1,
#define PART(id, ...)
#define SIMPLE(blob, ...) AT(blob, blob)
#define VARIES(blob, ...) AT(blob, blob)
#define SIZED(blob, ...)  AT(blob, blob)
#define PAIR(blob, ...)   AT(blob, blob)
#define BITS(blob, ...)   AT(blob, blob)
#define RAW(blob, ...)    AT(blob, blob)
#define LAYOUT(id, blob, abis, ...) ABI(abis)(blob, id)
#define NONE(blob, id)
static const uint8_t by_blob[SYSDESC_ABI_COUNT][BLOB_COUNT] = {
#define ABI(abis) IN_X86_64_##abis
#define IN_X86_64_X64     AT
#define IN_X86_64_LP64    AT
#define IN_X86_64_ILP32   NONE
#define IN_X86_64_X86     AT
#define IN_X86_64_I386    NONE
#define IN_X86_64_AARCH64 NONE
#define IN_X86_64_WIDE    AT
	[SYSDESC_X86_64] = {
#include "sysdesc/layout.def"
	},
#undef ABI
#define ABI(abis) IN_I386_##abis
#define IN_I386_X64     NONE
#define IN_I386_LP64    NONE
#define IN_I386_ILP32   AT
#define IN_I386_X86     AT
#define IN_I386_I386    AT
#define IN_I386_AARCH64 NONE
#define IN_I386_WIDE    NONE
	[SYSDESC_I386] = {
#include "sysdesc/layout.def"
	},
#undef ABI
#define ABI(abis) IN_X32_##abis
#define IN_X32_X64     AT
#define IN_X32_LP64    NONE
#define IN_X32_ILP32   AT
#define IN_X32_X86     AT
#define IN_X32_I386    NONE
#define IN_X32_AARCH64 NONE
#define IN_X32_WIDE    AT
	[SYSDESC_X32] = {
#include "sysdesc/layout.def"
	},
#undef ABI
#define ABI(abis) IN_AARCH64_##abis
#define IN_AARCH64_X64     NONE
#define IN_AARCH64_LP64    AT
#define IN_AARCH64_ILP32   NONE
#define IN_AARCH64_X86     NONE
#define IN_AARCH64_I386    NONE
#define IN_AARCH64_AARCH64 AT
#define IN_AARCH64_WIDE    AT
	[SYSDESC_AARCH64] = {
#include "sysdesc/layout.def"
	},
#undef ABI
};
/* clang-format on */

const struct sysdesc_layout *sysdesc_layout(enum sysdesc_blob blob,
					    enum sysdesc_abi abi)
{
	unsigned index;

	if (abi >= SYSDESC_ABI_COUNT || blob >= BLOB_COUNT)
		return NULL;
	index = by_blob[abi][blob];
	return index ? &layouts[index - 1] : NULL;
}

const struct sysdesc_layout *
sysdesc_layout_nested(const struct sysdesc_field *field)
{
	return &layouts[field->layout];
}

const struct sysdesc_layout *
sysdesc_layout_find(const char *name, enum sysdesc_abi abi, size_t size)
{
	const struct sysdesc_layout *varies = NULL;

	if (abi >= SYSDESC_ABI_COUNT)
		return NULL;
	for (unsigned i = 0; i < LAYOUT_COUNT; i++) {
		const struct sysdesc_layout *layout = &layouts[i];

		if (!(layout->abis & 1u << abi) ||
		    !private_is_same(layout->name, name))
			continue;
		if (layout->size[abi] == size)
			return layout;
		if (layout->varies)
			varies = layout;
	}
	return varies;
}

/* What a nested structure is aligned to: what the widest of its fields is. None
 * of these is nested again. */
static uint8_t alignment_of(const struct sysdesc_layout *layout,
			    enum sysdesc_abi abi)
{
	uint8_t alignment = 1;

	for (unsigned i = 0; i < layout->field_count; i++) {
		uint8_t its =
		    type_shapes[abi][layout->fields[i].type].alignment;

		alignment = its > alignment ? its : alignment;
	}
	return alignment;
}

static struct type_shape shape_of(const struct sysdesc_field *field,
				  enum sysdesc_abi abi)
{
	const struct sysdesc_layout *nested;

	if (field->type != TYPE_NESTED)
		return type_shapes[abi][field->type];
	nested = sysdesc_layout_nested(field);
	return (struct type_shape){ (uint8_t)nested->size[abi],
				    alignment_of(nested, abi) };
}

const struct sysdesc_field *sysdesc_walk(struct sysdesc_walk *walk,
					 size_t *ret_offset, size_t *ret_size)
{
	const struct sysdesc_field *field;
	struct type_shape shape;

	if (walk->next == walk->layout->field_count)
		return NULL;
	field = &walk->layout->fields[walk->next++];
	shape = shape_of(field, walk->abi);
	walk->offset += -walk->offset & (size_t)(shape.alignment - 1);
	*ret_offset = walk->offset;
	*ret_size = shape.size;
	walk->offset += (size_t)shape.size * field->count;
	return field;
}

unsigned sysdesc_layout_count(void)
{
	return LAYOUT_COUNT;
}

const struct sysdesc_layout *sysdesc_layout_at(unsigned index)
{
	return &layouts[index];
}
