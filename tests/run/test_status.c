/*
 * What --status tells, as lines and as JSON: everything to the recorder's user
 * and root, to others no more than that it is there.
 * Libraries: jansson
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "support/control.h"
#include "support/status.h"

#define ANOTHER_UID 1000

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const cat[] = { "cat", NULL };

static json_t *status_of(const struct run_place *place, pid_t pid)
{
	json_t *document;
	json_error_t error;
	struct text said;

	control_ask(&said, place, "--status --json -p", pid);
	document = json_loads(text_string(&said), 0, &error);
	if (!document)
		fail_msg("%s: %s", error.text, text_string(&said));
	text_done(&said);
	return document;
}

static void must_say(const json_t *object, const char *name, const char *value)
{
	const char *said = json_string_value(json_object_get(object, name));

	assert_non_null(said);
	assert_string_equal(said, value);
}

static void must_count(const json_t *object, const char *name, long value)
{
	const json_t *number = json_object_get(object, name);

	assert_true(json_is_integer(number));
	assert_int_equal(json_integer_value(number), value);
}

static void must_be(const json_t *object, const char *name, bool value)
{
	const json_t *said = json_object_get(object, name);

	assert_true(json_is_boolean(said));
	assert_int_equal(json_is_true(said), value);
}

/* What anybody may know. */
static void check_public(const json_t *document,
			 const struct control_target *target)
{
	must_count(document, "supervisor", status_tracer(target->child.pid));
	must_say(document, "state", "foreground");
	must_count(document, "owning_pid", 0);
	must_count(document, "background_pid", 0);
	must_say(document, "configured_by", "ktrace-u");
	must_be(document, "paused", false);
}

static void check_details(const json_t *document,
			  const struct control_target *target, bool is_roots)
{
	const json_t *traces = json_object_get(document, "traces");
	const json_t *targets = json_object_get(document, "targets");
	const json_t *one = json_array_get(targets, 0);
	char file[PATH_MAX];

	run_place_file(&target->place, "one", file);
	assert_int_equal(json_array_size(traces), 1);
	must_say(json_array_get(traces, 0), "file", file);
	must_count(json_array_get(traces, 0), "processes", 1);
	must_count(json_array_get(traces, 0), "error", 0);
	assert_int_equal(json_array_size(targets), 1);
	must_count(one, "pid", target->child.pid);
	must_say(one, "comm", "cat");
	must_say(one, "facilities", "ci");
	must_say(one, "file", file);
	must_be(one, "inherit", true);
	must_be(one, "root", is_roots);
	must_be(one, "filter", false);
	must_count(one, "threads", 1);
	assert_int_equal(json_array_size(json_object_get(one, "late")), 0);
}

static void check_stranger(const struct control_target *target)
{
	struct run_place other = control_place_of(&target->place, ANOTHER_UID);
	json_t *document = status_of(&other, target->child.pid);

	check_public(document, target);
	assert_null(json_object_get(document, "traces"));
	assert_null(json_object_get(document, "targets"));
	json_decref(document);
}

/* (G6, G10) */
static void test_status(void **state)
{
	struct control_target target;
	json_t *document;
	bool is_root = geteuid() == 0;

	control_open(&target, *(enum run_user *)*state, cat);
	control_must_refuse(&target.place, "--status -p", target.child.pid,
			    "it is not traced");
	control_do(&target.place, "-i -t ci -f one -p", target.child.pid);
	document = status_of(&target.place, target.child.pid);
	check_public(document, &target);
	check_details(document, &target, is_root && !target.place.drops);
	json_decref(document);
	if (is_root) {
		struct run_place root = control_place_of(&target.place, 0);

		check_stranger(&target);
		document = status_of(&root, target.child.pid);
		check_details(document, &target, !target.place.drops);
		json_decref(document);
	}
	control_close(&target);
}

/* (G10) */
static void test_status_lines(void **state)
{
	struct control_target target;
	char wanted[3 * PATH_MAX], file[PATH_MAX];
	struct text said;
	pid_t pid;

	control_open(&target, RUN_AS_ORDINARY, cat);
	(void)state;
	pid = target.child.pid;
	run_place_file(&target.place, "one", file);
	control_do(&target.place, "-i -t ci -f one -p", pid);
	control_ask(&said, &target.place, "--status -p", pid);
	snprintf(wanted, sizeof(wanted),
		 "supervisor %d: foreground, configured by ktrace-u\n"
		 "trace %s: 1 process, ",
		 status_tracer(pid), file);
	assert_memory_equal(text_string(&said), wanted, strlen(wanted));
	snprintf(wanted, sizeof(wanted),
		 " bytes\nprocess %d (cat): ci, children too, 1 thread, to "
		 "%s\n",
		 pid, file);
	assert_non_null(strstr(text_string(&said), wanted));
	text_done(&said);
	control_close(&target);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_status, &users[0]),
		cmocka_unit_test_prestate(test_status, &users[1]),
		cmocka_unit_test(test_status_lines),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
