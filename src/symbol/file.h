/*
 * A file for libdw: opened, and known to be the one that was recorded.
 */
#ifndef SYMBOL_FILE_H
#define SYMBOL_FILE_H

#include <elfutils/libdwfl.h>

#include "symbol/unit.h"

struct symbol_file;

struct file {
	Dwfl *dwfl;
	Dwfl_Module *module; /* at the addresses that the file says */
	char *search;        /* where debug files may be */
	Dwfl_Callbacks callbacks;
	struct unit_table units;
};

/*
 * Opens the file, or where that is another by now, the debug file that is kept
 * under its build id in one of the directories. NULL with *ret_problem, a line
 * for people.
 */
struct file *file_open(const struct symbol_file *wanted,
		       const char *directories, const char **ret_problem);
void file_close(struct file *file); /* NULL is fine */

#endif
