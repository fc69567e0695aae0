/*
 * Finds parts of a call for those who show its arguments.
 */
#include "show/parts.h"

#include <string.h>

#include "trace/record.h"

bool parts_is_named(const struct record *record, const char *name)
{
	bool is_structure = record->kind == KTR_STRUCT ||
			    record->kind == KTR_STRUCT_ARRAY;

	if (!name || !is_structure)
		return !name;
	return !strcmp(record->structure.name, name);
}

/* The next part of a kind (and name) that is not in the line yet, or -1. */
int parts_find(const struct arguments *arguments, unsigned kind,
	       const char *name, struct record *ret)
{
	for (unsigned i = 0; i < arguments->call->part_count; i++) {
		unsigned is = arguments->call->parts[i].record.kind;

		if (is == KTR_STRUCT_ARRAY && name)
			is = KTR_STRUCT;
		if (!arguments->is_used[i] && is == kind &&
		    call_part(arguments->call, i, ret) &&
		    parts_is_named(ret, name))
			return (int)i;
	}
	return -1;
}

bool parts_take(struct arguments *arguments, unsigned kind, const char *name,
		struct record *ret)
{
	int index = parts_find(arguments, kind, name, ret);

	if (index >= 0)
		arguments->is_used[index] = true;
	return index >= 0;
}
