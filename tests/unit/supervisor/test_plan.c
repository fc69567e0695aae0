/*
 * Which calls stop for a selection: one that others can carry makes these stop
 * too, in the filter as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include <ktrace-u/format.h>
#include <ktrace-u/utrace.h>

#include "supervisor/plan.h"
#include "support/bpf.h"
#include "sysdesc/sysdesc.h"
#include "tracee/filter.h"

#define CALLS (KTRFAC(KTR_SYSCALL) | KTRFAC(KTR_SYSRET))

/* Who set the trace is judged anew behind some calls, and others may be cut
 * short because of us: these stop whatever is wanted. */
static bool stops_always(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < sysdesc_inner_count(); i++)
		if (sysdesc_inner(i)->carrier == row &&
		    sysdesc_inner(i)->row->effect == EFFECT_SLEEP)
			return true;
	switch (row->effect) {
	case EFFECT_CREDS:
	case EFFECT_SLEEP:
	case EFFECT_RINGS:
	case EFFECT_FAULTS:
	case EFFECT_SECCOMP:
	case EFFECT_SETNS:
	case EFFECT_UNSHARE:
		return true;
	default:
		return false;
	}
}

static uint32_t verdict(const struct filter *filter,
			const struct sysdesc_row *row, uint64_t first)
{
	struct seccomp_data data = {
		.nr = (int)sysdesc_number(SYSDESC_I386, row),
		.arch = sysdesc_audit_arch(SYSDESC_I386),
		.args = { first },
	};
	struct bpf_verdict result;

	assert_int_equal(bpf_run(filter->code, filter->count, &data, &result),
			 0);
	return result.action;
}

static void check_filter(const struct select *stops,
			 const struct sysdesc_inner *inner, uint32_t action)
{
	struct filter filter = { 0 };

	assert_int_equal(filter_compile_for(&filter, stops, SYSDESC_X86_64), 0);
	assert_int_equal(verdict(&filter, inner->carrier, inner->command),
			 action);
	filter_done(&filter);
}

static bool is_carrier(const struct sysdesc_row *row)
{
	for (unsigned i = 0; i < sysdesc_inner_count(); i++)
		if (sysdesc_inner(i)->carrier == row)
			return true;
	return false;
}

static void carriers_stop_for_what_they_carry(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sysdesc_inner_count(); i++) {
		const struct sysdesc_inner *inner = sysdesc_inner(i);
		struct plan_wish wish = { .facilities = CALLS };
		struct select stops;
		unsigned count = 0;

		if (sysdesc_is_carried(inner->row))
			continue;
		select_add(&wish.calls, inner->row);
		assert_true(plan_stops(&wish, &stops));
		for (unsigned n = 0; n < sysdesc_count(); n++)
			count += select_has(&stops, sysdesc_row(n)) &&
				 !stops_always(sysdesc_row(n));
		assert_int_equal(count, !stops_always(inner->row) +
					    !stops_always(inner->carrier));
		assert_true(select_has(&stops, inner->row));
		assert_true(select_has(&stops, inner->carrier));
		check_filter(&stops, inner,
			     SECCOMP_RET_TRACE | FILTER_TRACE_DATA);
	}
}

/* Of all others, only themselves, and what always stops. */
static void others_stop_alone(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sysdesc_count(); i++) {
		struct plan_wish wish = { .facilities = CALLS };
		const struct sysdesc_row *row = sysdesc_row(i);
		struct select stops;
		unsigned carriers = 0;

		for (unsigned n = 0; n < sysdesc_inner_count(); n++)
			carriers += sysdesc_inner(n)->row == row;
		if (carriers > 0 || is_carrier(row))
			continue;
		select_add(&wish.calls, row);
		assert_true(plan_stops(&wish, &stops));
		for (unsigned n = 0; n < sysdesc_count(); n++)
			assert_int_equal(select_has(&stops, sysdesc_row(n)),
					 n == i ||
					     stops_always(sysdesc_row(n)));
	}
}

/* What is wanted of the carried call decides: of connect() there is no data. */
static void carriers_stop_for_what_is_wanted(void **state)
{
	const struct sysdesc_row *carrier = sysdesc_find(SYSDESC_I386, 102);
	const struct sysdesc_inner *connect = sysdesc_inner_find(carrier, 3);
	const struct sysdesc_inner *send = sysdesc_inner_find(carrier, 9);
	struct plan_wish wish = { .facilities = KTRFAC(KTR_GENIO) };
	struct select stops;

	(void)state;
	select_add(&wish.calls, connect->row);
	assert_false(plan_stops(&wish, &stops));
	check_filter(&stops, connect, SECCOMP_RET_ALLOW);
	select_add(&wish.calls, send->row);
	assert_true(plan_stops(&wish, &stops));
	assert_true(select_has(&stops, carrier));
	assert_false(select_has(&stops, connect->row));
	/* A carrier by itself, whatever it carries. */
	select_none(&wish.calls);
	select_add(&wish.calls, carrier);
	assert_true(plan_stops(&wish, &stops));
	assert_true(select_has(&stops, carrier));
	assert_false(select_has(&stops, send->row));
}

static uint32_t prctl_verdict(const struct select *stops, uint64_t option)
{
	const struct sysdesc_row *prctl = sysdesc_find(SYSDESC_I386, 172);
	struct filter filter = { 0 };
	uint32_t action;

	assert_int_equal(filter_compile_for(&filter, stops, SYSDESC_X86_64), 0);
	action = verdict(&filter, prctl, option);
	filter_done(&filter);
	return action;
}

/* What programs record themselves stops, whichever calls were chosen, and every
 * other prctl() runs on. */
static void utrace_stops_alone(void **state)
{
	const uint32_t stop = SECCOMP_RET_TRACE | FILTER_TRACE_DATA;
	struct plan_wish wish = { .facilities = KTRFAC(KTR_USER) };
	struct select stops;

	(void)state;
	assert_true(plan_stops(&wish, &stops));
	assert_int_equal(prctl_verdict(&stops, KTR_PRCTL_UTRACE), stop);
	assert_int_equal(prctl_verdict(&stops, PR_SET_NAME), SECCOMP_RET_ALLOW);
	select_add(&wish.calls, sysdesc_find(SYSDESC_I386, 3));
	wish.facilities |= CALLS;
	assert_true(plan_stops(&wish, &stops));
	assert_int_equal(prctl_verdict(&stops, KTR_PRCTL_UTRACE), stop);
	assert_int_equal(prctl_verdict(&stops, PR_SET_NAME), SECCOMP_RET_ALLOW);
	wish.facilities = CALLS;
	assert_true(plan_stops(&wish, &stops));
	assert_int_equal(prctl_verdict(&stops, KTR_PRCTL_UTRACE),
			 SECCOMP_RET_ALLOW);
	select_add(&wish.calls, sysdesc_find(SYSDESC_I386, 172));
	assert_true(plan_stops(&wish, &stops));
	assert_int_equal(prctl_verdict(&stops, PR_SET_NAME), stop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carriers_stop_for_what_they_carry),
		cmocka_unit_test(others_stop_alone),
		cmocka_unit_test(carriers_stop_for_what_is_wanted),
		cmocka_unit_test(utrace_stops_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
