/*
 * Selections of calls that others carry: socketcall and ipc are recorded where
 * what they carry is chosen, and no other time, with and without a filter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/wait.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "support/fault.h"
#include "support/run.h"
#include "support/said.h"
#include "support/trace.h"
#include "support/witness.h"

/* What a program exits with that cannot do here what it is for. */
#define SKIPPED 77

struct selection {
	const char *options[3];
	/* What prog:inner calls and is recorded, by the carrier and the command
	 * in hexadecimal; NULL-terminated. */
	const char *calls[16];
	bool data_only;
};

/* clang-format off */
static const struct selection selections[] = {
	{ { "--syscalls=sendto,recvfrom" },
	  { "socketcall 9 ", "socketcall a ", "socketcall b ", "socketcall c " },
	  false },
	{ { "--syscalls=connect" }, { "socketcall 3 " }, false },
	{ { "--syscalls=socketpair,ipc" }, { "socketcall 8 ", "ipc " }, false },
	{ { "--syscalls=sendmsg,recvmmsg,msgsnd" },
	  { "socketcall 10 ", "socketcall 13 ", "ipc b " }, false },
	{ { "--syscalls=msgrcv" }, { "ipc c ", "ipc 1000c " }, false },
	{ { "--syscalls=socketcall" }, { "socketcall " }, false },
	{ { "--syscalls=@network" }, { "socketcall " }, false },
	{ { "--syscalls=@ipc" }, { "ipc " }, false },
	/* Commands that nobody knows are the carrier's own. */
	{ { "--syscalls=@network,!socketcall" },
	  { "socketcall 3 ", "socketcall 8 ", "socketcall 9 ", "socketcall a ",
	    "socketcall b ", "socketcall c ", "socketcall d ", "socketcall 10 ",
	    "socketcall 11 ", "socketcall 13 ", "socketcall 14 " }, false },
	{ { "--syscalls=accept,semop" }, { NULL }, false },
	{ { "-ti", "--syscalls=sendmmsg,msgrcv" },
	  { "socketcall 14 ", "ipc c ", "ipc 1000c " }, true },
	{ { "-ti", "--syscalls=socketcall" }, { "socketcall " }, true },
};

static const char *const filters[] = { "--seccomp=never", "--seccomp=always" };
/* clang-format on */

struct variant {
	const struct selection *selection;
	const char *filter;
	char name[96];
};

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static bool is_selected(const struct selection *selection, const char *call)
{
	for (size_t i = 0; i < ARRAY_LEN(selection->calls); i++)
		if (selection->calls[i] && begins(call, selection->calls[i]))
			return true;
	return false;
}

/* Of what the program said, the calls that are selected, with all of them. */
static void take_selected(const struct selection *selection, const char *said,
			  struct text *ret)
{
	bool selected = false;
	size_t length;

	for (; *said; said += length) {
		length = strcspn(said, "\n") + 1;
		if (begins(said, "CALL "))
			selected = is_selected(selection, said + 5);
		if (begins(said, "ABI "))
			selected = false;
		if (selected &&
		    (!selection->data_only || begins(said, "DATA ")))
			text_bytes(ret, said, length);
	}
}

static void run_traced(const struct variant *variant, struct run_result *ret,
		       struct trace *ret_trace)
{
	static const char *const argv[] = { "prog:inner", NULL };
	const char *options[5] = { variant->filter };
	struct run_spec spec = { .argv = argv, .trace = options };
	struct run_place place;

	memcpy(options + 1, variant->selection->options,
	       sizeof(variant->selection->options));
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	assert_int_equal(run_program(ret, &place, &spec), 0);
	if (ret->status == W_EXITCODE(SKIPPED, 0)) {
		printf("skipped: this kernel takes no calls of i386\n");
		run_place_close(&place);
		skip();
	}
	assert_true(run_exited(ret, 0));
	fault_load(ret_trace, &place, "ktrace.out");
	fault_must_be_whole(ret_trace);
	run_place_close(&place);
}

/* Records of a kind: as many as lines that begin with the word. */
static void check_count(const struct trace *trace, unsigned kind,
			const char *lines, const char *word)
{
	size_t count = 0;

	for (; *lines; lines += strcspn(lines, "\n") + 1)
		count += begins(lines, word);
	assert_int_equal(
	    trace_count(trace, (struct trace_match){ .kind = kind }), count);
}

static void test_selection(void **state)
{
	static const char *const words[] = { "CALL", "DATA", "RETURN", NULL };
	const struct variant *variant = *state;
	struct text recorded = TEXT_INIT;
	struct text said = TEXT_INIT;
	struct run_result result;
	struct trace trace;

	run_traced(variant, &result, &trace);
	take_selected(variant->selection, text_string(&result.out), &said);
	/* Nobody said a thing that is to be there: that would be no test. */
	assert_int_equal(text_string(&said)[0] != '\0',
			 variant->selection->calls[0] != NULL);
	said_without_marks(&recorded, &trace, result.pid, words, &said);
	assert_true(witness_agree(&recorded, &said, "program"));
	check_count(&trace, KTR_SYSCALL, text_string(&said), "CALL");
	check_count(&trace, KTR_GENIO, text_string(&said), "DATA");
	check_count(&trace, KTR_SYSRET, text_string(&said), "RETURN");
	text_done(&recorded);
	text_done(&said);
	trace_done(&trace);
	run_result_done(&result);
}

int main(void)
{
	enum { COUNT = ARRAY_LEN(selections) * ARRAY_LEN(filters) };
	static struct variant variants[COUNT];
	static struct CMUnitTest tests[COUNT];

	if (!run_may_trace())
		return RUN_SKIPPED;
	for (size_t i = 0; i < COUNT; i++) {
		const struct selection *selection = &selections[i / 2];
		struct variant *variant = &variants[i];

		variant->selection = selection;
		variant->filter = filters[i % 2];
		snprintf(variant->name, sizeof(variant->name), "%s %s %s",
			 selection->options[0],
			 selection->options[1] ? selection->options[1] : "",
			 variant->filter);
		tests[i] = (struct CMUnitTest){ .name = variant->name,
						.test_func = test_selection,
						.initial_state = variant };
	}
	return _cmocka_run_group_tests("inner", tests, COUNT, NULL, NULL);
}
