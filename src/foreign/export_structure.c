/*
 * A structure is taken apart by Linux's table of it, and put together by the
 * other kernel's, field by field.
 */
#include "foreign/export_structure.h"

#include <string.h>

#include "base/array.h"
#include "foreign/format.h"
#include "foreign/shape.h"
#include "sysdesc/layout.h"

#define LEAVES_MAX 32

/* How the fields of one of ours are found. */
enum way {
	BY_NAME,
	IN_ORDER, /* their names differ */
	AS_IT_IS, /* it is Linux's there, too */
};

static const struct known {
	const char *ours;
	const char *its;
	enum way way;
} known[] = {
	{ "stat", "stat", BY_NAME },
	{ "itimerval", "itimerval", IN_ORDER },
	{ "pollfd", "pollfd", BY_NAME },
	{ "sigset", "l_sigset_t", AS_IT_IS },
};

/* Numbers, without what encloses them. */
struct leaf {
	const char *name;
	uint64_t value;
};

struct leaves {
	struct leaf leaf[LEAVES_MAX];
	unsigned count;
};

static uint64_t take(const uint8_t *data, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, data, MIN(size, sizeof(value)));
	return value;
}

static bool is_signed(const struct sysdesc_field *field)
{
	return field->type == TYPE_S32 || field->type == TYPE_LONG ||
	       field->type == TYPE_S64;
}

static void add_leaf(struct leaves *leaves, const struct sysdesc_field *field,
		     const uint8_t *data, size_t size)
{
	uint64_t value = take(data, size);
	unsigned unused = size < 8 ? 64 - 8 * (unsigned)size : 0;

	if (field->show == SHOW_NOT || leaves->count == LEAVES_MAX)
		return;
	if (is_signed(field))
		value = (uint64_t)((int64_t)(value << unused) >> unused);
	leaves->leaf[leaves->count++] = (struct leaf){ field->name, value };
}

/* What nests is not nested again: sysdesc/layout.c sees to that. */
static void add_nested(struct leaves *leaves, const struct sysdesc_field *outer,
		       enum sysdesc_abi abi, const uint8_t *data)
{
	struct sysdesc_walk walk = { .layout = sysdesc_layout_nested(outer),
				     .abi = abi };
	const struct sysdesc_field *field;
	size_t at, size;

	while ((field = sysdesc_walk(&walk, &at, &size)) != NULL)
		add_leaf(leaves, field, data + at, size);
}

static void take_apart(struct leaves *leaves,
		       const struct sysdesc_layout *layout,
		       enum sysdesc_abi abi, const uint8_t *data)
{
	struct sysdesc_walk walk = { .layout = layout, .abi = abi };
	const struct sysdesc_field *field;
	size_t at, size;

	leaves->count = 0;
	while ((field = sysdesc_walk(&walk, &at, &size)) != NULL) {
		if (field->type == TYPE_NESTED)
			add_nested(leaves, field, abi, data + at);
		else
			add_leaf(leaves, field, data + at, size);
	}
}

/* 0 for what Linux does not tell, as when a file was made. */
static uint64_t value_of(const struct leaves *leaves, enum way way,
			 unsigned index, const char *name)
{
	if (way == IN_ORDER)
		return index < leaves->count ? leaves->leaf[index].value : 0;
	for (unsigned i = 0; i < leaves->count; i++)
		if (!strcmp(leaves->leaf[i].name, name))
			return leaves->leaf[i].value;
	return 0;
}

static void put_together(struct export *export,
			 const struct sysdesc_layout *layout,
			 const struct leaves *leaves, enum way way)
{
	struct sysdesc_walk walk = { .layout = layout, .abi = SYSDESC_X86_64 };
	const size_t start = export->payload.length;
	static const uint8_t zeros[256];
	const struct sysdesc_field *field;
	unsigned index = 0;
	size_t at, size;

	while ((field = sysdesc_walk(&walk, &at, &size)) != NULL) {
		if (field->show == SHOW_NOT || export->payload.failed)
			continue;
		export_part_bytes(export, zeros,
				  at - (export->payload.length - start));
		export_part_number(
		    export, value_of(leaves, way, index, field->name), size);
		index++;
	}
	if (!export->payload.failed)
		export_part_bytes(export, zeros,
				  layout->size[SYSDESC_X86_64] -
				      (export->payload.length - start));
}

static void put_name(struct export *export, const char *name)
{
	export_part_bytes(export, name, strlen(name) + 1);
}

/* A record of ours has one, or several in a row. */
static void put_known(struct export *export, const struct known *one)
{
	const struct record *record = export->record;
	const bool is_array = record->kind == KTR_STRUCT_ARRAY;
	const size_t ours = is_array ? (size_t)record->structure.size
				     : record->structure.length;
	const struct sysdesc_layout *from, *to;
	struct shape_size shape;
	struct leaves leaves;

	from = sysdesc_layout_find(one->ours, export->call->abi, ours);
	if (!from || from->varies || ours == 0 ||
	    !shape_size(export->format, one->its, &shape)) {
		export_part_leave(export, one->ours);
		return;
	}
	to = shape_find(export->kernel->system, one->its, shape.ours);
	if (shape.are_several)
		export_part_number(export, shape.ours, 8);
	put_name(export, one->its);
	for (size_t at = 0; at + ours <= record->structure.length; at += ours) {
		take_apart(&leaves, from, export->call->abi,
			   record->structure.data + at);
		put_together(export, to, &leaves, one->way);
	}
	export_part_end(export,
			shape.are_several ? KTR_STRUCT_ARRAY : KTR_STRUCT);
}

static void put_address(struct export *export)
{
	const struct record *record = export->record;

	put_name(export, "sockaddr");
	if (shape_restore_address(&export->payload, export->kernel->system,
				  record->structure.data,
				  record->structure.length))
		export_part_end(export, KTR_STRUCT);
	else
		export_part_leave(export, "sockaddr");
}

static void put_same(struct export *export, const char *name)
{
	put_name(export, name);
	export_part_bytes(export, export->record->structure.data,
			  export->record->structure.length);
	export_part_end(export, KTR_STRUCT);
}

void export_structure_put(struct export *export)
{
	const char *name = export->record->structure.name;
	const struct known *one = known;

	if (!strcmp(name, "sockaddr") && export->record->kind == KTR_STRUCT) {
		put_address(export);
		return;
	}
	while (one < known + ARRAY_LEN(known) && strcmp(one->ours, name) != 0)
		one++;
	if (one == known + ARRAY_LEN(known))
		export_part_leave(export, name);
	else if (one->way == AS_IT_IS)
		put_same(export, one->its);
	else
		put_known(export, one);
}
