/*
 * The process that lets threads go which the recorder holds: when they have not
 * stopped for a moment, and when the recorder is gone.
 */
#ifndef HOLD_KEEPER_H
#define HOLD_KEEPER_H

#include <stdbool.h>

struct held_shared;

/* Starts it, as nobody's child. *ret_wake: our end of its pipe, to be closed:
 * that ends it. 0 or -errno. */
int keeper_open(struct held_shared *shared, int *ret_wake);
/* It sleeps while nobody is held. */
void keeper_wake(int wake);
/* Whether it is there yet. */
bool keeper_is_there(int wake);

#endif
