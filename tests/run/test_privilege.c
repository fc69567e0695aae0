/*
 * Programs that gain privilege, executed by an ordinary user who is recorded:
 * they gain what they gain when nobody records, and the trace says where it has
 * a gap. Who gains nothing is recorded to the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#include "base/array.h"
#include "support/administrator.h"
#include "support/attach.h"
#include "support/fault.h"
#include "support/pair.h"
#include "support/privileged.h"
#include "support/status.h"

#define ROUNDS      10
#define PATIENCE_MS 30000

#define GAINING "prog:gaining"

/* ---- what the trace says ---- */

static bool has_ended(const struct trace *trace)
{
	const struct trace_match end = { .kind = KTR_STRUCT,
					 .name = KTR_STRUCT_END };
	const struct trace_item *item = trace_find(trace, NULL, end);

	return trace->ended == READER_END && item &&
	       item == &trace->items[trace->count - 1];
}

/* What became of who was let go is found out a moment after he has gained his
 * privilege, by when he may have ended; so the last record may still come. */
static void load_ended(struct trace *ret, const struct run_place *place)
{
	uint64_t until = fault_now_ms() + PATIENCE_MS;
	char path[PATH_MAX];

	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(ret, path), 0);
	while (!has_ended(ret)) {
		trace_done(ret);
		if (fault_now_ms() > until)
			fail_msg("no session_end");
		assert_int_equal(trace_load(ret, path), 0);
	}
}

/* He was let go once, and nothing is recorded of him behind that. */
static void must_be_gone(const struct trace *trace, const char *path)
{
	const struct trace_item *told = privileged_find_told(trace, NULL,
							     PRIVILEGED_LET_GO);

	assert_non_null(told);
	assert_string_equal(trace_text(told, "path"), path);
	assert_int_equal(privileged_count_told(trace, PRIVILEGED_LET_GO), 1);
	assert_int_equal(privileged_count_told(trace, PRIVILEGED_LOST), 0);
	assert_null(trace_find(
	    trace, told, (struct trace_match){ .pid = told->record.pid }));
}

/* ---- who gains ---- */

static const struct gainer {
	const char *name;
	enum privileged_kind kind;
} gainers[] = {
	{ "user", PRIVILEGED_USER },
	{ "group", PRIVILEGED_GROUP },
	{ "both", PRIVILEGED_BOTH },
	{ "capable", PRIVILEGED_CAPABLE },
	{ "unreadable", PRIVILEGED_UNREADABLE },
};

static const struct way {
	const char *options[4];
	const char *words[5]; /* then the program, and what it is to do */
} ways[] = {
	{ { NULL }, { NULL } },
	{ { "-i" }, { "sh", "-c", "\"$0\" ids; cat /dev/null" } },
	{ { "-i", "-t", "n" }, { "sh", "-c", "\"$0\" ids; cat /dev/null" } },
	{ { NULL }, { GAINING, "exec" } },
	{ { NULL }, { GAINING, "descriptor" } },
	{ { NULL }, { GAINING, "thread" } },
	{ { NULL }, { GAINING, "crowd" } },
};

static struct run_spec spec_of(const struct way *way, const char *program,
			       const char *argv[RUN_WORDS_MAX])
{
	unsigned count = 0;

	while (way->words[count]) {
		argv[count] = way->words[count];
		count++;
	}
	argv[count++] = program;
	argv[count++] = "ids";
	argv[count] = NULL;
	return (struct run_spec){ .argv = argv };
}

static void try_way(const struct run_place *place, const struct way *way,
		    const struct gainer *gainer)
{
	const char *argv[RUN_WORDS_MAX];
	char program[PATH_MAX];
	struct run_spec spec;
	struct trace trace;
	struct pair pair;

	run_place_file(place, gainer->name, program);
	spec = spec_of(way, program, argv);
	pair_open(&pair, place, &spec);
	for (unsigned i = 0; i < ROUNDS; i++) {
		pair_run(&pair, way->options);
		load_ended(&trace, place);
		must_be_gone(&trace, program);
		trace_done(&trace);
	}
	pair_close(&pair);
}

/* (G12) */
static void test_gains(void **state)
{
	const struct gainer *gainer = *state;
	struct run_place place;

	privileged_place(&place);
	if (privileged_make(&place, gainer->name, gainer->kind))
		for (size_t i = 0; i < ARRAY_LEN(ways); i++)
			try_way(&place, &ways[i], gainer);
	run_place_close(&place);
}

