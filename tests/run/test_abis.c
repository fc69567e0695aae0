/*
 * Programs of three kinds in one trace, at the same time: of this machine's
 * ABI with one C library and with another, and of i386. What each says must be
 * what its own numbers and structures come to.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "support/fault.h"
#include "support/said.h"
#include "support/trace.h"
#include "support/witness.h"

#define SAID_MAX (1 << 20)

struct kind {
	const char *program;
	const char *abi;
	const char
	    *words[6]; /* lines that begin with these: all that it says */
};

static const struct kind kinds[] = {
	{ "structs", "x86_64", { "" } },
	{ "structs32", "i386", { "" } },
	{ "genio_musl",
	  "x86_64",
	  { "CALL", "NAME", "PATH", "DATA", "RETURN" } },
};

/* Says of each program which process it was. */
#define SCRIPT                                                                 \
	"for p in structs structs32 genio_musl; do\n"                          \
	"mkdir in.$p; (cd in.$p; exec " PROG_DIR "/$p) >said.$p &\n"           \
	"pids=\"$pids $!\"; done\n"                                            \
	"for p in $pids; do wait $p || exit 1; echo $p; done"

static void skip_if_missing(void)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), PROG_DIR "/%s", kinds[i].program);
		if (access(path, X_OK) == 0)
			continue;
		printf("skipped: no compiler for %s here\n", kinds[i].program);
		skip();
	}
}

static void must_speak(const struct trace *trace, pid_t pid, const char *abi)
{
	const struct trace_match match = { .pid = pid,
					   .kind = KTR_SYSCALL,
					   .call = "close" };
	const struct trace_item *item = trace_find(trace, NULL, match);

	assert_non_null(item);
	while (item) {
		const struct trace_item *next = trace_find(trace, item, match);

		if (!next)
			assert_string_equal(sysdesc_abi_name(item->abi), abi);
		item = next;
	}
}

static void must_be_recorded(const struct run_place *place,
			     const struct trace *trace, const struct kind *kind,
			     pid_t pid)
{
	char name[64], path[PATH_MAX];
	static char said[SAID_MAX];
	struct text expected = TEXT_INIT;
	struct text recorded = TEXT_INIT;
	struct text all = TEXT_INIT;
	ssize_t length;

	snprintf(name, sizeof(name), "said.%s", kind->program);
	run_place_file(place, name, path);
	length = fd_read_file(AT_FDCWD, path, said, sizeof(said));
	assert_true(length > 0);
	text_bytes(&expected, said, (size_t)length);
	assert_true(said_of_trace(&all, trace, pid));
	said_only(&recorded, text_string(&all), kind->words);
	assert_true(witness_agree(&recorded, &expected, kind->program));
	text_done(&all);
	text_done(&expected);
	text_done(&recorded);
}

static void test_three_kinds(void **state)
{
	static const char *const argv[] = { "sh", "-c", SCRIPT, NULL };
	static const char *const options[] = { "-i", NULL };
	const struct run_spec spec = { .argv = argv, .trace = options };
	struct run_result result;
	struct run_place place;
	struct trace trace;
	char *rest;

	skip_if_missing();
	assert_int_equal(run_place_open(&place, *(enum run_user *)*state), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	fault_load(&trace, &place, "ktrace.out");
	fault_must_be_whole(&trace);
	rest = (char *)text_string(&result.out);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		pid_t pid = (pid_t)strtol(rest, &rest, 10);

		must_be_recorded(&place, &trace, &kinds[i], pid);
		must_speak(&trace, pid, kinds[i].abi);
	}
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

int main(void)
{
	static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(test_three_kinds, &users[0]),
		cmocka_unit_test_prestate(test_three_kinds, &users[1]),
	};

	if (!run_may_trace())
		return RUN_SKIPPED;
	return cmocka_run_group_tests_name("abis", tests, NULL, NULL);
}
