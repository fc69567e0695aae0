/*
 * How much there is where an argument points: by its row, by what other
 * arguments or the result say, or by what lies there. Makes no record.
 */
#include "capture/capture_private.h"

#define BITS_MAX (1u << 20) /* in a set; the kernel has fewer of anything */

/* What it says itself; the whole of what is known where it says nothing. */
static uint64_t own_length(const struct capture_job *job,
			   const struct sysdesc_layout *layout,
			   uint64_t address)
{
	uint32_t size = capture_size_of(job, layout);
	uint8_t raw[4];
	uint32_t own;

	if (!layout->has_own_size ||
	    capture_read(job, address + layout->own_size, raw, sizeof(raw)) <
		sizeof(raw))
		return size;
	own = (uint32_t)capture_word(raw, sizeof(raw));
	return own == 0 ? size : (uint64_t)own + layout->own_more;
}

static uint64_t bytes_of_bits(uint64_t bits, uint32_t size)
{
	bits = capture_minimum(bits, BITS_MAX);
	return (bits + 8 * size - 1) / (8 * size) * size;
}

/* The lesser of the room that there was and what was there to say. */
static uint64_t length_returned(const struct capture_job *job, unsigned index)
{
	uint64_t address = capture_argument(job->call, index);
	uint8_t raw[4];

	if (capture_read(job, address, raw, sizeof(raw)) < sizeof(raw))
		return 0;
	return capture_minimum(job->call->room, capture_word(raw, sizeof(raw)));
}

static uint64_t length_of_version(const struct capture_job *job, unsigned index,
				  uint32_t size)
{
	uint64_t address = capture_argument(job->call, index);
	uint8_t raw[4];

	if (capture_read(job, address, raw, sizeof(raw)) == sizeof(raw) &&
	    capture_word(raw, sizeof(raw)) == SYSDESC_VERSION_HALF)
		return size / 2;
	return size;
}

void capture_pointed_measure(const struct capture_job *job,
			     const struct sysdesc_arg *arg,
			     struct capture_pointed *what)
{
	const struct capture_call *call = job->call;
	uint32_t size = capture_size_of(job, what->layout);

	switch ((enum sysdesc_length)arg->length) {
	case LENGTH_NONE:
	case LENGTH_FIXED:
		what->is_array = what->layout->items > 1;
		what->items = what->layout->items;
		what->length = own_length(job, what->layout, what->address);
		break;
	case LENGTH_ARG:
		what->length = capture_passed_length(call, arg->len_arg);
		/* The kernel refuses more. */
		if (size > 0 && !what->layout->varies)
			what->length = capture_minimum(what->length, size);
		if (what->layout->has_own_size)
			what->length = capture_minimum(
			    what->length,
			    own_length(job, what->layout, what->address));
		break;
	case LENGTH_ARGS:
		what->items = capture_passed_length(call, arg->len_arg);
		what->is_array = !what->layout->is_bits;
		what->length = bytes_of_bits(what->items, size);
		break;
	case LENGTH_RESULT:
		what->length = (uint64_t)call->result;
		break;
	case LENGTH_RESULTS:
		what->is_array = true;
		what->items = (uint64_t)call->result;
		break;
	case LENGTH_VERSION:
		what->length = length_of_version(job, arg->len_arg, size);
		break;
	case LENGTH_DEREF:
		what->length = length_returned(job, arg->len_arg);
		what->is_array = what->layout->field_count == 1;
		what->items = size > 0 ? what->length / size : 0;
		break;
	}
}
