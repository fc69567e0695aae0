/*
 * Modules by file, and what was found in them by address.
 */
#include "symbol/symbol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "symbol/file.h"
#include "symbol/place.h"

/* What is kept at most; beyond, all that was found begins anew. */
#define SYMBOL_MODULES_MAX 256u
#define SYMBOL_PLACES_MAX  65536u

/* An address, and who is there. */
struct symbol_place {
	uint64_t key; /* see symbol_key() */
	size_t count;
	struct symbol_frame *frames; /* strings are its own */
	UT_hash_handle hh;
};

struct symbol_module {
	struct symbol_finder *finder;
	char *name; /* path, and who it was */
	const char *problem;
	struct file *file; /* NULL: there is a problem */
	struct symbol_place *places;
	UT_hash_handle hh;
};

struct symbol_finder {
	char *directories;
	struct symbol_module *modules;
	unsigned places;
};

/* ---- places ---- */

/* An address and whether it is one that a call returns to: no file has any
 * beyond half of what there are. */
static uint64_t symbol_key(uint64_t address, bool is_return)
{
	return address << 1 | is_return;
}

static void symbol_forget_place(struct symbol_place *place)
{
	place_free(place->frames, place->count);
	free(place);
}

static void symbol_forget_places(struct symbol_module *module)
{
	struct symbol_place *place = module->places, *next;

	HASH_CLEAR(hh, module->places);
	for (; place; place = next) {
		next = place->hh.next;
		symbol_forget_place(place);
		module->finder->places--;
	}
}

static struct symbol_place *symbol_add_place(struct symbol_module *module,
					     uint64_t key)
{
	struct symbol_place *place = calloc(1, sizeof(*place));

	if (!place)
		return NULL;
	place->key = key;
	HASH_ADD(hh, module->places, key, sizeof(place->key), place);
	if (!place->hh.tbl) {
		free(place);
		return NULL;
	}
	module->finder->places++;
	place->count = place_find(module->file, key >> 1, key & 1,
				  &place->frames);
	return place;
}

size_t symbol_find(struct symbol_module *module, uint64_t address,
		   bool is_return, const struct symbol_frame **ret)
{
	uint64_t key = symbol_key(address, is_return);
	struct symbol_place *place = NULL;

	if (!module->file)
		return 0;
	HASH_FIND(hh, module->places, &key, sizeof(key), place);
	if (!place) {
		struct symbol_module *other;

		for (other = module->finder->modules;
		     other && module->finder->places >= SYMBOL_PLACES_MAX;
		     other = other->hh.next)
			symbol_forget_places(other);
		place = symbol_add_place(module, key);
	}
	if (!place)
		return 0;
	*ret = place->frames;
	return place->count;
}

/* ---- modules ---- */

static void symbol_forget_modules(struct symbol_finder *finder)
{
	struct symbol_module *module = finder->modules, *next;

	HASH_CLEAR(hh, finder->modules);
	for (; module; module = next) {
		next = module->hh.next;
		symbol_forget_places(module);
		file_close(module->file);
		free(module->name);
		free(module);
	}
}

int symbol_open(struct symbol_finder **ret, const char *debug_directories)
{
	struct symbol_finder *finder = calloc(1, sizeof(*finder));

	if (finder)
		finder->directories = strdup(debug_directories);
	if (!finder || !finder->directories) {
		free(finder);
		return -ENOMEM;
	}
	*ret = finder;
	return 0;
}

void symbol_close(struct symbol_finder *finder)
{
	if (!finder)
		return;
	symbol_forget_modules(finder);
	free(finder->directories);
	free(finder);
}

static struct symbol_module *symbol_add(struct symbol_finder *finder,
					const char *name,
					const struct symbol_file *file)
{
	struct symbol_module *module = calloc(1, sizeof(*module));

	if (!module)
		return NULL;
	module->finder = finder;
	module->name = strdup(name);
	if (module->name)
		HASH_ADD_KEYPTR(hh, finder->modules, module->name,
				strlen(module->name), module);
	if (!module->name || !module->hh.tbl) {
		free(module->name);
		free(module);
		return NULL;
	}
	module->file = file_open(file, finder->directories, &module->problem);
	return module;
}

struct symbol_module *symbol_module(struct symbol_finder *finder,
				    const struct symbol_file *file)
{
	struct symbol_module *module = NULL;
	char *name;

	if (asprintf(&name, "%s\n%s\n%lld\n%lld", file->path, file->build_id,
		     (long long)file->size, (long long)file->changed_ns) < 0)
		return NULL;
	HASH_FIND_STR(finder->modules, name, module);
	if (!module) {
		if (HASH_COUNT(finder->modules) >= SYMBOL_MODULES_MAX)
			symbol_forget_modules(finder);
		module = symbol_add(finder, name, file);
	}
	free(name);
	return module;
}

const char *symbol_problem(const struct symbol_module *module)
{
	return module->problem;
}
