/* kaudit-u diff on two runs of a job: what never is the same twice is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/array.h"
#include "support/kaudit.h"

static void open_place(struct run_place *place)
{
	assert_int_equal(run_place_open(place, RUN_AS_SELF), 0);
}

#define JOB                                                                    \
	"t=$(mktemp); echo $$ > $t; mkdir -p w$$; rmdir w$$; cat $t; rm $t; "

static void test_differs(void **state)
{
	static const struct {
		const char *more;
		int status;
		const char *said;
	} cases[] = {
		{ "true", 0, "" },
		{ "cat /etc/hostname", 1, "+/etc/hostname (ok) by /" },
		{ "echo > made", 1, "+@src/made (ok) by /" },
		{ "rm -f none", 1, "+@src/none (ENOENT) by /" },
		{ "kill -CONT $$", 1, "+self SIGCONT (ok) by /" },
	};
	struct run_place place;

	(void)state;
	open_place(&place);
	SAY(&place, 0, "", "run", "-f", "one", "sh", "-c", JOB "cat m; :");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char script[512];

		snprintf(script, sizeof(script), JOB "cat m; %s",
			 cases[i].more);
		SAY(&place, 0, "", "run", "-f", "two", "sh", "-c", script);
		SAY(&place, cases[i].status, cases[i].said, "diff", "one",
		    "two");
	}
	SAY(&place, 1, "-self SIGCONT (ok) by /", "diff", "two", "one");
	SAY(&place, 1, "\"removed\":[{\"verb\":\"signal\",", "diff", "--json",
	    "two", "one");
	/* What was missing is there. */
	kaudit_put(&place, "m", "");
	SAY(&place, 0, "", "run", "-f", "two", "sh", "-c", JOB "cat m; :");
	SAY(&place, 1, "-@src/m (ENOENT) by /", "diff", "one", "two");
	SAY(&place, 1, "+@src/m (ok) by /", "diff", "one", "two");
	SAY(&place, 1, "\"before\":[\"ENOENT\"],\"after\":[\"ok\"]", "diff",
	    "--json", "one", "two");
	/* Of a trace that does not hold all, nothing can be said to be. */
	SAY(&place, 0, "", "diff", "one", "one");
	kaudit_cut(&place, "two", 1);
	SAY(&place, 3, "not known of -: its end is missing", "diff", "two",
	    "two");
	SAY(&place, 0, "its end is missing", "diff", "--allow-incomplete",
	    "two", "two");
	SAY(&place, 2, "none: No such file", "diff", "one", "none");
	SAY(&place, 2, "diff wants two traces", "diff", "one");
	run_place_close(&place);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_differs),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
