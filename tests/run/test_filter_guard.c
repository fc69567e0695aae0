/*
 * Whoever carries our filter is looked after: children, daemons and those that
 * asked not to be traced go on as ever, programs with filters of their own see
 * what these say, and nobody is left behind with calls that fail.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/array.h"
#include "support/administrator.h"
#include "support/fault.h"
#include "support/pair.h"
#include "support/run.h"
#include "support/status.h"
#include "support/trace.h"

#define AWAIT_MS 30000

/* Filters as each of them gets it. */
static const char *const *options_of(enum administrator who, bool inherit)
{
	static const char *const options[2][2][5] = {
		{ { "-t", "cn", "--syscalls=@file,@network", NULL },
		  { "-i", "-t", "cn", "--syscalls=@file,@network", NULL } },
		{ { "-tcn", "--syscalls=@file,@network", "--seccomp=always",
		    NULL },
		  { "-itcn", "--syscalls=@file,@network", "--seccomp=always",
		    NULL } },
	};

	return options[who == ORDINARY][inherit];
}

static void must_be_filtered(const struct trace *trace)
{
	assert_string_equal(trace_text(&trace->items[0], "filter"), "seccomp");
}

/* Who may have children how. */
struct family {
	enum administrator who;
	const char *how;
	bool inherit;
};

/* All that there is to read until everybody has closed the other end. */
static void read_to_end(struct text *ret, int fd)
{
	size_t before;

	do {
		before = ret->length;
		assert_true(fault_await(fd, AWAIT_MS));
		fault_read(ret, fd);
	} while (ret->length > before);
}

/* The recorder looks after the last of them. It may be writing yet: the trace
 * need not be whole, but begins with the recorder. */
static void await_recorder(const struct run_place *place)
{
	struct trace trace;
	char path[PATH_MAX];
	int pidfd;

	run_place_file(place, "ktrace.out", path);
	assert_int_equal(trace_load(&trace, path), 0);
	assert_true(trace_recorder(&trace) > 0);
	pidfd = (int)syscall(SYS_pidfd_open, trace_recorder(&trace), 0);
	if (pidfd >= 0)
		assert_true(fault_await(pidfd, AWAIT_MS));
	fault_close(&pidfd);
	trace_done(&trace);
}

static void test_child(void **state)
{
	const struct family *family = *state;
	const char *argv[] = { "prog:guarded", family->how, NULL };
	struct run_spec spec = {
		.argv = argv, .trace = options_of(family->who, family->inherit)
	};
	struct fault_pipe output = fault_pipe();
	struct text text = TEXT_INIT;
	struct run_result result;
	struct run_place place;
	struct trace trace;
	char expected[32];
	int32_t pids[4];

	administrator_place(&place, family->who);
	spec.out = output.write;
	assert_int_equal(run_program(&result, &place, &spec), 0);
	assert_true(run_exited(&result, 0));
	fault_close(&output.write);
	read_to_end(&text, output.read);
	snprintf(expected, sizeof(expected), "%s: good\n", family->how);
	assert_string_equal(text_string(&text), expected);
	await_recorder(&place);
	fault_load(&trace, &place, "ktrace.out");
	must_be_filtered(&trace);
	fault_must_be_whole(&trace);
	assert_int_equal(trace_pids(&trace, pids, ARRAY_LEN(pids)),
			 1 + family->inherit);
	assert_int_equal(pids[0], result.pid);
	fault_close(&output.read);
	text_done(&text);
	trace_done(&trace);
	run_result_done(&result);
	run_place_close(&place);
}

/* Both processes hold the pipe: its end is the end of both. */
static void kill_supervisor(enum administrator who)
{
	static const char *const argv[] = { "prog:guarded", "wait", NULL };
	struct run_spec spec = { .argv = argv,
				 .trace = options_of(who, false) };
	struct fault_pipe output = fault_pipe();
	struct text text = TEXT_INIT;
	struct run_result result;
	struct run_child child;
	struct run_place place;
	pid_t tracer;

	administrator_place(&place, who);
	spec.out = output.write;
	assert_int_equal(run_start(&child, &place, &spec), 0);
	fault_close(&output.write);
	while (text.length < strlen("ready\nready\n")) {
		assert_true(fault_await(output.read, AWAIT_MS));
		fault_read(&text, output.read);
	}
	tracer = status_tracer(child.pid);
	assert_true(tracer > 1);
	assert_int_equal(kill(tracer, SIGKILL), 0);
	assert_int_equal(run_finish(&child, &result), 0);
	assert_false(result.timed_out);
	assert_int_equal(result.status, W_EXITCODE(0, SIGKILL));
	read_to_end(&text, output.read);
	assert_string_equal(text_string(&text), "ready\nready\n");
	fault_close(&output.read);
	text_done(&text);
	run_result_done(&result);
	run_place_close(&place);
}

static void test_killed_supervisor_as_root(void **state)
{
	(void)state;
	kill_supervisor(ROOT);
}

