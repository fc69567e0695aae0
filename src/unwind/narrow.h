/*
 * Unwinding by libdw, of i386 programs under an x86-64 recorder: libunwind's
 * knows one machine.
 */
#ifndef UNWIND_NARROW_H
#define UNWIND_NARROW_H

#include "unwind/walk.h"

struct narrow; /* what libdw keeps of a process's memory */

/* *narrow is made when it is NULL. */
void narrow_walk(struct narrow **narrow, struct walk *walk);
void narrow_free(struct narrow *narrow); /* NULL is fine; also: forgets */

#endif
