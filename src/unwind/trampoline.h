/*
 * What a signal's handler returns to: known by its instructions, as debuggers
 * do. One file per architecture implements it: src/unwind/<arch>/trampoline.c.
 */
#ifndef UNWIND_TRAMPOLINE_H
#define UNWIND_TRAMPOLINE_H

#include <stdbool.h>
#include <stdint.h>

/* Whether it begins, or has made its call, at an address of the walk. */
struct walk;
bool trampoline_is_at(struct walk *walk, uint64_t address);
bool trampoline_ends_at(struct walk *walk, uint64_t address);

#endif
