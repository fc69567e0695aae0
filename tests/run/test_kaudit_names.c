/*
 * What kaudit-u calls things that have other names, or none: each is what it
 * is, by the kernel's word where there is one.
 * Libraries: jansson
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/run.h"

#define NOT_HERE  77
#define FACTS_MAX 4

/* "%s" in an object is the place, "%d" the port that the program says. */
struct wanted {
	const char *verb, *object, *other, *outcome, *proof;
};

struct job {
	const char *act;
	struct wanted facts[FACTS_MAX + 1];
	struct wanted none; /* what is not to be told; of what is given */
};

static void put_name(struct text *text, const char *form, const char *place,
		     const char *port)
{
	for (; *form; form++) {
		if (form[0] != '%') {
			text_char(text, *form);
			continue;
		}
		text_put(text, *++form == 's' ? place : port);
	}
}

static bool is_said(const json_t *fact, const char *member, const char *form,
		    const char *place, const char *port)
{
	const char *said = json_string_value(json_object_get(fact, member));
	struct text name = TEXT_INIT;
	bool is;

	if (!form)
		return true;
	put_name(&name, form, place, port);
	is = said && !strcmp(said, text_string(&name));
	text_done(&name);
	return is;
}

/* The kernel's word is worth as much as what is proven. */
static bool is_known(const json_t *fact, const char *proof)
{
	return is_said(fact, "proof", proof, NULL, NULL) ||
	       (!strcmp(proof, "proven") &&
		is_said(fact, "proof", "kernel", NULL, NULL));
}

static bool is_told(const json_t *report, const struct wanted *wanted,
		    const char *place, const char *port)
{
	const json_t *facts = json_object_get(report, "facts"), *fact;
	size_t i;

	json_array_foreach(facts, i, fact)
	{
		if (is_said(fact, "verb", wanted->verb, place, port) &&
		    is_said(fact, "object", wanted->object, place, port) &&
		    is_said(fact, "other", wanted->other, place, port) &&
		    is_said(fact, "outcome", wanted->outcome, place, port) &&
		    (!wanted->proof || is_known(fact, wanted->proof)))
			return true;
	}
	return false;
}

/* The report on the trace; NULL: this machine does not let it. */
static json_t *perform(const struct run_place *place, const char *act,
		       char port[16])
{
	char program[PATH_MAX + 16];
	const char *const run[] = { place->kaudit, "run",   "-f", "trace",
				    "-o",          "short", "--", program,
				    act,           NULL };
	const char *const report[] = { place->kaudit, "report", "--json",
				       "trace", NULL };
	struct run_spec spec = { .argv = run };
	struct run_result result;
	json_t *told;

	snprintf(program, sizeof(program), "%s/aliases", place->programs);
	assert_int_equal(run_program(&result, place, &spec), 0);
	snprintf(port, 16, "%.*s", (int)strcspn(text_string(&result.out), "\n"),
		 text_string(&result.out));
	if (WIFEXITED(result.status) &&
	    WEXITSTATUS(result.status) == NOT_HERE) {
		printf("skipped: %s is not possible here\n", act);
		run_result_done(&result);
		return NULL;
	}
	/* A namespace of its own makes a trace incomplete: 3. */
	assert_true(WIFEXITED(result.status));
	if (WEXITSTATUS(result.status) != 3)
		assert_true(run_exited(&result, 0));
	run_result_done(&result);
	spec.argv = report;
	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	told = json_loads(text_string(&result.out), 0, NULL);
	assert_non_null(told);
	run_result_done(&result);
	return told;
}

static void judge(const struct job *job)
{
	struct run_place place;
	char port[16] = "";
	json_t *report;

	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	report = perform(&place, job->act, port);
	for (size_t i = 0; report && job->facts[i].verb; i++)
		if (!is_told(report, &job->facts[i], place.path, port))
			fail_msg("%s: not told: %s %s", job->act,
				 job->facts[i].verb, job->facts[i].object);
	if (report && job->none.verb &&
	    is_told(report, &job->none, place.path, port))
		fail_msg("%s: told: %s %s", job->act, job->none.verb,
			 job->none.object ?: "");
	json_decref(report);
	run_place_close(&place);
}

