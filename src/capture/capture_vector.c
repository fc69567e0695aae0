/*
 * ARGS and ENVS of an exec that failed: the strings of a NULL-terminated
 * vector, one behind the other. (Those of an exec that worked are read from the
 * new image, by somebody else.) An unreadable string ends its vector.
 */
#include "capture/capture_private.h"

/* No argument that the kernel takes is longer, its NUL included; */
#define ROOM_SIZE (128u << 10)
/* nor are all strings of an exec, with their pointers. */
#define VECTOR_MAX (6u << 20)

/* A record that is being filled. */
struct list {
	const struct capture_job *job;
	enum ktr_kind kind;
	uint8_t *room;
	uint32_t used;
	uint64_t total; /* of all records of this vector */
};

static bool list_open(struct list *list)
{
	const struct capture_sink *sink = list->job->sink;

	list->room = sink->reserve(sink->context, list->kind, ROOM_SIZE);
	list->used = 0;
	return list->room != NULL;
}

static void list_close(struct list *list)
{
	const struct capture_sink *sink = list->job->sink;

	if (list->room)
		sink->commit(sink->context, list->used);
	list->room = NULL;
}

static bool list_renew(struct list *list)
{
	list_close(list);
	return list_open(list);
}

/* Counts length bytes at the end of the room in. */
static void list_add(struct list *list, uint32_t length)
{
	list->used += length;
	list->total += length;
}

enum outcome { OUTCOME_DONE, OUTCOME_FULL, OUTCOME_UNREADABLE };

/* Reads a string of any length to the end of the room, page by page. */
static enum outcome read_string(struct list *list, uint64_t address)
{
	uint8_t *to = list->room + list->used;
	uint32_t length = 0;
	uint32_t take;
	uint32_t got;
	uint32_t end;

	while (list->used + length < ROOM_SIZE) {
		take = (uint32_t)capture_minimum(
		    capture_page_left(address + length),
		    ROOM_SIZE - list->used - length);
		got = capture_read(list->job, address + length, to + length,
				   take);
		end = capture_find_nul(to + length, got);
		if (end < got) {
			list_add(list, length + end + 1);
			return OUTCOME_DONE;
		}
		if (got < take)
			return OUTCOME_UNREADABLE;
		length += take;
	}
	return OUTCOME_FULL;
}

/* A string that was not short enough for its slot. False: the list ends. */
static bool put_long(struct list *list, uint64_t address)
{
	enum outcome outcome = read_string(list, address);

	if (outcome == OUTCOME_FULL && list->used > 0) {
		if (!list_renew(list))
			return false;
		outcome = read_string(list, address);
	}
	if (outcome == OUTCOME_FULL) {
		/* Longer than any argument: its beginning is kept. */
		list->room[ROOM_SIZE - 1] = 0;
		list_add(list, ROOM_SIZE);
	}
	return outcome != OUTCOME_UNREADABLE;
}

/* Reads the beginnings of strings into slots behind what the room holds. */
static void read_slots(struct list *list, const uint64_t *addresses,
		       unsigned count, struct capture_piece *pieces)
{
	const struct capture_memory *memory = list->job->memory;

	for (unsigned i = 0; i < count; i++) {
		pieces[i].address = addresses[i];
		pieces[i].to = list->room + list->used +
			       i * CAPTURE_STRING_FIRST;
		pieces[i].length = (uint32_t)capture_minimum(
		    CAPTURE_STRING_FIRST, capture_page_left(addresses[i]));
		pieces[i].got = 0;
	}
	memory->read(memory->context, pieces, count);
}

/*
 * Appends the first strings of those given: how many, or 0 when the list ends.
 * They are read into slots in one go and then moved together, up to the first
 * one that is longer than a slot, for which the slots behind it are given up.
 */
static unsigned put_strings(struct list *list, const uint64_t *addresses,
			    unsigned count)
{
	struct capture_piece pieces[CAPTURE_BATCH];
	const struct capture_piece *piece;
	uint32_t length;

	if (ROOM_SIZE - list->used < CAPTURE_STRING_FIRST && !list_renew(list))
		return 0;
	count = (unsigned)capture_minimum(count, (ROOM_SIZE - list->used) /
						     CAPTURE_STRING_FIRST);
	read_slots(list, addresses, count, pieces);
	for (unsigned i = 0; i < count; i++) {
		piece = &pieces[i];
		length = capture_find_nul(piece->to, piece->got);
		if (length == piece->got)
			return put_long(list, addresses[i]) ? i + 1 : 0;
		capture_copy(list->room + list->used, piece->to, length + 1);
		list_add(list, length + 1);
	}
	return count;
}

/* The next pointers before the NULL; *ret_more: it has not come yet. */
static unsigned next_pointers(const struct capture_job *job, uint64_t *address,
			      uint64_t *pointers, bool *ret_more)
{
	unsigned word = capture_pointer(job->call);
	uint8_t *raw = (uint8_t *)pointers;
	uint32_t take = (uint32_t)capture_minimum(CAPTURE_BATCH * word,
						  capture_page_left(*address));
	unsigned count;

	/* A vector may end right before memory that cannot be read. */
	if (take < word)
		take = word;
	take -= take % word;
	count = capture_read(job, *address, raw, take) / word;
	*ret_more = count * word == take;
	*address += (uint64_t)count * word;
	for (unsigned i = count; i-- > 0;)
		pointers[i] = capture_word(raw + i * word, word);
	for (unsigned i = 0; i < count; i++)
		if (pointers[i] == 0) {
			*ret_more = false;
			return i;
		}
	return count;
}

static bool put_batch(struct list *list, const uint64_t *pointers,
		      unsigned count)
{
	unsigned added;

	for (unsigned done = 0; done < count; done += added) {
		if (list->total > VECTOR_MAX)
			return false;
		added = put_strings(list, pointers + done, count - done);
		if (added == 0)
			return false;
	}
	list->total += count * sizeof(*pointers);
	return true;
}

static void put_vector(const struct capture_job *job, enum ktr_kind kind,
		       uint64_t address)
{
	struct list list = { .job = job, .kind = kind };
	uint64_t pointers[CAPTURE_BATCH];
	uint64_t start = address;
	unsigned count;
	bool more;

	if (address == 0)
		return;
	count = next_pointers(job, &address, pointers, &more);
	if (address == start || !list_open(&list))
		return;
	while (put_batch(&list, pointers, count) && more)
		count = next_pointers(job, &address, pointers, &more);
	list_close(&list);
}

void capture_vector_exit(const struct capture_job *job)
{
	const struct capture_call *call = job->call;
	const struct sysdesc_row *row = call->row;

	for (unsigned i = 0; i < row->narg; i++) {
		uint64_t address = capture_argument(call, i);

		if (row->arg[i].kind == KIND_ARGV &&
		    capture_wants(job->policy, KTR_ARGS))
			put_vector(job, KTR_ARGS, address);
		if (row->arg[i].kind == KIND_ENVP &&
		    capture_wants(job->policy, KTR_ENVS))
			put_vector(job, KTR_ENVS, address);
	}
}
