/*
 * Functions, lines and what is inlined, by libdw.
 */
#include "symbol/place.h"

#include <stdlib.h>
#include <string.h>

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "base/cleanup.h"
#include "symbol/file.h"
#include "symbol/name.h"
#include "symbol/symbol.h"

#define DEPTH_MAX 64 /* of inlining */

struct found {
	struct symbol_frame frames[DEPTH_MAX];
	size_t count;
	/* The symbol at the address, or NULL, and how far that is behind it. */
	const char *symbol;
	Dwarf_Addr start;
	uint64_t offset;
};

void place_free(struct symbol_frame *frames, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free((char *)frames[i].function);
		free((char *)frames[i].file);
	}
	free(frames);
}

/* ---- by DWARF ---- */

static bool is_function(Dwarf_Die *die)
{
	switch (dwarf_tag(die)) {
	case DW_TAG_subprogram:
	case DW_TAG_inlined_subroutine:
	case DW_TAG_entry_point:
		return true;
	default:
		return false;
	}
}

/* The innermost function that has the address. */
static bool innermost(Dwarf_Die *unit, Dwarf_Addr pc, Dwarf_Die *ret)
{
	_cleanup_free_ Dwarf_Die *scopes = NULL;
	int count = dwarf_getscopes(unit, pc, &scopes);

	for (int i = 0; i < count; i++)
		if (is_function(&scopes[i])) {
			*ret = scopes[i];
			return true;
		}
	return false;
}

static int number_of(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word number;

	if (!dwarf_attr(die, name, &attribute) ||
	    dwarf_formudata(&attribute, &number) || number > INT32_MAX)
		return 0;
	return (int)number;
}

/* Where the function was inlined. */
static void take_call(Dwarf_Die *unit, Dwarf_Die *die,
		      struct symbol_frame *caller)
{
	int index = number_of(die, DW_AT_call_file);
	Dwarf_Files *files;
	size_t count;

	caller->line = number_of(die, DW_AT_call_line);
	if (index > 0 && dwarf_getsrcfiles(unit, &files, &count) == 0 &&
	    (size_t)index < count) {
		const char *name = dwarf_filesrc(files, (size_t)index, NULL,
						 NULL);

		caller->file = name_copy(name);
	}
}

/* The symbol, if it is that of the function's start. */
static const char *symbol_of(const struct found *found, Dwarf_Die *function,
			     Dwarf_Addr bias)
{
	Dwarf_Addr entry;

	return !dwarf_entrypc(function, &entry) && entry + bias == found->start
		   ? found->symbol
		   : NULL;
}

/* Of the function that was compiled, the symbol is a name, if it is no better
 * known, and its place. */
static void take_compiled(const struct found *found, struct symbol_frame *frame)
{
	if (!frame->function && found->symbol)
		frame->function = name_readable(found->symbol);
	frame->offset = found->offset;
}

/* From what is innermost out to the function that was compiled; those between
 * them are in that one's own tree, not in that of what was inlined. */
static void take_scopes(struct found *found, Dwarf_Die *unit, Dwarf_Die *die,
			Dwarf_Addr bias)
{
	_cleanup_free_ Dwarf_Die *scopes = NULL;
	int count = dwarf_getscopes_die(die, &scopes);

	for (int i = 0; i < count && found->count < DEPTH_MAX; i++) {
		struct symbol_frame *frame = &found->frames[found->count];

		if (!is_function(&scopes[i]))
			continue;
		frame->function = name_function(
		    &scopes[i], symbol_of(found, &scopes[i], bias));
		frame->is_inlined = dwarf_tag(&scopes[i]) ==
				    DW_TAG_inlined_subroutine;
		found->count++;
		if (!frame->is_inlined) {
			take_compiled(found, frame);
			return;
		}
		if (found->count < DEPTH_MAX)
			take_call(unit, &scopes[i], frame + 1);
	}
}

static void take_line(struct found *found, Dwarf_Die *unit, Dwarf_Addr pc)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit, pc);
	const char *name;

	if (!line)
		return;
	name = dwarf_linesrc(line, NULL, NULL);
	found->frames[0].file = name_copy(name);
	dwarf_lineno(line, &found->frames[0].line);
}

static void find_by_dwarf(struct found *found, struct file *file, Dwarf_Addr pc)
{
	Dwarf_Addr bias;
	Dwarf_Die unit, die;

	if (!unit_find(file, pc, &unit, &bias))
		return;
	take_line(found, &unit, pc - bias);
	if (innermost(&unit, pc - bias, &die))
		take_scopes(found, &unit, &die, bias);
}

/* ---- by symbols ---- */

static void find_symbol(struct found *found, Dwfl_Module *module, Dwarf_Addr pc,
			Dwarf_Addr address)
{
	GElf_Off offset = 0;
	GElf_Sym symbol;

	found->symbol = dwfl_module_addrinfo(module, pc, &offset, &symbol, NULL,
					     NULL, NULL);
	found->start = pc - offset;
	found->offset = address - found->start;
}

size_t place_find(struct file *file, uint64_t address, bool is_return,
		  struct symbol_frame **ret)
{
	struct found found = { 0 };
	Dwarf_Addr pc = address - is_return;

	*ret = NULL;
	find_symbol(&found, file->module, pc, address);
	find_by_dwarf(&found, file, pc);
	if (found.count == 0 && found.symbol) {
		take_compiled(&found, &found.frames[0]);
		found.count = 1;
	}
	if (found.count > 0)
		*ret = malloc(found.count * sizeof(found.frames[0]));
	if (*ret) {
		memcpy(*ret, found.frames,
		       found.count * sizeof(found.frames[0]));
		return found.count;
	}
	for (size_t i = 0; i < DEPTH_MAX; i++) {
		free((char *)found.frames[i].function);
		free((char *)found.frames[i].file);
	}
	return 0;
}
