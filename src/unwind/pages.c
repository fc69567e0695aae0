/*
 * Pieces of a thread's memory. Asks for each piece once per stop.
 */
#include "unwind/pages.h"

#include <string.h>

#define PAGES_PAGE 4096u

void pages_begin(struct pages *pages, const struct unwind_memory *memory)
{
	pages->memory = memory;
	pages->count = 0;
	pages->oldest = 0;
}

/* The one that has the byte at an address, or NULL. */
static const struct pages_piece *pages_find(const struct pages *pages,
					    uint64_t address)
{
	for (unsigned i = 0; i < pages->count; i++) {
		const struct pages_piece *piece = &pages->pieces[i];

		if (address - piece->address < piece->got)
			return piece;
	}
	return NULL;
}

/* A stack is walked upwards: what lies above is wanted next. */
static const struct pages_piece *pages_fetch(struct pages *pages,
					     uint64_t address)
{
	struct pages_piece *piece;

	if (pages->count < PAGES_COUNT) {
		piece = &pages->pieces[pages->count++];
	} else {
		piece = &pages->pieces[pages->oldest];
		pages->oldest = (pages->oldest + 1) % PAGES_COUNT;
	}
	piece->address = address & ~(uint64_t)(PAGES_PAGE - 1);
	piece->got = pages->memory->read(pages->memory->context, piece->address,
					 piece->bytes, sizeof(piece->bytes));
	return address - piece->address < piece->got ? piece : NULL;
}

bool pages_read(struct pages *pages, uint64_t address, void *to, size_t length)
{
	uint8_t *at = to;

	while (length > 0) {
		const struct pages_piece *piece = pages_find(pages, address);
		size_t offset, taken;

		if (!piece)
			piece = pages_fetch(pages, address);
		if (!piece)
			return false;
		offset = (size_t)(address - piece->address);
		taken = piece->got - offset < length ? piece->got - offset
						     : length;
		memcpy(at, piece->bytes + offset, taken);
		at += taken;
		address += taken;
		length -= taken;
	}
	return true;
}
