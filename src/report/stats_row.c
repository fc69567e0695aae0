/*
 * Counts calls in classes, and tells from these.
 */
#include "report/stats_row.h"

#include <string.h>

#include "base/array.h"
#include "join/call.h"

#define COLUMN_NS    UINT64_C(1000)
#define COLUMN_TIMES 4u

/* Up to 16 ns each has a class of its own. */
static unsigned class_of(uint64_t ns)
{
	unsigned power;

	if (ns < 2 * STATS_STEPS)
		return (unsigned)ns;
	power = 63 - (unsigned)__builtin_clzll(ns);
	return (power - 2) * STATS_STEPS +
	       (unsigned)(ns >> (power - 3) & (STATS_STEPS - 1));
}

/* The least that is in the class behind it. */
static uint64_t end_of(unsigned class)
{
	unsigned power = class / STATS_STEPS + 2;

	if (class < 2 * STATS_STEPS)
		return class;
	return ((uint64_t)(STATS_STEPS + class % STATS_STEPS) + 1)
	       << (power - 3);
}

static bool moves_bytes(const struct call *call)
{
	return call->row && call->row->result == RESULT_COUNT &&
	       call->exit.sysret.retval > 0;
}

void stats_row_count(struct stats_row *row, const struct call *call)
{
	uint64_t took = call_duration_ns(call);

	memcpy(row->comm, call->entry.comm, sizeof(row->comm));
	row->calls++;
	if (!call->has_returned) {
		row->unfinished++;
		return;
	}
	if (call->exit.sysret.error > 0)
		row->errors++;
	else if (moves_bytes(call))
		row->bytes += (uint64_t)call->exit.sysret.retval;
	row->total_ns += took;
	row->max_ns = MAX(row->max_ns, took);
	row->classes[MIN(class_of(took), STATS_CLASSES - 1)]++;
}

uint64_t stats_row_share_ns(const struct stats_row *row, unsigned percent)
{
	uint64_t returned = row->calls - row->unfinished;
	uint64_t wanted = (returned * percent + 99) / 100;
	unsigned class = 0;

	for (uint64_t seen = row->classes[0]; seen < wanted;)
		seen += row->classes[++class];
	return MIN(end_of(class), row->max_ns);
}

uint64_t stats_row_mean_ns(const struct stats_row *row)
{
	uint64_t returned = row->calls - row->unfinished;

	return returned ? row->total_ns / returned : 0;
}

void stats_row_columns(const struct stats_row *row, uint64_t ret[STATS_COLUMNS])
{
	uint64_t limit = COLUMN_NS;
	unsigned column = 0;

	memset(ret, 0, STATS_COLUMNS * sizeof(*ret));
	for (unsigned class = 0; class < STATS_CLASSES; class ++) {
		while (column < STATS_COLUMNS - 1 && end_of(class) > limit) {
			limit *= COLUMN_TIMES;
			column++;
		}
		ret[column] += row->classes[class];
	}
}
