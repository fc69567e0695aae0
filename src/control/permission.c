/*
 * The rules of ktrcanset() as two lists, in the kernels' order. Must not ask
 * the system anything, nor keep anything: what it says depends on its arguments
 * alone.
 */
#include "control/permission.h"

#include <stddef.h>

#include <ktrace-u/format.h>

#include "base/array.h"

#define AS_ROOT "try as root, or with CAP_SYS_PTRACE"
#define NETBSD  " (NetBSD's rules)"

struct rule {
	const char *text;
	bool is_for_all; /* privileged callers, too */
};

/* clang-format off */
static const struct rule rules[] = {
	[PERMISSION_GRANTED] = { "it may be traced", true },
	[PERMISSION_ROOT_TRACED] = {
		"root traces it, and only root may change that", false },
	[PERMISSION_UNPRIVILEGED_OFF] = {
		"tracing without privilege is switched off here "
		"(kernel.yama.ptrace_scope): " AS_ROOT,
		false },
	[PERMISSION_OTHER_NAMESPACE] = {
		"it is in a user namespace that is not below yours: trace it "
		"from in there", true },
	[PERMISSION_HIDDEN] = {
		"it is hidden from you (hidepid): " AS_ROOT, false },
	[PERMISSION_UIDS] = {
		"its real, effective and saved user ids are not all yours: "
		"try as its user, or as root", false },
	[PERMISSION_GROUPS] = {
		"it has a group that you do not have: log in again if you "
		"have joined it since, or try as root", false },
	[PERMISSION_CAPABILITIES] = {
		"it holds capabilities that you lack: " AS_ROOT, false },
	[PERMISSION_TAINTED] = {
		"it has had another's rights (setuid), or may not be dumped: "
		AS_ROOT, false },
	[PERMISSION_PROTECTED_INIT] = {
		"it is init, and protected from everybody", true },
	[PERMISSION_IN_EXEC] = {
		"it is just executing another program: try again", true },
	[PERMISSION_FORBIDDEN] = {
		"it has forbidden that (PR_SET_DUMPABLE): " AS_ROOT, false },
	[PERMISSION_NETBSD_UIDS] = {
		"its real and saved user ids are not your effective one"
		NETBSD ": try as its user, or as root", false },
	[PERMISSION_NETBSD_GIDS] = {
		"its real and saved group ids are not your real one"
		NETBSD ": try with its group (newgrp), or as root", false },
};
/* clang-format on */

_Static_assert(ARRAY_LEN(rules) == PERMISSION_RULE_COUNT,
	       "a text for each rule");

/* A rule, and whether it meets this caller and this target. */
struct step {
	enum permission_rule rule;
	bool is_met;
};

static bool is_same(uint32_t one, uint32_t other)
{
	return one == other && one != PERMISSION_NO_ID;
}

static bool is_in_group(const struct permission_credential *caller,
			uint32_t gid)
{
	if (is_same(caller->gid.effective, gid))
		return true;
	for (unsigned i = 0; i < caller->group_count; i++)
		if (is_same(caller->groups[i], gid))
			return true;
	return false;
}

static bool has_groups(const struct permission_credential *caller,
		       const struct permission_credential *target)
{
	for (unsigned i = 0; i < target->group_count; i++)
		if (!is_in_group(caller, target->groups[i]))
			return false;
	return is_in_group(caller, target->gid.real) &&
	       is_in_group(caller, target->gid.effective) &&
	       is_in_group(caller, target->gid.saved);
}

static bool has_uids(const struct permission_credential *caller,
		     const struct permission_credential *target)
{
	uint32_t uid = caller->uid.effective;

	return is_same(uid, target->uid.real) &&
	       is_same(uid, target->uid.effective) &&
	       is_same(uid, target->uid.saved);
}

/* On Linux ids alone do not say what a process may do. */
static bool has_capabilities(const struct permission_credential *caller,
			     const struct permission_credential *target)
{
	return !(target->capabilities & ~caller->capabilities);
}

static enum permission_rule first_met(const struct step *steps, size_t count,
				      bool is_privileged)
{
	for (size_t i = 0; i < count; i++)
		if (steps[i].is_met &&
		    (!is_privileged || rules[steps[i].rule].is_for_all))
			return steps[i].rule;
	return PERMISSION_GRANTED;
}

/* ktrcanset(), then p_candebug(): a caller that is the target is through with
 * all that follows. */
static enum permission_rule
check_freebsd(const struct permission_caller *caller,
	      const struct permission_target *target)
{
	const struct permission_credential *mine = &caller->credential;
	const struct permission_credential *its = &target->credential;
	const struct step steps[] = {
		{ PERMISSION_ROOT_TRACED, target->facilities & KTRFAC_ROOT },
		{ PERMISSION_UNPRIVILEGED_OFF, target->is_unprivileged_off },
		{ PERMISSION_GRANTED, target->is_self },
		{ PERMISSION_OTHER_NAMESPACE, target->is_in_other_namespace },
		{ PERMISSION_HIDDEN, target->is_hidden },
		{ PERMISSION_UIDS, !has_uids(mine, its) },
		{ PERMISSION_GROUPS, !has_groups(mine, its) },
		{ PERMISSION_CAPABILITIES, !has_capabilities(mine, its) },
		{ PERMISSION_TAINTED, target->is_tainted },
		{ PERMISSION_PROTECTED_INIT, target->is_protected_init },
		{ PERMISSION_IN_EXEC, target->is_in_exec },
		{ PERMISSION_FORBIDDEN, target->forbids_tracing },
	};

	return first_met(steps, ARRAY_LEN(steps),
			 permission_is_privileged(PERMISSION_FREEBSD, caller));
}

/* Neither the target's effective ids nor anybody's groups: so it was. */
static enum permission_rule check_netbsd(const struct permission_caller *caller,
					 const struct permission_target *target)
{
	const struct permission_ids *uid = &target->credential.uid;
	const struct permission_ids *gid = &target->credential.gid;
	uint32_t my_uid = caller->credential.uid.effective;
	uint32_t my_gid = caller->credential.gid.real;
	const struct step steps[] = {
		{ PERMISSION_NETBSD_UIDS,
		  !is_same(my_uid, uid->real) || !is_same(my_uid, uid->saved) },
		{ PERMISSION_NETBSD_GIDS,
		  !is_same(my_gid, gid->real) || !is_same(my_gid, gid->saved) },
		{ PERMISSION_ROOT_TRACED, target->facilities & KTRFAC_ROOT },
	};

	return first_met(steps, ARRAY_LEN(steps),
			 permission_is_privileged(PERMISSION_NETBSD, caller));
}

bool permission_is_privileged(enum permission_form form,
			      const struct permission_caller *caller)
{
	if (form == PERMISSION_NETBSD)
		return caller->credential.uid.effective == 0;
	return caller->has_ptrace_capability;
}

enum permission_rule permission_check(enum permission_form form,
				      const struct permission_caller *caller,
				      const struct permission_target *target)
{
	if (form == PERMISSION_NETBSD)
		return check_netbsd(caller, target);
	return check_freebsd(caller, target);
}

const char *permission_text(enum permission_rule rule)
{
	return rules[rule].text;
}
