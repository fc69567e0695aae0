/*
 * One walk up a stack: what both unwinders are given, and give back.
 */
#ifndef UNWIND_WALK_H
#define UNWIND_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "unwind/unwind.h"

struct maps;
struct pages;

/* So many reads a frame may take: unwind info is a program, and may loop. */
#define WALK_READS_MAX 65536u

struct walk {
	struct maps *maps;
	struct pages *pages;
	pid_t tid;
	const struct unwind_registers *registers;
	unsigned depth;
	struct unwind_stack *stack;
	/* Since the last frame: */
	unsigned reads;
	bool is_missing;    /* there was no unwind info, */
	bool is_unreadable; /* or no memory */
};

/* Begins the next frame. */
void walk_begin_frame(struct walk *walk);

/* Adds a frame; false, and the end is set, where there may be no more. */
bool walk_add(struct walk *walk, uint64_t pc, bool is_signal);

/* Copies what stands in memory, from the file where it cannot have been
 * changed. */
bool walk_read(struct walk *walk, uint64_t address, void *to, size_t length);

/* Why it went no further, by what happened since the last frame. */
enum unwind_end walk_end(const struct walk *walk);

#endif
