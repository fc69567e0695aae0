/*
 * One address of one file -> who is there.
 */
#ifndef SYMBOL_PLACE_H
#define SYMBOL_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct file;
struct symbol_frame;

/* As symbol_find(), into a malloc'd array with strings of its own; NULL where
 * there is nobody. */
size_t place_find(struct file *file, uint64_t address, bool is_return,
		  struct symbol_frame **ret);
void place_free(struct symbol_frame *frames, size_t count);

#endif