static void test_killed_supervisor_as_ordinary_user(void **state)
{
	(void)state;
	kill_supervisor(ORDINARY);
}

static void own_filter(enum administrator who, const char *const (*options)[4],
		       size_t count)
{
	static const char *const argv[] = { "prog:own_filter", NULL };
	struct run_spec spec = { .argv = argv };
	struct run_place place;
	struct pair pair;

	administrator_place(&place, who);
	pair_open(&pair, &place, &spec);
	printf("%s", text_string(&pair.native.out));
	assert_non_null(strstr(text_string(&pair.native.out), "EXDEV"));
	for (size_t i = 0; i < count; i++)
		pair_trace(&pair, options[i], NULL);
	pair_close(&pair);
	run_place_close(&place);
}

static void test_own_filter_as_root(void **state)
{
	static const char *const options[][4] = {
		{ "-tn" },
		{ "-tc", "--syscalls=@pure" },
		{ "--syscalls=getuid,getgid,geteuid" },
		{ "--syscalls=@file" },
		{ "--syscalls=write" },
		{ "--seccomp=never" },
	};

	(void)state;
	own_filter(ROOT, options, ARRAY_LEN(options));
}

static void test_own_filter_as_ordinary_user(void **state)
{
	static const char *const options[][4] = {
		{ "-tn", "--seccomp=always" },
		{ "--syscalls=getuid,getgid,geteuid", "--seccomp=always" },
		{ "--syscalls=@file", "--seccomp=always" },
		{ "-tn" },
	};

	(void)state;
	own_filter(ORDINARY, options, ARRAY_LEN(options));
}

/* Records the calls of one name; returns how many there are in each ABI. */
static void count_abis(const struct run_place *place, const char *calls,
		       size_t *ret_native, size_t *ret_i386)
{
	static const char *const argv[] = { "prog:interrupt", NULL };
	const char *options[] = { "--seccomp=always", calls, NULL };
	struct run_spec spec = { .argv = argv, .trace = options };
	const struct trace_item *item = NULL;
	struct run_result result;
	struct trace trace;

	*ret_native = *ret_i386 = 0;
	assert_int_equal(run_program(&result, place, &spec), 0);
	assert_true(run_exited(&result, 0));
	fault_load(&trace, place, "ktrace.out");
	must_be_filtered(&trace);
	while ((item = trace_find(&trace, item,
				  (struct trace_match){ .kind = KTR_SYSCALL })))
		*(item->abi == SYSDESC_I386 ? ret_i386 : ret_native) += 1;
	if (*ret_i386)
		assert_non_null(
		    trace_find(&trace, NULL,
			       (struct trace_match){ .kind = KTR_SYSCALL,
						     .call = "open" }));
	trace_done(&trace);
	run_result_done(&result);
}

/* A number means another call in another ABI, and is selected as that. */
static void test_int_0x80(void **state)
{
	static const char *const argv[] = { "prog:interrupt", NULL };
	struct run_spec spec = { .argv = argv };
	size_t native, i386;
	struct run_result result;
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_ORDINARY), 0);
	assert_int_equal(run_program(&result, &place, &spec), 0);
	if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == 77) {
		printf("skipped: no int 0x80 here\n");
		run_result_done(&result);
		run_place_close(&place);
		skip();
	}
	run_result_done(&result);
	count_abis(&place, "--syscalls=open", &native, &i386);
	assert_int_equal(native, 0);
	assert_int_equal(i386, 1);
	count_abis(&place, "--syscalls=fstat", &native, &i386);
	assert_true(native >= 1);
	assert_int_equal(i386, 0);
	run_place_close(&place);
}

int main(void)
{
	static const char *const ways[] = { "fork", "vfork", "clone", "clone3",
					    "daemon" };
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(test_killed_supervisor_as_root),
		cmocka_unit_test(test_killed_supervisor_as_ordinary_user),
		cmocka_unit_test(test_own_filter_as_root),
		cmocka_unit_test(test_own_filter_as_ordinary_user),
		cmocka_unit_test(test_int_0x80),
	};
	static struct family families[4 * ARRAY_LEN(ways)];
	static char names[ARRAY_LEN(families)][64];
	static struct CMUnitTest tests[ARRAY_LEN(families) + ARRAY_LEN(others)];

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		struct family *family = &families[i];

		*family = (struct family){
			.how = ways[i / 4],
			.who = i % 2 ? ORDINARY : ROOT,
			.inherit = i / 2 % 2,
		};
		snprintf(names[i], sizeof(names[i]), "%s%s as %s", family->how,
			 family->inherit ? ", with -i," : "",
			 family->who == ROOT ? "root" : "an ordinary user");
		tests[i] = (struct CMUnitTest){ .name = names[i],
						.test_func = test_child,
						.initial_state = family };
	}
	memcpy(&tests[ARRAY_LEN(families)], others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
