/*
 * Expands layout.def: tables of fields, which are walked by the rules of the
 * machine that wrote them and put down by those of one machine.
 */
#include "foreign/shape.h"

#include <string.h>
#include <sys/socket.h>

#include "base/array.h"
#include "base/text.h"
#include "foreign/format.h"
#include "sysdesc/layout.h"

/* ---- tables ---- */

/* clang-format off */

/* The types, as x86-64 has them: layouts are measured there. */
typedef int16_t type_S16;
typedef uint16_t type_U16;
typedef int32_t type_S32;
typedef uint32_t type_U32;
typedef int64_t type_S64;
typedef uint64_t type_U64;
typedef int64_t type_LONG;
typedef uint64_t type_ULONG;
typedef uint64_t type_POINTER;

/* NOLINTBEGIN(bugprone-macro-parentheses) */
#define FIELD(type, name)      type_##type name;
#define HEX(type, name)        type_##type name;
#define MODE(type, name)       type_##type name;
#define PAD(type, name, count) type_##type name[count];
#define CHARS(name, count)     char name[count];
#define LAYOUT(id, system, name, items, fields) struct shape_##id { fields };
#include "foreign/layout.def"
#undef LAYOUT
#undef FIELD
#undef HEX
#undef MODE
#undef PAD
#undef CHARS
/* NOLINTEND(bugprone-macro-parentheses) */

