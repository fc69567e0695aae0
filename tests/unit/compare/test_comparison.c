/*
 * Two small traces, and what differs: each kind of trait, and what is no
 * difference.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "compare/comparison.h"
#include "join/calls.h"
#include "join/descriptor.h"
#include "join/state.h"
#include "support/sample.h"
#include "trace/reader.h"

#define LINUX64 0x10203

/* x86-64's */
enum { CALL_WRITE = 1, CALL_SOCKET = 41, CALL_CONNECT = 42, CALL_ACCEPT = 43 };
enum { CALL_CLONE = 56, CALL_EXECVE = 59, CALL_MKDIR = 83, CALL_UNLINK = 87 };
enum { CALL_FUTEX = 202, CALL_OPENAT = 257, CALL_RENAME = 82, CALL_STAT = 4 };

/* ---- making traces ---- */

static void begin(struct sample *sample)
{
	*sample = (struct sample)SAMPLE_INIT;
	sample_fields(sample, "session\0revision:1\0arch=x86_64\0command=x");
	sample_process(sample, LINUX64);
	sample_fields(sample, "process\0ppid:1\0exe=/bin/job");
	sample_literal(sample, KTR_ARGS, "job\0-v\0");
}

static void end(struct sample *sample)
{
	sample_fields(sample, "exit_status\0status:0");
	sample_record(sample, KTR_PROCDTOR, NULL, 0);
	sample_fields(sample, "session_end\0complete:1");
}

static void put_call(struct sample *sample, int16_t number,
		     const uint64_t *args, const char *path, int error,
		     int64_t result)
{
	sample_call(sample, number, 6, args);
	if (path)
		sample_record(sample, KTR_NAMEI, path, strlen(path));
	sample_result(sample, number, error, result);
}

static void put_open(struct sample *sample, const char *path, uint64_t flags,
		     uint64_t mode, int error)
{
	const uint64_t args[6] = { (uint64_t)-100, 1, flags, mode, 0, 0 };

	put_call(sample, CALL_OPENAT, args, path, error, error ? 0 : 3);
}

static void put_simple(struct sample *sample, int16_t number, const char *path,
		       int error)
{
	const uint64_t args[6] = { 1, 0700, 0, 0, 0, 0 };

	put_call(sample, number, args, path, error, 0);
}

static void put_exec(struct sample *sample, const char *words, size_t length)
{
	static const uint64_t args[6] = { 0 };

	sample_call(sample, CALL_EXECVE, 6, args);
	sample_literal(sample, KTR_NAMEI, "/bin/it");
	sample_process(sample, LINUX64);
	sample_fields(sample, "process\0ppid:4242\0exe=/bin/it");
	sample_record(sample, KTR_ARGS, words, length);
	sample_result(sample, CALL_EXECVE, KTR_EJUSTRETURN, 0);
}

static void put_address(struct sample *sample, int16_t number,
			const void *address, size_t length, int error)
{
	static const uint64_t args[6] = { 3, 1, 2, 0, 0, 0 };
	char payload[64] = "sockaddr";

	memcpy(payload + 9, address, length);
	sample_call(sample, number, 3, args);
	sample_record(sample, KTR_STRUCT, payload, 9 + length);
	sample_result(sample, number, error, 0);
}

/* ---- comparing ---- */

static void add_call(void *context, struct call *call)
{
	assert_int_equal(comparison_learn_call(context, call), 0);
	assert_int_equal(comparison_add_call(context, call), 0);
}

