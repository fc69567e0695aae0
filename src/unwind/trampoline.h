/*
 * What a signal's handler returns to: known by its instructions, as debuggers
 * do.
 */
#ifndef UNWIND_TRAMPOLINE_H
#define UNWIND_TRAMPOLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRAMPOLINE_MAX 16

/* Whether it begins, or has made its call, at an address of the walk. */
struct walk;
bool trampoline_is_at(struct walk *walk, uint64_t address);
bool trampoline_ends_at(struct walk *walk, uint64_t address);

/* The machine's instructions, at most TRAMPOLINE_MAX bytes: one file for each
 * implements it, src/unwind/<arch>/trampoline_code.c. */
const uint8_t *trampoline_code(size_t *ret_length);

#endif
