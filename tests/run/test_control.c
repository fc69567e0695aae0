/*
 * What is traced already is changed and cleared: facilities and files come and
 * go as ktrace(2) has it, and behind a clear nothing of us is left. The program
 * answers words: which of them were heard says what was recorded when.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/administrator.h"
#include "support/attach.h"
#include "support/control.h"
#include "support/status.h"
#include "support/trace.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const cat[] = { "cat", NULL };

/* Answers, and has a child each time. */
static const char *const parent[] = {
	"sh", "-c", "while read x; do /bin/true; echo $x; done", NULL
};

/* Answers, and asks for a path each time. */
static const char *const looker[] = {
	"sh", "-c", "while read x; do test -e /no/$x; echo $x; done", NULL
};

/* A trace whose program was let go: it says so, and that it is all there. */
static void must_end_with(const struct trace *trace, const char *why)
{
	const struct trace_item *last = &trace->items[trace->count - 1];

	assert_int_equal(control_covered(trace, why), 1);
	assert_int_equal(last->record.kind, KTR_STRUCT);
	assert_string_equal(last->record.structure.name, KTR_STRUCT_END);
}

/* ---- SET ---- */

/* Facilities come and go. What was written before a clear is in the file when
 * it is answered. (G13, G14, G26) */
static void test_adds(void **state)
{
	struct trace_match calls = { .kind = KTR_SYSCALL, .call = "write" };
	struct control_target target;
	struct trace trace;
	pid_t pid;

	control_open(&target, *(enum run_user *)*state, cat);
	pid = target.child.pid;
	control_do(&target.place, "-t s -f one -p", pid);
	control_must_record(&target.place, pid, "s");
	control_say(&target, "before");
	control_do(&target.place, "-a -t ic -f one -p", pid);
	control_must_record(&target.place, pid, "cis");
	control_say(&target, "during");
	control_do(&target.place, "-c -t ic -p", pid);
	control_must_record(&target.place, pid, "s");
	control_say(&target, "after");
	control_do(&target.place, "-c -p", pid);
	control_must_be_free(pid);
	fault_load(&trace, &target.place, "one");
	must_end_with(&trace, "cleared by ktrace-u");
	assert_int_equal(control_heard(&trace, "before"), 0);
	assert_int_equal(control_heard(&trace, "during"), 2);
	assert_int_equal(control_heard(&trace, "after"), 0);
	assert_int_equal(trace_count(&trace, calls), 1);
	trace_done(&trace);
	control_close(&target);
}

/* The old file ends, the new one begins with who the process is. (G36) */
static void test_moves(void **state)
{
	struct control_target target;
	struct trace trace;
	pid_t pid;

	control_open(&target, *(enum run_user *)*state, cat);
	pid = target.child.pid;
	control_do(&target.place, "-t i -f one -p", pid);
	control_say(&target, "to one");
	control_do(&target.place, "-t c -f two -p", pid);
	control_must_record(&target.place, pid, "ci");
	control_say(&target, "to two");
	control_do(&target.place, "-c -p", pid);
	fault_load(&trace, &target.place, "one");
	must_end_with(&trace, "goes on in another file");
	assert_int_equal(control_heard(&trace, "to one"), 2);
	assert_int_equal(control_heard(&trace, "to two"), 0);
	trace_done(&trace);
	fault_load(&trace, &target.place, "two");
	must_end_with(&trace, "cleared by ktrace-u");
	assert_int_not_equal(trace_recorder(&trace), 0);
	assert_int_equal(trace.items[1].record.kind, KTR_PROCCTOR);
	assert_int_equal(trace.items[1].record.pid, pid);
	assert_string_equal(trace.items[2].record.structure.name,
			    KTR_STRUCT_PROCESS);
	assert_int_equal(control_heard(&trace, "to one"), 0);
	assert_int_equal(control_heard(&trace, "to two"), 2);
	trace_done(&trace);
	control_close(&target);
}

/* NetBSD's way: another file begins anew, the same one adds. (G13) */
static void test_replaces(void **state)
{
	struct control_target target;
	pid_t pid;

	control_open(&target, *(enum run_user *)*state, cat);
	pid = target.child.pid;
	control_do(&target.place, "-i -t s -f one -p", pid);
	control_do(&target.place, "--rules=netbsd -a -t c -f one -p", pid);
	control_must_record(&target.place, pid, "cs");
	control_do(&target.place, "--rules=netbsd -t n -f two -p", pid);
	control_must_record(&target.place, pid, "n");
	control_do(&target.place, "-c -p", pid);
	control_must_be_free(pid);
	control_close(&target);
}

