/*
 * libunwind over our own reads. It is given the table of unwind info of each
 * file, searches it, runs what it finds there, and keeps the outcome by
 * address.
 */
#include "unwind/wide.h"

#include <stdlib.h>
#include <string.h>

#include <libunwind.h>

#include "unwind/image.h"
#include "unwind/maps.h"
#include "unwind/trampoline.h"

/* So many addresses' outcomes are kept; a power of 2. */
#define WIDE_CACHE 1024

/* libunwind exports it for unwinders like this one, but declares it nowhere. */
extern int UNW_OBJ(dwarf_search_unwind_table)(unw_addr_space_t space,
					      unw_word_t ip,
					      unw_dyn_info_t *table,
					      unw_proc_info_t *ret, int need,
					      void *context);

struct wide {
	unw_addr_space_t space;
};

static int search(unw_addr_space_t space, unw_word_t ip, unw_proc_info_t *ret,
		  int need, struct walk *walk)
{
	struct maps_map *map = maps_find(walk->maps, ip);
	const struct image_elf *elf = NULL;
	unw_dyn_info_t table = { .format = UNW_INFO_FORMAT_REMOTE_TABLE };
	int r = -UNW_ENOINFO;

	if (map)
		elf = maps_elf(walk->maps, map, walk->tid, walk->pages);
	if (elf && elf->table_count) {
		table.start_ip = map->map.start;
		table.end_ip = map->map.end;
		table.u.rti.segbase = map->map.bias + elf->header_address;
		table.u.rti.table_data = map->map.bias + elf->table_address;
		table.u.rti.table_len = elf->table_count;
		r = UNW_OBJ(dwarf_search_unwind_table)(space, ip, &table, ret,
						       need, walk);
	}
	return r;
}

/* A function may end in the call that the thread is in. */
static int find_proc_info(unw_addr_space_t space, unw_word_t ip,
			  unw_proc_info_t *ret, int need, void *context)
{
	struct walk *walk = context;
	int r = search(space, ip, ret, need, walk);

	if (r == -UNW_ENOINFO && walk->stack->count == 1 &&
	    walk->registers->is_behind)
		r = search(space, ip - 1, ret, need, walk);
	if (r == -UNW_ENOINFO)
		walk->is_missing = true;
	return r;
}

static void put_unwind_info(unw_addr_space_t space, unw_proc_info_t *info,
			    void *context)
{
	(void)space;
	(void)info;
	(void)context;
}

static int get_dyn_info_list_addr(unw_addr_space_t space, unw_word_t *ret,
				  void *context)
{
	(void)space;
	(void)ret;
	(void)context;
	return -UNW_ENOINFO;
}

static int access_mem(unw_addr_space_t space, unw_word_t address,
		      unw_word_t *value, int write, void *context)
{
	(void)space;
	if (write)
		return -UNW_EINVAL;
	return walk_read(context, address, value, sizeof(*value)) ? 0
								  : -UNW_EINVAL;
}

static int access_reg(unw_addr_space_t space, unw_regnum_t number,
		      unw_word_t *value, int write, void *context)
{
	const struct walk *walk = context;

	(void)space;
	if (write || number < 0 || (unsigned)number >= walk->registers->count)
		return -UNW_EBADREG;
	*value = walk->registers->value[number];
	return 0;
}

static int access_fpreg(unw_addr_space_t space, unw_regnum_t number,
			unw_fpreg_t *value, int write, void *context)
{
	(void)space;
	(void)number;
	(void)value;
	(void)write;
	(void)context;
	return -UNW_EBADREG;
}

static int resume(unw_addr_space_t space, unw_cursor_t *cursor, void *context)
{
	(void)space;
	(void)cursor;
	(void)context;
	return -UNW_EINVAL;
}

struct wide *wide_new(void)
{
	unw_accessors_t accessors = {
		.find_proc_info = find_proc_info,
		.put_unwind_info = put_unwind_info,
		.get_dyn_info_list_addr = get_dyn_info_list_addr,
		.access_mem = access_mem,
		.access_reg = access_reg,
		.access_fpreg = access_fpreg,
		.resume = resume,
	};
	struct wide *wide = malloc(sizeof(*wide));

	if (!wide)
		return NULL;
	wide->space = unw_create_addr_space(&accessors, 0);
	if (!wide->space) {
		free(wide);
		return NULL;
	}
	unw_set_caching_policy(wide->space, UNW_CACHE_GLOBAL);
	unw_set_cache_size(wide->space, WIDE_CACHE, 0);
	return wide;
}

void wide_free(struct wide *wide)
{
	if (wide)
		unw_destroy_addr_space(wide->space);
	free(wide);
}

void wide_forget(struct wide *wide)
{
	unw_flush_cache(wide->space, 0, 0);
}

/* Where the frame is; false where that is nowhere: who was there last has been
 * called by nobody. */
static bool take_frame(struct walk *walk, unw_cursor_t *cursor)
{
	bool is_behind = walk->registers->is_behind && !walk->stack->count;
	unw_word_t ip = 0;

	if (unw_get_reg(cursor, UNW_REG_IP, &ip) < 0 ||
	    (ip == 0 && walk->stack->count > 0)) {
		walk->stack->end = UNWIND_TOP;
		return false;
	}
	return walk_add(walk, ip,
			is_behind ? trampoline_ends_at(walk, ip)
				  : trampoline_is_at(walk, ip));
}

/* libunwind guesses where it finds nothing, but for a frame that the kernel
 * made, which it knows: what was guessed is not kept. */
static bool take_step(struct walk *walk, unw_cursor_t *cursor)
{
	struct unwind_stack *stack = walk->stack;
	bool is_signal = stack->frames[stack->count - 1].is_signal;
	int r;

	walk_begin_frame(walk);
	r = unw_step(cursor);
	if (walk->is_missing && !is_signal)
		r = -1;
	if (r < 0)
		stack->end = walk_end(walk);
	else if (r == 0)
		stack->end = UNWIND_TOP;
	return r > 0;
}

void wide_walk(struct wide *wide, struct walk *walk)
{
	unw_cursor_t cursor;

	walk_begin_frame(walk);
	walk->stack->end = UNWIND_BROKEN;
	if (unw_init_remote(&cursor, wide->space, walk) < 0)
		return;
	while (take_frame(walk, &cursor) && take_step(walk, &cursor))
		;
}
