/*
 * /proc/PID/maps. Keeps what stays the same when it is read again.
 */
#include "unwind/maps.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "unwind/image.h"
#include "unwind/pages.h"

/* 65,530 maps is what Linux allows by default. */
#define MAPS_TEXT_MAX ((size_t)32 << 20)

static void maps_free_one(struct maps *maps, struct maps_map *map)
{
	image_put(maps->cache, map->image);
	free(map->own);
	free(map->path);
}

void maps_done(struct maps *maps)
{
	for (size_t i = 0; i < maps->count; i++)
		maps_free_one(maps, &maps->maps[i]);
	free(maps->maps);
	maps->maps = NULL;
	maps->count = 0;
	maps->is_known = false;
}

/* Index of the first that ends behind an address. */
static size_t maps_search(const struct maps *maps, uint64_t address)
{
	size_t low = 0, high = maps->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (maps->maps[middle].map.end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool maps_has(const struct maps *maps, uint64_t address, uint64_t length)
{
	size_t index = maps_search(maps, address);

	return index < maps->count &&
	       (maps->maps[index].map.start <= address ||
		maps->maps[index].map.start - address < length);
}

static bool maps_is_in(const struct maps *maps, size_t index, uint64_t address)
{
	return index < maps->count &&
	       address - maps->maps[index].map.start <
		   maps->maps[index].map.end - maps->maps[index].map.start;
}

struct maps_map *maps_find(struct maps *maps, uint64_t address)
{
	if (!maps_is_in(maps, maps->last, address)) {
		size_t index = maps_search(maps, address);

		if (!maps_is_in(maps, index, address))
			return NULL;
		maps->last = index;
	}
	return &maps->maps[maps->last];
}

/* ---- reading ---- */

/* "start-end rwxp offset major:minor inode      path" */
static bool parse_line(char *line, struct unwind_map *ret)
{
	struct unwind_map map = { 0 };
	unsigned device_major, device_minor;
	char rights[5];
	int at = 0;

	if (sscanf(line,
		   "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64
		   " %n",
		   &map.start, &map.end, rights, &map.offset, &device_major,
		   &device_minor, &map.inode, &at) < 7 ||
	    !at || map.start >= map.end || strlen(rights) < 4)
		return false;
	map.device = makedev(device_major, device_minor);
	map.is_writable = rights[1] == 'w';
	map.is_executable = rights[2] == 'x';
	map.path = line + at;
	*ret = map;
	return true;
}

static int add(struct maps *maps, size_t *capacity,
	       const struct unwind_map *map)
{
	struct maps_map *entry;

	if (maps->count == *capacity) {
		size_t wanted = *capacity ? 2 * *capacity : 64;
		struct maps_map *grown = reallocarray(maps->maps, wanted,
						      sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		maps->maps = grown;
		*capacity = wanted;
	}
	entry = &maps->maps[maps->count];
	*entry = (struct maps_map){ .map = *map, .path = strdup(map->path) };
	if (!entry->path)
		return -ENOMEM;
	entry->map.path = entry->path;
	maps->count++;
	return 0;
}

static int parse(struct maps *maps, char *text)
{
	size_t capacity = 0;
	char *rest = text;
	char *line;
	int r = 0;

	while (!r && (line = strsep(&rest, "\n")) != NULL) {
		struct unwind_map map;

		if (parse_line(line, &map) && (map.inode || map.is_executable))
			r = add(maps, &capacity, &map);
	}
	return r;
}

static bool is_same(const struct unwind_map *one,
		    const struct unwind_map *other)
{
	return one->start == other->start && one->end == other->end &&
	       one->offset == other->offset && one->inode == other->inode &&
	       one->device == other->device &&
	       one->is_executable == other->is_executable &&
	       one->is_writable == other->is_writable &&
	       !strcmp(one->path, other->path);
}

/* Hands over what was found out of maps that are still there. What has no file
 * may be other bytes by now. */
static void keep(struct maps *maps, struct maps *former)
{
	for (size_t i = 0; i < maps->count; i++) {
		struct maps_map *map = &maps->maps[i];
		struct maps_map *old = maps_find(former, map->map.start);

		if (!old || !is_same(&map->map, &old->map))
			continue;
		map->map.is_told = old->map.is_told;
		map->is_served = old->is_served;
		if (!old->image)
			continue;
		map->map = old->map;
		map->map.path = map->path;
		map->image = take_pointer(old->image);
		map->is_looked_at = true;
	}
}

int maps_read(struct maps *maps, pid_t tid)
{
	struct maps fresh = { .cache = maps->cache };
	_cleanup_free_ char *text = NULL;
	size_t length;
	int r;

	if (maps->is_known)
		return 0;
	r = proc_read(tid, "maps", MAPS_TEXT_MAX, &text, &length);
	if (!r && length == 0)
		r = -ESRCH;
	if (!r) {
		/* It ends in a newline; what was cut off is no line. */
		text[length - 1] = '\0';
		r = parse(&fresh, text);
	}
	if (r < 0) {
		maps_done(&fresh);
		return r;
	}
	keep(&fresh, maps);
	maps_done(maps);
	*maps = fresh;
	maps->is_known = true;
	return 1;
}

/* ---- what is mapped ---- */

struct from_memory {
	struct pages *pages;
	uint64_t start;
};

static size_t read_memory(void *context, uint64_t position, void *to,
			  size_t length)
{
	struct from_memory *from = context;

	return pages_read(from->pages, from->start + position, to, length)
		   ? length
		   : 0;
}

/* Where the file begins that a map shows a part of; the map itself, where it
 * shows the beginning or nothing else does. */
static const struct maps_map *first_of(const struct maps *maps,
				       const struct maps_map *map)
{
	const struct maps_map *first = map;

	while (first->map.offset && first > maps->maps &&
	       first[-1].map.inode == map->map.inode &&
	       first[-1].map.device == map->map.device &&
	       first[-1].map.offset < first->map.offset)
		first--;
	return first->map.offset ? map : first;
}

static void look_at_memory(const struct maps *maps, struct maps_map *map,
			   struct pages *pages)
{
	const struct maps_map *first = first_of(maps, map);
	struct from_memory from = { .pages = pages, .start = first->map.start };
	const struct image_source source = {
		.context = &from,
		.read = read_memory,
		.is_memory = true,
	};

	map->own = malloc(sizeof(*map->own));
	if (!map->own || image_parse(map->own, &source) == 0)
		return;
	free(map->own);
	map->own = NULL;
}

static void look_at(struct maps *maps, struct maps_map *map, pid_t tid,
		    struct pages *pages)
{
	const struct image_key key = {
		.device = map->map.device,
		.inode = map->map.inode,
		.tid = tid,
		.path = map->path,
	};

	map->is_looked_at = true;
	map->map.file_size = -1;
	map->is_served = map->map.inode &&
			 image_is_served(maps->cache, map->map.device, tid);
	if (map->is_served)
		return;
	if (map->map.inode)
		map->image = image_get(maps->cache, &key);
	if (!map->image) {
		look_at_memory(maps, map, pages);
		return;
	}
	map->map.file_size = image_size(map->image);
	map->map.file_changed_ns = image_changed_ns(map->image);
}

const struct image_elf *maps_elf(struct maps *maps, struct maps_map *map,
				 pid_t tid, struct pages *pages)
{
	const struct image_elf *elf;

	if (!map->is_looked_at)
		look_at(maps, map, tid, pages);
	elf = map->image ? image_elf(map->image) : map->own;
	if (!elf)
		return NULL;
	if (!map->map.is_elf)
		map->map.is_elf =
		    image_bias(elf, map->map.start, map->map.offset,
			       map->map.is_executable, &map->map.bias);
	map->map.build_id = elf->build_id;
	map->map.build_id_length = elf->build_id_length;
	return map->map.is_elf ? elf : NULL;
}
