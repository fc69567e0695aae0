/*
 * Looking things up. Must decide nothing: permission.c does.
 */
#include "control/judge.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/userns.h"

static bool has_bit(uint64_t set, unsigned bit)
{
	return set & (UINT64_C(1) << bit);
}

/* ---- user namespaces ---- */

/* Whether every id has a mapping in a namespace, as it has in the first. */
static bool is_mapped_whole(const char *file)
{
	unsigned inside, outside, count;
	char data[256];

	return fd_read_file(AT_FDCWD, file, data, sizeof(data)) > 0 &&
	       sscanf(data, "%u %u %u", &inside, &outside, &count) == 3 &&
	       inside == 0 && outside == 0 && count == UINT32_MAX;
}

/*
 * Whose namespace may not be looked at, since it has other rights than we, is
 * in ours as far as can be seen: both know all ids by the same numbers, as the
 * first namespace does, and others only where root made them so.
 */
static bool is_in_ours(pid_t pid)
{
	char name[64];

	snprintf(name, sizeof(name), "/proc/%d/uid_map", pid);
	return is_mapped_whole("/proc/self/uid_map") && is_mapped_whole(name);
}

static struct userns_place find_place(pid_t target, uint64_t from)
{
	struct userns_place unseen = { .owner = USERNS_NO_OWNER };

	if (userns_of(target))
		return userns_place(target, from);
	unseen.is_at_or_below = from == userns_of(getpid()) &&
				is_in_ours(target);
	return unseen;
}

/* ---- ids ---- */

static uint32_t number_in(const char *file, uint32_t otherwise)
{
	char data[32];

	if (fd_read_file(AT_FDCWD, file, data, sizeof(data)) < 0)
		return otherwise;
	return (uint32_t)strtoul(data, NULL, 10);
}

/* What stands for ids without a mapping, or PERMISSION_NO_ID: there are none.
 */
struct strangers {
	uint32_t uid;
	uint32_t gid;
};

static struct strangers find_strangers(void)
{
	struct strangers strangers = { PERMISSION_NO_ID, PERMISSION_NO_ID };

	if (!is_mapped_whole("/proc/self/uid_map"))
		strangers.uid = number_in("/proc/sys/kernel/overflowuid",
					  65534);
	if (!is_mapped_whole("/proc/self/gid_map"))
		strangers.gid = number_in("/proc/sys/kernel/overflowgid",
					  65534);
	return strangers;
}

static uint32_t id_of(uint32_t id, uint32_t stranger)
{
	return id == stranger ? PERMISSION_NO_ID : id;
}

static struct permission_ids ids_of(const uint32_t *ids, uint32_t stranger)
{
	return (struct permission_ids){
		.real = id_of(ids[0], stranger),
		.effective = id_of(ids[1], stranger),
		.saved = id_of(ids[2], stranger),
	};
}

/* More groups than are known count as one that nobody has. */
static unsigned groups_of(uint32_t *ret, const uint32_t *groups, unsigned count,
			  bool is_cut, uint32_t stranger)
{
	count = MIN(count, (unsigned)PROC_GROUPS_MAX);
	for (unsigned i = 0; i < count; i++)
		ret[i] = id_of(groups[i], stranger);
	if (is_cut && count)
		ret[count - 1] = PERMISSION_NO_ID;
	return count;
}

/* ---- who asks ---- */

/* Its files under /proc are root's where it may not be dumped: it has gained
 * rights, or given some up, in an exec. */
static bool is_dumpable(pid_t pid, const struct proc_status *status)
{
	struct stat file;
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d/status", pid);
	return !stat(name, &file) && file.st_uid == status->uid[1] &&
	       file.st_gid == status->gid[1];
}

static void fill_caller(struct judge_credential *ret, pid_t pid,
			const struct proc_status *status)
{
	struct strangers strangers = find_strangers();
	struct permission_credential *credential = &ret->caller.credential;

	*ret = (struct judge_credential){ .pid = pid };
	proc_start_time(pid, &ret->start);
	ret->user_namespace = userns_of(pid);
	credential->uid = ids_of(status->uid, strangers.uid);
	credential->gid = ids_of(status->gid, strangers.gid);
	credential->capabilities = status->permitted;
	ret->group_count = groups_of(ret->groups, status->groups,
				     status->group_count, false, strangers.gid);
	ret->caller.has_ptrace_capability = has_bit(status->effective,
						    CAP_SYS_PTRACE);
}

