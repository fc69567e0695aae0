/*
 * Ranges of addresses. What is only perhaps common counts as common.
 */
#include "audit/common.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

#include "base/array.h"
#include "join/call.h"

/* Nothing says how long it is: as long as nothing could be. */
#define ATTACHED_LENGTH (UINT64_C(1) << 40)

void common_done(struct common *common)
{
	free(common->ranges);
	common->ranges = NULL;
	common->count = 0;
}

int common_inherit(struct common *common, const struct common *creator)
{
	size_t size = creator->count * sizeof(*creator->ranges);

	common->is_everywhere = creator->is_everywhere;
	if (!size)
		return 0;
	common->ranges = malloc(size);
	if (!common->ranges)
		return -ENOMEM;
	memcpy(common->ranges, creator->ranges, size);
	common->count = creator->count;
	return 0;
}

static int add(struct common *common, uint64_t start, uint64_t length)
{
	struct common_range *grown;

	if (common->count >= COMMON_MAX) {
		common->is_everywhere = true;
		return 0;
	}
	grown = reallocarray(common->ranges, common->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	common->ranges = grown;
	grown[common->count++] = (struct common_range){ start, length };
	return 0;
}

static bool covers(uint64_t start, uint64_t length,
		   const struct common_range *range)
{
	return range->start >= start && range->start - start < length &&
	       length - (range->start - start) >= range->length;
}

/* What goes as a whole; of what loses a part, all counts on. */
static void take_away(struct common *common, uint64_t start, uint64_t length)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < common->count; i++)
		if (!covers(start, length, &common->ranges[i]))
			common->ranges[kept++] = common->ranges[i];
	common->count = kept;
}

static bool holds(const struct common *common, uint64_t address)
{
	for (unsigned i = 0; i < common->count; i++)
		if (address - common->ranges[i].start <
		    common->ranges[i].length)
			return true;
	return false;
}

/* One that i386 carries says where by a pointer. */
static bool is_carried(const struct call *call)
{
	const struct sysdesc_inner *inner = sysdesc_inner_find(call->row,
							       call->args[0]);

	return inner && inner->row->effect == EFFECT_ATTACH;
}

bool common_is_changed_by(const struct call *call)
{
	if (!call->has_returned || call->exit.sysret.error)
		return false;
	if (is_carried(call))
		return true;
	switch (call->row->effect) {
	case EFFECT_MAP:
		/* The first one of i386 points at its arguments. */
		return call->row->narg < 4 || call->args[3] & MAP_SHARED;
	case EFFECT_ATTACH:
	case EFFECT_REMAP:
	case EFFECT_UNMAP:
	case EFFECT_SUBMIT:
		return true;
	default:
		return false;
	}
}

static int move(struct common *common, const struct call *call)
{
	bool was_common = holds(common, call->args[0]);

	/* Grown where it was, it is one range still. */
	take_away(common, call->args[0], call->args[1]);
	if (!was_common)
		return 0;
	return add(common, (uint64_t)call->exit.sysret.retval, call->args[2]);
}

int common_learn(struct common *common, const struct call *call)
{
	uint64_t result = (uint64_t)call->exit.sysret.retval;

	if (is_carried(call) || call->row->effect == EFFECT_SUBMIT) {
		common->is_everywhere = true;
		return 0;
	}
	switch (call->row->effect) {
	case EFFECT_MAP:
		if (call->row->narg < 4) {
			common->is_everywhere = true;
			return 0;
		}
		/* What was there is gone, whether that was recorded or not. */
		take_away(common, result, call->args[1]);
		return add(common, result, call->args[1]);
	case EFFECT_ATTACH:
		return add(common, result, ATTACHED_LENGTH);
	case EFFECT_REMAP:
		return move(common, call);
	case EFFECT_UNMAP:
		take_away(common, call->args[0], call->args[1]);
		return 0;
	default:
		return 0;
	}
}

/* Of what it points at, something else may point there. */
static bool is_deep(const struct call *call, unsigned index)
{
	switch (call->row->arg[index].kind) {
	case KIND_MSGHDR:
	case KIND_MMSGHDR:
		return true;
	default:
		return sysdesc_inner_find(call->row, call->args[0]) != NULL;
	}
}

bool common_has_given(const struct common *common, const struct call *call)
{
	unsigned count = MIN(call->arg_count, (unsigned)call->row->narg);

	if (common->is_everywhere || !common->count)
		return common->is_everywhere;
	for (unsigned i = 0; i < count; i++)
		if (is_deep(call, i) || holds(common, call->args[i]))
			return true;
	return false;
}