static void take(struct comparison *comparison, unsigned trace,
		 const struct sample *sample)
{
	_cleanup_fd_ int fd = memfd_create("trace", MFD_CLOEXEC);
	struct descriptors descriptors = { .count = 0 };
	struct calls calls = CALLS_INIT;
	struct state state = STATE_INIT;
	struct reader *reader;
	struct record record;
	struct call *call;

	calls.descriptors = &descriptors;
	comparison->trace = trace;
	assert_int_equal(
	    fd_write_all(fd, sample->bytes.data, sample->bytes.length), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(reader_open(&reader, fd), 0);
	while (reader_next(reader, &record) == READER_RECORD) {
		int fate;

		assert_int_equal(state_learn(&state, &record), 0);
		assert_int_equal(descriptors_learn(&descriptors, &record), 0);
		if (record.kind != KTR_PROCDTOR)
			assert_int_equal(comparison_learn(comparison, &record),
					 0);
		fate = calls_take(&calls, &state, &record, &call);
		assert_true(fate >= 0);
		if (fate == CALL_DONE)
			add_call(comparison, call);
		if (fate == CALL_ALONE)
			assert_int_equal(comparison_add(comparison, &record),
					 0);
		if (record.kind == KTR_PROCDTOR)
			assert_int_equal(comparison_learn(comparison, &record),
					 0);
	}
	assert_int_equal(reader_fault(reader), RECORD_OK);
	calls_pending(&calls, 0, true, add_call, comparison);
	reader_close(reader);
	calls_done(&calls);
	descriptors_done(&descriptors);
	state_done(&state);
}

static void put_part(struct text *text, const struct trait_part *part)
{
	for (size_t i = 0; i < part->length; i++)
		text_char(text, part->data[i] ?: ' ');
	text_char(text, '|');
}

/* "-0who|what|outcome|" */
static int put_trait(void *context, const struct trait *trait)
{
	struct text *text = context;

	text_char(text, !trait->count[1] ? '-' : !trait->count[0] ? '+' : '#');
	text_decimal(text, trait->group);
	put_part(text, &trait->who);
	put_part(text, &trait->what);
	put_part(text, &trait->outcome);
	text_char(text, '\n');
	return 0;
}

/* What differs of two samples, which are done with; whether both are whole. */
static bool compare(struct text *differences, struct sample *first,
		    struct sample *second, bool counts)
{
	struct comparison *comparison = NULL;
	bool is_whole;

	assert_int_equal(comparison_open(&comparison), 0);
	take(comparison, 0, first);
	take(comparison, 1, second);
	assert_int_equal(comparison_settle(comparison), 0);
	assert_int_equal(traits_each_difference(&comparison->traits, counts,
						put_trait, differences),
			 0);
	is_whole = comparison_is_whole(comparison, 0) &&
		   comparison_is_whole(comparison, 1);
	comparison_close(comparison);
	sample_done(first);
	sample_done(second);
	return is_whole;
}

static void must_differ(struct sample *first, struct sample *second,
			const char *wanted)
{
	_cleanup_(text_done) struct text got = TEXT_INIT;

	end(first);
	end(second);
	assert_true(compare(&got, first, second, false));
	assert_string_equal(text_string(&got), wanted);
}

/* ---- tests ---- */

static void test_same(void **state)
{
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	put_open(&first, "/a", O_RDONLY, 0, 0);
	put_open(&first, "/b", O_RDONLY, 0, ENOENT);
	/* In another order, and more often, it is the same. */
	put_open(&second, "/b", O_RDONLY, 0, ENOENT);
	put_open(&second, "/a", O_RDONLY, 0, 0);
	put_open(&second, "/a", O_RDONLY, 0, 0);
	must_differ(&first, &second, "");
}

static void test_counts(void **state)
{
	_cleanup_(text_done) struct text got = TEXT_INIT;
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	put_open(&first, "/a", O_RDONLY, 0, 0);
	put_open(&second, "/a", O_RDONLY, 0, 0);
	put_open(&second, "/a", O_RDONLY, 0, 0);
	compare(&got, &first, &second, true);
	assert_string_equal(text_string(&got), "#0|/a|read|\n"
					       "#4job|openat||\n");
}

static void test_files(void **state)
{
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	put_open(&first, "/a", O_RDONLY, 0, 0);
	put_open(&second, "/b", O_WRONLY | O_CREAT | O_TRUNC, 0644, 0);
	put_open(&first, "/both", O_RDWR, 0, 0);
	put_open(&second, "/both", O_RDONLY, 0, 0);
	put_simple(&first, CALL_MKDIR, "/d", 0);
	put_simple(&second, CALL_MKDIR, "/d", EEXIST);
	put_simple(&first, CALL_UNLINK, "/u", 0);
	put_simple(&second, CALL_UNLINK, "/v", 0);
	must_differ(&first, &second,
		    "-0|/a|read|\n"
		    "+0|/b|created|\n"
		    "+0|/b|written|\n"
		    "-0|/both|written|\n"
		    "-0|/d|created|\n"
		    "-0|/u|removed|\n"
		    "+0|/v|removed|\n"
		    "-5mkdir|/d|ok|\n"
		    "+5mkdir|/d|EEXIST|\n");
}

/* What failed in one and worked in the other; chance is no difference. */
static void test_results(void **state)
{
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	put_simple(&first, CALL_STAT, "/a", ENOENT);
	put_simple(&second, CALL_STAT, "/a", 0);
	put_simple(&first, CALL_STAT, "/b", EINTR);
	put_simple(&first, CALL_STAT, "/b", 0);
	put_simple(&second, CALL_STAT, "/b", 0);
	put_simple(&second, CALL_STAT, "/b", 4000);
	must_differ(&first, &second,
		    "+0|/a|looked at|\n"
		    "-5stat|/a|ENOENT|\n"
		    "+5stat|/a|ok|\n"
		    "+5stat|/b|4000|\n");
}

/* A child that executes something is below its parent, and is a program. */
static void put_child(struct sample *sample, int32_t pid, const char *words,
		      size_t length, int status)
{
	char end[] = "exit_status\0status:0";

	end[sizeof(end) - 2] = (char)('0' + status);
	sample_origin(sample, pid, pid, "job");
	sample_process(sample, LINUX64);
	sample_fields(sample, "process\0ppid:4242\0creator:4242");
	put_exec(sample, words, length);
	sample_record(sample, KTR_STRUCT, end, sizeof(end));
	sample_record(sample, KTR_PROCDTOR, NULL, 0);
	sample_origin(sample, 4242, 4242, "job");
}

#define WORDS(literal) literal, sizeof(literal) - 1

static void test_calls(void **state)
{
	static const uint64_t none[6] = { 0 };
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	put_simple(&first, CALL_STAT, "/a", 0);
	put_simple(&second, CALL_STAT, "/a", 0);
	put_call(&first, CALL_SOCKET, none, NULL, 0, 3);
	put_call(&second, CALL_FUTEX, none, NULL, 0, 0);
	/* That a program is not there says it all. */
	put_child(&second, 6001, WORDS("it\0"), 0);
	must_differ(&first, &second,
		    "+0|/bin/it|executed|\n"
		    "+1job > it|it ||\n"
		    "-4job|socket||\n");
}

static void test_programs(void **state)
{
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	put_child(&first, 5001, WORDS("it\0-a\0"), 0);
	put_child(&second, 6001, WORDS("it\0-a\0"), 1);
	put_child(&second, 6002, WORDS("it\0-b\0"), 0);
	/* Its own number, and its parent's, are nobody's business. */
	put_child(&first, 5003, WORDS("it\0z5003\0y4242\0"), 0);
	put_child(&second, 6003, WORDS("it\0z6003\0y4242\0"), 0);
	must_differ(&first, &second,
		    "+1job > it|it -b ||\n"
		    "-2job > it|it -a |exit 0|\n"
		    "+2job > it|it -a |exit 1|\n");
}

static void test_addresses(void **state)
{
	static const char one[16] = { 2, 0, 0, 80, 127, 0, 0, 1 };
	static const char other[16] = { 2, 0, 0, 81, 127, 0, 0, 1 };
	static const char path[] = { 1, 0, '/', 's' };
	static const char abstract[] = { 1, 0, 0, 's' };
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	put_address(&first, CALL_CONNECT, one, 16, 0);
	put_address(&second, CALL_CONNECT, other, 16, ECONNREFUSED);
	/* Who comes, comes from any port. */
	put_address(&first, CALL_ACCEPT, one, 16, 0);
	put_address(&second, CALL_ACCEPT, other, 16, 0);
	put_address(&second, CALL_CONNECT, path, sizeof(path), 0);
	put_address(&second, CALL_CONNECT, abstract, sizeof(abstract), 0);
	must_differ(&first, &second,
		    "-3|127.0.0.1:80|connect|\n"
		    "+3|127.0.0.1:81|connect|\n"
		    "+3|unix:/s|connect|\n"
		    "+3|unix:@s|connect|\n"
		    "+6connect|127.0.0.1:81|ECONNREFUSED|\n");
}

/* Made alone, in both, and different in the made-up characters only. */
static const struct temporary_case {
	const char *first, *second;
	uint64_t flags, mode;
	const char *differences;
} temporary_cases[] = {
	{ "/tmp/ccAbCd01.o", "/tmp/ccZzZzZz.o", O_RDWR | O_CREAT | O_EXCL, 0600,
	  "" },
	{ "/tmp/abcdef", "/tmp/ghijkl", O_RDWR | O_CREAT | O_EXCL, 0600, "" },
	{ "/tmp/tmp.0123456789", "/tmp/tmp.abcdefghij",
	  O_RDWR | O_CREAT | O_EXCL, 0600, "" },
	{ "/tmp/tmpab_de12_", "/tmp/tmp__345678", O_RDWR | O_CREAT | O_EXCL,
	  0600, "" },
	{ "/tmp/28d4_cg1", "/tmp/dpp8bkml", O_RDWR | O_CREAT | O_EXCL, 0600,
	  "" },
	{ "/tmp/pip-28d4acg1.x", "/tmp/pip-dpp8bk_l.x",
	  O_RDWR | O_CREAT | O_EXCL, 0600, "" },
	{ "/tmp/go-build2316271298", "/tmp/go-build61237939",
	  O_RDWR | O_CREAT | O_EXCL, 0600, "" },
	{ "/tmp/a123.c", "/tmp/a1234.c", O_WRONLY | O_CREAT | O_EXCL, 0600,
	  "-0|/tmp/a123.c|created|\n-0|/tmp/a123.c|written|\n"
	  "+0|/tmp/a1234.c|created|\n+0|/tmp/a1234.c|written|\n" },
	{ "/tmp/a.0123456789", "/tmp/a.abcdefghij", O_RDWR | O_CREAT | O_EXCL,
	  0600, "" },
	{ "/tmp/xxx28d4_cg1", "/tmp/xxxdpp8bkml", O_WRONLY | O_CREAT | O_EXCL,
	  0600,
	  "-0|/tmp/xxx28d4_cg1|created|\n-0|/tmp/xxx28d4_cg1|written|\n"
	  "+0|/tmp/xxxdpp8bkml|created|\n+0|/tmp/xxxdpp8bkml|written|\n" },
	/* Others may read it: it is meant to stay. */
	{ "/tmp/abcdef", "/tmp/ghijkl", O_RDWR | O_CREAT | O_EXCL, 0644,
	  "-0|/tmp/abcdef|created|\n-0|/tmp/abcdef|read|\n"
	  "-0|/tmp/abcdef|written|\n+0|/tmp/ghijkl|created|\n"
	  "+0|/tmp/ghijkl|read|\n+0|/tmp/ghijkl|written|\n" },
	{ "/tmp/abcdef", "/tmp/ghijkl", O_WRONLY | O_CREAT, 0600,
	  "-0|/tmp/abcdef|created|\n-0|/tmp/abcdef|written|\n"
	  "+0|/tmp/ghijkl|created|\n+0|/tmp/ghijkl|written|\n" },
	{ "/tmp/xabcdef", "/tmp/yabcdef", O_WRONLY | O_CREAT | O_EXCL, 0600,
	  "-0|/tmp/xabcdef|created|\n-0|/tmp/xabcdef|written|\n"
	  "+0|/tmp/yabcdef|created|\n+0|/tmp/yabcdef|written|\n" },
	{ "/tmp/short", "/tmp/other", O_WRONLY | O_CREAT | O_EXCL, 0600,
	  "+0|/tmp/other|created|\n+0|/tmp/other|written|\n"
	  "-0|/tmp/short|created|\n-0|/tmp/short|written|\n" },
};

static void test_temporary(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(temporary_cases); i++) {
		const struct temporary_case *row = &temporary_cases[i];
		struct sample first, second;

		begin(&first);
		begin(&second);
		put_open(&first, row->first, row->flags, row->mode, 0);
		put_open(&second, row->second, row->flags, row->mode, 0);
		must_differ(&first, &second, row->differences);
	}
}

