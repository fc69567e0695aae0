/*
 * GENIO where the bytes lie scattered: struct iovec[], struct msghdr and struct
 * mmsghdr[], each in the layout of 4 or of 8 byte words. The bytes moved fill
 * the spans in their order. Everything read here may have been changed by
 * another thread since the kernel read it: counts are bounded, ends are found.
 */
#include "capture/capture_private.h"

#define SPANS_MAX     1024u /* the kernel takes no longer vector, */
#define MESSAGES_MAX  1024u /* nor more messages */
#define MESSAGE_BATCH 8u

struct span {
	uint64_t address;
	uint64_t length;
};

/* Walks a struct iovec[]. */
struct vector {
	uint64_t address;
	uint32_t left;
	unsigned word;
};

/* Where things are in a struct msghdr and a struct mmsghdr. */
struct layout {
	uint8_t iov;
	uint8_t iovlen;
	uint8_t size;
	uint8_t moved;  /* mmsghdr.msg_len */
	uint8_t stride; /* sizeof(struct mmsghdr) */
};
#define STRIDE_MAX 64
static const struct layout layout_4 = { 8, 12, 28, 28, 32 };
static const struct layout layout_8 = { 16, 24, 56, 56, STRIDE_MAX };

static const struct layout *layout_of(const struct capture_call *call)
{
	return call->word == 8 ? &layout_8 : &layout_4;
}

static struct vector vector_at(const struct capture_job *job, uint64_t address,
			       uint64_t count)
{
	return (struct vector){
		.address = address,
		.left = (uint32_t)capture_minimum(count, SPANS_MAX),
		.word = capture_pointer(job->call),
	};
}

/* The next spans, at most CAPTURE_BATCH of them; 0 at the end. */
static unsigned next_spans(const struct capture_job *job, struct vector *vector,
			   struct span *spans)
{
	unsigned size = 2 * vector->word;
	unsigned count = (unsigned)capture_minimum(vector->left, CAPTURE_BATCH);
	uint8_t *raw = (uint8_t *)spans;
	struct span span;

	if (count == 0)
		return 0;
	count = capture_read(job, vector->address, raw, count * size) / size;
	vector->address += (uint64_t)count * size;
	vector->left = count > 0 ? vector->left - count : 0;
	/* Backwards: a span in our layout is never smaller than its source. */
	for (unsigned i = count; i-- > 0;) {
		span.address = capture_word(raw + i * size, vector->word);
		span.length = capture_word(raw + i * size + vector->word,
					   vector->word);
		spans[i] = span;
	}
	return count;
}

/* Lays the spans one behind the other, up to length bytes. How many pieces. */
static unsigned plan_pieces(const struct span *spans, unsigned count,
			    uint8_t *to, uint32_t length,
			    struct capture_piece *pieces)
{
	unsigned used = 0;
	uint32_t take;

	for (unsigned i = 0; i < count && length > 0; i++) {
		take = (uint32_t)capture_minimum(spans[i].length, length);
		if (take == 0)
			continue;
		pieces[used++] = (struct capture_piece){
			.address = spans[i].address, .to = to, .length = take
		};
		to += take;
		length -= take;
	}
	return used;
}

/* Reads the spans. How many bytes came before the first gap, if there is one.
 */
static uint32_t gather_spans(const struct capture_job *job,
			     const struct span *spans, unsigned count,
			     uint8_t *to, uint32_t length, bool *ret_gap)
{
	struct capture_piece pieces[CAPTURE_BATCH];
	unsigned used = plan_pieces(spans, count, to, length, pieces);
	uint32_t got = 0;

	if (used > 0)
		job->memory->read(job->memory->context, pieces, used);
	for (unsigned i = 0; i < used; i++) {
		got += pieces[i].got;
		if (pieces[i].got < pieces[i].length) {
			*ret_gap = true;
			break;
		}
	}
	return got;
}

