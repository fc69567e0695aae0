/*
 * libdw over our own reads. It is shown copies of the files, since it maps
 * what it is shown.
 */
#include "unwind/narrow.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <elfutils/libdwfl.h>

#include "base/cleanup.h"
#include "base/fd.h"
#include "unwind/image.h"
#include "unwind/maps.h"
#include "unwind/pages.h"

/* What is mapped without a file, and is shown: the kernel's own. */
#define NARROW_MEMORY_MAX ((uint64_t)64 << 10)

struct narrow {
	Dwfl *dwfl;
	struct walk *walk; /* while one goes on */
	bool is_ended;     /* and has said why */
};

/* Files are what they are shown to be, and have no debug information: to look
 * for it would cost more than all else. */
static int find_nothing(Dwfl_Module *module, void **user, const char *name,
			Dwarf_Addr base, const char *file, const char *link,
			GElf_Word crc, char **ret)
{
	(void)module;
	(void)user;
	(void)name;
	(void)base;
	(void)file;
	(void)link;
	(void)crc;
	(void)ret;
	return -1;
}

static int find_no_elf(Dwfl_Module *module, void **user, const char *name,
		       Dwarf_Addr base, char **ret_file, Elf **ret)
{
	(void)module;
	(void)user;
	(void)name;
	(void)base;
	(void)ret_file;
	(void)ret;
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = find_no_elf,
	.find_debuginfo = find_nothing,
};

/* ---- what is mapped ---- */

static int copy_memory(struct walk *walk, const struct unwind_map *map)
{
	_cleanup_fd_ int copy = -1;
	uint8_t page[4096];
	uint64_t at;

	if (map->end - map->start > NARROW_MEMORY_MAX)
		return -1;
	copy = memfd_create("map", MFD_CLOEXEC);
	for (at = map->start; copy >= 0 && at < map->end; at += sizeof(page))
		if (!pages_read(walk->pages, at, page, sizeof(page)) ||
		    fd_write_all(copy, page, sizeof(page)) < 0)
			return -1;
	return take_fd(&copy);
}

static void report(struct narrow *narrow, struct maps_map *map)
{
	struct walk *walk = narrow->walk;
	char name[32];
	int fd;

	if (!map->map.is_executable ||
	    !maps_elf(walk->maps, map, walk->tid, walk->pages))
		return;
	if (map->image)
		fd = fcntl(image_copy(map->image), F_DUPFD_CLOEXEC, 0);
	else
		fd = copy_memory(walk, &map->map);
	if (fd < 0)
		return;
	snprintf(name, sizeof(name), "%llx", (unsigned long long)map->map.bias);
	if (!dwfl_report_elf(narrow->dwfl, name, map->path, fd, map->map.bias,
			     true))
		close(fd);
}

/* ---- the thread ---- */

static pid_t next_thread(Dwfl *dwfl, void *context, void **position)
{
	struct narrow *narrow = context;

	(void)dwfl;
	if (*position)
		return 0;
	*position = narrow;
	return narrow->walk->tid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *context, void **ret)
{
	(void)dwfl;
	(void)tid;
	*ret = context;
	return true;
}

static bool read_word(Dwfl *dwfl, Dwarf_Addr address, Dwarf_Word *ret,
		      void *context)
{
	struct narrow *narrow = context;
	uint32_t word;

	(void)dwfl;
	if (!walk_read(narrow->walk, (uint32_t)address, &word, sizeof(word)))
		return false;
	*ret = word;
	return true;
}

static bool set_registers(Dwfl_Thread *thread, void *context)
{
	const struct narrow *narrow = context;
	const struct unwind_registers *registers = narrow->walk->registers;

	return dwfl_thread_state_registers(thread, 0, registers->count,
					   registers->value);
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
	.next_thread = next_thread,
	.get_thread = get_thread,
	.memory_read = read_word,
	.set_initial_registers = set_registers,
};

/* libdw marks whom a signal interrupted, and what its handler returns to. */
static int take_frame(Dwfl_Frame *frame, void *context)
{
	struct narrow *narrow = context;
	struct unwind_stack *stack = narrow->walk->stack;
	unsigned count = stack->count;
	bool is_exact, is_signal;
	Dwarf_Addr pc;

	walk_begin_frame(narrow->walk);
	if (!dwfl_frame_pc(frame, &pc, &is_exact))
		return DWARF_CB_ABORT;
	is_signal = count > 0 && is_exact &&
		    !stack->frames[count - 1].is_signal;
	narrow->is_ended = pc == 0 && count > 0;
	if (narrow->is_ended)
		stack->end = UNWIND_TOP;
	else
		narrow->is_ended = !walk_add(narrow->walk, pc, is_signal);
	return narrow->is_ended ? DWARF_CB_ABORT : DWARF_CB_OK;
}

/* ---- all of it ---- */

void narrow_free(struct narrow *narrow)
{
	if (narrow && narrow->dwfl)
		dwfl_end(narrow->dwfl);
	free(narrow);
}

static struct narrow *narrow_new(struct walk *walk)
{
	struct narrow *narrow = calloc(1, sizeof(*narrow));

	if (!narrow)
		return NULL;
	narrow->walk = walk;
	narrow->dwfl = dwfl_begin(&callbacks);
	if (narrow->dwfl) {
		dwfl_report_begin(narrow->dwfl);
		for (size_t i = 0; i < walk->maps->count; i++)
			report(narrow, &walk->maps->maps[i]);
		dwfl_report_end(narrow->dwfl, NULL, NULL);
		if (dwfl_attach_state(narrow->dwfl, NULL, walk->tid,
				      &thread_callbacks, narrow))
			return narrow;
	}
	narrow_free(narrow);
	return NULL;
}

/* Nothing is mapped that libdw makes sense of. */
static void take_nothing(struct walk *walk)
{
	const struct unwind_registers *registers = walk->registers;

	walk_add(walk, registers->value[registers->count - 1], false);
	walk->stack->end = UNWIND_NO_INFO;
}

static enum unwind_end end_of(const struct walk *walk)
{
	return walk->is_unreadable ? UNWIND_UNREADABLE : UNWIND_NO_INFO;
}

void narrow_walk(struct narrow **narrow, struct walk *walk)
{
	int r;

	if (!*narrow)
		*narrow = narrow_new(walk);
	if (!*narrow) {
		take_nothing(walk);
		return;
	}
	(*narrow)->walk = walk;
	(*narrow)->is_ended = false;
	walk_begin_frame(walk);
	r = dwfl_getthread_frames((*narrow)->dwfl, walk->tid, take_frame,
				  *narrow);
	if (!(*narrow)->is_ended)
		walk->stack->end = r ? end_of(walk) : UNWIND_TOP;
	if (walk->stack->count == 0)
		take_nothing(walk);
}
