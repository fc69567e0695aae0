/* Calls put together: whose parts are whose, and that none is lost unsaid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "base/text.h"
#include "join/calls.h"
#include "join/state.h"
#include "support/sample.h"
#include "trace/reader.h"

#define LINUX64   0x10203
#define GETPID    39
#define EXECVE    59
#define OPENAT    257
#define UNLIMITED (CALL_DATA_MAX / 1024 + 20)

struct joining {
	struct sample sample;
	struct state state;
	struct calls calls;
	struct text said; /* a word for each record's fate, and what came out */
};

static int setup(void **state)
{
	static struct joining joining;

	joining = (struct joining){ .sample = SAMPLE_INIT,
				    .state = STATE_INIT,
				    .calls = CALLS_INIT,
				    .said = TEXT_INIT };
	sample_fields(&joining.sample, "session\0arch=x86_64");
	sample_process(&joining.sample, LINUX64);
	*state = &joining;
	return 0;
}

static int teardown(void **state)
{
	struct joining *joining = *state;

	sample_done(&joining->sample);
	state_done(&joining->state);
	calls_done(&joining->calls);
	text_done(&joining->said);
	return 0;
}

/* "7:openat[3] 100ns" */
static void say_call(void *context, struct call *call)
{
	struct joining *joining = context;

	text_format(&joining->said, "%d:%s[%u] ", (int)call->entry.tid,
		    call->row ? call->row->name : "?", call->part_count);
	if (call->is_cut)
		text_put(&joining->said, "cut ");
	if (!call->has_returned)
		text_put(&joining->said, "unfinished ");
	else
		text_format(&joining->said, "%ldns ",
			    (long)call_duration_ns(call));
}

static void join_all(struct joining *joining)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct reader *reader;
	struct record record;
	struct call *call;

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, joining->sample.bytes.data,
				      joining->sample.bytes.length),
			 0);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(reader_open(&reader, fd), 0);
	while (reader_next(reader, &record) == READER_RECORD) {
		int fate;

		assert_int_equal(state_learn(&joining->state, &record), 0);
		fate = calls_take(&joining->calls, &joining->state, &record,
				  &call);
		assert_true(fate >= 0);
		if (fate == CALL_DONE)
			say_call(joining, call);
		else if (fate == CALL_ALONE)
			text_format(&joining->said, "(%u) ", record.kind);
	}
	reader_close(reader);
	close(fd);
}

static void must_say(struct joining *joining, const char *wanted)
{
	join_all(joining);
	assert_string_equal(text_string(&joining->said), wanted);
}

static void enter(struct joining *joining, int tid, int16_t code)
{
	static const uint64_t args[4] = { 0 };

	sample_origin(&joining->sample, 4242, tid, "echo");
	sample_call(&joining->sample, code, code == OPENAT ? 4 : 0, args);
}

static void leave(struct joining *joining, int tid, int16_t code)
{
	sample_origin(&joining->sample, 4242, tid, "echo");
	sample_result(&joining->sample, code, 0, 3);
}

static void name(struct joining *joining, int tid)
{
	sample_origin(&joining->sample, 4242, tid, "echo");
	sample_literal(&joining->sample, KTR_NAMEI, "/etc/passwd");
}

static void test_interleaved(void **state)
{
	enter(*state, 1, OPENAT);
	enter(*state, 2, OPENAT);
	name(*state, 1);
	enter(*state, 3, GETPID);
	name(*state, 2);
	name(*state, 2);
	leave(*state, 3, GETPID);
	leave(*state, 1, OPENAT);
	leave(*state, 2, OPENAT);
	name(*state, 1);
	must_say(*state, "(8) (10) 3:getpid[0] 4500ns 1:openat[1] 10500ns "
			 "2:openat[2] 10500ns (3) ");
}

/* What was captured comes out as it went in. */
struct taken {
	char path[32];
	char data[8];
	int fd;
};

static void take_parts(void *context, struct call *call)
{
	struct taken *taken = context;
	struct record record;

	assert_true(call_part(call, 0, &record));
	assert_int_equal(record.kind, KTR_NAMEI);
	memcpy(taken->path, record.raw.data, record.raw.length);
	assert_true(call_part(call, 1, &record));
	assert_int_equal(record.kind, KTR_GENIO);
	memcpy(taken->data, record.genio.data, record.genio.length);
	taken->fd = record.genio.fd;
}

