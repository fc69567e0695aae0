/*
 * NAMEI: the paths of a call, as the program gave them. What they mean (joined
 * with a directory, resolved) is the business of whoever is told through
 * capture_sink.named().
 */
#include "capture/capture_private.h"

struct path {
	unsigned arg;
	int64_t dirfd;
	uint64_t address;
};

/*
 * The PATH arguments whose bit is set in `among`, each with the descriptor that
 * it is relative to. A DIRFD holds for the next path only.
 */
static unsigned list_paths(const struct capture_call *call, unsigned among,
			   struct path *paths)
{
	const struct sysdesc_row *row = call->row;
	int64_t dirfd = CAPTURE_NO_DIRFD;
	unsigned count = 0;
	uint64_t value;

	for (unsigned i = 0; i < row->narg; i++) {
		value = capture_argument(call, i);
		if (row->arg[i].kind == KIND_DIRFD)
			dirfd = (int32_t)value;
		if (row->arg[i].kind != KIND_PATH)
			continue;
		if (value != 0 && (among & (1u << i)))
			paths[count++] = (struct path){ i, dirfd, value };
		dirfd = CAPTURE_NO_DIRFD;
	}
	return count;
}

static void tell(const struct capture_job *job, const struct path *path,
		 const uint8_t *name, size_t length)
{
	if (job->sink->named)
		job->sink->named(job->sink->context, path->arg, path->dirfd,
				 (const char *)name, length);
}

static void put_short(const struct capture_job *job, const struct path *path,
		      const uint8_t *name, uint32_t length)
{
	const struct capture_sink *sink = job->sink;
	uint8_t *room = NULL;

	if (capture_wants(job->policy, KTR_NAMEI)) {
		room = sink->reserve(sink->context, KTR_NAMEI, length);
		if (!room)
			return;
		capture_copy(room, name, length);
		sink->commit(sink->context, length);
	}
	tell(job, path, name, length);
}

/*
 * The room belongs to the sink again after commit(), so whoever is told needs a
 * copy: on the stack of a function of its own, which only a sink that wants to
 * be told ever pays for.
 */
__attribute__((noinline)) static void
commit_and_tell(const struct capture_job *job, const struct path *path,
		const uint8_t *room, uint32_t length)
{
	uint8_t copy[CAPTURE_PATH_MAX];

	capture_copy(copy, room, length);
	job->sink->commit(job->sink->context, length);
	tell(job, path, copy, length);
}

/*
 * Goes on behind the `have` bytes in room: at most two pages, in one read. The
 * string's length; CAPTURE_PATH_MAX when it has no end; or -1 when it faults.
 */
static int32_t read_rest(const struct capture_job *job, uint64_t address,
			 uint8_t *room, uint32_t have)
{
	uint32_t left = CAPTURE_PATH_MAX - have;
	uint32_t near = capture_page_left(address + have);
	struct capture_piece pieces[2];
	unsigned count = near < left ? 2 : 1;
	uint32_t total = have;

	near = near < left ? near : left;
	pieces[0] = (struct capture_piece){ address + have, room + have, near,
					    0 };
	pieces[1] = (struct capture_piece){ address + have + near,
					    room + have + near, left - near,
					    0 };
	job->memory->read(job->memory->context, pieces, count);
	total += pieces[0].got;
	if (pieces[0].got == near && count == 2)
		total += pieces[1].got;
	have += capture_find_nul(room + have, total - have);
	return have < total || total == CAPTURE_PATH_MAX ? (int32_t)have : -1;
}

/* A path whose first piece has no NUL. False when it faults. */
static bool put_long(const struct capture_job *job, const struct path *path,
		     const struct capture_piece *first)
{
	const struct capture_sink *sink = job->sink;
	uint8_t *room = NULL;
	int32_t length;

	if (capture_wants(job->policy, KTR_NAMEI))
		room = sink->reserve(sink->context, KTR_NAMEI,
				     CAPTURE_PATH_MAX);
	if (!room)
		return true;
	capture_copy(room, first->to, first->got);
	length = read_rest(job, path->address, room, first->got);
	if (length < 0)
		sink->cancel(sink->context);
	else if (sink->named)
		commit_and_tell(job, path, room, (uint32_t)length);
	else
		sink->commit(sink->context, (size_t)length);
	return length >= 0;
}

/* False when the path faults before its NUL. */
static bool put_path(const struct capture_job *job, const struct path *path,
		     const struct capture_piece *first)
{
	uint32_t length = capture_find_nul(first->to, first->got);

	if (length < first->got) {
		put_short(job, path, first->to, length);
		return true;
	}
	if (first->got < first->length)
		return false;
	return put_long(job, path, first);
}

/* All of them begin in one read. Answers which ones faulted. */
static unsigned put_paths(const struct capture_job *job, unsigned among)
{
	struct path paths[KTR_NARG_MAX];
	struct capture_piece pieces[KTR_NARG_MAX];
	uint8_t first[KTR_NARG_MAX][CAPTURE_STRING_FIRST];
	unsigned count = list_paths(job->call, among, paths);
	unsigned faulted = 0;

	if (count == 0)
		return 0;
	for (unsigned i = 0; i < count; i++) {
		pieces[i].address = paths[i].address;
		pieces[i].to = first[i];
		pieces[i].length = (uint32_t)capture_minimum(
		    CAPTURE_STRING_FIRST, capture_page_left(paths[i].address));
		pieces[i].got = 0;
	}
	job->memory->read(job->memory->context, pieces, count);
	for (unsigned i = 0; i < count; i++)
		if (!put_path(job, &paths[i], &pieces[i]))
			faulted |= 1u << paths[i].arg;
	return faulted;
}

void capture_path_entry(const struct capture_job *job)
{
	job->call->unread_paths = (uint8_t)put_paths(job, ~0u);
}

void capture_path_exit(const struct capture_job *job)
{
	put_paths(job, job->call->unread_paths);
	job->call->unread_paths = 0;
}
