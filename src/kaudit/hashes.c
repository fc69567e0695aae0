/*
 * Names -> files -> digests. A file that others may have changed meanwhile has
 * none: its change time tells, which nobody can set.
 */
#include "kaudit/hashes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "audit/audit.h"
#include "base/array.h"
#include "base/cleanup.h"
#include "base/thread.h"
#include "kaudit/verdict.h"
#include "sysdesc/sysdesc.h"

#define WORKERS_MAX 8u
#define NANOSECONDS UINT64_C(1000000000)
/* Change times come in ticks, which may be late, and the trace's clock was read
 * apart from theirs: so far they may be from each other. */
#define SLACK_NS UINT64_C(250000000)

/* Who a file is, and that it is as it was. */
struct identity {
	dev_t dev;
	ino_t ino;
	off_t size;
	uint64_t modified_ns, changed_ns;
};

/* One name of it stands for all. */
struct hash_leader {
	struct identity identity;
	const struct name *name;
	enum hash_state state;
	struct digest digest;
	UT_hash_handle hh;
};

struct hash_file {
	const struct name *name;
	enum hash_state state; /* where it has no leader */
	bool is_product;
	struct hash_leader *leader;
	UT_hash_handle hh;
};

const char *hashes_state_name(enum hash_state state)
{
	static const char *const names[HASH_STATES] = {
		[HASH_DONE] = "done",       [HASH_CHANGED] = "changed",
		[HASH_GONE] = "gone",       [HASH_UNREADABLE] = "unreadable",
		[HASH_NO_FILE] = "no file", [HASH_ELSEWHERE] = "elsewhere",
	};

	return names[state];
}

/* ---- who is who ---- */

static uint64_t nanoseconds(struct timespec time)
{
	return time.tv_sec < 0 ? 0
			       : (uint64_t)time.tv_sec * NANOSECONDS +
				     (uint64_t)time.tv_nsec;
}

/* It is compared and hashed as bytes: none may be left unset. */
static void identify(struct identity *ret, const struct stat *status)
{
	memset(ret, 0, sizeof(*ret));
	ret->dev = status->st_dev;
	ret->ino = status->st_ino;
	ret->size = status->st_size;
	ret->modified_ns = nanoseconds(status->st_mtim);
	ret->changed_ns = nanoseconds(status->st_ctim);
}

static enum hash_state state_of(int error)
{
	return error == ENOENT || error == ENOTDIR ? HASH_GONE
						   : HASH_UNREADABLE;
}

/* Those whose contents the kernel makes up when they are read. */
static bool is_made_up(int fd)
{
	static const int64_t magics[] = {
		PROC_SUPER_MAGIC,    SYSFS_MAGIC,   CGROUP_SUPER_MAGIC,
		CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC,
		SECURITYFS_MAGIC,    BPF_FS_MAGIC,
	};
	struct statfs status;

	if (fstatfs(fd, &status) < 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(magics); i++)
		if ((int64_t)status.f_type == magics[i])
			return true;
	return false;
}

/* ---- one file ---- */

static enum hash_state read_file(struct hash_leader *leader)
{
	_cleanup_fd_ int fd = open(leader->name->text,
				   O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
				       O_NOCTTY | O_CLOEXEC);
	struct identity before, after;
	struct stat status;

	if (fd < 0)
		return state_of(errno);
	if (fstat(fd, &status) < 0 || is_made_up(fd))
		return HASH_NO_FILE;
	identify(&before, &status);
	if (memcmp(&before, &leader->identity, sizeof(before)) != 0)
		return HASH_CHANGED;
	if (digest_fd(&leader->digest, fd) || fstat(fd, &status) < 0)
		return HASH_UNREADABLE;
	identify(&after, &status);
	return memcmp(&before, &after, sizeof(before)) ? HASH_CHANGED
						       : HASH_DONE;
}

/* ---- all of them ---- */

struct work {
	const struct hashes *hashes;
	atomic_uint next;
};

static void *run_worker(void *argument)
{
	struct work *work = argument;
	unsigned mine;

	while ((mine = atomic_fetch_add(&work->next, 1)) < work->hashes->count)
		work->hashes->order[mine]->state =
		    read_file(work->hashes->order[mine]);
	return NULL;
}

/* Where there can be no more threads, those there are do it. */
static void read_all(const struct hashes *hashes)
{
	struct work work = { .hashes = hashes };
	pthread_t threads[WORKERS_MAX];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned wanted, count = 0;

	wanted = processors > 0 ? MIN((unsigned)processors, WORKERS_MAX) : 1;
	wanted = MIN(wanted, hashes->count);
	while (count + 1 < wanted &&
	       !thread_start(&threads[count], 0, run_worker, &work))
		count++;
	run_worker(&work);
	while (count > 0)
		pthread_join(threads[--count], NULL);
}

/* ---- names ---- */

/* The one that it is, whatever its name. 0 or -ENOMEM. */
static int lead(struct hashes *hashes, struct hash_file *file,
		const struct stat *status)
{
	struct hash_leader *leader;
	struct identity identity;

	identify(&identity, status);
	HASH_FIND(hh, hashes->leaders, &identity, sizeof(identity), leader);
	if (!leader) {
		leader = calloc(1, sizeof(*leader));
		if (!leader)
			return -ENOMEM;
		leader->identity = identity;
		leader->name = file->name;
		HASH_ADD(hh, hashes->leaders, identity,
			 sizeof(leader->identity), leader);
		if (!leader->hh.tbl) {
			free(leader);
			return -ENOMEM;
		}
		hashes->count++;
	}
	file->leader = leader;
	return 0;
}

