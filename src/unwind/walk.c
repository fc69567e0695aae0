/*
 * Memory for unwinders, and the frames that they find.
 */
#include "unwind/walk.h"

#include "unwind/image.h"
#include "unwind/maps.h"
#include "unwind/pages.h"

void walk_begin_frame(struct walk *walk)
{
	walk->reads = 0;
	walk->is_missing = false;
	walk->is_unreadable = false;
}

bool walk_add(struct walk *walk, uint64_t pc, bool is_signal)
{
	struct unwind_stack *stack = walk->stack;

	if (stack->count == walk->depth) {
		stack->end = UNWIND_TOO_DEEP;
		return false;
	}
	stack->frames[stack->count++] = (struct unwind_frame){
		.pc = pc,
		.is_signal = is_signal,
	};
	return true;
}

/* What is mapped of a file and may not be written is what the file says. */
static bool read_file(const struct maps_map *map, uint64_t address, void *to,
		      size_t length)
{
	if (map->map.is_writable || length > map->map.end - address)
		return false;
	return map->image &&
	       image_read(map->image,
			  address - map->map.start + map->map.offset, to,
			  length);
}

bool walk_read(struct walk *walk, uint64_t address, void *to, size_t length)
{
	struct maps_map *map;

	if (++walk->reads > WALK_READS_MAX)
		return false;
	map = maps_find(walk->maps, address);
	if (map)
		maps_elf(walk->maps, map, walk->tid, walk->pages);
	if (map && read_file(map, address, to, length))
		return true;
	if ((!map || !map->is_served) &&
	    pages_read(walk->pages, address, to, length))
		return true;
	walk->is_unreadable = true;
	return false;
}

enum unwind_end walk_end(const struct walk *walk)
{
	if (walk->is_missing)
		return UNWIND_NO_INFO;
	if (walk->is_unreadable)
		return UNWIND_UNREADABLE;
	return UNWIND_BROKEN;
}
