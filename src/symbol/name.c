/*
 * Names of functions, by DWARF and by symbols.
 */
#include "symbol/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dwarf.h>
/* libiberty has this one alone under a name that is not its own. */
#include <libiberty/demangle.h>

#include "base/cleanup.h"

#define ORIGINS_MAX 8 /* of a function: inlined, compiled, declared */

char *name_readable(const char *name)
{
	char *demangled = cplus_demangle(name,
					 DMGL_PARAMS | DMGL_ANSI | DMGL_AUTO);

	return demangled ?: strdup(name);
}

char *name_copy(const char *name)
{
	return name ? strdup(name) : NULL;
}

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
		const char *qualifier = qualifier_of(&scopes[i]);
		char *inner = whole;

		if (!qualifier)
			break;
		if (asprintf(&whole, "%s::%s", qualifier, inner) < 0)
			whole = NULL;
		free(inner);
	}
	return whole;
}

char *name_function(Dwarf_Die *function, const char *symbol)
{
	const char *name = linkage_name(function);

	if (name)
		return name_readable(name);
	if (symbol && !strncmp(symbol, "_Z", 2))
		return name_readable(symbol);
	name = dwarf_diename(function);
	return name ? qualified(function, name) : NULL;
}
