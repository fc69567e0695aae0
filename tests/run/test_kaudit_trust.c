/*
 * What a job is judged by, and where it is told, the job cannot change: neither
 * policy nor baseline, and no link, FIFO or directory that it puts where a
 * report is to be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "support/kaudit.h"
#include "support/run.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static void open_place(struct run_place *place, void **state)
{
	assert_int_equal(run_place_open(place, *(enum run_user *)*state), 0);
}

static void must_hold(const struct run_place *place, const char *name,
		      const char *wanted)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	char path[PATH_MAX];

	run_place_file(place, name, path);
	if (run_read_file(&text, path))
		fail_msg("%s is not there", name);
	if (!strstr(text_string(&text), wanted))
		fail_msg("%s: no \"%s\" in: %s", name, wanted,
			 text_string(&text));
}

/* ---- what it is judged by ---- */

/* Each changes a file that allows nothing new. */
static void test_rules(void **state)
{
	static const struct {
		const char *option, *file, *script;
	} cases[] = {
		{ "-p", "policy", "echo 'allow * **' > policy; touch made" },
		{ "-p", "policy", "echo 'allow * **' > more; touch made" },
		{ "-p", "policy",
		  "echo 'allow * **' > p; mv p policy; touch made" },
		{ "--baseline", "base", "echo 'allow * **' > base; true" },
	};
	struct run_place place;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_place(&place, state);
		kaudit_put(&place, "policy", "default allow\ninclude more\n");
		kaudit_put(&place, "more", "deny create **/made\n");
		kaudit_put(&place, "base", "allow read,map,exec,look **\n");
		SAY(&place, 1, "verdict     violates", "run",
		    "--exit-policy=audit", cases[i].option, cases[i].file, "sh",
		    "-c", cases[i].script);
		run_place_close(&place);
	}
}

/* ---- where it is told ---- */

static void test_reports(void **state)
{
	static const struct {
		const char *output, *script;
	} cases[] = {
		{ "new", "ln -s precious new" },
		{ "new", "mkfifo new" },
		{ "new", "ln precious new" },
		{ "former", "rm former; ln -s precious former" },
		{ "former", "rm former; mkfifo former" },
		{ "former", "rm former" },
		{ "later/on/new", "mkdir -p later/on; ln -s ../../precious "
				  "later/on/new" },
		{ "link", "rm former; ln -s precious former" },
	};
	struct run_place place;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_place(&place, state);
		kaudit_put(&place, "precious", "keep me\n");
		kaudit_put(&place, "former", "long ago\n");
		SAY(&place, 0, "", "run", "sh", "-c", "ln -s former link");
		SAY(&place, 0, "", "run", "-o", cases[i].output, "sh", "-c",
		    cases[i].script);
		must_hold(&place, "precious", "keep me\n");
		must_hold(&place, cases[i].output, "verdict     complies");
		run_place_close(&place);
	}
}

/* A baseline is made anew where its name led before the job. */
static void test_updated(void **state)
{
	static const struct {
		const char *name, *script;
	} cases[] = {
		{ "new", "ln -s precious new" },
		{ "new", "ln precious new" },
		{ "base", "rm base; ln -s precious base" },
		{ "base", "rm base; mkfifo base" },
		{ "sub/base", "mv sub away; ln -s elsewhere sub" },
	};
	struct run_place place;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		open_place(&place, state);
		kaudit_put(&place, "precious", "keep me\n");
		kaudit_put(&place, "base", "# long ago\n");
		SAY(&place, 0, "", "run", "sh", "-c",
		    "mkdir sub elsewhere; echo keep me > elsewhere/base");
		SAY(&place, 0, "verdict     complies", "run", "--baseline",
		    cases[i].name, "--update-baseline", "sh", "-c",
		    cases[i].script);
		must_hold(&place, "precious", "keep me\n");
		must_hold(&place, "elsewhere/base", "keep me\n");
		must_hold(&place,
			  i == ARRAY_LEN(cases) - 1 ? "away/base"
						    : cases[i].name,
			  "allow ");
		run_place_close(&place);
	}
}

/* It is written to what was there, and through links that were. */
static void test_former(void **state)
{
	struct run_place place;

	open_place(&place, state);
	kaudit_put(&place, "former", "long ago, and much longer than that\n");
	SAY(&place, 0, "", "run", "ln", "-s", "former", "link");
	SAY(&place, 0, "", "run", "-o", "link", "--report", "json=new", "true");
	must_hold(&place, "former", "verdict     complies");
	must_hold(&place, "new", "\"verdict\"");
	SAY(&place, 0, "verdict     complies", "report", "-o", "/dev/stdout",
	    "kaudit.ktr");
	SAY(&place, 0, "verdict     complies", "run", "-o", "/dev/stderr",
	    "true");
	run_place_close(&place);
}

/* A directory that the job makes may be where they are to be, but no other
 * that it leads to. */
static void test_directories(void **state)
{
	struct run_place place;

	open_place(&place, state);
	SAY(&place, 0, "", "run", "-o", "made/report", "mkdir", "made");
	must_hold(&place, "made/report", "verdict     complies");
	SAY(&place, 2, "led/report: Too many levels of symbolic links", "run",
	    "-o", "led/report", "ln", "-s", "made", "led");
	SAY(&place, 0, "", "run", "sh", "-c", "mkdir kept; echo a > precious");
	SAY(&place, 2, "kept/report: No such file", "run", "-o", "kept/report",
	    "sh", "-c",
	    "rmdir kept; ln -s made kept; ln -sf ../precious made/report");
	must_hold(&place, "precious", "a\n");
	SAY(&place, 2, "none/report: No such file", "run", "-o", "none/report",
	    "true");
	run_place_close(&place);
}

/* The same of the trace itself. */
static void test_trace_place(void **state)
{
	struct run_place place;

	open_place(&place, state);
	SAY(&place, 0, "", "run", "mkdir", "kept", "other");
	SAY(&place, 0, "", "run", "-f", "kept/t", "sh", "-c",
	    "mv kept was; ln -s other kept; ln -s ../precious was/t");
	SAY(&place, 0, "complies", "report", "was/t");
	SAY(&place, 2, "other/t: No such file", "report", "other/t");
	run_place_close(&place);
}

static void test_trace_stays(void **state)
{
	struct run_place place;

	open_place(&place, state);
	SAY(&place, 0, "", "run", "true");
	SAY(&place, 2, "kaudit.ktr: a report would overwrite the trace",
	    "report", "-o", "kaudit.ktr", "kaudit.ktr");
	SAY(&place, 2, "kaudit.ktr: a report would overwrite the trace",
	    "report", "--report", "json=./kaudit.ktr", "kaudit.ktr");
	SAY(&place, 2, "-f and a report cannot be the same file", "run", "-o",
	    "kaudit.ktr", "true");
	SAY(&place, 2, "-f and a report cannot be the same file", "run", "-f",
	    "x", "--report", "json=x", "true");
	SAY(&place, 0, "complies", "report", "kaudit.ktr");
	run_place_close(&place);
}

int main(void)
{
#define TEST(test)                                                             \
	{ #test, test, NULL, NULL, &users[0] },                                \
	{                                                                      \
#test " as anybody", test, NULL, NULL, &users[1]               \
	}
	const struct CMUnitTest tests[] = {
		TEST(test_rules),       TEST(test_reports),
		TEST(test_updated),     TEST(test_former),
		TEST(test_directories), TEST(test_trace_place),
		TEST(test_trace_stays),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("kaudit trust", tests, NULL, NULL);
}