/* In words, and below a directory, which was made up as well. */
static void test_temporary_anywhere(void **state)
{
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	put_simple(&first, CALL_MKDIR, "/tmp/dABCDEF", 0);
	put_simple(&second, CALL_MKDIR, "/tmp/d012345", 0);
	put_simple(&first, CALL_STAT, "/tmp/dABCDEF/x", ENOENT);
	put_simple(&second, CALL_STAT, "/tmp/d012345/x", ENOENT);
	put_child(&first, 5001, WORDS("it\0-o/tmp/dABCDEF/y\0--a=dABCDEF.z\0"),
		  0);
	put_child(&second, 5001, WORDS("it\0-o/tmp/d012345/y\0--a=d012345.z\0"),
		  0);
	must_differ(&first, &second, "");
}

/* A name that both made is none, whatever it looks like; nor is one that has no
 * counterpart. */
static void test_not_temporary(void **state)
{
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	put_simple(&first, CALL_MKDIR, "/config", 0);
	put_simple(&second, CALL_MKDIR, "/config", 0);
	put_simple(&first, CALL_STAT, "/config/a", 0);
	put_simple(&second, CALL_STAT, "/config/b", 0);
	put_simple(&second, CALL_MKDIR, "/secret", 0);
	must_differ(&first, &second,
		    "-0|/config/a|looked at|\n"
		    "+0|/config/b|looked at|\n"
		    "+0|/secret|created|\n");
}

