/*
 * GENIO: the bytes that a call really moved, read where they lie at its exit.
 * How many is what the row says, never more than the kernel moves in one call.
 */
#include "capture/capture_private.h"

uint8_t *capture_bytes_open(const struct capture_job *job,
			    const struct capture_transfer *transfer,
			    uint32_t length)
{
	const struct capture_sink *sink = job->sink;
	struct ktr_genio head = { .fd = transfer->fd, .rw = transfer->rw };
	uint8_t *room = sink->reserve(sink->context, KTR_GENIO,
				      sizeof(head) + length);

	if (!room)
		return NULL;
	__builtin_memcpy(room, &head, sizeof(head));
	return room + sizeof(head);
}

void capture_bytes_close(const struct capture_job *job, uint32_t length,
			 uint32_t got)
{
	const struct capture_sink *sink = job->sink;

	if (length > 0 && got == 0)
		sink->cancel(sink->context);
	else
		sink->commit(sink->context, sizeof(struct ktr_genio) + got);
}

bool capture_bytes_chunks(const struct capture_job *job,
			  const struct capture_transfer *transfer,
			  uint64_t address, uint64_t length)
{
	uint32_t take;
	uint32_t got;
	uint8_t *room;

	for (; length > 0; length -= take, address += take) {
		take = (uint32_t)capture_minimum(length, CAPTURE_GENIO_CHUNK);
		room = capture_bytes_open(job, transfer, take);
		if (!room)
			continue;
		got = capture_read(job, address, room, take);
		capture_bytes_close(job, take, got);
		if (got < take)
			return false;
	}
	return true;
}

/* The bytes of one buffer. */
static void put_span(const struct capture_job *job,
		     const struct capture_transfer *transfer, uint64_t address)
{
	uint32_t length;
	uint32_t got = 0;
	uint8_t *room;

	if (job->policy->genio_all) {
		capture_bytes_chunks(job, transfer, address, transfer->moved);
		return;
	}
	length = (uint32_t)capture_minimum(transfer->moved,
					   job->policy->genio_size);
	room = capture_bytes_open(job, transfer, length);
	if (!room)
		return;
	if (length > 0)
		got = capture_read(job, address, room, length);
	capture_bytes_close(job, length, got);
}

static int32_t first_fd(const struct capture_call *call)
{
	for (unsigned i = 0; i < call->row->narg; i++)
		if (call->row->arg[i].kind == KIND_FD)
			return (int32_t)call->args[i];
	return -1;
}

/* Is it a number that can bound a length? */
static bool is_count(const struct sysdesc_arg *arg)
{
	return arg->kind == KIND_SIZE || arg->kind == KIND_INT ||
	       arg->kind == KIND_UINT || arg->kind == KIND_LONG ||
	       arg->kind == KIND_ULONG;
}

/*
 * A result can be more than what was moved: getxattr() asked for the size,
 * recv() with MSG_TRUNC. The argument that says how much there is room for
 * bounds it, where the row names one.
 */
static bool result_bytes(const struct capture_call *call, unsigned bound,
			 uint64_t *ret_length)
{
	uint64_t length = (uint64_t)call->result;

	if (is_count(&call->row->arg[bound]))
		length = capture_minimum(length,
					 capture_passed_length(call, bound));
	*ret_length = length;
	return length > 0 || call->result == 0;
}

/* The length that the caller sees now: an u32 in the program's memory. */
static bool dereferenced_bytes(const struct capture_job *job, uint64_t address,
			       uint64_t *ret_length)
{
	uint8_t word[sizeof(uint32_t)];

	if (capture_read(job, address, word, sizeof(word)) < sizeof(word))
		return false;
	*ret_length = capture_word(word, sizeof(word));
	return true;
}

