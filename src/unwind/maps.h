/*
 * What a process has mapped, as far as unwinding needs it: files, and whatever
 * can be executed. Read from /proc once, and again when it is said to have
 * changed.
 */
#ifndef UNWIND_MAPS_H
#define UNWIND_MAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "unwind/unwind.h"

struct image;
struct image_cache;
struct image_elf;
struct pages;

struct maps_map {
	struct unwind_map map; /* the first: an unwind_map is one of these */
	char *path;
	bool is_served;        /* and so is not read at all */
	bool is_looked_at;     /* image and elf are what they will be */
	struct image *image;   /* NULL: its bytes are read from memory */
	struct image_elf *own; /* of what was read from memory, or NULL */
};

struct maps {
	struct image_cache *cache;
	bool is_known;
	size_t count;
	struct maps_map *maps; /* by address */
	size_t last;           /* index of the one found last */
};

void maps_done(struct maps *maps);

/* As unwind_space_changed(): true when something that is known goes. */
bool maps_has(const struct maps *maps, uint64_t address, uint64_t length);

/* Reads them, if they are not known. 1 when they were read, 0, or -errno. */
int maps_read(struct maps *maps, pid_t tid);

/* The one that an address is in, or NULL. */
struct maps_map *maps_find(struct maps *maps, uint64_t address);

/* The headers of the ELF file that is mapped there, and where: map.bias. NULL:
 * none. What is no file is read through pages. */
const struct image_elf *maps_elf(struct maps *maps, struct maps_map *map,
				 pid_t tid, struct pages *pages);

#endif
