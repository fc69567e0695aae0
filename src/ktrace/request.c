/*
 * From options to requests. Asks nobody.
 */
#include "ktrace/request.h"

#include <errno.h>
#include <stdio.h>

#include <ktrace-u/format.h>

#include "ktrace/options.h"

static uint32_t rules_of(const struct ktrace_options *options)
{
	return options->rules == PERMISSION_NETBSD ? WIRE_NETBSD : 0;
}

struct wire_request request_of(const struct ktrace_options *options,
			       enum wire_operation operation)
{
	const struct targets *target = &options->target;
	struct wire_request request = {
		.operation = operation,
		.flags = rules_of(options),
		.pid = target->pgid ? -target->pgid : target->pid,
	};

	if (target->descendants)
		request.flags |= WIRE_DESCEND;
	return request;
}

/* What --syscalls says, then a newline and what --stack does. */
static int put_text(const struct ktrace_options *options,
		    struct wire_request *request)
{
	const char *calls = options->calls_text;
	const char *stacks = options->stacks_text;
	int length;

	if (calls)
		request->flags |= WIRE_CALLS;
	if (stacks)
		request->flags |= WIRE_STACKS;
	length = snprintf(request->text, sizeof(request->text), "%s%s%s",
			  calls ?: "", stacks ? "\n" : "", stacks ?: "");
	if (length > WIRE_TEXT_MAX)
		return -E2BIG;
	request->text_length = (uint32_t)length;
	return 0;
}

int request_set(const struct ktrace_options *options, struct wire_request *ret)
{
	*ret = request_of(options, WIRE_SET);
	ret->facilities = options->points & KTRFAC_MASK;
	if (options->inherit)
		ret->facilities |= KTRFAC_INHERIT;
	if (options->genio_all)
		ret->flags |= WIRE_GENIO_ALL;
	if (options->genio_given)
		ret->genio_size = (uint32_t)options->genio_size;
	if (options->queue_given)
		ret->queue_size = (uint32_t)options->queue_size;
	if (options->drop)
		ret->flags |= WIRE_DROP;
	ret->flags |= (uint32_t)options->level << WIRE_LEVEL_SHIFT;
	if (options->refuses_rings)
		ret->flags |= WIRE_NO_RINGS;
	return put_text(options, ret);
}