/* By a path of its own, by a link, by a script that names it. */
static void test_gains_by_name(void **state)
{
	static const char *const scripts[] = {
		"./user ids", "cd /; PATH=$HOME:$PATH; user ids; :",
		"ln -sf user link; ./link ids; :", "./by_script",
		"cd directory; ../user ids"
	};
	static const char *const inherit[] = { "-i", NULL };
	struct run_place place;
	char program[PATH_MAX];

	(void)state;
	privileged_place(&place);
	privileged_make(&place, "user", PRIVILEGED_USER);
	privileged_make(&place, "by_script", PRIVILEGED_BY_SCRIPT);
	run_place_file(&place, "user", program);
	for (size_t i = 0; i < ARRAY_LEN(scripts); i++) {
		char script[256];
		const char *const argv[] = { "sh", "-c", script, NULL };
		const struct run_spec spec = { .argv = argv };
		struct trace trace;
		struct pair pair;

		snprintf(script, sizeof(script), "mkdir -p directory; %s",
			 scripts[i]);
		pair_open(&pair, &place, &spec);
		pair_run(&pair, inherit);
		load_ended(&trace, &place);
		must_be_gone(&trace, program);
		trace_done(&trace);
		pair_close(&pair);
	}
	run_place_close(&place);
}

/* The others are recorded as before, and to their end. */
static void test_others_go_on(void **state)
{
	static const char *const argv[] = {
		"sh", "-c", "./user ids; cat /dev/null; ./user ids; exit 7",
		NULL
	};
	static const char *const inherit[] = { "-i", NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_place place;
	struct trace trace;
	struct pair pair;
	pid_t shell;

	(void)state;
	privileged_place(&place);
	privileged_make(&place, "user", PRIVILEGED_USER);
	pair_open(&pair, &place, &spec);
	shell = pair_run(&pair, inherit);
	load_ended(&trace, &place);
	assert_int_equal(privileged_count_told(&trace, PRIVILEGED_LET_GO), 2);
	/* Of the shell, of cat and of itself. */
	assert_int_equal(
	    trace_count(&trace, (struct trace_match){ .kind = KTR_PROCDTOR }),
	    2);
	assert_int_equal(
	    trace_count(&trace, (struct trace_match){ .pid = shell,
						      .kind = KTR_PROCDTOR }),
	    1);
	trace_done(&trace);
	pair_close(&pair);
	run_place_close(&place);
}

/* One that ran already when it was attached to. */
static void test_attached(void **state)
{
	static const char *const argv[] = { "sh", "-c",
					    "read word; exec ./user ids",
					    NULL };
	static const char *const options[] = { "-p", NULL };
	struct fault_pipe in = fault_pipe();
	const struct run_spec spec = { .argv = argv, .in = in.read };
	struct run_place place;
	struct run_child child;
	struct run_result result;
	struct trace trace;
	char program[PATH_MAX];

	(void)state;
	privileged_place(&place);
	privileged_make(&place, "user", PRIVILEGED_USER);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	status_await(child.pid, 'S');
	attach_to(&place, options, child.pid);
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 0));
	assert_ptr_equal(strstr(text_string(&result.out), "65534 65533 65533"),
			 text_string(&result.out));
	load_ended(&trace, &place);
	must_be_gone(&trace, run_place_file(&place, "user", program));
	trace_done(&trace);
	run_result_done(&result);
	fault_close(&in.read);
	run_place_close(&place);
}

/* ---- who does not ---- */

/* clang-format off */
static const struct stayer {
	enum privileged_kind kind;
	const char *argv[5];
} stayers[] = {
	{ PRIVILEGED_OWN, { "./program", "ids" } },
	{ PRIVILEGED_SCRIPT, { "./program" } },
	{ PRIVILEGED_USER, { GAINING, "kept", "./program", "ids" } },
	{ PRIVILEGED_FORBIDDEN, { GAINING, "exec", "./program" } },
};
/* clang-format on */