static int look_at(struct hashes *hashes, struct hash_file *file)
{
	const struct name *name = file->name;
	struct stat status;

	file->state = hashes->is_moved ? HASH_ELSEWHERE : HASH_NO_FILE;
	if (hashes->is_moved || name->text[0] != '/' ||
	    strlen(name->text) != name->length)
		return 0;
	if (lstat(name->text, &status) < 0) {
		file->state = state_of(errno);
		return 0;
	}
	return S_ISREG(status.st_mode) ? lead(hashes, file, &status) : 0;
}

const struct name *hashes_name(const struct fact *fact)
{
	return fact->key.other ? fact->key.other : fact->key.object;
}

static bool is_content(const struct fact *fact)
{
	return VERB_BIT(fact->key.verb) & (HASHES_MATERIAL | HASHES_PRODUCT) &&
	       fact_worked(fact);
}

static bool is_product(const struct fact *fact)
{
	return VERB_BIT(fact->key.verb) & HASHES_PRODUCT;
}

static int add(struct hashes *hashes, const struct fact *fact)
{
	const struct name *name = hashes_name(fact);
	struct hash_file *file;

	HASH_FIND_PTR(hashes->files, &name, file);
	if (file) {
		file->is_product |= is_product(fact);
		return 0;
	}
	file = calloc(1, sizeof(*file));
	if (!file)
		return -ENOMEM;
	file->name = name;
	file->is_product = is_product(fact);
	HASH_ADD_PTR(hashes->files, name, file);
	if (!file->hh.tbl) {
		free(file);
		return -ENOMEM;
	}
	return look_at(hashes, file);
}

/* After that a name may mean one file there, and another one here. */
static bool moves(const struct fact *fact)
{
	return fact->key.verb == VERB_KERNEL && fact_worked(fact) &&
	       fact->row &&
	       (fact->row->classes & CLASS_MOUNT ||
		!strcmp(fact->key.object->text, "namespace"));
}

static int put_in_order(struct hashes *hashes)
{
	unsigned at = 0;

	hashes->order = calloc((size_t)hashes->count + 1,
			       sizeof(struct hash_leader *));
	if (!hashes->order)
		return -ENOMEM;
	for (struct hash_leader *leader = hashes->leaders; leader;
	     leader = leader->hh.next)
		hashes->order[at++] = leader;
	return 0;
}

int hashes_take(struct hashes *ret, const struct verdict *verdict)
{
	int r = 0;

	*ret = (struct hashes){ .last_ns = verdict->audit->last_ns };
	for (unsigned i = 0; i < verdict->count; i++)
		ret->is_moved |= moves(verdict->findings[i].fact);
	for (unsigned i = 0; !r && i < verdict->count; i++)
		if (is_content(verdict->findings[i].fact))
			r = add(ret, verdict->findings[i].fact);
	r = r ?: put_in_order(ret);
	if (!r)
		read_all(ret);
	return r;
}

void hashes_done(struct hashes *hashes)
{
	struct hash_file *file = hashes->files, *next;
	struct hash_leader *leader = hashes->leaders, *following;

	HASH_CLEAR(hh, hashes->files);
	for (; file; file = next) {
		next = file->hh.next;
		free(file);
	}
	HASH_CLEAR(hh, hashes->leaders);
	for (; leader; leader = following) {
		following = leader->hh.next;
		free(leader);
	}
	free(hashes->order);
}

/* ---- what they tell ---- */

static bool is_as_it_was(const struct hashes *hashes, const struct fact *fact,
			 const struct identity *identity)
{
	if (is_product(fact))
		return identity->changed_ns <= hashes->last_ns;
	return identity->changed_ns + SLACK_NS <= fact->first_ns;
}

bool hashes_find(const struct hashes *hashes, const struct finding *finding,
		 enum hash_state *ret_state, struct digest *ret_digest)
{
	const struct fact *fact = finding->fact;
	const struct name *name = hashes_name(fact);
	const struct hash_file *file;
	const struct hash_leader *leader;

	if (!hashes || !is_content(fact))
		return false;
	HASH_FIND_PTR(hashes->files, &name, file);
	if (!file)
		return false;
	leader = file->leader;
	*ret_state = leader ? leader->state : file->state;
	if (!leader || *ret_state != HASH_DONE)
		return true;
	if (is_as_it_was(hashes, fact, &leader->identity))
		*ret_digest = leader->digest;
	else
		*ret_state = HASH_CHANGED;
	return true;
}

void hashes_products(const struct hashes *hashes, hashes_visit *visit,
		     void *context)
{
	const struct hash_file *file = hashes->files;

	for (; file; file = file->hh.next)
		if (file->is_product && file->leader &&
		    file->leader->state == HASH_DONE &&
		    file->leader->identity.changed_ns <= hashes->last_ns)
			visit(context, file->name, &file->leader->digest);
}

void hashes_count(const struct hashes *hashes, const struct verdict *verdict,
		  unsigned ret[HASH_STATES])
{
	struct digest digest;
	enum hash_state state;

	memset(ret, 0, HASH_STATES * sizeof(*ret));
	for (unsigned i = 0; i < verdict->count; i++)
		if (hashes_find(hashes, &verdict->findings[i], &state, &digest))
			ret[state]++;
}
