/*
 * A baseline of a job: made by a run, it lets the job pass and nothing else;
 * what is added to it changes no other line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/kaudit.h"

#define JOB    "echo > t; cat t > made; rm t made; "
#define DEVICE "/proc/self/fd/0"
#define BASE   "--baseline=base"

static void read_base(const struct run_place *place, struct text *ret)
{
	char path[PATH_MAX];

	*ret = (struct text)TEXT_INIT;
	run_place_file(place, "base", path);
	assert_int_equal(run_read_file(ret, path), 0);
}

/* Every line of the former one is in the new one, in the same order. */
static void must_have_grown(struct text *former, struct text *grown)
{
	const char *at = text_string(grown), *line = text_string(former);

	assert_true(grown->length > former->length);
	while (*line) {
		size_t length = strcspn(line, "\n") + 1;

		while (*at && strncmp(at, line, length) != 0)
			at += strcspn(at, "\n") + 1;
		if (!*at)
			fail_msg("gone: %.*s", (int)length, line);
		line += length;
	}
}

static void test_gate(void **state)
{
	static const struct {
		const char *script, *line;
	} more[] = {
		{ "cat /etc/hostname", "base:3" },
		{ "echo > other", "base:3" },
		{ "chmod 600 p", "base:3" },
		{ "kill -CONT $$", "base:3" },
		{ "ls / > list", "base:3" },
		{ "cat ~/.netrc", "built-in:" },
	};
	struct text former, same, grown;
	struct run_place place;
	char script[256];

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	kaudit_put(&place, "p", "deny read **/hostname\n");
	SAY(&place, 2, "base: No such file", "run", BASE, "true");
	SAY(&place, 0, "complies", "run", BASE, "--update-baseline", "sh", "-c",
	    JOB);
	SAY(&place, 0, "complies", "run", BASE, "sh", "-c", JOB);
	read_base(&place, &former);
	for (size_t i = 0; i < ARRAY_LEN(more); i++) {
		snprintf(script, sizeof(script), JOB "%s; :", more[i].script);
		SAY(&place, 1, "violates", "run", BASE, "sh", "-c", script);
		SAY(&place, 1, more[i].line, "check", BASE, "kaudit.ktr");
	}
	/* Nothing is new: nothing is written. */
	SAY(&place, 0, "complies", "run", BASE, "--update-baseline", "sh", "-c",
	    JOB);
	read_base(&place, &same);
	assert_string_equal(text_string(&former), text_string(&same));
	snprintf(script, sizeof(script), JOB "%s", more[0].script);
	SAY(&place, 0, "complies", "run", BASE, "--update-baseline", "sh", "-c",
	    script);
	read_base(&place, &grown);
	must_have_grown(&former, &grown);
	SAY(&place, 0, "complies", "check", BASE, "kaudit.ktr");
	SAY(&place, 0, "complies", "report", BASE, "kaudit.ktr");
	/* It does not allow what the policy denies. */
	SAY(&place, 1, "p:1", "check", "-p", "p", BASE, "kaudit.ktr");
	text_done(&former);
	text_done(&same);
	text_done(&grown);
	run_place_close(&place);
}

static void test_wrong(void **state)
{
	struct run_place place;
	struct text text;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	SAY(&place, 2, "wants a --baseline", "run", "--update-baseline",
	    "true");
	SAY(&place, 2, "--update-baseline does not go with report", "report",
	    BASE, "--update-baseline", "x");
	kaudit_put(&place, "base", "allow\n");
	SAY(&place, 4, "base:1:6: a verb is missing", "run", BASE, "true");
	SAY(&place, 4, "base:1:6: a verb is missing", "run", BASE,
	    "--update-baseline", "true");
	/* A baseline that says otherwise is one all the same. */
	kaudit_put(&place, "base", "default allow\nallow look **\n");
	SAY(&place, 1, "base:1", "run", BASE, "true");
	/* What is kept by hand stays, but for comments that stand alone. */
	kaudit_put(&place, "base",
		   "# mine\nwarn read /x # it\n default deny\n");
	SAY(&place, 0, "complies", "run", BASE, "--update-baseline", "true");
	read_base(&place, &text);
	assert_non_null(strstr(text_string(&text), "\nwarn read /x # it\n"));
	assert_null(strstr(text_string(&text), "mine"));
	text_done(&text);
	/* No device is replaced; this one could not be. */
	SAY(&place, 2, DEVICE ": File exists", "run", "--baseline=" DEVICE,
	    "--update-baseline", "true");
	SAY(&place, 125, DEVICE ": not a regular file", "run", "-f", DEVICE,
	    "true");
	run_place_close(&place);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_wrong),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
