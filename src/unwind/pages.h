/*
 * The memory of a stopped thread, kept in pieces for as long as it stays
 * stopped: an unwinder reads words, and asking the kernel for each would cost
 * more than all else.
 */
#ifndef UNWIND_PAGES_H
#define UNWIND_PAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unwind/unwind.h"

#define PAGES_PIECE (16u << 10)
#define PAGES_COUNT 8u

struct pages {
	const struct unwind_memory *memory;
	unsigned count;  /* pieces that are there */
	unsigned oldest; /* is replaced next, when all are */
	struct pages_piece {
		uint64_t address; /* of a page */
		size_t got;       /* bytes that could be read */
		uint8_t bytes[PAGES_PIECE];
	} pieces[PAGES_COUNT];
};

/* Forgets all: what is read now is read through memory, which outlives it. */
void pages_begin(struct pages *pages, const struct unwind_memory *memory);

/* Copies length bytes, no more than a page. False where they cannot all be
 * read. */
bool pages_read(struct pages *pages, uint64_t address, void *to, size_t length);

#endif