/* A file is another one to who is not recorded into it yet, though others are.
 * (G13) */
static void test_replaces_by_process(void **state)
{
	static const char *const argv[] = { "sh", "-c", "cat; exit 0", NULL };
	struct control_target target;
	pid_t pid, child;

	control_open(&target, *(enum run_user *)*state, argv);
	control_say(&target, "there");
	pid = target.child.pid;
	child = attach_child_of(pid);
	control_do(&target.place, "-d -t s -f one -p", pid);
	control_do(&target.place, "-t c -f two -p", child);
	control_must_record(&target.place, child, "cs");
	control_must_record(&target.place, pid, "s");
	control_do(&target.place, "--rules=netbsd -a -t n -f one -p", child);
	control_must_record(&target.place, child, "n");
	control_do(&target.place, "-c -d -p", pid);
	control_must_be_free(child);
	control_close(&target);
}

/* Children are recorded that are born from then on. (G47) */
static void test_inherits(void **state)
{
	struct trace_match born = { .kind = KTR_PROCCTOR };
	int32_t pids[8];
	struct control_target target;
	struct trace trace;
	pid_t pid;

	control_open(&target, *(enum run_user *)*state, parent);
	pid = target.child.pid;
	control_do(&target.place, "-t s -f one -p", pid);
	control_say(&target, "not this one");
	control_do(&target.place, "-a -i -t s -f one -p", pid);
	control_say(&target, "this one");
	control_say(&target, "and this one");
	control_do(&target.place, "-c -i -t c -p", pid);
	control_say(&target, "no more");
	control_must_record(&target.place, pid, "s");
	control_do(&target.place, "-c -p", pid);
	fault_load(&trace, &target.place, "one");
	assert_int_equal(trace_pids(&trace, pids, ARRAY_LEN(pids)), 1 + 2);
	assert_true(trace_count(&trace, born) >= 3);
	trace_done(&trace);
	control_close(&target);
}

/* How often it went to sleep for each word. */
static double sleeps_per_word(const struct control_target *target)
{
	enum { WORDS = 100 };
	char value[STATUS_VALUE_MAX];
	long before;

	status_value(target->child.pid, "voluntary_ctxt_switches", value);
	before = strtol(value, NULL, 10);
	for (int i = 0; i < WORDS; i++)
		control_say(target, "word");
	status_value(target->child.pid, "voluntary_ctxt_switches", value);
	return (double)(strtol(value, NULL, 10) - before) / WORDS;
}

/* Where only signals are recorded calls do not stop: not before they are
 * wanted, and not any more. A word takes two calls, and so four stops. (G45) */
static void test_stops(void **state)
{
	struct control_target target;

	control_open(&target, *(enum run_user *)*state, cat);
	control_do(&target.place, "-t s -f one -p", target.child.pid);
	assert_true(sleeps_per_word(&target) < 2.5);
	control_do(&target.place, "-a -t c -f one -p", target.child.pid);
	assert_true(sleeps_per_word(&target) > 3);
	control_do(&target.place, "-c -t c -p", target.child.pid);
	control_say(&target, "one more");
	assert_true(sleeps_per_word(&target) < 2.5);
	control_close(&target);
}

/* ---- CLEAR ---- */

/* Who is not traced has nothing to be taken away: that works. (G14) */
static void test_untraced(void **state)
{
	struct control_target target;

	control_open(&target, *(enum run_user *)*state, cat);
	control_do(&target.place, "-c -p", target.child.pid);
	control_do(&target.place, "-c -t c -p", target.child.pid);
	control_must_be_free(target.child.pid);
	control_close(&target);
}

/* Taking away what is not set changes nothing. (G14) */
static void test_unset(void **state)
{
	struct control_target target;

	control_open(&target, *(enum run_user *)*state, cat);
	control_do(&target.place, "-t ci -f one -p", target.child.pid);
	control_do(&target.place, "-c -t ns -p", target.child.pid);
	control_must_record(&target.place, target.child.pid, "ci");
	control_close(&target);
}

