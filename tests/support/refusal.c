/* Runs a program for its complaint. */
#include "support/refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/wait.h>

#include "support/command.h"

void refusal_must_say(const char *const *argv, const char *words)
{
	struct command_result result;

	assert_int_equal(command_run(&result, -1, -1, argv), 0);
	assert_int_equal(result.status, W_EXITCODE(2, 0));
	assert_non_null(strstr(text_string(&result.err), words));
	command_done(&result);
}