static void test_files(void **state)
{
	static const struct job jobs[] = {
		{ "unnamed",
		  { { "create", "%s/named", NULL, "ok", "kernel" },
		    { "link", NULL, "%s/named", "ok", NULL } },
		  { 0 } },
		{ "descriptor",
		  { { "write", "%s/secret", NULL, "ok", "kernel" },
		    { "change", "%s/secret", NULL, "ok", "proven" },
		    { "link", "%s/secret", "%s/copy", "ok", "proven" },
		    { "delete", "%s/dir/x", NULL, "ok", "proven" } },
		  { "change", "/proc/self/fd/3", NULL, NULL, NULL } },
		{ "removed",
		  { { "delete", "%s/gone", NULL, "ok", "proven" },
		    { "read", "%s/gone (deleted)", NULL, "ok", "kernel" } },
		  { 0 } },
		{ "linked",
		  { { "link", "%s/one", "%s/two", "ok", "proven" },
		    { "create", "%s/two", NULL, "ok", "proven" },
		    { "read", "%s/two", NULL, "ok", "kernel" } },
		  { 0 } },
		/* By then the kernel is asked for a directory that is gone. */
		{ "moved",
		  { { "rename", "%s/before", "%s/after", "ok", NULL },
		    { "create", "%s/after/x", NULL, "ok", "kernel" },
		    { "delete", "%s/after/x", NULL, "ok", "proven" } },
		  { NULL, "%s/before/x", NULL, NULL, NULL } },
		{ "rooted",
		  { { "create", "%s/root/etc/x", NULL, "ok", "kernel" },
		    { "create", "%s/root/etc/y", NULL, "ok", "kernel" },
		    { "delete", "%s/root/etc/x", NULL, "ok", "proven" },
		    { "kernel", "chroot", NULL, "ok", NULL } },
		  { "create", "/etc/x", NULL, NULL, NULL } },
		{ "layered",
		  { { "read", "%s/both/f", NULL, "ok", "kernel" },
		    { "write", "%s/both/f", NULL, "ok", "kernel" },
		    { "delete", "%s/both/g", NULL, "ok", "proven" },
		    { "kernel", "mount", NULL, "ok", NULL } },
		  { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		judge(&jobs[i]);
}

static void test_sockets(void **state)
{
	static const struct job jobs[] = {
		{ "local",
		  { { "bind", "unix:%s/sock", NULL, "ok", "kernel" },
		    { "listen", "unix:%s/sock", NULL, "ok", "proven" },
		    { "connect", "unix:%s/sock", NULL, "ok", "kernel" },
		    { "accept", "unix:%s/sock", NULL, "ok", "proven" } },
		  { 0 } },
		{ "later",
		  { { "connect", "inet:127.0.0.1:%d", NULL, "ok", "proven" },
		    { "accept", NULL, NULL, "ok", "proven" } },
		  { "connect", NULL, NULL, "in progress", NULL } },
		{ "refused",
		  { { "connect", "inet:127.0.0.1:%d", NULL, "ECONNREFUSED",
		      "proven" } },
		  { "connect", NULL, NULL, "ok", NULL } },
		/* Reads do not stop. */
		{ "refused_to_read",
		  { { "connect", "inet:127.0.0.1:%d", NULL, "in progress",
		      "proven" } },
		  { 0 } },
		{ "again",
		  { { "connect", "inet:127.0.0.1:%d", NULL, "ok", "proven" } },
		  { "connect", NULL, NULL, "in progress", NULL } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(jobs); i++)
		judge(&jobs[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_sockets),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