/* Again and again: each time it is recorded, and each time it is free. (G15) */
static void test_again(void **state)
{
	struct control_target target;
	struct trace trace;
	char word[16];

	control_open(&target, *(enum run_user *)*state, cat);
	for (int i = 0; i < 10; i++) {
		snprintf(word, sizeof(word), "word %d", i);
		control_do(&target.place, "-p", target.child.pid);
		control_say(&target, word);
		control_do(&target.place, "-c -p", target.child.pid);
		control_must_be_free(target.child.pid);
		control_say(&target, "unheard");
		fault_load(&trace, &target.place, "ktrace.out");
		assert_int_equal(control_heard(&trace, word), 2);
		assert_int_equal(control_heard(&trace, "unheard"), 0);
		trace_done(&trace);
	}
	control_close(&target);
}

/* How often it looked for a path. */
static size_t looked(const struct trace *trace, const char *path)
{
	struct trace_match match = { .kind = KTR_NAMEI };
	const struct trace_item *item = NULL;
	size_t count = 0;

	while ((item = trace_find(trace, item, match)))
		count += item->record.length == strlen(path) &&
			 !memcmp(item->record.payload, path, strlen(path));
	return count;
}

/* The filter lets pass what nobody wanted when it was made, and it is said. */
static void check_filtered(const struct run_place *place)
{
	struct trace trace;

	fault_load(&trace, place, "one");
	must_end_with(&trace, "cleared by ktrace-u");
	assert_int_equal(looked(&trace, "/no/first"), 1);
	assert_int_equal(looked(&trace, "/no/second"), 0);
	trace_done(&trace);
	fault_load(&trace, place, "two");
	must_end_with(&trace, "cleared by ktrace-u");
	assert_string_equal(trace_text(&trace.items[0], "filter"), "seccomp");
	assert_int_equal(looked(&trace, "/no/second"), 0);
	assert_int_equal(looked(&trace, "/no/third"), 1);
	assert_int_equal(control_covered(&trace, "the filter"), 1);
	trace_done(&trace);
}

/* Who carries a filter is guarded, unrecorded, and can be recorded again. */
static void test_filtered(void **state)
{
	static const char *const options[] = { "-t", "n", "-f", "one", NULL };
	struct run_spec spec = { .argv = looker, .trace = options };
	struct control_target target;
	struct run_place place;
	pid_t pid, guardian;

	(void)state;
	administrator_place(&place, ROOT);
	control_start(&target, &place, &spec);
	pid = target.child.pid;
	control_say(&target, "first");
	guardian = status_tracer(pid);
	control_do(&place, "-c -p", pid);
	control_say(&target, "second");
	assert_int_equal(status_tracer(pid), guardian);
	control_do(&place, "-t ni -f two -p", pid);
	control_say(&target, "third");
	control_do(&place, "-c -p", pid);
	control_say(&target, "fourth");
	assert_int_equal(status_tracer(pid), guardian);
	check_filtered(&place);
	control_close(&target);
}

/* ---- CLEARFILE, and all ---- */

/* Three supervisors, two files. (G22) */
static void test_files(void **state)
{
	struct run_spec spec = { .argv = cat };
	struct control_target target[3];
	struct run_place place;

	control_place(&place, *(enum run_user *)*state);
	for (size_t i = 0; i < ARRAY_LEN(target); i++)
		control_start(&target[i], &place, &spec);
	control_do(&place, "-t i -f one -p", target[0].child.pid);
	control_do(&place, "-t i -f two -p", target[1].child.pid);
	control_do(&place, "-a -t i -f one -p", target[2].child.pid);
	control_do(&place, "-c -f one", 0);
	control_must_be_free(target[0].child.pid);
	control_must_record(&place, target[1].child.pid, "i");
	control_must_be_free(target[2].child.pid);
	control_must_refuse(&place, "-c -f none", 0, "none: No such file");
	control_do(&place, "-c -f two", 0);
	control_must_be_free(target[1].child.pid);
	for (size_t i = 0; i < ARRAY_LEN(target); i++)
		control_finish(&target[i]);
	run_place_close(&place);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_adds),     AS_BOTH(test_moves),
		AS_BOTH(test_replaces), AS_BOTH(test_replaces_by_process),
		AS_BOTH(test_inherits), AS_BOTH(test_stops),
		AS_BOTH(test_untraced), AS_BOTH(test_unset),
		AS_BOTH(test_again),    cmocka_unit_test(test_filtered),
		AS_BOTH(test_files),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("control", tests, NULL, NULL);
}
