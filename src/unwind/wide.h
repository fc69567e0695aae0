/*
 * Unwinding by libunwind, of programs of the machine's own word.
 */
#ifndef UNWIND_WIDE_H
#define UNWIND_WIDE_H

#include "unwind/walk.h"

struct wide; /* what libunwind keeps of a process's memory */

struct wide *wide_new(void); /* NULL: out of memory */
void wide_free(struct wide *wide);
void wide_forget(struct wide *wide); /* maps have changed */

void wide_walk(struct wide *wide, struct walk *walk);

#endif
