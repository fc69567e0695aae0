/*
 * Calls that others carry: what they move is a GENIO as if nobody had carried
 * them. Their arguments may be in the program's memory, where another thread
 * can change them: so they are read once, at the entry.
 */
#include "capture/capture_private.h"

#define WORDS_MAX 6

bool capture_inner_moves(const struct sysdesc_row *carrier)
{
	for (unsigned i = 0; i < sysdesc_inner_count(); i++)
		if (sysdesc_inner(i)->carrier == carrier &&
		    capture_row_moves(sysdesc_inner(i)->row))
			return true;
	return false;
}

unsigned capture_inner_structs(const struct sysdesc_row *carrier)
{
	unsigned needs = 0;

	for (unsigned i = 0; i < sysdesc_inner_count(); i++)
		if (sysdesc_inner(i)->carrier == carrier)
			needs |= capture_struct_needs(sysdesc_inner(i)->row);
	/* Where the arguments are read is the entry. */
	return needs ? needs | CAPTURE_AT_ENTRY : 0;
}

/* Whether something is wanted of what its arguments point at. */
static bool is_wanted(const struct capture_job *job)
{
	const struct sysdesc_row *row = job->call->inner->row;

	return (capture_wants(job->policy, KTR_GENIO) &&
		capture_row_moves(row)) ||
	       ((job->policy->facilities & CAPTURE_STRUCTS) &&
		capture_struct_needs(row));
}

/* The call as if nobody carried it. Not as a whole: some compilers would make a
 * call of memset(). */
static void unwrap(const struct capture_call *call, struct capture_call *ret)
{
	ret->row = call->inner->row;
	ret->number = call->number;
	ret->abi = call->abi;
	ret->word = call->word;
	ret->room = call->room;
	capture_copy(ret->rooms, call->rooms, sizeof(ret->rooms));
	ret->result = call->result;
	ret->failed = call->failed;
	for (unsigned i = 0; i < ret->row->narg; i++)
		ret->args[i] = call->inner_args[i];
}

/* How many words the call looks at. */
static unsigned count_words(const struct sysdesc_inner *inner)
{
	unsigned count = 0;

	for (unsigned i = 0; i < inner->row->narg; i++)
		if ((inner->from[i] & FROM_MASK) == FROM_WORD)
			count++;
	return count;
}

/* Where the words are: what the carrier's POINTER says. */
static uint64_t address_of_words(const struct capture_call *call)
{
	for (unsigned i = 0; i < call->row->narg; i++)
		if (call->row->arg[i].kind == KIND_POINTER)
			return capture_argument(call, i);
	return 0;
}

static uint64_t argument(const struct capture_call *call, unsigned index,
			 const uint32_t *words)
{
	uint8_t from = call->inner->from[index];
	unsigned at = from & ~(unsigned)FROM_MASK;

	switch (from & FROM_MASK) {
	case FROM_REGISTER:
		return capture_argument(call, at);
	case FROM_WORD:
		return words[at];
	default:
		return 0;
	}
}

void capture_inner_entry(const struct capture_job *job)
{
	struct capture_call *call = job->call;
	struct capture_call inner;
	const struct capture_job inner_job = { job->policy, &inner, job->memory,
					       job->sink };
	uint32_t words[WORDS_MAX];
	uint32_t length;

	if (!is_wanted(job))
		return;
	length = count_words(call->inner) * (uint32_t)sizeof(words[0]);
	if (length > 0 &&
	    capture_read(job, address_of_words(call), words, length) < length) {
		call->inner = NULL;
		return;
	}
	for (unsigned i = 0; i < call->inner->row->narg; i++)
		call->inner_args[i] = argument(call, i, words);
	if (!(job->policy->facilities & CAPTURE_STRUCTS))
		return;
	unwrap(call, &inner);
	capture_struct_entry(&inner_job);
	call->room = inner.room;
	capture_copy(call->rooms, inner.rooms, sizeof(call->rooms));
}

void capture_inner_exit(const struct capture_job *job)
{
	const struct capture_call *call = job->call;
	struct capture_call inner;
	const struct capture_job inner_job = { job->policy, &inner, job->memory,
					       job->sink };

	unwrap(call, &inner);
	if (job->policy->facilities & CAPTURE_STRUCTS)
		capture_struct_exit(&inner_job);
	if (capture_wants(job->policy, KTR_GENIO))
		capture_bytes_exit(&inner_job);
}
