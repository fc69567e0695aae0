/*
 * An event of ownership, chosen by chance, and what it led to.
 */
#ifndef TESTS_STEP_H
#define TESTS_STEP_H

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "control/ownership.h"
#include "people.h"

#define STATE_COUNT 3

enum event {
	EVENT_CONFIGURE,
	EVENT_KERNEL,
	EVENT_RESET,
	EVENT_BACKGROUND,
	EVENT_SET_OWNER,
	EVENT_DISABLE,
	EVENT_READ_CHECK,
	EVENT_OWNER_PID,
	EVENT_SHOWN_PID,
	EVENT_COUNT,
};

struct step {
	enum event event;
	const struct ownership_process *who; /* NULL: no such process */
	uint32_t mask;
	pid_t pid; /* of a new owner */
	enum ownership_state state;
	struct ownership_facts facts;
	struct ownership before, after;
	struct ownership_result result;
};

/* Repeatable noise (xorshift64). */
static inline uint64_t noise(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static inline unsigned choose(uint64_t *seed, unsigned count)
{
	return (unsigned)(noise(seed) % count);
}

static const struct ownership_process *const people[] = {
	&A,
	&B,
	&G,
	&U,
	&A_without_root,
	&later_A,
	&later_A_root,
	&later_G_root,
	&nobody,
	&nobody_root,
};

/* The owner lives, is dead, or another has its pid. */
static inline struct ownership_facts
some_facts(const struct ownership *ownership, uint64_t *seed)
{
	struct ownership_facts facts = { .holder = ownership->owner };
	unsigned fate = choose(seed, 8);

	if (fate == 0)
		facts.holder = (struct ownership_identity){ 0 };
	if (fate == 1)
		facts.holder.start++;
	facts.can_notify = choose(seed, 3) > 0;
	return facts;
}

static inline void choose_new_owner(struct step *step, uint64_t *seed)
{
	static const pid_t others[] = { -2, -1, -1, -1, 0, 4711 };

	step->pid = step->who->identity.pid;
	if (choose(seed, 2) == 0)
		return;
	step->pid = others[choose(seed, ARRAY_LEN(others))];
	if (choose(seed, 4) > 0)
		step->who = NULL;
}

static inline struct step some_step(const struct ownership *ownership,
				    uint64_t *seed)
{
	struct step step = { .before = *ownership };

	step.event = choose(seed, EVENT_COUNT);
	step.who = people[choose(seed, ARRAY_LEN(people))];
	step.mask = choose(seed, (D | K) + 1);
	step.state = choose(seed, STATE_COUNT);
	step.facts = some_facts(ownership, seed);
	if (step.event == EVENT_SET_OWNER)
		choose_new_owner(&step, seed);
	return step;
}

/* Of these only a number comes back. */
static inline struct ownership_result ask(struct ownership *ownership,
					  const struct step *step)
{
	struct ownership_result result = { 0 };

	if (step->event == EVENT_READ_CHECK)
		result.ret = ownership_read_check(ownership, step->who);
	else if (step->event == EVENT_OWNER_PID)
		result.ret = ownership_owner_pid(ownership, &step->facts);
	else
		result.ret = ownership_shown_pid(ownership);
	return result;
}

static inline struct ownership_result take_step(struct ownership *ownership,
						const struct step *step)
{
	switch (step->event) {
	case EVENT_CONFIGURE:
		return ownership_configure(ownership, step->who, step->mask,
					   &step->facts);
	case EVENT_KERNEL:
		return ownership_configure_kernel(ownership, "kernel_task",
						  step->mask);
	case EVENT_RESET:
		return ownership_reset(ownership, step->mask, &step->facts);
	case EVENT_BACKGROUND:
		return ownership_register_background(ownership, step->who,
						     &step->facts);
	case EVENT_SET_OWNER:
		return ownership_set_owner(ownership, step->pid, step->who,
					   &step->facts);
	case EVENT_DISABLE:
		return ownership_disable(ownership, step->state);
	default:
		return ask(ownership, step);
	}
}

#endif