/* How many bytes of argument index moved. False when nothing says so. */
static bool moved_bytes(const struct capture_job *job, unsigned index,
			uint64_t *ret_length)
{
	const struct capture_call *call = job->call;
	const struct sysdesc_arg *arg = &call->row->arg[index];

	switch ((enum sysdesc_length)arg->length) {
	case LENGTH_RESULT:
		return result_bytes(call, arg->len_arg, ret_length);
	case LENGTH_ARG:
		*ret_length = capture_passed_length(call, arg->len_arg);
		return capture_argument(call, index) != 0;
	case LENGTH_DEREF:
		return dereferenced_bytes(
		    job, capture_argument(call, arg->len_arg), ret_length);
	case LENGTH_NONE:
	case LENGTH_FIXED:
	case LENGTH_ARGS:
	case LENGTH_RESULTS:
	case LENGTH_VERSION:
		break;
	}
	return false;
}

/* The bytes of an argument that points at them, `skip` bytes before. */
static void put_flat(const struct capture_job *job, unsigned index,
		     struct capture_transfer *transfer, unsigned skip)
{
	if (!moved_bytes(job, index, &transfer->moved))
		return;
	transfer->moved = capture_minimum(transfer->moved, CAPTURE_MOVED_MAX);
	put_span(job, transfer, capture_argument(job->call, index) + skip);
}

/* struct xattr_args of Linux 6.13, the same in all ABIs. */
struct value {
	uint64_t address;
	uint32_t size;
	uint32_t flags;
};

static void put_value(const struct capture_job *job, unsigned index,
		      struct capture_transfer *transfer)
{
	uint64_t result = (uint64_t)job->call->result;
	struct value value;
	bool moved;

	if (capture_read(job, capture_argument(job->call, index), &value,
			 sizeof(value)) < sizeof(value))
		return;
	if (job->call->row->arg[index].length == LENGTH_RESULT) {
		transfer->moved = capture_minimum(value.size, result);
		/* Or else it was asked how long the value is. */
		moved = transfer->moved > 0 || result == 0;
	} else {
		transfer->moved = value.size;
		moved = value.address != 0;
	}
	transfer->moved = capture_minimum(transfer->moved, CAPTURE_MOVED_MAX);
	if (moved)
		put_span(job, transfer, value.address);
}

static void put_scattered(const struct capture_job *job, unsigned index,
			  struct capture_transfer *transfer)
{
	const struct capture_call *call = job->call;
	const struct sysdesc_arg *arg = &call->row->arg[index];
	uint64_t address = capture_argument(call, index);

	/* A vector whose call counts no bytes has moved as a whole. */
	transfer->moved = CAPTURE_MOVED_MAX;
	if (call->row->result == RESULT_COUNT || arg->length == LENGTH_RESULT ||
	    arg->kind == KIND_MMSGHDR)
		transfer->moved = capture_minimum((uint64_t)call->result,
						  CAPTURE_MOVED_MAX);
	if (arg->kind == KIND_IOVEC)
		capture_iov_vector(job, transfer, address,
				   capture_passed_length(call, arg->len_arg));
	else if (arg->kind == KIND_MSGHDR)
		capture_iov_message(job, transfer, address);
	else
		capture_iov_messages(job, transfer, address);
}

static void put_argument(const struct capture_job *job, unsigned index)
{
	const struct capture_call *call = job->call;
	const struct sysdesc_arg *arg = &call->row->arg[index];
	struct capture_transfer transfer = {
		.fd = first_fd(call),
		.rw = arg->direction == DIRECTION_IN ? KTR_GENIO_WRITE
						     : KTR_GENIO_READ,
	};

	switch (arg->kind) {
	case KIND_BYTES:
		put_flat(job, index, &transfer, 0);
		break;
	case KIND_MSGBUF:
		put_flat(job, index, &transfer, capture_long(call));
		break;
	case KIND_XATTR:
		put_value(job, index, &transfer);
		break;
	default:
		put_scattered(job, index, &transfer);
		break;
	}
}

void capture_bytes_exit(const struct capture_job *job)
{
	const struct sysdesc_row *row = job->call->row;

	for (unsigned i = 0; i < row->narg; i++)
		if (capture_moves(&row->arg[i]))
			put_argument(job, i);
}
