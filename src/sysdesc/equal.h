/*
 * Calls that stand for each other: which of them a program makes depends on its
 * C library, and on the day.
 */
#ifndef SYSDESC_EQUAL_H
#define SYSDESC_EQUAL_H

struct select;

/* Adds, to a set that has one call, all that may be made in its place. */
void equal_close(struct select *select);

/* Adds those that every program makes. */
void equal_always(struct select *select);

#endif
