/*
 * Ownership over events in any order: what holds after each of them, whatever
 * came before. The walk is the same in each run.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "control/ownership.h"
#include "people.h"
#include "step.h"

#define STEPS 100000

static const char *const event_names[] = {
	"configure", "kernel",     "reset",     "background", "set_owner",
	"disable",   "read_check", "owner_pid", "shown_pid",
};

_Static_assert(ARRAY_LEN(event_names) == EVENT_COUNT, "a name for each event");

static bool is_same(struct ownership_identity a, struct ownership_identity b)
{
	return a.pid == b.pid && a.start == b.start;
}

static bool is_owned(const struct ownership *ownership)
{
	return ownership->owner.pid != 0;
}

static bool is_unchanged(const struct ownership *before,
			 const struct ownership *after)
{
	char was[80], is[80];

	person_describe(was, sizeof(was), before);
	person_describe(is, sizeof(is), after);
	return strcmp(was, is) == 0 &&
	       strcmp(before->configured_by, after->configured_by) == 0;
}

static bool owner_lives(const struct step *step)
{
	return is_owned(&step->before) &&
	       is_same(step->before.owner, step->facts.holder);
}

static bool asks_as_owner(const struct step *step)
{
	return is_owned(&step->before) &&
	       is_same(step->who->identity, step->before.owner);
}

/* XNU's own assertion. */
static bool nothing_is_off(const struct step *step)
{
	return step->after.configured || step->after.keeps_owner ||
	       step->after.state == OWNERSHIP_OFF;
}

static bool off_is_nothing(const struct step *step)
{
	const struct ownership *after = &step->after;

	return after->state != OWNERSHIP_OFF ||
	       (!after->configured && !after->keeps_owner &&
		!after->is_kernels && !is_owned(after));
}

static bool background_owner_is_registered(const struct step *step)
{
	const struct ownership *after = &step->after;

	return after->state != OWNERSHIP_BACKGROUND ||
	       (after->background.pid &&
		(!is_owned(after) || is_same(after->owner, after->background)));
}

static bool kernel_is_unowned_foreground(const struct step *step)
{
	return !step->after.is_kernels ||
	       (step->after.state == OWNERSHIP_FOREGROUND &&
		!is_owned(&step->after));
}

/* An owner found dead is released all the same. */
static bool refusal_changes_nothing(const struct step *step)
{
	struct ownership expected = step->before;

	if (step->result.ret >= 0 ||
	    (step->event == EVENT_SET_OWNER && step->before.keeps_owner))
		return true;
	if (!owner_lives(step) && !is_owned(&step->after))
		expected.owner = step->after.owner;
	return is_unchanged(&expected, &step->after) && !step->result.reset &&
	       !step->result.notifies && !step->result.pauses;
}

static bool reading_changes_nothing(const struct step *step)
{
	return (step->event != EVENT_DISABLE &&
		step->event != EVENT_READ_CHECK &&
		step->event != EVENT_SHOWN_PID) ||
	       is_unchanged(&step->before, &step->after);
}

static bool what_is_lost_is_reset(const struct step *step)
{
	return !(step->before.configured & ~step->after.configured &
		 ~step->result.reset);
}

/* Only a reset, the kernel and who sets an owner end the ownership of one that
 * lives. */
static bool living_foreground_owner_stays(const struct step *step)
{
	return step->before.state != OWNERSHIP_FOREGROUND ||
	       !owner_lives(step) || step->event == EVENT_RESET ||
	       step->event == EVENT_KERNEL || step->event == EVENT_SET_OWNER ||
	       is_same(step->before.owner, step->after.owner);
}

static bool others_are_told_busy(const struct step *step)
{
	return step->event != EVENT_CONFIGURE || step->mask == 0 ||
	       step->who->identity.pid == 0 ||
	       step->before.state != OWNERSHIP_FOREGROUND ||
	       !owner_lives(step) || asks_as_owner(step) ||
	       step->result.ret == -EBUSY;
}

static bool unprivileged_gets_nothing(const struct step *step)
{
	return (step->event != EVENT_CONFIGURE &&
		step->event != EVENT_BACKGROUND) ||
	       step->who->is_privileged || asks_as_owner(step) ||
	       step->result.ret < 0;
}

static bool who_configures_owns(const struct step *step)
{
	return step->event != EVENT_CONFIGURE || step->result.ret < 0 ||
	       (is_same(step->after.owner, step->who->identity) &&
		(step->after.configured & step->mask) == step->mask);
}

static bool foreground_ends_off(const struct step *step)
{
	return step->before.state != OWNERSHIP_FOREGROUND ||
	       step->after.state != OWNERSHIP_BACKGROUND;
}

static bool end_of_foreground_is_told_or_owed(const struct step *step)
{
	return step->before.state != OWNERSHIP_FOREGROUND ||
	       step->after.state != OWNERSHIP_OFF ||
	       (step->result.notifies == step->facts.can_notify &&
		step->after.owes_notice != step->result.notifies);
}