/* A trace that does not hold all cannot be the same as another. */
static void test_whole(void **state)
{
	_cleanup_(text_done) struct text got = TEXT_INIT;
	struct sample first, second;

	(void)state;
	begin(&first);
	begin(&second);
	end(&second);
	sample_fields(&first, "exit_status\0status:0");
	assert_false(compare(&got, &first, &second, false));
	assert_int_equal(got.length, 0);
	begin(&first);
	begin(&second);
	sample_fields(&first, "loss\0genio:1");
	end(&first);
	end(&second);
	assert_false(compare(&got, &first, &second, false));
	begin(&first);
	begin(&second);
	second.after_drop = true;
	end(&first);
	end(&second);
	assert_false(compare(&got, &first, &second, false));
	assert_int_equal(got.length, 0);
}

/* More than there is room for is counted, and leaves nothing the same. */
static void test_bounded(void **state)
{
	_cleanup_(text_done) struct text got = TEXT_INIT;
	struct comparison *comparison = NULL;
	struct sample sample;

	(void)state;
	begin(&sample);
	put_open(&sample, "/a", O_RDONLY, 0, 0);
	end(&sample);
	assert_int_equal(comparison_open(&comparison), 0);
	comparison->traits.bytes = FACTS_BYTES_MAX;
	take(comparison, 0, &sample);
	comparison->traits.bytes = 0;
	take(comparison, 1, &sample);
	assert_int_equal(comparison_settle(comparison), 0);
	/* A program, its end, a file, the call and its result. */
	assert_int_equal(comparison->traits.left_out[0], 5);
	assert_int_equal(comparison->traits.left_out[1], 0);
	assert_false(comparison_is_whole(comparison, 0));
	assert_true(comparison_is_whole(comparison, 1));
	assert_int_equal(
	    traits_each_difference(&comparison->traits, false, put_trait, &got),
	    0);
	assert_string_equal(text_string(&got), "+0|/a|read|\n"
					       "+1job|job -v ||\n");
	comparison_close(comparison);
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_results),
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_temporary),
		cmocka_unit_test(test_temporary_anywhere),
		cmocka_unit_test(test_not_temporary),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
