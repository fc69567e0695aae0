/*
 * The facts for permission.h, from /proc and from what the kernel says of a
 * peer. Must not judge by anything that who is judged can write.
 */
#ifndef CONTROL_JUDGE_H
#define CONTROL_JUDGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/proc.h"
#include "control/permission.h"

/* Somebody's rights at the time of asking: to be kept, and judged by later. */
struct judge_credential {
	pid_t pid;
	uint64_t start;                  /* with the pid, an identity */
	uint64_t user_namespace;         /* its inode; 0: not known */
	struct permission_caller caller; /* but for the groups */
	unsigned group_count;
	uint32_t groups[PROC_GROUPS_MAX];
};

/* The calling process. 0 or -errno. */
int judge_self(struct judge_credential *ret);

/*
 * The peer of a connection. Its effective ids and groups are those that the
 * kernel kept when it connected. What else it has is looked up, and not
 * believed of a process that has taken on other rights since then: a program
 * that gained them is not asking for itself. -ESRCH when it is gone, -EPERM
 * when it lives in another pid namespace.
 */
int judge_peer(struct judge_credential *ret, pid_t pid, uid_t uid, gid_t gid,
	       const gid_t *groups, unsigned group_count);

/*
 * Whether they may trace the process, whose mask is facilities: 0, or the rule
 * that refuses (enum permission_rule). -ESRCH when it is gone.
 */
int judge_target(enum permission_form form,
		 const struct judge_credential *credential, pid_t target,
		 uint32_t facilities);

/* Whether the process plainly has no more rights than they: a short cut. */
bool judge_is_like(const struct judge_credential *credential, pid_t target);

/* Whether a trace that they set is root's. */
bool judge_is_privileged(enum permission_form form,
			 const struct judge_credential *credential);

#endif
