/*
 * Signals during every call that one can interrupt: what the program sees of
 * each call must be what it sees untraced. Ignored signals, signals with
 * handlers and stops, in the leader and in another thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/array.h"
#include "support/fault.h"
#include "support/pair.h"
#include "support/status.h"

/* The machine that is emulated takes a minute for each of some: there they are
 * shared out among the variants. */
#if defined(__aarch64__)
#define SHARES  3
#define SECONDS 300
#else
#define SHARES  1
#define SECONDS 0
#endif

struct variant {
	const char *mode;   /* of prog:fault_eintr */
	const char *thread; /* "thread", or NULL for the leader */
	enum run_user user;
	unsigned share; /* of the sets of options */
};

/* Every stop, none but signals, only paths (by a filter where that is free, and
 * where it must be asked for). */
static const char *const option_sets[][8] = {
	{ "-i", NULL },
	{ NULL },
	{ "-t", "s", NULL },
	{ "-i", "-t", "n", NULL },
	{ "-i", "-t", "ns", NULL },
	{ "-i", "-t", "n", "--seccomp=always", NULL },
};

/* How often the program says that a call failed so. */
static size_t count_said(struct text *text, const char *word)
{
	const char *at = text_string(text);
	size_t count = 0;

	while ((at = strstr(at, word)) != NULL) {
		count++;
		at += strlen(word);
	}
	return count;
}

/* The records must say what the program saw. */
static void must_be_recorded(const struct trace *trace, pid_t pid,
			     size_t interrupted)
{
	struct trace_match match = { .pid = pid, .kind = KTR_SYSRET };
	const struct trace_item *item = NULL;
	size_t count = 0;

	while ((item = trace_find(trace, item, match)))
		count += item->record.sysret.error == EINTR;
	assert_int_equal(count, interrupted);
}

static void test_eintr(void **state)
{
	const struct variant *variant = *state;
	const char *const argv[] = { "prog:fault_eintr", variant->mode,
				     variant->thread, NULL };
	struct run_spec spec = { .argv = argv, .seconds = SECONDS };
	struct run_place place;
	struct pair pair;

	assert_int_equal(run_place_open(&place, variant->user), 0);
	pair_open(&pair, &place, &spec);
	assert_int_equal(pair.native.status, 0);
	for (size_t i = variant->share % SHARES; i < ARRAY_LEN(option_sets);
	     i += SHARES) {
		struct trace trace;
		pid_t pid = pair_trace(&pair, option_sets[i], &trace);

		/* A library hides what its own waits come to. */
		if (i == 0 && !variant->thread &&
		    strcmp(variant->mode, "stopped"))
			must_be_recorded(&trace, pid,
					 count_said(&pair.native.out, "EINTR"));
		trace_done(&trace);
	}
	pair_close(&pair);
	run_place_close(&place);
}

/* The reference itself: an ignored signal interrupts nothing but what it must
 * (pause and sigsuspend are ended by a handler), so no errors are hidden by
 * comparing like with like. */
static void test_reference(void **state)
{
	const char *const argv[] = { "prog:fault_eintr", "ignored", NULL };
	struct run_spec spec = { .argv = argv };
	struct run_place place;
	struct pair pair;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	pair_open(&pair, &place, &spec);
	assert_int_equal(count_said(&pair.native.out, "EINTR"), 2);
	assert_int_equal(count_said(&pair.native.out, "EINTR handled"), 2);
	assert_true(count_said(&pair.native.out, "\n") > 30);
	pair_close(&pair);
	run_place_close(&place);
}

/* As much of a trace as some seconds give: less where a call takes longer. */
#if defined(__SANITIZE_ADDRESS__) || defined(__aarch64__)
#define CROWD_BYTES (1 << 20)
#else
#define CROWD_BYTES (5 << 20)
#endif
struct crowd {
	size_t options;
	off_t bytes; /* of trace: then it has been watched for long enough */
};

/*
 * Threads that sleep while children of others end: to a traced process the
 * kernel sends SIGCHLD though it is ignored, and may wake any thread with it,
 * while another takes it.
 */
static void test_crowd(void **state)
{
	static const char *const argv[] = { "prog:crowd", NULL };
	const struct crowd *crowd = *state;
	struct fault_pipe in = fault_pipe();
	struct run_spec spec = { .argv = argv,
				 .in = in.read,
				 .trace = option_sets[crowd->options] };
	struct run_result result;
	struct run_place place;
	struct run_child child;
	char file[PATH_MAX];
	struct stat status = { .st_size = 0 };

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	run_place_file(&place, "ktrace.out", file);
	assert_int_equal(run_start(&child, &place, &spec), 0);
	while (status.st_size < crowd->bytes) {
		status_pause();
		stat(file, &status);
	}
	fault_close(&in.read);
	fault_close(&in.write);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_true(run_exited(&result, 0));
	assert_string_equal(text_string(&result.out), "done\n");
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
	static struct crowd crowds[] = { { 0, 3 * CROWD_BYTES },
					 { 1, 3 * CROWD_BYTES },
					 { 5, CROWD_BYTES } };
	static struct variant variants[] = {
		{ "ignored", NULL, RUN_AS_SELF, 0 },
		{ "ignored", "thread", RUN_AS_SELF, 1 },
		{ "caught", NULL, RUN_AS_SELF, 2 },
		{ "caught", "thread", RUN_AS_SELF, 3 },
		{ "restarted", NULL, RUN_AS_SELF, 4 },
		{ "restarted", "thread", RUN_AS_SELF, 5 },
		{ "stopped", NULL, RUN_AS_SELF, 6 },
		{ "stopped", "thread", RUN_AS_SELF, 7 },
		{ "ignored", "thread", RUN_AS_ORDINARY, 8 },
		{ "caught", NULL, RUN_AS_ORDINARY, 9 },
		{ "stopped", "thread", RUN_AS_ORDINARY, 10 },
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test_prestate(test_crowd, &crowds[0]),
		cmocka_unit_test_prestate(test_crowd, &crowds[1]),
		cmocka_unit_test_prestate(test_crowd, &crowds[2]),
#define VARIANT(i) cmocka_unit_test_prestate(test_eintr, &variants[i])
		VARIANT(0),
		VARIANT(1),
		VARIANT(2),
		VARIANT(3),
		VARIANT(4),
		VARIANT(5),
		VARIANT(6),
		VARIANT(7),
		VARIANT(8),
		VARIANT(9),
		VARIANT(10),
#undef VARIANT
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
