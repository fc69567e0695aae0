/*
 * Expressions: which calls and events of a small trace they are true of, and
 * what is said of those that are none.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "join/calls.h"
#include "join/state.h"
#include "query/query.h"
#include "support/sample.h"
#include "trace/reader.h"

#define LINUX64 0x10203

/* x86-64's numbers */
enum {
	READ = 0,
	WRITE = 1,
	PAUSE = 34,
	GETPID = 39,
	CONNECT = 42,
	CLONE = 56,
	OPENAT = 257
};

/* Each call and event is made by a thread of its own: its id is a letter. */

static void by(struct sample *sample, int32_t pid, char letter,
	       const char *comm)
{
	sample_origin(sample, pid, letter, comm);
}

static void call(struct sample *sample, int16_t code, uint64_t first)
{
	const uint64_t args[4] = { first };

	sample_call(sample, code, 4, args);
}

static void address(struct sample *sample, const void *data, size_t length)
{
	char payload[64] = "sockaddr";

	memcpy(payload + sizeof("sockaddr"), data, length);
	sample_record(sample, KTR_STRUCT, payload, sizeof("sockaddr") + length);
}

static void add_processes(struct sample *sample)
{
	sample_fields(sample, "session\0arch=x86_64");
	by(sample, 10, 'A', "sh");
	sample_process(sample, LINUX64);
	sample_fields(sample, "process\0ppid:1\0abi=x86_64\0exe=/bin/sh");
	by(sample, 11, 'B', "cc");
	sample_process(sample, LINUX64);
	sample_fields(sample, "process\0ppid:10\0abi=x86_64\0exe=/usr/bin/cc");
	by(sample, 20, 'C', "other");
	sample_process(sample, LINUX64);
	sample_fields(sample, "process\0ppid:1\0abi=x86_64");
}

static void add_files(struct sample *sample)
{
	by(sample, 10, 'a', "sh");
	call(sample, OPENAT, (uint64_t)-100);
	sample_literal(sample, KTR_NAMEI, "passwd");
	sample_fields(sample, "path\0arg:1\0path=/etc/passwd");
	sample_result(sample, OPENAT, 0, 3);
	by(sample, 10, 'b', "sh");
	call(sample, OPENAT, 9);
	sample_literal(sample, KTR_NAMEI, "/etc/x/y");
	sample_result(sample, OPENAT, ENOENT, 0);
	by(sample, 11, 'c', "cc");
	call(sample, READ, 5);
	sample_data(sample, 5, KTR_GENIO_READ, "hello", 5);
	sample->time_ns += 20 * 1000 * 1000;
	sample_result(sample, READ, 0, 5);
	by(sample, 20, 'e', "other");
	call(sample, WRITE, 1);
	sample_data(sample, 1, KTR_GENIO_WRITE, "my secret\n", 10);
	sample_result(sample, WRITE, 0, 10);
}

static void add_sockets(struct sample *sample)
{
	by(sample, 11, 'd', "cc");
	call(sample, CONNECT, 7);
	address(sample, "\2\0\0\120\177\0\0\1\0\0\0\0\0\0\0\0", 16);
	sample_result(sample, CONNECT, EINPROGRESS, 0);
	by(sample, 11, 'k', "cc");
	call(sample, CONNECT, 8);
	address(sample, "\1\0/run/x.sock", 13);
	sample_result(sample, CONNECT, 0, 0);
	by(sample, 11, 'l', "cc");
	call(sample, CONNECT, 8);
	address(sample, "\1\0\0hidden", 9);
	sample_result(sample, CONNECT, 0, 0);
	by(sample, 20, 'm', "other");
	call(sample, CONNECT, 8);
	address(sample,
		"\12\0\1\273\0\0\0\0"
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0",
		28);
	sample_result(sample, CONNECT, 0, 0);
}

