/*
 * Who should read the trace is one of those who wait for it to be read. That
 * must not last: after a while records are lost instead, and counted where
 * there is room again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include <sys/mman.h>
#include <sys/wait.h>

#include "support/fault.h"

#define CALLS 15000
/* What must be read to make the queue move well. */
#define ROOM ((size_t)512 << 10)

/* The wait that ends, and some room for a slow machine. */
#define STALL_MS 5000
#define HANG_MS  40000

struct stall {
	struct run_place place;
	struct run_child child;
	struct run_result result;
	struct fault_pipe trace, in, out, err;
	uint64_t since;
};

/* The program inherits the end of the pipe that nobody else reads. */
static void keep_reader(void *context)
{
	const struct stall *stall = context;

	fcntl(stall->trace.read, F_SETFD, 0);
}

static void stall_start(struct stall *stall, enum run_user user,
			const char *const *argv)
{
	char number[16];
	const char *options[] = { "-i", "--fd", number, "--queue", "1M", NULL };
	struct run_spec spec = { .argv = argv,
				 .trace = options,
				 .prepare = keep_reader,
				 .context = stall };

	*stall = (struct stall){ .trace = fault_pipe(),
				 .in = fault_pipe(),
				 .out = fault_pipe(),
				 .err = fault_pipe() };
	snprintf(number, sizeof(number), "%d", stall->trace.write);
	spec.pass = stall->trace.write;
	spec.in = stall->in.read;
	spec.out = stall->out.write;
	spec.err = stall->err.write;
	assert_int_equal(run_place_open(&stall->place, user), 0);
	stall->since = fault_now_ms();
	assert_int_equal(run_start(&stall->child, &stall->place, &spec), 0);
	fault_close(&stall->trace.write);
	fault_close(&stall->in.read);
	fault_close(&stall->out.write);
	fault_close(&stall->err.write);
}

static void stall_finish(struct stall *stall)
{
	assert_int_equal(run_finish(&stall->child, &stall->result), 0);
	stall->since = fault_now_ms() - stall->since;
	assert_false(stall->result.timed_out);
	assert_int_equal(stall->result.status, W_EXITCODE(7, 0));
	printf("ended after %llu ms\n", (unsigned long long)stall->since);
	assert_true(stall->since >= STALL_MS);
	assert_true(stall->since < HANG_MS);
}

static void stall_done(struct stall *stall)
{
	struct text told = TEXT_INIT;

	fault_read(&told, stall->err.read);
	assert_string_equal(text_string(&told),
			    "ktrace-u: Out of ktrace request objects.\n");
	text_done(&told);
	fault_close(&stall->trace.read);
	fault_close(&stall->in.write);
	fault_close(&stall->out.read);
	fault_close(&stall->err.read);
	run_result_done(&stall->result);
	run_place_close(&stall->place);
}

#define STRING(number)  #number
#define AS_WORD(number) STRING(number)
#define CALLS_THEN_EXIT "\"$0\" calls " AS_WORD(CALLS) " exit 7"

/* Nobody ever reads: it ends all the same, parent and child. */
static void test_never_read(void **state)
{
	static const char *const argv[] = { "sh", "-c", CALLS_THEN_EXIT, "prog",
					    NULL };
	const char *words[] = { argv[0], argv[1], argv[2], NULL, NULL };
	char program[PATH_MAX + 16];
	struct stall stall;
	struct run_place place;

	(void)state;
	assert_int_equal(run_place_open(&place, RUN_AS_SELF), 0);
	snprintf(program, sizeof(program), "%s/fault_sink", place.programs);
	words[3] = program;
	stall_start(&stall, RUN_AS_SELF, words);
	fault_close(&stall.trace.read);
	stall_finish(&stall);
	stall_done(&stall);
	run_place_close(&place);
}

/* We read when the program has given up waiting; what is missing is counted
 * before what comes. */
static void test_read_again(void **state)
{
	static const char *const argv[] = { "prog:fault_sink",
					    "calls",
					    AS_WORD(CALLS),
					    "tell",
					    "1",
					    "hear",
					    "0",
					    "calls",
					    "5",
					    "exit",
					    "7",
					    NULL };
	struct trace_match loss = { .name = KTR_STRUCT_LOSS };
	struct trace_match end = { .name = KTR_STRUCT_END };
	const struct trace_item *item;
	struct trace trace;
	struct stall stall;
	int file = memfd_create("trace", MFD_CLOEXEC);
	char byte;

	(void)state;
	stall_start(&stall, RUN_AS_ORDINARY, argv);
	assert_int_equal(read(stall.out.read, &byte, 1), 1);
	/* It sleeps until it hears of us: when there is room again. */
	fault_drain(stall.trace.read, file, ROOM);
	fault_close(&stall.in.write);
	fault_drain(stall.trace.read, file, SIZE_MAX);
	stall_finish(&stall);
	assert_int_equal(lseek(file, 0, SEEK_SET), 0);
	assert_int_equal(trace_read(&trace, file), 0);
	assert_int_equal(trace.ended, READER_END);
	printf("%zu records, %lld lost\n", trace.count,
	       (long long)fault_lost(&trace, 0));
	assert_true(fault_lost(&trace, KTR_SYSCALL) > 0);
	item = trace_find(&trace, NULL, loss);
	item = trace_find(&trace, item,
			  (struct trace_match){ .pid = stall.result.pid });
	assert_non_null(item);
	assert_true(item->record.after_drop);
	assert_non_null(trace_find(&trace, item, end));
	trace_done(&trace);
	fault_close(&file);
	stall_done(&stall);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_read),
		cmocka_unit_test(test_read_again),
	};

	return cmocka_run_group_tests_name("fault stall", tests, NULL, NULL);
}
