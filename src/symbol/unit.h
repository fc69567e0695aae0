/*
 * The unit of a file's debug information that has an address. libdw finds it
 * where the compiler wrote an index of them; clang writes none.
 */
#ifndef SYMBOL_UNIT_H
#define SYMBOL_UNIT_H

#include <stdbool.h>
#include <stddef.h>

#include <elfutils/libdw.h>

struct file;

/* Where the code of each unit is, by address. */
struct unit_table {
	bool is_made;
	size_t count;
	struct unit_range {
		Dwarf_Addr low;
		Dwarf_Addr high;
		Dwarf_Off offset; /* of the unit's entry */
	} * ranges;
};

/* The unit that has pc, and what is to be taken from pc for an address of the
 * debug information. False: none has. */
bool unit_find(struct file *file, Dwarf_Addr pc, Dwarf_Die *ret,
	       Dwarf_Addr *ret_bias);
void unit_table_done(struct unit_table *table);

#endif
