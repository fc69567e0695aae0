/* What is still to come of a compressed trace, without reading it. */
#ifndef DUMP_AHEAD_H
#define DUMP_AHEAD_H

#include <stdint.h>

struct query;

/*
 * The number of the last record that an expression may be true of, or have to
 * learn from, by what the file that fd leads to says of its frames; the first
 * record has been learnt from. UINT64_MAX: it may be any, since not all of them
 * are described. The place in the file stays what it is.
 */
uint64_t ahead_last_wanted(int fd, const struct query *query);

#endif
