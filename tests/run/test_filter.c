/*
 * What is recorded under a filter is what is recorded without, restricted to
 * what was asked for.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/personality.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "support/administrator.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/trace.h"
#include "support/witness.h"
#include "sysdesc/deeds.h"
#include "sysdesc/select.h"
#include "trace/facility.h"

#define WORDS_MAX 6

struct choice {
	const char *points; /* -t; NULL: all that is written */
	const char *calls;  /* --syscalls; NULL: all */
	bool filters;       /* if a filter may be used at all */
	unsigned least;     /* lines that are left of prog:mixed */
};

/* clang-format off */
static const struct choice choices[] = {
	{ "n", NULL, true, 15 },
	{ "i", NULL, true, 8 },
	{ "s", NULL, false, 3 },
	{ "a", NULL, true, 2 },
	{ "sa", NULL, true, 6 },
	{ "c", "open,openat", true, 8 },
	{ NULL, "open,openat", true, 12 },
	{ NULL, "@network", true, 20 },
	{ NULL, "!@pure", true, 100 },
	{ NULL, "@file,!openat", true, 20 },
	{ "ni", "@desc", true, 10 },
	{ "c", "@pure", true, 30 },
	{ "cs", "rt_sigaction", true, 8 },
	{ NULL, "@deeds", true, 100 },
};

static const char *const programs[][WORDS_MAX] = {
	{ "prog:mixed" },
	{ "prog:paths" },
	{ "prog:wander" },
	{ "prog:wander", "thread" },
	{ "prog:wander", "shared" },
	{ "prog:failing" },
	{ "cat", "/etc/passwd", "/nonexistent" },
	{ "ls", "-l", "/usr" },
	{ "sh", "-c", "cd /usr; trap 'echo caught' USR1; kill -USR1 $$; "
	  "test -d share && echo found > /dev/null; exec true" },
};
/* clang-format on */

/* Addresses that are the same each time spare us to tell them from numbers. */
static void fix_addresses(void *context)
{
	(void)context;
	personality(ADDR_NO_RANDOMIZE);
}