static void add_others(struct sample *sample)
{
	by(sample, 20, 'f', "other");
	sample_signal(sample, 15, 0, 0, 0);
	by(sample, 10, 'g', "sh");
	sample_literal(sample, KTR_USER, "begin 1");
	by(sample, 11, 'h', "cc");
	call(sample, GETPID, 0);
	sample_result(sample, GETPID, 0, 11);
	by(sample, 10, 'i', "sh");
	sample_fields(sample, "label\0text=end 1");
	by(sample, 20, 'n', "other");
	sample_result(sample, CLONE, 0, 0);
	by(sample, 20, 'j', "other");
	call(sample, PAUSE, 0);
}

/* ---- asking ---- */

struct asking {
	struct query *query;
	struct state state;
	struct text found;
};

static void ask(struct asking *asking, const struct record *record,
		const struct call *call)
{
	const struct query_subject subject = { record, call, &asking->state };

	if (record->tid >= 'a' && record->tid <= 'z' &&
	    query_matches(asking->query, &subject))
		text_char(&asking->found, (char)record->tid);
}

static void ask_call(void *context, struct call *call)
{
	ask(context, &call->entry, call);
}

static void ask_all(struct asking *asking, int fd)
{
	struct calls calls = CALLS_INIT;
	struct reader *reader;
	struct record record;
	struct call *call;

	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(reader_open(&reader, fd), 0);
	while (reader_next(reader, &record) == READER_RECORD) {
		int fate;

		assert_int_equal(query_learn(asking->query, &record), 0);
		assert_int_equal(state_learn(&asking->state, &record), 0);
		fate = calls_take(&calls, &asking->state, &record, &call);
		assert_true(fate >= 0);
		if (fate == CALL_DONE)
			ask(asking, &call->entry, call);
		else if (fate == CALL_ALONE)
			ask(asking, &record, NULL);
	}
	calls_pending(&calls, 0, true, ask_call, asking);
	calls_done(&calls);
	reader_close(reader);
}

