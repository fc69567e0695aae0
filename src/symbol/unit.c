/*
 * An index of units, made when the file has none.
 */
#include "symbol/unit.h"

#include <stdlib.h>

#include <dwarf.h>

#include "symbol/file.h"

/* What a file may have that is not worth looking at. */
#define UNIT_RANGES_MAX ((size_t)4 << 20)

void unit_table_done(struct unit_table *table)
{
	free(table->ranges);
	table->ranges = NULL;
	table->count = 0;
}

static bool unit_add(struct unit_table *table, size_t *capacity,
		     const struct unit_range *range)
{
	if (table->count == *capacity) {
		size_t wanted = *capacity ? 2 * *capacity : 256;
		struct unit_range *grown;

		if (wanted > UNIT_RANGES_MAX)
			return false;
		grown = reallocarray(table->ranges, wanted, sizeof(*grown));
		if (!grown)
			return false;
		table->ranges = grown;
		*capacity = wanted;
	}
	table->ranges[table->count++] = *range;
	return true;
}

static bool unit_add_all(struct unit_table *table, size_t *capacity,
			 Dwarf_Die *unit)
{
	struct unit_range range = { .offset = dwarf_dieoffset(unit) };
	ptrdiff_t position = 0;
	Dwarf_Addr base;

	while ((position = dwarf_ranges(unit, position, &base, &range.low,
					&range.high)) > 0)
		if (range.low < range.high &&
		    !unit_add(table, capacity, &range))
			return false;
	return true;
}

static int unit_compare(const void *one, const void *other)
{
	const struct unit_range *first = one, *second = other;

	return (first->low > second->low) - (first->low < second->low);
}

static void unit_make(struct unit_table *table, Dwfl_Module *module)
{
	Dwarf_Die *unit = NULL;
	size_t capacity = 0;
	Dwarf_Addr bias;

	table->is_made = true;
	while ((unit = dwfl_module_nextcu(module, unit, &bias)) != NULL)
		if (!unit_add_all(table, &capacity, unit))
			break;
	if (table->count)
		qsort(table->ranges, table->count, sizeof(table->ranges[0]),
		      unit_compare);
}

/* Those of units do not overlap. */
static const struct unit_range *unit_at(const struct unit_table *table,
					Dwarf_Addr address)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct unit_range *range = &table->ranges[middle];

		if (address < range->low)
			high = middle;
		else if (address >= range->high)
			low = middle + 1;
		else
			return range;
	}
	return NULL;
}

bool unit_find(struct file *file, Dwarf_Addr pc, Dwarf_Die *ret,
	       Dwarf_Addr *ret_bias)
{
	Dwarf_Die *unit = dwfl_module_addrdie(file->module, pc, ret_bias);
	const struct unit_range *range;
	Dwarf *dwarf;

	if (unit) {
		*ret = *unit;
		return true;
	}
	dwarf = dwfl_module_getdwarf(file->module, ret_bias);
	if (!dwarf)
		return false;
	if (!file->units.is_made)
		unit_make(&file->units, file->module);
	range = unit_at(&file->units, pc - *ret_bias);
	return range && dwarf_offdie(dwarf, range->offset, ret);
}