static void test_stays(void **state)
{
	static const char *const inherit[] = { "-i", NULL };
	const struct stayer *stayer = *state;
	const struct run_spec spec = { .argv = stayer->argv };
	struct run_place place;
	struct trace trace;
	struct pair pair;

	privileged_place(&place);
	privileged_make(&place, "program", stayer->kind);
	pair_open(&pair, &place, &spec);
	pair_trace(&pair, inherit, &trace);
	assert_int_equal(privileged_count_told(&trace, ""), 0);
	trace_done(&trace);
	pair_close(&pair);
	run_place_close(&place);
}

/* Under root's recorder a program keeps what it gains. (G12) */
static void test_root(void **state)
{
	static const char *const argv[] = { "./program", "ids", NULL };
	static const char *const options[] = { "-i", NULL };
	const struct run_spec spec = { .argv = argv };
	struct run_place place, ordinary;
	struct trace trace;
	struct pair pair;

	(void)state;
	privileged_place(&ordinary);
	run_place_close(&ordinary);
	administrator_place(&place, ROOT);
	/* Of another group, and of another user: root's ids change. */
	place.uid = place.gid = 65534;
	privileged_make(&place, "program", PRIVILEGED_BOTH);
	place.uid = place.gid = 0;
	pair_open(&pair, &place, &spec);
	pair_trace(&pair, options, &trace);
	assert_ptr_equal(strstr(text_string(&pair.native.out), "0 65533 65533"),
			 text_string(&pair.native.out));
	assert_int_equal(privileged_count_told(&trace, ""), 0);
	trace_done(&trace);
	pair_close(&pair);
	run_place_close(&place);
}

/* --setuid=deny is no_new_privs, and nothing else. */
static void test_denied(void **state)
{
	static const char *const argv[] = { GAINING, "kept", "./user", "ids",
					    NULL };
	static const char *const denied[] = { "./user", "ids", NULL };
	static const char *const sets[][3] = {
		{ "--setuid=deny" },
		{ "--setuid=deny", "-tn" },
		{ "--setuid=deny", "-ts" },
	};
	const struct run_spec spec = { .argv = argv };
	struct run_place place;
	struct trace trace;
	struct pair pair;

	(void)state;
	privileged_place(&place);
	privileged_make(&place, "user", PRIVILEGED_USER);
	pair_open(&pair, &place, &spec);
	pair.spec.argv = denied;
	for (size_t i = 0; i < ARRAY_LEN(sets); i++) {
		pair_trace(&pair, sets[i], &trace);
		assert_int_equal(privileged_count_told(&trace, ""), 0);
		trace_done(&trace);
	}
	pair_close(&pair);
	run_place_close(&place);
}

/* Where no call stops at its entry, the trace says what it has cost. */
static void test_not_seen_before(void **state)
{
	static const char *const argv[] = { "./program", "ids", NULL };
	static const char *const options[] = { "-f", "ktrace.out", "-ts",
					       NULL };
	const struct gainer *gainer = *state;
	const struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;
	struct run_place place;
	struct trace trace;

	privileged_place(&place);
	if (privileged_make(&place, "program", gainer->kind)) {
		assert_int_equal(run_program(&result, &place, &spec), 0);
		assert_true(run_exited(&result, 0));
		run_result_done(&result);
		fault_load(&trace, &place, "ktrace.out");
		fault_must_be_whole(&trace);
		assert_int_equal(privileged_count_told(&trace, PRIVILEGED_LOST),
				 1);
		trace_done(&trace);
	}
	run_place_close(&place);
}

#define GAINS(i) cmocka_unit_test_prestate(test_gains, (void *)&gainers[i])
#define STAYS(i) cmocka_unit_test_prestate(test_stays, (void *)&stayers[i])
#define NOT_SEEN(i)                                                            \
	cmocka_unit_test_prestate(test_not_seen_before, (void *)&gainers[i])

int main(void)
{
	const struct CMUnitTest tests[] = {
		GAINS(0),
		GAINS(1),
		GAINS(2),
		GAINS(3),
		GAINS(4),
		cmocka_unit_test(test_gains_by_name),
		cmocka_unit_test(test_others_go_on),
		cmocka_unit_test(test_attached),
		STAYS(0),
		STAYS(1),
		STAYS(2),
		STAYS(3),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_denied),
		NOT_SEEN(0),
		NOT_SEEN(1),
		NOT_SEEN(3),
		NOT_SEEN(4),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("privilege", tests, NULL, NULL);
}
