/*
 * What a function is called: as linkers know it, where there is such a name,
 * since that tells overloads and instances apart and is what gdb shows; made
 * readable.
 */
#ifndef SYMBOL_NAME_H
#define SYMBOL_NAME_H

#include <elfutils/libdw.h>

/* A symbol as its source has it; malloc'd, NULL: out of memory. */
char *name_readable(const char *name);

/* malloc'd; NULL of NULL. */
char *name_copy(const char *name);

/*
 * The name of a function that has an entry in DWARF; malloc'd, or NULL. symbol:
 * that of its start, or NULL: of C++ it says what DWARF leaves out for what no
 * other file can see.
 */
char *name_function(Dwarf_Die *function, const char *symbol);

#endif
