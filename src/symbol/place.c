/*
 * Names, lines and what is inlined, by libdw. Functions have the names that
 * linkers know them by, where there is one: that tells overloads and instances
 * apart, and is what gdb shows.
 */
#include "symbol/place.h"

#include <stdlib.h>
#include <string.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
/* libiberty has this one alone under a name that is not its own. */
#include <libiberty/demangle.h>

#include "base/cleanup.h"
#include "symbol/file.h"
#include "symbol/symbol.h"

#define DEPTH_MAX   64 /* of inlining */
#define ORIGINS_MAX 8  /* of a function: inlined, compiled, declared */

struct found {
	struct symbol_frame frames[DEPTH_MAX];
	size_t count;
	/* Of the function that was compiled, the last one: */
	Dwarf_Addr entry;
	bool has_whole_name; /* as linkers know it */
};

void place_free(struct symbol_frame *frames, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free((char *)frames[i].function);
		free((char *)frames[i].file);
	}
	free(frames);
}

/* As the source has it; malloc'd. */
static char *readable(const char *name)
{
	char *demangled = cplus_demangle(name,
					 DMGL_PARAMS | DMGL_ANSI | DMGL_AUTO);

	return demangled ?: strdup(name);
}

/* ---- by DWARF ---- */

static const char *linkage_name(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *name = NULL;

	if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) ||
	    dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
		name = dwarf_formstring(&attribute);
	return name;
}

/* Where a function is declared, if that is elsewhere: in its class. */
static Dwarf_Die declaration_of(const Dwarf_Die *function)
{
	Dwarf_Die die = *function;
	Dwarf_Attribute attribute;
	Dwarf_Die origin;

	for (int i = 0; i < ORIGINS_MAX; i++) {
		if (!dwarf_attr(&die, DW_AT_abstract_origin, &attribute) &&
		    !dwarf_attr(&die, DW_AT_specification, &attribute))
			break;
		if (!dwarf_formref_die(&attribute, &origin))
			break;
		die = origin;
	}
	return die;
}

/* The name of what a function is declared in, as a part of the function's own.
 * NULL: it is not. */
static const char *qualifier_of(Dwarf_Die *scope)
{
	switch (dwarf_tag(scope)) {
	case DW_TAG_namespace:
		return dwarf_diename(scope) ?: "(anonymous namespace)";
	case DW_TAG_class_type:
	case DW_TAG_structure_type:
	case DW_TAG_union_type:
		return dwarf_diename(scope);
	default:
		return NULL;
	}
}

/* Puts what it is declared in before a name, from the inside out. */
static char *qualified(Dwarf_Die *function, const char *name)
{
	_cleanup_free_ Dwarf_Die *scopes = NULL;
	Dwarf_Die die = declaration_of(function);
	int count = dwarf_getscopes_die(&die, &scopes);
	char *whole = strdup(name);

	for (int i = 1; i < count && whole; i++) {
		_cleanup_free_ char *inner = whole;
		const char *qualifier = qualifier_of(&scopes[i]);

		if (!qualifier)
			return take_pointer(inner);
		if (asprintf(&whole, "%s::%s", qualifier, inner) < 0)
			whole = NULL;
	}
	return whole;
}

static char *name_of(Dwarf_Die *die, bool *ret_is_whole)
{
	const char *name = linkage_name(die);

	*ret_is_whole = name != NULL;
	if (name)
		return readable(name);
	name = dwarf_diename(die);
	return name ? qualified(die, name) : NULL;
}

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

		caller->file = name ? strdup(name) : NULL;
	}
}

/* From what is innermost out to the function that was compiled; those between
 * them are in that one's own tree, not in that of what was inlined. */
static void take_scopes(struct found *found, Dwarf_Die *unit, Dwarf_Die *die)
{
	_cleanup_free_ Dwarf_Die *scopes = NULL;
	int count = dwarf_getscopes_die(die, &scopes);

	for (int i = 0; i < count && found->count < DEPTH_MAX; i++) {
		struct symbol_frame *frame = &found->frames[found->count];

		if (!is_function(&scopes[i]))
			continue;
		frame->function = name_of(&scopes[i], &found->has_whole_name);
		frame->is_inlined = dwarf_tag(&scopes[i]) ==
				    DW_TAG_inlined_subroutine;
		found->count++;
		if (!frame->is_inlined) {
			dwarf_entrypc(&scopes[i], &found->entry);
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
	found->frames[0].file = name ? strdup(name) : NULL;
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
		take_scopes(found, &unit, &die);
	found->entry += bias;
}

/* ---- by symbols ---- */

/* A symbol of C++ says what DWARF leaves out for what no other file can see. */
static bool is_better(const struct found *found,
		      const struct symbol_frame *frame, const char *name,
		      Dwarf_Addr entry)
{
	if (!frame->function)
		return true;
	return !frame->is_inlined && !found->has_whole_name &&
	       !strncmp(name, "_Z", 2) && entry == found->entry;
}

/* The outermost is what the symbol is about, and may be known by it alone. */
static void take_symbol(struct found *found, Dwfl_Module *module, Dwarf_Addr pc,
			Dwarf_Addr address)
{
	struct symbol_frame *frame;
	GElf_Off offset;
	GElf_Sym symbol;
	const char *name = dwfl_module_addrinfo(module, pc, &offset, &symbol,
						NULL, NULL, NULL);

	if (found->count == 0 && name)
		found->count = 1;
	if (found->count == 0)
		return;
	frame = &found->frames[found->count - 1];
	if (name && is_better(found, frame, name, pc - offset)) {
		free((char *)frame->function);
		frame->function = readable(name);
	}
	if (name)
		frame->offset = offset + (address - pc);
}

size_t place_find(struct file *file, uint64_t address, bool is_return,
		  struct symbol_frame **ret)
{
	struct found found = { 0 };
	Dwarf_Addr pc = address - is_return;

	*ret = NULL;
	find_by_dwarf(&found, file, pc);
	take_symbol(&found, file->module, pc, address);
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