static void test_payloads(void **state)
{
	struct joining *joining = *state;
	struct taken taken = { .fd = -1 };

	enter(joining, 1, OPENAT);
	name(joining, 1);
	sample_data(&joining->sample, 5, KTR_GENIO_READ, "abc", 3);
	join_all(joining);
	calls_pending(&joining->calls, 0, false, take_parts, &taken);
	assert_string_equal(taken.path, "/etc/passwd");
	assert_string_equal(taken.data, "abc");
	assert_int_equal(taken.fd, 5);
}

/* A call whose return was lost is given out when its thread makes another. */
static void test_lost_return(void **state)
{
	enter(*state, 1, OPENAT);
	enter(*state, 1, GETPID);
	leave(*state, 1, GETPID);
	leave(*state, 1, GETPID);
	must_say(*state, "(8) (10) 1:openat[0] unfinished 1:getpid[0] 1500ns "
			 "(2) ");
}

/* A return of another call than the one that is pending is none of it. */
static void test_other_return(void **state)
{
	enter(*state, 1, OPENAT);
	leave(*state, 1, GETPID);
	leave(*state, 1, OPENAT);
	must_say(*state, "(8) (10) (2) 1:openat[0] 3000ns ");
}

/* An exec by a thread that is no leader. */
static void test_exec_by_thread(void **state)
{
	enter(*state, 4243, EXECVE);
	leave(*state, 4242, EXECVE);
	must_say(*state, "(8) (10) 4243:execve[0] 1500ns ");
}

/* What is told of the new program before that belongs to the exec, and not to
 * what the leader was in. */
static void test_program_by_thread(void **state)
{
	struct joining *joining = *state;

	enter(*state, 4242, GETPID);
	enter(*state, 4243, EXECVE);
	sample_origin(&joining->sample, 4242, 4242, "true");
	sample_process(&joining->sample, LINUX64);
	sample_literal(&joining->sample, KTR_ARGS, "true");
	leave(*state, 4242, EXECVE);
	enter(*state, 4243, OPENAT);
	must_say(*state, "(8) (10) (10) 4243:execve[1] 4500ns "
			 "4242:getpid[0] unfinished ");
}

static void test_pending_of_one(void **state)
{
	struct joining *joining = *state;

	enter(joining, 1, OPENAT);
	enter(joining, 2, GETPID);
	sample_origin(&joining->sample, 7, 7, "other");
	sample_call(&joining->sample, GETPID, 0, NULL);
	join_all(joining);
	text_clear(&joining->said);
	calls_pending(&joining->calls, 4242, true, say_call, joining);
	assert_string_equal(text_string(&joining->said),
			    "1:openat[0] unfinished 2:getpid[0] unfinished ");
	text_clear(&joining->said);
	calls_pending(&joining->calls, 0, true, say_call, joining);
	assert_string_equal(text_string(&joining->said), "7:?[0] unfinished ");
	assert_null(joining->calls.threads);
}

/* Of data without end so much is kept, and the call says so. */
static void test_bounded_data(void **state)
{
	struct joining *joining = *state;
	char data[1024] = { 1 };

	enter(joining, 1, OPENAT);
	for (unsigned i = 0; i < UNLIMITED; i++)
		sample_data(&joining->sample, 1, KTR_GENIO_WRITE, data,
			    sizeof(data));
	leave(joining, 1, OPENAT);
	join_all(joining);
	assert_non_null(strstr(text_string(&joining->said), "] cut "));
}

static void test_bounded_parts(void **state)
{
	struct joining *joining = *state;

	enter(joining, 1, OPENAT);
	for (unsigned i = 0; i < CALL_PARTS_MAX + 5; i++)
		name(joining, 1);
	leave(joining, 1, OPENAT);
	join_all(joining);
	assert_non_null(strstr(text_string(&joining->said), "[128] cut "));
}

static void test_bounded_threads(void **state)
{
	struct joining *joining = *state;
	const char *at;
	unsigned count = 0;

	for (unsigned i = 0; i < CALLS_PENDING_MAX + 3; i++)
		enter(joining, (int)i + 1, GETPID);
	join_all(joining);
	at = text_string(&joining->said);
	while ((at = strstr(at, "unfinished"))) {
		at++;
		count++;
	}
	assert_int_equal(count, 3);
}

#define JOINING(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOINING(test_interleaved),    JOINING(test_payloads),
		JOINING(test_lost_return),    JOINING(test_other_return),
		JOINING(test_exec_by_thread), JOINING(test_program_by_thread),
		JOINING(test_pending_of_one), JOINING(test_bounded_data),
		JOINING(test_bounded_parts),  JOINING(test_bounded_threads),
	};

	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
