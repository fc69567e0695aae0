/* A list of images, and tables of those that live, and that ended. */
#include "audit/image.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/sched.h>

#include "trace/fields.h"
#include "trace/record.h"

struct image_process {
	int32_t pid; /* or tid */
	struct image *image;
	uint64_t reaped_ns; /* 0: nobody was seen to wait for it */
	UT_hash_handle hh;
};

static void clear(struct image_process **table)
{
	struct image_process *process = *table, *next;

	HASH_CLEAR(hh, *table);
	for (; process; process = next) {
		next = process->hh.next;
		free(process);
	}
}

void images_done(struct images *images)
{
	struct image *image = images->first;

	clear(&images->living);
	clear(&images->ended);
	clear(&images->threads);
	while (image) {
		struct image *following = image->next;

		common_done(&image->common);
		free(image);
		image = following;
	}
}

static struct image_process *find(struct image_process *table, int32_t pid)
{
	struct image_process *process;

	HASH_FIND(hh, table, &pid, sizeof(pid), process);
	return process;
}

struct image *images_find(const struct images *images, int32_t pid)
{
	const struct image_process *process = find(images->living, pid);

	return process ? process->image : NULL;
}

struct image *images_find_since(const struct images *images, int32_t id,
				uint64_t time_ns)
{
	const struct image_process *ended = find(images->ended, id);
	const struct image_process *thread = find(images->threads, id);
	struct image *image = images_find(images, id);

	if (image)
		return image;
	if (ended && (!ended->reaped_ns || ended->reaped_ns >= time_ns))
		return ended->image;
	/* All but one go when it executes something. */
	if (thread &&
	    (!thread->image->end_ns || thread->image->end_ns >= time_ns))
		return thread->image;
	return NULL;
}

bool images_had(const struct images *images, int32_t pid)
{
	return find(images->living, pid) || find(images->ended, pid);
}

static struct image *append(struct images *images, int32_t pid, uint64_t time)
{
	struct image *image;

	if (images->count >= IMAGES_MAX) {
		images->is_full = true;
		return images->last;
	}
	image = calloc(1, sizeof(*image));
	if (!image)
		return NULL;
	image->pid = pid;
	image->number = images->count;
	image->first_ns = time;
	if (images->last)
		images->last->next = image;
	else
		images->first = image;
	images->last = image;
	images->count++;
	return image;
}

static struct image_process *add(struct image_process **table, int32_t pid)
{
	struct image_process *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	process->pid = pid;
	HASH_ADD(hh, *table, pid, sizeof(process->pid), process);
	if (process->hh.tbl)
		return process;
	free(process);
	return NULL;
}

static void drop(struct image_process **table, struct image_process *process)
{
	if (!process)
		return;
	HASH_DEL(*table, process);
	free(process);
}

/* In place of who had it before, or of the oldest. */
static int keep(struct image_process **table, int32_t id, struct image *image)
{
	struct image_process *process;

	drop(table, find(*table, id));
	if (HASH_COUNT(*table) >= IMAGES_IDS_MAX)
		drop(table, *table);
	process = add(table, id);
	if (!process)
		return -ENOMEM;
	process->image = image;
	return 0;
}

static int take_name(struct names *names, const struct record *record,
		     const char *field, const struct name **ret)
{
	struct field found;

	if (!fields_find(record->structure.data, record->structure.length,
			 field, &found))
		return 0;
	*ret = names_add(names, found.data, found.length);
	return *ret ? 0 : -ENOMEM;
}

/* It was born: until it executes something, it is what its creator is. */
static int be_born(struct image *image, struct image *creator)
{
	image->parent = creator;
	image->args = creator->args;
	image->has_descriptors = creator->has_descriptors;
	image->is_shared = creator->is_shared;
	image->is_shared_for_good = creator->is_shared_for_good;
	return common_inherit(&image->common, &creator->common);
}

/* The same process with another program. */
static void replace(struct image *image, struct image *previous)
{
	image->previous = previous;
	image->parent = previous->parent;
	image->is_shared_for_good = previous->is_shared_for_good;
	image->is_shared = image->is_shared_for_good;
	previous->end_ns = image->first_ns;
	previous->is_replaced = true;
}