/* clang-format off */
static const struct {
	const char *expression;
	const char *found; /* in the order of the trace */
} questions[] = {
	{ "pid = 10", "abgi" },
	{ "pid = 10, 20", "abemfginj" },
	{ "pid = 11..20", "cedklmfhnj" },
	{ "pid != 20", "abcdklghi" },
	{ "pid < 11", "abgi" },
	{ "pid >= 0xb", "cedklmfhnj" },
	{ "tid = 97", "a" },
	{ "cpu = 3 and pid = 10", "abgi" },
	{ "tree = 10", "abcdklghi" },
	{ "tree = 11", "cdklh" },
	{ "tree = 1", "abcedklmfghinj" },
	{ "tree != 10", "emfnj" },
	{ "tree = 11, 20", "cedklmfhnj" },
	{ "comm = sh", "abgi" },
	{ "comm = '?c', c*", "cdklh" },
	{ "exe = /bin/*", "abgi" },
	{ "exe = /usr/**", "cdklh" },
	{ "exe = **", "abcdklghi" },
	{ "call = openat", "ab" },
	{ "call = openat, read", "abc" },
	{ "call = @network", "dklm" },
	{ "call = '@desc,!@network'", "abce" },
	{ "call = clone", "n" },
	{ "call = @pure", "h" },
	{ "path = /etc/passwd", "a" },
	{ "path = passwd", "a" },
	{ "path = /etc/*", "a" },
	{ "path = /etc/**", "ab" },
	{ "path != /etc/** and call = @file", "" },
	{ "fd = 9", "b" },
	{ "fd = 3", "a" },
	{ "fd = 5", "c" },
	{ "fd = 1..5", "ace" },
	{ "fd < 0", "a" },
	{ "addr = 127.0.0.1", "d" },
	{ "addr = 127.0.0.0/8", "d" },
	{ "addr = 126.0.0.0/7", "d" },
	{ "addr = 128.0.0.0/8", "" },
	{ "addr = 0.0.0.0/0", "d" },
	{ "addr = 127.0.0.1:80", "d" },
	{ "addr = 127.0.0.1:81", "" },
	{ "addr = :80", "d" },
	{ "addr = :1-500", "dm" },
	{ "addr = ::1", "m" },
	{ "addr = [::1]:443", "m" },
	{ "addr = [::/64]:400-500", "m" },
	{ "addr = ::/64", "m" },
	{ "addr = /run/*", "k" },
	{ "addr = /run/*, @hid*", "kl" },
	{ "addr = *", "kl" },
	{ "addr = hidden", NULL },
	{ "data = *secret*", "e" },
	{ "data = hello", "c" },
	{ "errno = ENOENT", "b" },
	{ "errno = 2, EINPROGRESS", "bd" },
	{ "failed", "bd" },
	{ "not failed and call = openat", "a" },
	{ "unfinished", "j" },
	{ "result = 3", "a" },
	{ "result > 4 and result < 11", "ce" },
	{ "result = 0", "klm" },
	{ "bytes >= 6", "e" },
	{ "bytes < 1k", "ce" },
	{ "duration > 20ms", "c" },
	{ "duration >= 0.02", "c" },
	{ "duration < 20ms and pid = 11", "dklh" },
	{ "duration = 1us..2us", "h" },
	{ "time < 1700000000", "" },
	{ "time > 2023-11-01", "abcedklmfghinj" },
	{ "time > 2023-11-01.5", "abcedklmfghinj" },
	{ "time = 1700000000.125456789..1700000000.13", "abc" },
	{ "elapsed < 20us", "ab" },
	{ "elapsed >= 20ms", "edklmfghinj" },
	{ "record = 8", "a" },
	{ "record > 8 and record <= 12", "b" },
	{ "signal = SIGTERM", "f" },
	{ "signal = TERM", "f" },
	{ "signal = 1..15", NULL },
	{ "signal = 15", "f" },
	{ "signal = SIGRTMIN+2", "" },
	{ "point = s", "f" },
	{ "point = n", "ab" },
	{ "point = i, s", "cef" },
	{ "mark = begin*", "g" },
	{ "mark = *", "gi" },
	{ "between = 'begin*'..'end*'", "ghi" },
	{ "between = begin*..'nothing'", "ghinj" },
	{ "not between = begin*..end*", "abcedklmfnj" },
	{ "failed and pid = 10 or signal = TERM", "bf" },
	{ "signal = TERM or failed and pid = 10", "bf" },
	{ "(signal = TERM or failed) and pid = 10", "b" },
	{ "not (signal = TERM or failed) and pid = 10", "agi" },
	{ "not not failed", "bd" },
	{ "! failed && pid==10", "agi" },
	{ "failed || pid == 10", "abdgi" },
	{ "((failed))", "bd" },
	{ "not (not (failed or unfinished))", "bdj" },
	{ "pid = 10 and pid = 11 or pid = 20 and failed or fd = 8", "klm" },
	{ "comm = \"s\\\"h\"", "" },
	{ "path = ../x, /..", "" },
};