/* Everything in one record, as much of it as the policy allows. */
static void put_one(const struct capture_job *job,
		    const struct capture_transfer *transfer,
		    struct vector *vector)
{
	struct span spans[CAPTURE_BATCH];
	uint32_t length = (uint32_t)capture_minimum(transfer->moved,
						    job->policy->genio_size);
	uint8_t *room = capture_bytes_open(job, transfer, length);
	uint32_t got = 0;
	bool gap = false;
	unsigned count;

	if (!room)
		return;
	while (got < length && !gap) {
		count = next_spans(job, vector, spans);
		if (count == 0)
			break;
		got += gather_spans(job, spans, count, room + got, length - got,
				    &gap);
	}
	capture_bytes_close(job, length, got);
}

/* Everything, in records that never reach from one span into another. */
static void put_all(const struct capture_job *job,
		    const struct capture_transfer *transfer,
		    struct vector *vector)
{
	struct span spans[CAPTURE_BATCH];
	uint64_t left = transfer->moved;
	uint64_t take;
	unsigned count;

	while (left > 0) {
		count = next_spans(job, vector, spans);
		if (count == 0)
			return;
		for (unsigned i = 0; i < count; i++) {
			take = capture_minimum(spans[i].length, left);
			if (!capture_bytes_chunks(job, transfer,
						  spans[i].address, take))
				return;
			left -= take;
		}
	}
}

void capture_iov_vector(const struct capture_job *job,
			const struct capture_transfer *transfer,
			uint64_t address, uint64_t count)
{
	struct vector vector = vector_at(job, address, count);

	if (job->policy->genio_all)
		put_all(job, transfer, &vector);
	else
		put_one(job, transfer, &vector);
}

/* The message whose struct msghdr is in header. */
static void put_message(const struct capture_job *job,
			const struct capture_transfer *transfer,
			const uint8_t *header)
{
	const struct layout *layout = layout_of(job->call);
	unsigned word = capture_pointer(job->call);

	capture_iov_vector(job, transfer,
			   capture_word(header + layout->iov, word),
			   capture_word(header + layout->iovlen, word));
}

void capture_iov_message(const struct capture_job *job,
			 const struct capture_transfer *transfer,
			 uint64_t address)
{
	uint8_t header[STRIDE_MAX];
	uint32_t size = layout_of(job->call)->size;

	if (capture_read(job, address, header, size) == size)
		put_message(job, transfer, header);
}

/*
 * The messages of a batch. Somebody may have written lengths into the headers
 * that no call moves; so all of a call together has the bound of one transfer.
 * False when that is used up.
 */
static bool put_messages(const struct capture_job *job,
			 const struct capture_transfer *transfer,
			 const uint8_t *headers, uint32_t count, uint64_t *left)
{
	const struct layout *layout = layout_of(job->call);
	struct capture_transfer each = *transfer;

	for (uint32_t i = 0; i<count && * left> 0; i++) {
		const uint8_t *header = headers + i * layout->stride;

		each.moved = capture_minimum(
		    capture_word(header + layout->moved, 4), *left);
		*left -= each.moved;
		put_message(job, &each, header);
	}
	return *left > 0;
}

void capture_iov_messages(const struct capture_job *job,
			  const struct capture_transfer *transfer,
			  uint64_t address)
{
	uint32_t stride = layout_of(job->call)->stride;
	uint8_t headers[MESSAGE_BATCH * STRIDE_MAX];
	uint64_t messages = capture_minimum(transfer->moved, MESSAGES_MAX);
	uint64_t left = CAPTURE_MOVED_MAX;
	uint32_t count;

	while (messages > 0) {
		count = (uint32_t)capture_minimum(messages, MESSAGE_BATCH);
		count = capture_read(job, address, headers, count * stride) /
			stride;
		if (count == 0 ||
		    !put_messages(job, transfer, headers, count, &left))
			return;
		address += (uint64_t)count * stride;
		messages -= count;
	}
}
