/*
 * What an address in a program or library is called: function, file, line, and
 * what was inlined there. By libdw, from the file itself or from its debug
 * file, for whoever reads a trace. Knows neither traces nor processes.
 *
 * A file is who it was when it was recorded, or nothing of it is named.
 */
#ifndef SYMBOL_SYMBOL_H
#define SYMBOL_SYMBOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct symbol_finder;
struct symbol_module; /* a file */

/* A file as it was recorded. */
struct symbol_file {
	const char *path;
	const char *build_id; /* hexadecimal digits; "" when it has none, and */
	int64_t size;         /* then these two, -1 where they are not known */
	int64_t changed_ns;
};

struct symbol_frame {
	const char *function; /* demangled; NULL: not known */
	uint64_t offset;      /* in the function; not of what is inlined */
	const char *file;     /* NULL: not known */
	int line;             /* 0: not known */
	bool is_inlined;      /* in the next one */
};

/* debug_directories: where to look for .build-id and for what a debug link
 * names; colons in between. 0 or -ENOMEM. */
int symbol_open(struct symbol_finder **ret, const char *debug_directories);
void symbol_close(struct symbol_finder *finder); /* NULL is fine */

/* The module of a file; valid until the next one is asked for. NULL: out of
 * memory. */
struct symbol_module *symbol_module(struct symbol_finder *finder,
				    const struct symbol_file *file);

/* Why nothing in it is named, or NULL. */
const char *symbol_problem(const struct symbol_module *module);

/*
 * Who is at an address of the file, innermost first: how many, 0 where nobody
 * is known. is_return: the address is one that a call returns to, and what is
 * wanted is the call. *ret is valid until the next call.
 */
size_t symbol_find(struct symbol_module *module, uint64_t address,
		   bool is_return, const struct symbol_frame **ret);

#endif