/* One that was met while it ran shares who knows what. */
static int begin(struct images *images, struct image *image,
		 const struct record *record, bool is_launched)
{
	int64_t number = 0;
	struct image *creator = NULL;
	bool is_birth = fields_find_number(record->structure.data,
					   record->structure.length, "creator",
					   &number);

	if (is_birth ||
	    fields_find_number(record->structure.data, record->structure.length,
			       "ppid", &number))
		creator = images_find(images, (int32_t)number);
	if (is_birth && creator && creator != image)
		return be_born(image, creator);
	image->parent = creator == image ? NULL : creator;
	image->is_launcher = is_launched && !images->first->next;
	image->is_shared = !image->is_launcher;
	return 0;
}

static int learn_process(struct images *images, struct names *names,
			 const struct record *record, bool is_launched)
{
	struct image_process *process = find(images->living, record->pid);
	struct image *image = append(images, record->pid, record->time_ns);
	struct image *previous = process ? process->image : NULL;
	int r = 0;

	if (image && !process)
		process = add(&images->living, record->pid);
	if (!image || !process)
		return -ENOMEM;
	drop(&images->ended, find(images->ended, record->pid));
	drop(&images->threads, find(images->threads, record->pid));
	process->image = image;
	if (images->is_full)
		return 0;
	if (previous)
		replace(image, previous);
	else
		r = begin(images, image, record, is_launched);
	return r ?: take_name(names, record, "exe", &image->exe)
		   ?: take_name(names, record, "cwd", &image->cwd);
}

static void note_status(struct image *image, const struct record *record)
{
	int64_t status = 0, signal = 0;

	fields_find_number(record->structure.data, record->structure.length,
			   "status", &status);
	fields_find_number(record->structure.data, record->structure.length,
			   "signal", &signal);
	image->status = (int32_t)status;
	image->signal = (int32_t)signal;
	image->has_status = true;
}

static int forget(struct images *images, const struct record *record)
{
	struct image_process *process = find(images->living, record->pid);
	struct image *image;

	if (!process)
		return 0;
	image = process->image;
	image->end_ns = record->time_ns;
	drop(&images->living, process);
	return keep(&images->ended, record->pid, image);
}

int images_thread(struct images *images, int32_t pid, int32_t tid)
{
	struct image *image = images_find(images, pid);
	const struct image_process *thread = find(images->threads, tid);

	if (!image || pid == tid || (thread && thread->image == image))
		return 0;
	return keep(&images->threads, tid, image);
}

void images_reaped(struct images *images, int32_t pid, uint64_t time_ns)
{
	struct image_process *process = find(images->ended, pid);

	if (process)
		process->reaped_ns = time_ns;
}

int images_learn(struct images *images, struct names *names,
		 const struct record *record, bool is_launched)
{
	struct image *image;

	if (record->kind == KTR_PROCDTOR)
		return forget(images, record);
	if (record_is_struct(record, KTR_STRUCT_PROCESS))
		return learn_process(images, names, record, is_launched);
	if (record->tid && record->tid != record->pid &&
	    images_thread(images, record->pid, record->tid) < 0)
		return -ENOMEM;
	image = images_find(images, record->pid);
	if (image && record_is_struct(record, KTR_STRUCT_DESCRIPTORS))
		image->has_descriptors = true;
	if (image && record_is_struct(record, KTR_STRUCT_EXIT_STATUS))
		note_status(image, record);
	return 0;
}

/* A child that its parent waits for, until it has memory of its own, shares
 * with nobody who runs; but a directory it keeps sharing. */
void images_spawn(struct images *images, int32_t pid, uint64_t flags)
{
	const uint64_t all = CLONE_VM | CLONE_FILES | CLONE_FS;
	struct image *image = images_find(images, pid);

	if (!image)
		return;
	if ((flags & all) && !(flags & CLONE_VFORK))
		image->is_shared = true;
	if ((flags & CLONE_FS) && !(flags & CLONE_THREAD))
		image->is_shared = image->is_shared_for_good = true;
}

void images_reach(struct images *images, int32_t pid)
{
	struct image *image = images_find(images, pid);

	if (image)
		image->is_shared = true;
}

/* Until it executes something, who was born may use its creator's memory: that
 * of a vfork does. */
int images_map(struct image *image, const struct call *call)
{
	int r = 0;

	if (!common_is_changed_by(call))
		return 0;
	for (; !r && image; image = image->previous ? NULL : image->parent)
		r = common_learn(&image->common, call);
	return r;
}

void images_living(const struct images *images, images_visit *visit,
		   void *context)
{
	const struct image_process *process = images->living;

	for (; process; process = process->hh.next)
		visit(context, process->image);
}