static bool told_is_not_owed(const struct step *step)
{
	return !step->result.notifies ||
	       (step->facts.can_notify && !step->after.owes_notice &&
		step->after.state == OWNERSHIP_OFF);
}

static bool keeping_is_by_set_owner(const struct step *step)
{
	return step->event == EVENT_SET_OWNER ||
	       step->before.keeps_owner == step->after.keeps_owner;
}

static bool background_is_by_registration(const struct step *step)
{
	return (step->event == EVENT_BACKGROUND && step->result.ret == 0) ||
	       is_same(step->before.background, step->after.background);
}

static bool new_owner_gives_its_name(const struct step *step)
{
	const char *before = step->before.configured_by;
	const char *after = step->after.configured_by;

	if (step->event == EVENT_KERNEL && step->result.ret == 0)
		return strcmp(after, "kernel_task") == 0;
	if (!is_owned(&step->after) ||
	    is_same(step->before.owner, step->after.owner))
		return strcmp(before, after) == 0 ||
		       step->event == EVENT_SET_OWNER ||
		       step->event == EVENT_BACKGROUND;
	return strcmp(after, step->who->name) == 0;
}

#define INVARIANT(name)                                                        \
	{                                                                      \
#name, name                                                    \
	}

static const struct {
	const char *name;
	bool (*holds)(const struct step *step);
} invariants[] = {
	INVARIANT(nothing_is_off),
	INVARIANT(off_is_nothing),
	INVARIANT(background_owner_is_registered),
	INVARIANT(kernel_is_unowned_foreground),
	INVARIANT(refusal_changes_nothing),
	INVARIANT(reading_changes_nothing),
	INVARIANT(what_is_lost_is_reset),
	INVARIANT(living_foreground_owner_stays),
	INVARIANT(others_are_told_busy),
	INVARIANT(unprivileged_gets_nothing),
	INVARIANT(who_configures_owns),
	INVARIANT(foreground_ends_off),
	INVARIANT(end_of_foreground_is_told_or_owed),
	INVARIANT(told_is_not_owed),
	INVARIANT(keeping_is_by_set_owner),
	INVARIANT(background_is_by_registration),
	INVARIANT(new_owner_gives_its_name),
};

static void fail_at(const char *name, unsigned number, const struct step *step)
{
	char before[80], after[80];

	person_describe(before, sizeof(before), &step->before);
	person_describe(after, sizeof(after), &step->after);
	fail_msg("%s, step %u: %s by %s (%d), subsystems %u, pid %d\n"
		 "  before %s\n  holder %c, %s be notified\n"
		 "  after  %s\n  returns %d, reset %u, notifies %d",
		 name, number, event_names[step->event],
		 step->who ? step->who->name : "none",
		 step->who ? step->who->is_privileged : 0, step->mask,
		 step->pid, before, person_letter(step->facts.holder),
		 step->facts.can_notify ? "can" : "cannot", after,
		 step->result.ret, step->result.reset, step->result.notifies);
}

static void check(unsigned number, const struct step *step)
{
	for (size_t i = 0; i < ARRAY_LEN(invariants); i++)
		if (!invariants[i].holds(step))
			fail_at(invariants[i].name, number, step);
}

/* Or the walk would show nothing: each event in each state, and each change of
 * state that there is. */
static void assert_everywhere(unsigned seen[][STATE_COUNT][STATE_COUNT])
{
	unsigned changes[STATE_COUNT][STATE_COUNT] = { 0 };

	for (unsigned event = 0; event < EVENT_COUNT; event++)
		for (unsigned at = 0; at < STATE_COUNT; at++) {
			unsigned count = 0;

			for (unsigned to = 0; to < STATE_COUNT; to++) {
				count += seen[event][at][to];
				changes[at][to] += seen[event][at][to];
			}
			assert_in_range(count, 100, STEPS);
		}
	for (unsigned at = 0; at < STATE_COUNT; at++)
		for (unsigned to = 0; to < STATE_COUNT; to++)
			assert_int_equal(changes[at][to] > 100,
					 at != OWNERSHIP_FOREGROUND ||
					     to != OWNERSHIP_BACKGROUND);
}

static void holds_in_any_order(void **state)
{
	unsigned seen[EVENT_COUNT][STATE_COUNT][STATE_COUNT] = { 0 };
	uint64_t seed = 0x6b74726163652d75;
	struct ownership ownership;

	(void)state;
	ownership_init(&ownership);
	for (unsigned number = 0; number < STEPS; number++) {
		struct step step = some_step(&ownership, &seed);

		step.result = take_step(&ownership, &step);
		step.after = ownership;
		check(number, &step);
		seen[step.event][step.before.state][step.after.state]++;
	}
	assert_everywhere(seen);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
