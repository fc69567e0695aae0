/*
 * The rules of XNU's bsd/kern/kern_ktrace.c. Must not look at the world: no
 * system call, no clock, no memory but the caller's.
 */
#include "control/ownership.h"

#include <errno.h>
#include <string.h>

static struct ownership_result refusal(int error)
{
	return (struct ownership_result){ .ret = error };
}

/* Two without a pid are not the same: what nobody owns is not theirs. */
static bool is_same(struct ownership_identity a, struct ownership_identity b)
{
	return a.pid > 0 && a.pid == b.pid && a.start == b.start;
}

void ownership_init(struct ownership *ownership)
{
	*ownership = (struct ownership){ .owes_notice = true };
}

static void release(struct ownership *ownership)
{
	ownership->owner = (struct ownership_identity){ 0 };
}

/* What the dead have configured goes on. */
static void release_dead(struct ownership *ownership,
			 const struct ownership_facts *facts)
{
	if (!is_same(facts->holder, ownership->owner))
		release(ownership);
}

static void note_name(struct ownership *ownership, const char *name)
{
	size_t length = strnlen(name, OWNERSHIP_NAME_SIZE - 1);

	memcpy(ownership->configured_by, name, length);
	ownership->configured_by[length] = '\0';
}

/* What was configured in the foreground is inherited, what was in the
 * background is not. Off, there is nothing. */
static void choose_state(struct ownership *ownership,
			 struct ownership_identity owner,
			 struct ownership_result *result)
{
	if (ownership->state == OWNERSHIP_FOREGROUND)
		return;
	if (is_same(owner, ownership->background)) {
		ownership->state = OWNERSHIP_BACKGROUND;
		return;
	}
	result->reset |= ownership->configured;
	ownership->configured = 0;
	ownership->state = OWNERSHIP_FOREGROUND;
	ownership->owes_notice = false;
}

static void take(struct ownership *ownership,
		 const struct ownership_process *process,
		 struct ownership_result *result)
{
	choose_state(ownership, process->identity, result);
	ownership->is_kernels = false;
	ownership->owner = process->identity;
	note_name(ownership, process->name);
}

/* The end of the foreground wakes the background recorder, which comes back by
 * configuring anew. One that reset itself is awake, so the next is owed it. */
static void turn_off(struct ownership *ownership,
		     const struct ownership_facts *facts,
		     struct ownership_result *result)
{
	result->notifies = ownership->state == OWNERSHIP_FOREGROUND &&
			   facts->can_notify;
	ownership->owes_notice = !result->notifies;
	ownership->state = OWNERSHIP_OFF;
	/* XNU forgets this one: its kernel then configures without a state. */
	ownership->is_kernels = false;
	release(ownership);
}

/* What is not configured is reset all the same. */
static void drop(struct ownership *ownership, uint32_t mask,
		 const struct ownership_facts *facts,
		 struct ownership_result *result)
{
	result->reset = mask;
	if (ownership->keeps_owner)
		return;
	ownership->configured &= ~mask;
	if (ownership->configured == 0)
		turn_off(ownership, facts, result);
}

/* The order is the kernel's: a background recorder is sent away even when the
 * owner is dead, and privileges are asked for only where they would help. */
static int may_take(struct ownership *ownership,
		    const struct ownership_process *requester,
		    const struct ownership_facts *facts)
{
	if (ownership->state == OWNERSHIP_FOREGROUND &&
	    is_same(requester->identity, ownership->background))
		return -EBUSY;
	release_dead(ownership, facts);
	if (ownership->state != OWNERSHIP_BACKGROUND &&
	    ownership->owner.pid > 0)
		return -EBUSY;
	return requester->is_privileged ? 0 : -EPERM;
}

struct ownership_result
ownership_configure(struct ownership *ownership,
		    const struct ownership_process *requester, uint32_t mask,
		    const struct ownership_facts *facts)
{
	struct ownership_result result = { 0 };

	if (mask == 0 || requester->identity.pid <= 0)
		return refusal(-EINVAL);
	if (!is_same(requester->identity, ownership->owner)) {
		result.ret = may_take(ownership, requester, facts);
		if (result.ret < 0)
			return result;
		take(ownership, requester, &result);
	}
	ownership->configured |= mask;
	return result;
}

struct ownership_result ownership_configure_kernel(struct ownership *ownership,
						   const char *name,
						   uint32_t mask)
{
	struct ownership_result result = { 0 };

	if (mask == 0)
		return refusal(-EINVAL);
	if (!ownership->is_kernels) {
		result.reset = ownership->configured & mask;
		ownership->is_kernels = true;
		ownership->state = OWNERSHIP_FOREGROUND;
		release(ownership);
		note_name(ownership, name);
	}
	ownership->configured |= mask;
	return result;
}

struct ownership_result ownership_reset(struct ownership *ownership,
					uint32_t mask,
					const struct ownership_facts *facts)
{
	struct ownership_result result = { 0 };

	if (ownership->configured != 0)
		drop(ownership, mask, facts, &result);
	return result;
}

struct ownership_result
ownership_register_background(struct ownership *ownership,
			      const struct ownership_process *requester,
			      const struct ownership_facts *facts)
{
	struct ownership_result result = { 0 };

	if (!requester->is_privileged)
		return refusal(-EPERM);
	if (requester->identity.pid <= 0)
		return refusal(-EINVAL);
	result.notifies = ownership->owes_notice &&
			  ownership->state == OWNERSHIP_OFF;
	if (result.notifies && !facts->can_notify)
		return refusal(-EINVAL);
	ownership->owes_notice = false;
	ownership->background = requester->identity;
	if (ownership->state == OWNERSHIP_BACKGROUND)
		take(ownership, requester, &result);
	return result;
}

struct ownership_result
ownership_set_owner(struct ownership *ownership, pid_t pid,
		    const struct ownership_process *process,
		    const struct ownership_facts *facts)
{
	struct ownership_result result = { 0 };

	if (pid > 0 && process && process->identity.pid == pid) {
		ownership->keeps_owner = true;
		take(ownership, process, &result);
		return result;
	}
	/* Reset although it fails: so the kernel does it. */
	if (ownership->keeps_owner) {
		ownership->keeps_owner = false;
		drop(ownership, ownership->configured, facts, &result);
	}
	if (pid != -1)
		result.ret = pid == 0 ? -EINVAL : -ESRCH;
	return result;
}

struct ownership_result ownership_disable(const struct ownership *ownership,
					  enum ownership_state state)
{
	return (struct ownership_result){ .pauses = ownership->state == state };
}

int ownership_read_check(const struct ownership *ownership,
			 const struct ownership_process *requester)
{
	if (is_same(requester->identity, ownership->owner))
		return 0;
	return requester->is_privileged ? 0 : -EPERM;
}

pid_t ownership_owner_pid(struct ownership *ownership,
			  const struct ownership_facts *facts)
{
	release_dead(ownership, facts);
	return ownership->owner.pid;
}

pid_t ownership_shown_pid(const struct ownership *ownership)
{
	return ownership->owner.pid;
}
