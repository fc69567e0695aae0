/*
 * Goes from description to description: one read for each frame.
 */
#include "dump/ahead.h"

#include <stddef.h>

#include <ktrace-u/format.h>

#include "query/query.h"
#include "trace/seek_table.h"

struct ahead {
	const struct query *query;
	uint64_t before; /* records in front of the frame */
	uint64_t last;
};

static void look_at(void *context, const struct ktr_frame *frame)
{
	struct ahead *ahead = context;
	const struct query_span span = {
		.earliest_ns = frame->earliest_ns,
		.latest_ns = frame->latest_ns,
		.first = ahead->before + 1,
		.last = ahead->before + frame->records,
	};

	ahead->before += frame->records;
	if (query_may_match(ahead->query, &span))
		ahead->last = ahead->before;
}

uint64_t ahead_last_wanted(int fd, const struct query *query)
{
	struct ahead ahead = { .query = query };

	return seek_table_each(fd, look_at, &ahead) < 0 ? UINT64_MAX
							: ahead.last;
}
