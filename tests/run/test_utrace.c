/*
 * What programs and scripts record themselves: with every way of stopping, by
 * the system call and by utrace-u; and that nothing comes of it untraced.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <ktrace-u/ktrace.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "support/fault.h"

/* What the program says of its calls: recorded, and when nobody listens. */
#define RECORDED                                                               \
	"data: 0\nnothing: 0\ntoo much: 7\na fault: 14\na label: 0\n"          \
	"faults: 0\n1\n"
#define UNHEARD                                                                \
	"data: 22\nnothing: 22\ntoo much: 22\na fault: 22\na label: 22\n"      \
	"faults: 22\n1\n"

#define OPTIONS_MAX 5

struct way {
	const char *options[OPTIONS_MAX + 1];
	bool is_heard;
	bool has_calls; /* those of prctl() */
};

static const struct way ways[] = {
	{ { "-f", "t" }, true, true },
	{ { "-f", "t", "-t", "u" }, true, false },
	{ { "-f", "t", "-tu", "--seccomp=never" }, true, false },
	{ { "-f", "t", "-tu", "--seccomp=always" }, true, false },
	{ { "-f", "t", "-tcu", "--seccomp=always" }, true, true },
	{ { "-f", "t", "--syscalls=openat" }, true, false },
	{ { "-f", "t", "--syscalls=openat", "--seccomp=always" }, true, false },
	{ { "-f", "t", "--syscalls=prctl", "--seccomp=always" }, true, true },
	{ { "-f", "t", "-tc" }, false, true },
	{ { "-f", "t", "-tn", "--seccomp=always" }, false, false },
};

/* "length data label", a line each. */
static void put_user_records(struct text *text, const struct trace *trace)
{
	const char *label = NULL;

	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_item *item = &trace->items[i];

		if (item->record.kind == KTR_STRUCT && trace_text(item, "text"))
			label = trace_text(item, "text");
		if (item->record.kind != KTR_USER)
			continue;
		text_format(text, "%u ", (unsigned)item->record.length);
		text_bytes(text, item->record.payload, item->record.length);
		if (label)
			text_format(text, " <%s>", label);
		text_char(text, '\n');
		label = NULL;
	}
}

static void must_have_recorded(const struct trace *trace, const char *lines)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	put_user_records(&text, trace);
	assert_string_equal(text_string(&text), lines);
}

static void test_way(void **state)
{
	const struct way *way = *state;
	const char *const argv[] = { "prog:utrace", NULL };
	const struct run_spec spec = { .argv = argv, .trace = way->options };
	struct run_result result;
	struct run_place place;
	struct trace trace;

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.out),
			    way->is_heard ? RECORDED : UNHEARD);
	fault_load(&trace, &place, "t");
	must_have_recorded(&trace, way->is_heard
				       ? "5 hello\n0 \n"
					 "5 label <a label that is too>\n"
					 "0  <>\n"
				       : "");
	assert_int_equal(
	    trace_count(&trace, (struct trace_match){ .kind = KTR_SYSCALL,
						      .call = "prctl" }) > 0,
	    way->has_calls);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

static void test_untraced(void **state)
{
	const char *const argv[] = { "prog:utrace", NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_result result;
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_string_equal(text_string(&result.out), UNHEARD);
	run_result_done(&result);
	run_place_close(&place);
	/* G30: the library makes success of it. */
	errno = EXDEV;
	assert_int_equal(utrace("hello", 5), 0);
	assert_int_equal(utrace((void *)8, 1 << 20), 0);
	assert_int_equal(utrace_label((char *)8, (void *)8, 1 << 20), 0);
	assert_int_equal(errno, EXDEV);
}

/* ---- scripts ---- */

/* The shell's own pid, then its records. */
#define SCRIPT                                                                 \
	"echo $$\n"                                                            \
	"\"$0\" one   word || exit 1\n"                                        \
	"echo from a pipe | \"$0\" || exit 1\n"                                \
	"\"$0\" -- --help || exit 1\n"                                         \
	"\"$0\" \"\" || exit 1\n"                                              \
	"exit 0\n"
#define SAID "8 one word\n12 from a pipe\n\n6 --help\n0 \n"

struct script {
	const char *options[OPTIONS_MAX + 1];
	bool is_shells; /* the records are */
	const char *records;
};

static const struct script scripts[] = {
	{ { "-f", "t" }, true, SAID },
	{ { "-f", "t", "-tu" }, true, SAID },
	{ { "-f", "t", "-tu", "--seccomp=always" }, true, SAID },
	{ { "-f", "t", "-i" }, false, SAID },
	{ { "-f", "t", "-i", "-tu", "--seccomp=always" }, false, SAID },
	{ { "-f", "t", "-tc" }, true, "" },
	{ { "-f", "t", "-i", "-tn" }, true, "" },
};

static void must_be_of(const struct trace *trace, pid_t shell, bool is_shells)
{
	const struct trace_match match = { .kind = KTR_USER };
	const struct trace_item *item = NULL;

	while ((item = trace_find(trace, item, match)))
		assert_int_equal(item->record.pid == shell, is_shells);
}

static void run_script(struct run_result *ret, const struct run_place *place,
		       const char *const *options, const char *text)
{
	const char *const argv[] = { "sh", "-c", text, UTRACE_U, NULL };
	const struct run_spec spec = { .argv = argv, .trace = options };

	assert_int_equal(run_program(ret, place, &spec), 0);
}

static void test_script(void **state)
{
	const struct script *script = *state;
	struct run_result result;
	struct run_place place;
	struct trace trace;

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	run_script(&result, &place, script->options, SCRIPT);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.err), "");
	fault_load(&trace, &place, "t");
	must_have_recorded(&trace, script->records);
	must_be_of(&trace, atoi(text_string(&result.out)), script->is_shells);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

/* Untraced it says nothing and works; what it is told wrongly it refuses. */
static void test_alone(void **state)
{
	static const struct {
		const char *script;
		int status;
		const char *said;
	} rows[] = {
		{ SCRIPT, 0, "" },
		{ "\"$0\" --absent", 2,
		  "utrace-u: unknown option --absent\n"
		  "usage: utrace-u [text ...]\n" },
		{ "head -c 2049 /dev/zero | \"$0\"", 1,
		  "utrace-u: a record holds at most 2048 bytes\n" },
		{ "\"$0\" --version | grep -q '^utrace-u [0-9]'", 0, "" },
		{ "\"$0\" --help | grep -q '^usage: utrace-u'", 0, "" },
	};
	struct run_result result;
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		run_script(&result, &place, NULL, rows[i].script);
		assert_string_equal(text_string(&result.err), rows[i].said);
		assert_true(run_exited(&result, rows[i].status));
		run_result_done(&result);
	}
	run_place_close(&place);
}

#define WAY(i)       cmocka_unit_test_prestate(test_way, (void *)&ways[i])
#define SCRIPT_OF(i) cmocka_unit_test_prestate(test_script, (void *)&scripts[i])

int main(void)
{
	const struct CMUnitTest tests[] = {
		WAY(0),
		WAY(1),
		WAY(2),
		WAY(3),
		WAY(4),
		WAY(5),
		WAY(6),
		WAY(7),
		WAY(8),
		WAY(9),
		cmocka_unit_test(test_untraced),
		SCRIPT_OF(0),
		SCRIPT_OF(1),
		SCRIPT_OF(2),
		SCRIPT_OF(3),
		SCRIPT_OF(4),
		SCRIPT_OF(5),
		SCRIPT_OF(6),
		cmocka_unit_test(test_alone),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("utrace", tests, NULL, NULL);
}