static const struct {
	const char *expression;
	const char *error;
} mistakes[] = {
	{ "", "column 1: it ends where a field is wanted: pid, tid, " },
	{ "calls = open", "column 1: 'calls' stands where a field is wanted" },
	{ "pid", "column 4: it ends where one of = != < <= > >= is wanted" },
	{ "pid = ", "column 7: it ends where a value is wanted" },
	{ "pid = x", "column 7: 'x' stands where a number is wanted" },
	{ "pid = 3..", "column 10: it ends where the end of a span is wanted" },
	{ "pid = 5..3", "column 7: '5' stands where a number is wanted" },
	{ "pid = 3,", "column 9: it ends where a value is wanted" },
	{ "pid < 3, 4", "column 7: '3' stands where one number is wanted" },
	{ "pid < 3..4", "column 7: '3' stands where one number is wanted" },
	{ "comm < x", "column 6: '<' stands where = or != is wanted" },
	{ "comm = a..b", "column 8: 'a' stands where a pattern is wanted" },
	{ "between = a", "column 11: 'a' stands where two patterns" },
	{ "call = opne", "column 8: 'opne' stands where a system call, or a" },
	{ "errno = ENONE", "column 9: 'ENONE' stands where an error, as" },
	{ "signal = SIGNONE", "column 10: 'SIGNONE' stands where a signal" },
	{ "addr = localhost", "column 8: 'localhost' stands where an addr" },
	{ "addr = 10.0.0.0/33", "column 8: '10.0.0.0/33' stands where an" },
	{ "addr = :9-8", "column 8: ':9-8' stands where an address" },
	{ "duration = 3x", "column 12: '3x' stands where a duration" },
	{ "time = noon", "column 8: 'noon' stands where a time" },
	{ "time > 2023-11-01.5x", "column 8: '2023-11-01.5x' stands where" },
	{ "time > 2023-11-01x", "column 8: '2023-11-01x' stands where" },
	{ "point = q", "column 9: 'q' stands where letters of trace points" },
	{ "tree > 3", "column 6: '>' stands where = or != is wanted" },
	{ "tree = 4294967306", "column 8: '4294967306' stands where a proce" },
	{ "failed = 1", "column 8: '=' stands where and or or is wanted" },
	{ "failed failed", "column 8: 'failed' stands where and or or is" },
	{ "failed and", "column 11: it ends where a field is wanted" },
	{ "and failed", "column 1: 'and' stands where a field is wanted" },
	{ "(failed", "column 8: it ends where a closing bracket is wanted" },
	{ "failed)", "column 7: ')' closes nothing" },
	{ "not", "column 4: it ends where a field is wanted" },
	{ "comm = 'x", "column 8: a quote that nothing ends" },
	{ "pid & 3", "column 5: '&' stands where one of" },
	{ "\033[2J", "column 1: '\\033[2J' stands where a field is wanted" },
};
/* clang-format on */

static int build_trace(void **state)
{
	static int fd;
	struct sample sample = SAMPLE_INIT;

	setenv("TZ", "UTC", 1);
	add_processes(&sample);
	add_files(&sample);
	add_sockets(&sample);
	add_others(&sample);
	fd = memfd_create("trace", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(
	    fd_write_all(fd, sample.bytes.data, sample.bytes.length), 0);
	sample_done(&sample);
	*state = &fd;
	return 0;
}

static int close_trace(void **state)
{
	close(*(int *)*state);
	return 0;
}

static void test_questions(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		const char *expression = questions[i].expression;
		struct asking asking = { .state = STATE_INIT,
					 .found = TEXT_INIT };
		struct text error = TEXT_INIT;
		int r = query_parse(&asking.query, expression, &error);

		if (r == (questions[i].found ? -EINVAL : 0))
			fail_msg("%s: %s", expression, text_string(&error));
		if (r == 0)
			ask_all(&asking, *(int *)*state);
		if (questions[i].found &&
		    strcmp(text_string(&asking.found), questions[i].found) != 0)
			fail_msg("%s: %s, not %s", expression,
				 text_string(&asking.found),
				 questions[i].found);
		query_free(r == 0 ? asking.query : NULL);
		state_done(&asking.state);
		text_done(&asking.found);
		text_done(&error);
	}
}

static void test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
		struct text error = TEXT_INIT;

		assert_int_equal(query_check(mistakes[i].expression, &error),
				 -EINVAL);
		if (strncmp(text_string(&error), mistakes[i].error,
			    strlen(mistakes[i].error)) != 0)
			fail_msg("%s: %s", mistakes[i].expression,
				 text_string(&error));
		text_done(&error);
	}
}

/* Records 1 to 12, one each second from the tenth on, and which spans of four
 * of them could be left out: 'x'. */
static const struct span_case {
	const char *expression;
	const char *left_out; /* 1..4, 5..8, 9..12 */
} span_cases[] = {
	{ "time > 13", "x--" },
	{ "time >= 13", "---" },
	{ "time < 14", "-xx" },
	{ "time <= 14", "--x" },
	{ "time = 11..12", "-xx" },
	{ "time = 10..13", "-xx" },
	{ "time != 10..13", "x--" },
	{ "time = 5, 21", "xx-" },
	{ "not time = 14..17", "-x-" },
	{ "elapsed >= 4s and elapsed < 8s", "x-x" },
	{ "elapsed < 4s or elapsed >= 8s", "-x-" },
	{ "record = 5..8", "x-x" },
	{ "record = 2 or time > 17", "-x-" },
	{ "record > 100", "xxx" },
	{ "not record > 100", "---" },
	{ "pid = 1", "---" },
	{ "pid = 1 and time > 17", "xx-" },
	{ "pid = 1 or time > 17", "---" },
	{ "time > 17 and pid = 1 or time < 14 and pid = 2", "-x-" },
	{ "not (pid = 1 or time < 18)", "xx-" },
	{ "between = a..b and time > 17", "---" },
	{ "path = /x and time > 17", "xx-" },
};

