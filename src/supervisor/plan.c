/*
 * From a wish to stops. Must know neither processes nor ptrace.
 */
#include "supervisor/plan.h"

#include <stdlib.h>

#include <ktrace-u/format.h>

#include "supervisor/effect.h"
#include "supervisor/escape.h"
#include "supervisor/guard.h"
#include "supervisor/stack.h"
#include "sysdesc/deeds.h"
#include "sysdesc/sysdesc.h"

static unsigned row_needs(const struct plan_wish *wish,
			  const struct sysdesc_row *row)
{
	uint32_t facilities = wish->facilities;

	/* What programs record themselves is no call: none is chosen by it. */
	if (row ? !select_has(&wish->calls, row) : !wish->calls.unknown)
		facilities &= KTRFAC(KTR_USER);
	return capture_needs(row, facilities);
}

/* Does it carry a call of which something is wanted? */
static bool carries_wanted(const struct plan_wish *wish,
			   const struct sysdesc_row *carrier)
{
	for (unsigned i = 0; i < sysdesc_inner_count(); i++) {
		const struct sysdesc_inner *inner = sysdesc_inner(i);

		if (inner->carrier == carrier &&
		    !sysdesc_is_carried(inner->row) &&
		    row_needs(wish, inner->row))
			return true;
	}
	return false;
}

/* Is the path of some call wanted? */
static bool wants_paths(const struct plan_wish *wish)
{
	const uint32_t names = KTRFAC(KTR_NAMEI);

	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (select_has(&wish->calls, row) &&
		    capture_needs(row, wish->facilities & names))
			return true;
	}
	return false;
}

/* What changes maps, for stacks. */
static void add_on_maps(struct select *stops)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (stack_is_on_maps(sysdesc_row(i)))
			select_add(stops, sysdesc_row(i));
}

/* To be seen whatever is wanted. */
static void add_always(const struct plan_wish *wish, struct select *stops)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (effect_is_on_rights(sysdesc_row(i)) ||
		    effect_is_on_memory(sysdesc_row(i)) ||
		    escape_is_by(sysdesc_row(i)) ||
		    effect_is_sleep(sysdesc_row(i)) ||
		    (wish->guards && guard_is_by(sysdesc_row(i))))
			select_add(stops, sysdesc_row(i));
	for (unsigned i = 0; i < sysdesc_inner_count(); i++)
		if (effect_is_sleep(sysdesc_inner(i)->row))
			select_add(stops, sysdesc_inner(i)->carrier);
}

/* What shows where threads may run: follow.h. */
static void add_on_affinity(struct select *stops)
{
	for (unsigned i = 0; i < sysdesc_count(); i++)
		if (sysdesc_row(i)->effect == EFFECT_AFFINITY)
			select_add(stops, sysdesc_row(i));
}

bool plan_stops(const struct plan_wish *wish, struct select *ret)
{
	bool paths = wants_paths(wish);
	unsigned needed = 0;

	select_none(ret);
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (!row_needs(wish, row) && !carries_wanted(wish, row) &&
		    !(paths && effect_is_on_paths(row)))
			continue;
		/* Deeds are calls of their own row, and on no path. */
		if (select_is_narrow(&wish->calls, row))
			select_add_deeds(ret, row);
		else
			select_add(ret, row);
		needed++;
	}
	ret->unknown = row_needs(wish, NULL) != 0;
	/* It is not recorded, but must stop. */
	if (needed == 0 && wish->refuses_rings)
		needed++;
	if (needed > 0 && needed < sysdesc_count())
		add_always(wish, ret);
	if (needed > 0 && paths && select_has_deeds(&wish->calls))
		add_on_affinity(ret);
	if (needed > 0 && plan_stacks_any(&wish->stacks))
		add_on_maps(ret);
	return needed > 0 && needed < sysdesc_count();
}

bool plan_is_within(const struct plan *plan, const struct plan_wish *wish)
{
	struct select stops;

	plan_stops(wish, &stops);
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		const struct sysdesc_row *row = sysdesc_row(i);

		if (plan->needs[i] &&
		    (!select_has(&stops, row) ||
		     (select_is_narrow(&stops, row) &&
		      !select_is_narrow(&plan->wish.calls, row))))
			return false;
	}
	return !plan->needs[SELECT_ROWS_MAX] || stops.unknown;
}

static void plan_make(struct plan *plan, const struct plan_wish *wish)
{
	plan->wish = *wish;
	plan->policy = (struct capture_policy){
		.facilities = wish->facilities,
		.genio_size = wish->genio_size,
		.genio_all = wish->genio_all,
	};
	plan->wants_entries = true;
	plan->wants_paths = wants_paths(wish);
	plan->wants_deeds = select_has_deeds(&wish->calls);
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		plan->needs[i] = (uint8_t)row_needs(wish, sysdesc_row(i));
		plan->stops_calls |= plan->needs[i] != 0;
		plan->wants_entries &= (plan->needs[i] & CAPTURE_AT_ENTRY) != 0;
	}
	plan->needs[SELECT_ROWS_MAX] = (uint8_t)row_needs(wish, NULL);
	plan->stops_calls |= wish->refuses_rings;
}

static bool is_same(const struct plan_wish *one, const struct plan_wish *other)
{
	return one->facilities == other->facilities &&
	       one->genio_size == other->genio_size &&
	       one->genio_all == other->genio_all &&
	       one->refuses_rings == other->refuses_rings &&
	       one->guards == other->guards &&
	       one->stacks.signals == other->stacks.signals &&
	       select_is_same(&one->stacks.calls, &other->stacks.calls) &&
	       select_is_same(&one->calls, &other->calls);
}

struct plan *plan_get(struct plan **list, const struct plan_wish *wish)
{
	struct plan *plan = *list;

	while (plan && !is_same(&plan->wish, wish))
		plan = plan->next;
	if (!plan) {
		plan = calloc(1, sizeof(*plan));
		if (!plan)
			return NULL;
		plan_make(plan, wish);
		plan->next = *list;
		*list = plan;
	}
	plan->users++;
	return plan;
}

void plan_put(struct plan **list, struct plan *plan)
{
	if (!plan || --plan->users)
		return;
	while (*list != plan)
		list = &(*list)->next;
	*list = plan->next;
	free(plan);
}

bool plan_leaves_out(const struct plan *plan, const struct sysdesc_row *row,
		     const uint64_t *args)
{
	return row && select_is_narrow(&plan->wish.calls, row) &&
	       !deeds_has_call(row, args);
}

uint8_t plan_needs(const struct plan *plan, const struct sysdesc_row *row)
{
	return plan->needs[row ? sysdesc_index(row) : SELECT_ROWS_MAX];
}
