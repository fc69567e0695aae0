/*
 * What the kernel makes of a file's mode, owner and attributes when it executes
 * it. Must change nothing.
 */
#include "supervisor/program.h"

#include <endian.h>
#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/proc.h"
#include "base/thread.h"
#include "base/userns.h"

#define PATIENCE_S 1
#define NAME_SIZE  64

/* ---- what it gives ---- */

static uint64_t two_words(uint32_t low, uint32_t high)
{
	return (uint64_t)le32toh(high) << 32 | le32toh(low);
}

/* The file's own sets; false when it has none. */
static bool file_capabilities(int fd, uint64_t *permitted,
			      uint64_t *inheritable)
{
	struct vfs_ns_cap_data data = { 0 };
	char name[NAME_SIZE];

	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	if (getxattr(name, "security.capability", &data, sizeof(data)) <
	    (ssize_t)XATTR_CAPS_SZ_1)
		return false;
	*permitted = two_words(data.data[0].permitted, data.data[1].permitted);
	*inheritable = two_words(data.data[0].inheritable,
				 data.data[1].inheritable);
	return true;
}

static bool gains_capabilities(int fd, const struct proc_status *who,
			       bool *ret_has_some)
{
	uint64_t permitted, inheritable, gained;

	*ret_has_some = file_capabilities(fd, &permitted, &inheritable);
	if (!*ret_has_some)
		return false;
	gained = (permitted & who->bounding) | (inheritable & who->inheritable);
	return (gained & ~who->permitted) != 0;
}

static bool has_owner(pid_t tid, const struct stat *file)
{
	return userns_has_user(tid, file->st_uid) &&
	       userns_has_group(tid, file->st_gid);
}

static bool has_set_group(const struct stat *file)
{
	return (file->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
}

static enum program_gain gain_of(int fd, pid_t tid, const struct stat *file,
				 const struct proc_status *who, bool *ret_plain)
{
	bool has_capabilities;
	bool gains = gains_capabilities(fd, who, &has_capabilities);
	bool user = (file->st_mode & S_ISUID) && file->st_uid != who->uid[1];
	bool group = has_set_group(file) && file->st_gid != who->gid[1];

	*ret_plain = !(file->st_mode & (S_ISUID | S_ISGID)) &&
		     !has_capabilities;
	if ((user || group) && has_owner(tid, file))
		return user ? PROGRAM_GAINS_USER : PROGRAM_GAINS_GROUP;
	return gains ? PROGRAM_GAINS_CAPABILITIES : PROGRAM_GAINS_NOTHING;
}

/* Whether the kernel looks at such bits at all, and executes the file. Who has
 * our ids and no capability may execute what we may. */
static bool may_gain(int fd, const struct proc_status *who)
{
	struct statvfs system;
	char name[NAME_SIZE];

	if (who->no_new_privs || fstatvfs(fd, &system) < 0 ||
	    (system.f_flag & (ST_NOSUID | ST_NOEXEC)))
		return false;
	if (who->uid[1] != geteuid() || who->gid[1] != getegid() ||
	    who->permitted)
		return true;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	return !access(name, X_OK) || errno != EACCES;
}

static int examine(const struct program_call *asked, struct program_answer *ret)
{
	struct program_call call = *asked;
	struct stat file;
	struct proc_status who;
	_cleanup_fd_ int fd = program_file_find(&call, &file);
	char name[NAME_SIZE];
	int r;

	if (fd < 0)
		return fd;
	r = proc_status(call.tid, &who);
	if (r < 0)
		return r;
	ret->identity = program_file_identity(&file);
	ret->gain = gain_of(fd, call.tid, &file, &who, &ret->is_plain);
	if (ret->gain && !may_gain(fd, &who))
		ret->gain = PROGRAM_GAINS_NOTHING;
	snprintf(name, sizeof(name), "fd/%d", fd);
	if (proc_link(getpid(), name, ret->path, sizeof(ret->path)) < 0)
		memcpy(ret->path, call.path, sizeof(ret->path));
	return 0;
}

/* ---- who asks ---- */

struct asking {
	pthread_mutex_t lock;
	pthread_cond_t answered;
	bool is_answered;
	bool is_given_up; /* the thread frees it */
	struct program_call call;
	struct program_answer answer;
	int result;
};

static void asking_free(struct asking *asking)
{
	pthread_cond_destroy(&asking->answered);
	pthread_mutex_destroy(&asking->lock);
	free(asking);
}

static void *asking_run(void *argument)
{
	struct asking *asking = argument;
	bool is_given_up;

	asking->result = examine(&asking->call, &asking->answer);
	pthread_mutex_lock(&asking->lock);
	asking->is_answered = true;
	is_given_up = asking->is_given_up;
	pthread_cond_signal(&asking->answered);
	pthread_mutex_unlock(&asking->lock);
	if (is_given_up)
		asking_free(asking);
	return NULL;
}

static struct asking *asking_new(const struct program_call *call)
{
	struct asking *asking = calloc(1, sizeof(*asking));
	pthread_condattr_t attributes;

	if (!asking)
		return NULL;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&asking->answered, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&asking->lock, NULL);
	asking->call = *call;
	return asking;
}

static int asking_start(struct asking *asking)
{
	pthread_t thread;
	int r = thread_start(&thread, 0, asking_run, asking);

	if (!r)
		pthread_detach(thread);
	return r;
}

/* Whether the answer came in time; if not, the thread owns it now. */
static bool asking_await(struct asking *asking)
{
	struct timespec until;
	bool is_answered;
	int error = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&asking->lock);
	while (!asking->is_answered && !error)
		error = pthread_cond_timedwait(&asking->answered, &asking->lock,
					       &until);
	is_answered = asking->is_answered;
	asking->is_given_up = !is_answered;
	pthread_mutex_unlock(&asking->lock);
	return is_answered;
}

int program_ask(const struct program_call *call, struct program_answer *ret)
{
	struct asking *asking = asking_new(call);
	int r;

	if (!asking)
		return -ENOMEM;
	r = asking_start(asking);
	if (!r && !asking_await(asking))
		return -ETIMEDOUT;
	if (!r)
		r = asking->result;
	if (!r)
		*ret = asking->answer;
	asking_free(asking);
	return r;
}
