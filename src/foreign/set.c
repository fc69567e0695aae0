/*
 * Expands constant.def: a table of rows for each family of each kernel.
 */
#include "foreign/set.h"

#include "base/array.h"

/* clang-format off */
#define ROW_NAME(its_name, its_value, its_mask) \
	{ .name = (its_name), .value = (its_value), .mask = (its_mask), \
	  .form = FORM_NAME, .abis = SYSDESC_ABIS_ALL, \
	  .length = sizeof(its_name) - 1 },
#define VALUE(name, value)       ROW_NAME(#name, value, UINT64_MAX)
#define BIT(name, value)         ROW_NAME(#name, value, value)
#define FIELD(mask, name, value) ROW_NAME(#name, value, mask)
#define SET(kernel, family, ...) \
	static const struct sysdesc_constant rows_##kernel##_##family[] = { \
		__VA_ARGS__ \
	};
#include "foreign/constant.def"
#undef SET

#define SET(kernel, family, ...) \
	{ RECORD_##kernel, FLAGSET_##family, \
	  { .rows = rows_##kernel##_##family, \
	    .count = ARRAY_LEN(rows_##kernel##_##family), .width = 32 } },
static const struct entry {
	enum record_system system;
	enum sysdesc_flagset family;
	struct sysdesc_set set;
} entries[] = {
#include "foreign/constant.def"
};
/* clang-format on */

const struct sysdesc_set *set_find(enum record_system system,
				   enum sysdesc_flagset family)
{
	if (system == RECORD_LINUX || family == FLAGSET_FILE_MODE ||
	    family == FLAGSET_FILE_TYPE)
		return sysdesc_set(family);
	for (size_t i = 0; i < ARRAY_LEN(entries); i++)
		if (entries[i].system == system && entries[i].family == family)
			return &entries[i].set;
	return sysdesc_set(FLAGSET_NONE);
}
