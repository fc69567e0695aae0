/*
 * Asks what the test itself may do. Changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <linux/capability.h>

#include <sys/prctl.h>

#include "support/administrator.h"

static bool is_administrator(void)
{
	struct text status = TEXT_INIT;
	uint64_t effective = 0;
	const char *line;

	assert_int_equal(run_read_file(&status, "/proc/self/status"), 0);
	line = strstr(text_string(&status), "CapEff:");
	if (line)
		effective = strtoull(line + strlen("CapEff:"), NULL, 16);
	text_done(&status);
	return effective >> CAP_SYS_ADMIN & 1;
}

/* NULL, or why nobody can be that here. */
static const char *why_not(enum administrator who)
{
	if (who == ROOT)
		return is_administrator() ? NULL : "needs CAP_SYS_ADMIN";
	if (geteuid() != 0 && is_administrator())
		return "needs a user without CAP_SYS_ADMIN";
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return "needs a user without no_new_privs";
	return NULL;
}

void administrator_place(struct run_place *ret, enum administrator who)
{
	const char *why = why_not(who);

	if (why) {
		printf("skipped: %s\n", why);
		skip();
	}
	assert_int_equal(
	    run_place_open(ret, who == ROOT ? RUN_AS_SELF : RUN_AS_ORDINARY),
	    0);
}