#define SHOWN(type, name, show, count, kind) \
	{ #name, TYPE_##type, SHOW_##show, 0, count, KIND_##kind, 0 },
#define FIELD(type, name)      SHOWN(type, name, NUMBER, 1, NONE)
#define HEX(type, name)        SHOWN(type, name, HEX, 1, NONE)
#define MODE(type, name)       SHOWN(type, name, OCTAL, 1, MODE)
#define PAD(type, name, count) SHOWN(type, name, NOT, count, NONE)
#define CHARS(name, count)     SHOWN(U8, name, TEXT, count, NONE)
#define LAYOUT(id, system, name, items, fields) \
	static const struct sysdesc_field fields_##id[] = { fields };
#include "foreign/layout.def"
#undef LAYOUT

#define ONE     false
#define SEVERAL true
static const struct shape {
	enum record_system system;
	bool are_several;
	struct sysdesc_layout layout;
} shapes[] = {
#define LAYOUT(id, kernel, title, several, ...) \
	{ RECORD_##kernel, several, \
	  { .name = (title), .fields = fields_##id, \
	    .field_count = ARRAY_LEN(fields_##id), .items = 1, \
	    .size = { [SYSDESC_X86_64] = sizeof(struct shape_##id) } } },
#include "foreign/layout.def"
#undef LAYOUT
};
/* clang-format on */

static const struct shape *shape_of(enum record_system system, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
		if (shapes[i].system == system &&
		    !strcmp(shapes[i].layout.name, name))
			return &shapes[i];
	return NULL;
}

const struct sysdesc_layout *shape_find(enum record_system system,
					const char *name, size_t size)
{
	const struct shape *shape = shape_of(system, name);

	if (!shape || shape->layout.size[SYSDESC_X86_64] != size)
		return NULL;
	return &shape->layout;
}

/* ---- fields, by the rules of a format ---- */

static size_t size_in(const struct format *format,
		      const struct sysdesc_field *field)
{
	switch ((enum sysdesc_type)field->type) {
	case TYPE_S8:
	case TYPE_U8:
		return 1;
	case TYPE_S16:
	case TYPE_U16:
		return 2;
	case TYPE_S32:
	case TYPE_U32:
		return 4;
	case TYPE_LONG:
	case TYPE_ULONG:
	case TYPE_WORD:
	case TYPE_POINTER:
		return format->word;
	case TYPE_S64:
	case TYPE_U64:
	case TYPE_U64_4:
	case TYPE_NESTED:
		break;
	}
	return 8;
}

static bool is_signed(const struct sysdesc_field *field)
{
	return field->type == TYPE_S16 || field->type == TYPE_S32 ||
	       field->type == TYPE_S64 || field->type == TYPE_LONG;
}

/* A structure that is gone through, field by field. */
struct walk {
	const struct format *format;
	const struct sysdesc_layout *layout;
	unsigned next;
	size_t offset;    /* behind the last field */
	size_t alignment; /* of all that was seen */
};

static const struct sysdesc_field *walk_on(struct walk *walk, size_t *ret_at,
					   size_t *ret_size)
{
	const struct sysdesc_field *field = &walk->layout->fields[walk->next];
	size_t alignment;

	if (walk->next == walk->layout->field_count)
		return NULL;
	walk->next++;
	*ret_size = size_in(walk->format, field);
	alignment = MIN(*ret_size, (size_t)walk->format->alignment);
	walk->alignment = MAX(walk->alignment, alignment);
	walk->offset += -walk->offset & (alignment - 1);
	*ret_at = walk->offset;
	walk->offset += *ret_size * field->count;
	return field;
}

bool shape_size(const struct format *format, const char *name,
		struct shape_size *ret)
{
	const struct shape *shape = shape_of(format->system, name);
	struct walk walk = { .format = format, .alignment = 1 };
	size_t at, size;

	if (!shape)
		return false;
	walk.layout = &shape->layout;
	while (walk_on(&walk, &at, &size))
		;
	ret->its = walk.offset + (-walk.offset & (walk.alignment - 1));
	ret->ours = shape->layout.size[SYSDESC_X86_64];
	ret->are_several = shape->are_several;
	return true;
}

/* Both stand on bytes of the same layout, the second in our form. */
static void convert_field(struct text *text, const struct format *format,
			  const struct sysdesc_field *field,
			  const uint8_t *data, size_t its, size_t ours)
{
	for (unsigned i = 0; i < field->count; i++) {
		uint64_t value = is_signed(field)
				     ? (uint64_t)format_take_signed(
					   format, data + i * its, its)
				     : format_take(format, data + i * its, its);

		/* The host is little-endian, as traces are. */
		text_bytes(text, &value, ours);
	}
}

void shape_convert(struct text *text, const struct format *format,
		   const char *name, const void *data)
{
	const struct shape *shape = shape_of(format->system, name);
	struct walk walk = { .format = format, .layout = &shape->layout };
	struct sysdesc_walk ours = { .layout = &shape->layout,
				     .abi = SYSDESC_X86_64 };
	static const uint8_t zeros[8];
	size_t start = text->length, at, size, our_at, our_size;
	const struct sysdesc_field *field;

	while ((field = walk_on(&walk, &at, &size)) != NULL) {
		sysdesc_walk(&ours, &our_at, &our_size);
		text_bytes(text, zeros, our_at - (text->length - start));
		convert_field(text, format, field, (const uint8_t *)data + at,
			      size, our_size);
		if (text->failed)
			return;
	}
	text_bytes(text, zeros,
		   shape->layout.size[SYSDESC_X86_64] - (text->length - start));
}

/* ---- addresses ---- */

/* Families of which the addresses are the same but for the number. */
static const struct family {
	enum record_system system;
	uint8_t its;
	uint8_t ours;
} families[] = {
	{ RECORD_FREEBSD, 28, AF_INET6 },
	{ RECORD_NETBSD, 24, AF_INET6 },
	{ RECORD_OPENBSD, 24, AF_INET6 },
	{ RECORD_FREEBSD, 38, AF_NETLINK },
};

/* Ours, or -1. */
static int family_of(enum record_system system, unsigned its)
{
	if (its == AF_UNSPEC || its == AF_UNIX || its == AF_INET)
		return (int)its;
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i].system == system && families[i].its == its)
			return families[i].ours;
	return -1;
}

#define SCOPE_AT   24 /* of sockaddr_in6: the one number in host's order */
#define SCOPE_SIZE 4

/* A length of its own, then the family, a byte each. */
bool shape_has_address(const struct format *format, const void *data,
		       size_t length)
{
	return length >= 2 &&
	       family_of(format->system, ((const uint8_t *)data)[1]) >= 0;
}

void shape_convert_address(struct text *text, const struct format *format,
			   const void *data, size_t length)
{
	const uint8_t *bytes = data;
	uint16_t family = (uint16_t)family_of(format->system, bytes[1]);
	size_t start = text->length;
	uint32_t scope;

	text_bytes(text, &family, sizeof(family));
	text_bytes(text, bytes + 2, length - 2);
	if (family != AF_INET6 || length < SCOPE_AT + SCOPE_SIZE ||
	    text->failed)
		return;
	scope = (uint32_t)format_take(format, bytes + SCOPE_AT, SCOPE_SIZE);
	memcpy(text->data + start + SCOPE_AT, &scope, sizeof(scope));
}

/* The kernel's, or -1. */
static int family_in(enum record_system system, unsigned ours)
{
	if (ours == AF_UNSPEC || ours == AF_UNIX || ours == AF_INET)
		return (int)ours;
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i].system == system && families[i].ours == ours)
			return families[i].its;
	return -1;
}

/* What has numbers in the host's order has them in that of the machine that is
 * written for. */
bool shape_restore_address(struct text *text, enum record_system system,
			   const void *data, size_t length)
{
	uint16_t ours;
	int family;

	if (length < sizeof(ours) || length > UINT8_MAX)
		return false;
	memcpy(&ours, data, sizeof(ours));
	family = family_in(system, ours);
	if (family < 0)
		return false;
	text_char(text, (char)length);
	text_char(text, (char)family);
	text_bytes(text, (const uint8_t *)data + 2, length - 2);
	return true;
}