static void test_spans(void **state)
{
	struct record first = { .kind = KTR_NAMEI,
				.time_ns = 10 * UINT64_C(1000000000) };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(span_cases); i++) {
		const struct span_case *row = &span_cases[i];
		_cleanup_(text_done) struct text error = TEXT_INIT;
		struct query *query;

		assert_int_equal(query_parse(&query, row->expression, &error),
				 0);
		assert_int_equal(query_learn(query, &first), 0);
		for (uint64_t n = 0; n < 3; n++) {
			const struct query_span span = {
				.earliest_ns = (10 + 4 * n) *
					       UINT64_C(1000000000),
				.latest_ns = (13 + 4 * n) *
					     UINT64_C(1000000000),
				.first = 1 + 4 * n,
				.last = 4 + 4 * n,
			};

			if (query_may_match(query, &span) !=
			    (row->left_out[n] != 'x'))
				fail_msg("%s, %d", row->expression, (int)n);
		}
		query_free(query);
	}
}

/* What a file says may be wrong; then nothing is left out. */
static void test_wrong_spans(void **state)
{
	static const struct query_span spans[] = {
		{ 2, 1, 1, 1 },
		{ 1, UINT64_MAX, 1, 1 },
		{ UINT64_MAX, UINT64_MAX, 1, 1 },
		{ 1, 2, 2, 1 },
		{ 1, 2, 1, UINT64_MAX },
	};
	_cleanup_(text_done) struct text error = TEXT_INIT;
	const struct record first = { .kind = KTR_NAMEI };
	struct query *query;

	(void)state;
	assert_int_equal(query_parse(&query, "time > 100", &error), 0);
	/* Nothing is known before the first record. */
	assert_true(query_may_match(query, &(struct query_span){ 1, 2, 1, 2 }));
	assert_int_equal(query_learn(query, &first), 0);
	assert_false(
	    query_may_match(query, &(struct query_span){ 1, 2, 1, 2 }));
	for (size_t i = 0; i < ARRAY_LEN(spans); i++)
		assert_true(query_may_match(query, &spans[i]));
	query_free(query);
}

/* More than anybody types is refused, in words. */
static void test_too_much(void **state)
{
	static const char *const pieces[][2] = {
		{ "failed and ", "it is too long" },
		{ "(", "it is nested too deeply" },
		{ "not ", "it is nested too deeply" },
		{ "tree = 1 or ", "more trees than can be told apart" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pieces); i++) {
		struct text expression = TEXT_INIT, error = TEXT_INIT;
		unsigned count = i < 3 ? 1000 : 40;

		for (unsigned n = 0; n < count; n++)
			text_put(&expression, pieces[i][0]);
		text_put(&expression, "failed");
		assert_int_equal(query_check(text_string(&expression), &error),
				 -EINVAL);
		assert_string_equal(text_string(&error), pieces[i][1]);
		text_done(&expression);
		text_done(&error);
	}
}

static void test_needs_calls(void **state)
{
	struct text error = TEXT_INIT;
	struct query *query;

	(void)state;
	assert_int_equal(query_parse(&query, "pid = 1 or comm = x", &error), 0);
	assert_false(query_needs_calls(query));
	query_free(query);
	assert_int_equal(query_parse(&query, "pid = 1 or failed", &error), 0);
	assert_true(query_needs_calls(query));
	query_free(query);
	text_done(&error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_wrong_spans),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_needs_calls),
	};

	return cmocka_run_group_tests_name("query", tests, build_trace,
					   close_trace);
}