/* The program in a new folder; the trace is the place's "ktrace.out". */
static void record(const struct run_place *place, const char *const *argv,
		   const char *const *options, struct trace *ret)
{
	static const char *const fresh[] = { "sh", "-c",
					     "rm -rf work; mkdir work", NULL };
	struct run_spec setup = { .argv = fresh };
	struct run_spec spec = { .argv = argv,
				 .trace = options,
				 .directory = "work",
				 .prepare = fix_addresses };
	struct run_result result;

	assert_int_equal(run_program(&result, place, &setup), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_false(result.timed_out);
	run_result_done(&result);
	fault_load(ret, place, "ktrace.out");
	fault_must_be_whole(ret);
}

/* What of a trace is compared: what was chosen, and which call that belongs to.
 * PROCCTOR is not: there is one before the execve if its entry was seen. */
struct view {
	const struct trace *trace;
	uint32_t facilities;
	struct select calls;
	const struct trace_item *call;
};

/* Arguments that were given to an execve, but to no program. */
static bool is_of_failed_exec(const struct view *view)
{
	const struct trace_item *end =
	    view->call ? trace_return(view->trace, view->call) : NULL;

	return end && end->record.sysret.error;
}

static bool is_chosen(const struct view *view)
{
	const struct sysdesc_row *row = view->call->row;
	const struct record *record = &view->call->record;
	uint64_t args[6] = { 0 };

	for (unsigned i = 0; i < ARRAY_LEN(args); i++)
		if (i < (unsigned)record->syscall.narg)
			args[i] = record_arg(record, i);
	return select_has(&view->calls, row) &&
	       (!row || !select_is_narrow(&view->calls, row) ||
		deeds_has_call(row, args));
}

static bool is_seen(struct view *view, const struct trace_item *item)
{
	unsigned kind = item->record.kind;
	bool of_call = kind == KTR_SYSCALL || kind == KTR_SYSRET ||
		       kind == KTR_NAMEI || kind == KTR_GENIO ||
		       (kind == KTR_ARGS && is_of_failed_exec(view));

	if (kind == KTR_SYSCALL)
		view->call = item;
	if (kind == KTR_STRUCT) {
		of_call = !strcmp(item->record.structure.name, KTR_STRUCT_PATH);
		if (!of_call)
			return false;
		kind = KTR_NAMEI;
	}
	if (!(view->facilities & KTRFAC(kind)))
		return false;
	return !of_call || !view->call || is_chosen(view);
}

/* A child has another id each time. */
static void put_return(struct text *lines, const struct trace_item *item)
{
	const struct record *record = &item->record;
	bool is_child = item->row && item->row->result == RESULT_PID &&
			record->sysret.retval > 0;
	int64_t result = is_child ? record->pid : record->sysret.retval;
	const char *error = NULL;

	if (record->sysret.error)
		error = record->sysret.error < 0
			    ? "special"
			    : sysdesc_errno_name(record->sysret.error);
	text_format(lines, "return %s", trace_call_name(item));
	witness_put_result(lines, item->row, record->pid, result, error);
}

/* Data without a descriptor may be random (getrandom): its length alone. */
static void put_data(struct text *lines, const struct record *record)
{
	text_format(lines, "data %d %d %zu", record->genio.fd, record->genio.rw,
		    record->genio.length);
	if (record->genio.fd >= 0)
		witness_put_path(lines, record->genio.data,
				 record->genio.length, false);
	text_char(lines, '\n');
}

static void put_item(struct text *lines, const struct trace_item *item)
{
	const struct record *record = &item->record;

	switch (record->kind) {
	case KTR_SYSCALL:
		text_format(lines, "call %s %d\n", trace_call_name(item),
			    record->syscall.narg);
		break;
	case KTR_SYSRET:
		put_return(lines, item);
		break;
	case KTR_GENIO:
		put_data(lines, record);
		break;
	case KTR_PSIG:
		text_format(lines,
			    "signal %d code %d action %" PRIx64 " mask %" PRIx64
			    "\n",
			    record->psig.signo, record->psig.code,
			    record->psig.action, record->psig.mask);
		break;
	default: /* paths, arguments, the end */
		text_format(lines, "%u", record->kind);
		witness_put_path(lines, record->payload, record->length, false);
		text_char(lines, '\n');
		break;
	}
}

static unsigned put_trace(struct text *lines, const struct trace *trace,
			  struct view *view)
{
	unsigned count = 0;

	view->trace = trace;
	for (size_t i = 0; i < trace->count; i++)
		if (is_seen(view, &trace->items[i])) {
			put_item(lines, &trace->items[i]);
			count++;
		}
	return count;
}

static const char *filter_of(const struct trace *trace)
{
	return trace_text(&trace->items[0], "filter");
}

static void must_be_the_same(const struct run_place *place,
			     enum administrator who, const char *const *argv,
			     const struct choice *choice,
			     const struct trace *whole)
{
	const char *options[] = { "-f",
				  "../ktrace.out",
				  "-t",
				  choice->points ? choice->points : "cnisa",
				  who == ROOT ? "--seccomp=auto"
					      : "--seccomp=always",
				  NULL,
				  NULL };
	struct view part = { 0 };
	struct view all = { .facilities = ~KTRFAC(KTR_PROCCTOR) };
	struct text expected = TEXT_INIT;
	struct text got = TEXT_INIT;
	char calls[64];
	struct trace trace;
	unsigned count;
	size_t at, length;
	char bad;

	snprintf(calls, sizeof(calls), "--syscalls=%s", choice->calls);
	options[5] = choice->calls ? calls : NULL;
	record(place, argv, options, &trace);
	select_all(&part.calls);
	select_all(&all.calls);
	if (choice->calls)
		assert_int_equal(
		    select_parse(&part.calls, choice->calls, &at, &length), 0);
	assert_int_equal(facility_parse(options[3], &part.facilities, &bad), 0);
	part.facilities |= KTRFAC(KTR_PROCDTOR);
	put_trace(&expected, whole, &part);
	count = put_trace(&got, &trace, &all);
	printf("%s, -t %s, %s: %u records\n", argv[0], options[3],
	       choice->calls ? calls : "all calls", count);
	assert_true(witness_agree(&got, &expected, "unfiltered"));
	assert_string_equal(filter_of(&trace),
			    choice->filters ? "seccomp" : "none");
	if (argv == programs[0])
		assert_true(count >= choice->least);
	text_done(&expected);
	text_done(&got);
	trace_done(&trace);
}

static void compare(enum administrator who)
{
	static const char *const options[] = {
		"-f", "../ktrace.out", "-t", "cnisa", "--seccomp=never", NULL
	};
	struct run_place place;
	struct trace whole;

	administrator_place(&place, who);
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		record(&place, programs[i], options, &whole);
		assert_string_equal(filter_of(&whole), "none");
		for (size_t j = 0; j < ARRAY_LEN(choices); j++)
			must_be_the_same(&place, who, programs[i], &choices[j],
					 &whole);
		trace_done(&whole);
	}
	run_place_close(&place);
}

static void test_selections_as_root(void **state)
{
	(void)state;
	compare(ROOT);
}

static void test_selections_as_ordinary_user(void **state)
{
	(void)state;
	compare(ORDINARY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_selections_as_root),
		cmocka_unit_test(test_selections_as_ordinary_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
