/*
 * Spaces, and which unwinder is theirs.
 */
#include "unwind/unwind.h"

#include <errno.h>
#include <stdlib.h>

#include "unwind/image.h"
#include "unwind/maps.h"
#include "unwind/narrow.h"
#include "unwind/pages.h"
#include "unwind/wide.h"

struct unwind {
	struct image_cache *cache;
	struct pages pages;
};

struct unwind_space {
	struct unwind *unwind;
	struct maps maps;
	struct wide *wide; /* made when they are wanted first */
	struct narrow *narrow;
};

const char *unwind_end_name(enum unwind_end end)
{
	switch (end) {
	case UNWIND_TOP:
		return "top";
	case UNWIND_NO_INFO:
		return "no unwind info";
	case UNWIND_UNREADABLE:
		return "memory unreadable";
	case UNWIND_TOO_DEEP:
		return "too deep";
	case UNWIND_BROKEN:
		break;
	}
	return "broken";
}

int unwind_open(struct unwind **ret)
{
	struct unwind *unwind = calloc(1, sizeof(*unwind));

	if (unwind)
		unwind->cache = image_cache_new();
	if (!unwind || !unwind->cache) {
		free(unwind);
		return -ENOMEM;
	}
	*ret = unwind;
	return 0;
}

void unwind_close(struct unwind *unwind)
{
	if (unwind)
		image_cache_free(unwind->cache);
	free(unwind);
}

struct unwind_space *unwind_space_new(struct unwind *unwind)
{
	struct unwind_space *space = calloc(1, sizeof(*space));

	if (!space)
		return NULL;
	space->unwind = unwind;
	space->maps.cache = unwind->cache;
	return space;
}

void unwind_space_free(struct unwind_space *space)
{
	if (!space)
		return;
	wide_free(space->wide);
	narrow_free(space->narrow);
	maps_done(&space->maps);
	free(space);
}

void unwind_space_forget(struct unwind_space *space)
{
	space->maps.is_known = false;
}

void unwind_space_changed(struct unwind_space *space, uint64_t address,
			  uint64_t length)
{
	if (maps_has(&space->maps, address, length))
		unwind_space_forget(space);
}

void unwind_space_untell(struct unwind_space *space)
{
	for (size_t i = 0; i < space->maps.count; i++)
		space->maps.maps[i].map.is_told = false;
}

struct unwind_map *unwind_space_map(struct unwind_space *space, uint64_t pc)
{
	struct maps_map *map = maps_find(&space->maps, pc);

	return map ? &map->map : NULL;
}

/* What was learnt of maps that may be gone. */
static void forget_learnt(struct unwind_space *space)
{
	if (space->wide)
		wide_forget(space->wide);
	narrow_free(space->narrow);
	space->narrow = NULL;
}

static int walk_by_wide(struct unwind_space *space, struct walk *walk)
{
	if (!space->wide)
		space->wide = wide_new();
	if (!space->wide)
		return -ENOMEM;
	wide_walk(space->wide, walk);
	return 0;
}

/* 1: what was not known then may be mapped by now. */
static int walk_up(struct unwind_space *space, struct walk *walk, bool is_fresh)
{
	const struct unwind_stack *stack = walk->stack;
	int r = 0;

	walk->stack->count = 0;
	if (walk->registers->is_narrow)
		narrow_walk(&space->narrow, walk);
	else
		r = walk_by_wide(space, walk);
	if (r < 0 || is_fresh || stack->end != UNWIND_NO_INFO)
		return r;
	return !maps_find(&space->maps, stack->frames[stack->count - 1].pc);
}

int unwind_stack(struct unwind_space *space, pid_t tid,
		 const struct unwind_memory *memory,
		 const struct unwind_registers *registers, unsigned depth,
		 struct unwind_stack *ret)
{
	struct walk walk = {
		.maps = &space->maps,
		.pages = &space->unwind->pages,
		.tid = tid,
		.registers = registers,
		.depth = depth < UNWIND_DEPTH_MAX ? depth : UNWIND_DEPTH_MAX,
		.stack = ret,
	};
	int r = maps_read(&space->maps, tid);

	pages_begin(walk.pages, memory);
	if (r > 0)
		forget_learnt(space);
	if (r < 0)
		return r;
	r = walk_up(space, &walk, r > 0);
	if (r <= 0)
		return r;
	unwind_space_forget(space);
	r = maps_read(&space->maps, tid);
	if (r < 0)
		return r;
	forget_learnt(space);
	return walk_up(space, &walk, true);
}
