/* Which records are to be shown. */
#ifndef DUMP_SELECT_H
#define DUMP_SELECT_H

#include <stdbool.h>

struct job;
struct record;

/* True when the record is one of the process or thread of -p, or without. */
bool select_origin(const struct job *job, const struct record *record);

/* True when its trace point is one of those of -t, or without. */
bool select_kind(const struct job *job, const struct record *record);

#endif