int judge_self(struct judge_credential *ret)
{
	struct proc_status status;
	int r = proc_status(getpid(), &status);

	if (r < 0)
		return r;
	fill_caller(ret, getpid(), &status);
	return 0;
}

static void drop_capabilities(struct judge_credential *credential)
{
	credential->caller.credential.capabilities = 0;
	credential->caller.has_ptrace_capability = false;
}

/* The same before and after the look at whether they can be believed. */
static bool are_its_own(pid_t pid, const struct proc_status *status, uid_t uid)
{
	struct proc_status again;

	if (status->uid[1] != uid || (uid != 0 && !is_dumpable(pid, status)) ||
	    proc_status(pid, &again) < 0)
		return false;
	return again.permitted == status->permitted &&
	       again.effective == status->effective && again.uid[1] == uid;
}

/* One of our own user is never believed to be where we may not look. */
static void place_stranger(struct judge_credential *credential, uid_t uid)
{
	if (uid == geteuid() || !is_in_ours(credential->pid))
		return;
	credential->user_namespace = userns_of(getpid());
	if (uid != 0)
		drop_capabilities(credential);
}

int judge_peer(struct judge_credential *ret, pid_t pid, uid_t uid, gid_t gid,
	       const gid_t *groups, unsigned group_count)
{
	struct strangers strangers = find_strangers();
	struct proc_status status;
	int r;

	if (pid <= 0)
		return -EPERM;
	r = proc_status(pid, &status);
	if (r < 0)
		return r;
	fill_caller(ret, pid, &status);
	if (!ret->user_namespace)
		place_stranger(ret, uid);
	if (!are_its_own(pid, &status, uid))
		drop_capabilities(ret);
	if (status.uid[1] != uid || status.gid[1] != gid)
		ret->caller.credential.gid.real = PERMISSION_NO_ID;
	ret->caller.credential.uid.effective = id_of(uid, strangers.uid);
	ret->caller.credential.gid.effective = id_of(gid, strangers.gid);
	ret->group_count = groups_of(ret->groups, groups, group_count, false,
				     strangers.gid);
	return 0;
}

/* ---- whom ---- */

static bool is_self(const struct judge_credential *credential, pid_t target)
{
	return credential->pid == target && credential->start &&
	       proc_is_same(target, credential->start);
}

static bool is_unprivileged_off(void)
{
	return number_in("/proc/sys/kernel/yama/ptrace_scope", 0) >= 2;
}

int judge_target(enum permission_form form,
		 const struct judge_credential *credential, pid_t target,
		 uint32_t facilities)
{
	struct permission_caller caller = credential->caller;
	struct permission_target facts = { .facilities = facilities };
	struct strangers strangers = find_strangers();
	uint32_t groups[PROC_GROUPS_MAX];
	struct proc_status status;
	struct userns_place place;
	int r = proc_status(target, &status);

	if (r < 0)
		return r;
	caller.credential.groups = credential->groups;
	caller.credential.group_count = credential->group_count;
	facts.credential.uid = ids_of(status.uid, strangers.uid);
	facts.credential.gid = ids_of(status.gid, strangers.gid);
	facts.credential.groups = groups;
	facts.credential.group_count = groups_of(groups, status.groups,
						 status.group_count,
						 status.is_cut, strangers.gid);
	facts.credential.capabilities = status.permitted;
	facts.is_self = is_self(credential, target);
	place = find_place(target, credential->user_namespace);
	facts.is_in_other_namespace = !place.is_at_or_below;
	/* Who made a namespace has every capability in it. */
	if (place.is_at_or_below && place.is_below &&
	    place.owner == caller.credential.uid.effective)
		caller.has_ptrace_capability = true;
	facts.is_tainted = status.uid[1] != 0 && !is_dumpable(target, &status);
	facts.is_unprivileged_off = is_unprivileged_off();
	return (int)permission_check(form, &caller, &facts);
}

bool judge_is_like(const struct judge_credential *credential, pid_t target)
{
	const struct permission_credential *mine =
	    &credential->caller.credential;
	struct proc_status status;

	if (proc_status(target, &status) < 0 || status.is_cut ||
	    status.permitted & ~mine->capabilities)
		return false;
	for (unsigned i = 0; i < 3; i++)
		if (status.uid[i] != mine->uid.effective ||
		    status.gid[i] != mine->gid.effective)
			return false;
	return true;
}

bool judge_is_privileged(enum permission_form form,
			 const struct judge_credential *credential)
{
	return permission_is_privileged(form, &credential->caller);
}
