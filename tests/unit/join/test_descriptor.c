/* Where descriptors lead, after what is told and what calls did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "base/text.h"
#include "join/calls.h"
#include "join/descriptor.h"
#include "join/state.h"
#include "support/sample.h"
#include "trace/reader.h"

#define LINUX64 0x10203

/* x86-64's numbers */
enum {
	READ = 0,
	CLOSE = 3,
	DUP2 = 33,
	SOCKET = 41,
	CONNECT = 42,
	ACCEPT = 43,
	CLONE = 56,
	FCNTL = 72,
	CHDIR = 80,
	FCHDIR = 81,
	OPENAT = 257,
	PIPE2 = 293,
	CLOSE_RANGE = 436,
};

struct joining {
	struct sample sample;
	struct state state;
	struct calls calls;
	struct descriptors descriptors;
	struct call *call; /* that returned last */
};

static int setup(void **state)
{
	static struct joining joining;

	joining = (struct joining){ .sample = SAMPLE_INIT,
				    .state = STATE_INIT,
				    .calls = CALLS_INIT };
	joining.calls.descriptors = &joining.descriptors;
	sample_fields(&joining.sample, "session\0arch=x86_64");
	sample_process(&joining.sample, LINUX64);
	sample_fields(&joining.sample, "process\0ppid:1");
	sample_fields(&joining.sample,
		      "descriptors\0cwd=/src\0fd:0\0path=/dev/null\0fd:1\0"
		      "path=/dev/pts/0\0fd:7\0fd:8\0path=pipe:[12]");
	*state = &joining;
	return 0;
}

static int teardown(void **state)
{
	struct joining *joining = *state;

	sample_done(&joining->sample);
	state_done(&joining->state);
	calls_done(&joining->calls);
	descriptors_done(&joining->descriptors);
	assert_int_equal(joining->descriptors.count, 0);
	return 0;
}

/* What was appended to the sample is taken, and the sample is empty again. */
static void take_all(struct joining *joining)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct text *bytes = &joining->sample.bytes;
	struct reader *reader;
	struct record record;

	assert_true(fd >= 0);
	assert_int_equal(fd_write_all(fd, bytes->data, bytes->length), 0);
	lseek(fd, 0, SEEK_SET);
	assert_int_equal(reader_open(&reader, fd), 0);
	while (reader_next(reader, &record) == READER_RECORD) {
		assert_int_equal(state_learn(&joining->state, &record), 0);
		assert_int_equal(
		    descriptors_learn(&joining->descriptors, &record), 0);
		assert_true(calls_take(&joining->calls, &joining->state,
				       &record, &joining->call) >= 0);
	}
	reader_close(reader);
	close(fd);
	text_clear(bytes);
}

static void enter(struct joining *joining, int16_t code, uint64_t one,
		  uint64_t two, uint64_t three)
{
	const uint64_t args[4] = { one, two, three };

	sample_call(&joining->sample, code, 4, args);
}

static void leave(struct joining *joining, int16_t code, int32_t error,
		  int64_t result)
{
	sample_result(&joining->sample, code, error, result);
}

static void must_lead(struct joining *joining, int32_t fd, const char *wanted)
{
	const struct descriptor_name *name;

	take_all(joining);
	name = descriptors_find(&joining->descriptors,
				joining->sample.origin.pid, fd);
	if ((name != NULL) != (wanted != NULL))
		fail_msg("%d: %s", fd, name ? name->text : "not known");
	if (name)
		assert_string_equal(name->text, wanted);
}

static void open_file(struct joining *joining, int64_t fd)
{
	enter(joining, OPENAT, (uint64_t)DESCRIPTOR_CWD, 0, 0);
	sample_literal(&joining->sample, KTR_NAMEI, "a.c");
	sample_fields(&joining->sample, "path\0how=joined\0arg:1\0"
					"path=/src/a.c");
	leave(joining, OPENAT, 0, fd);
}

static void test_told(void **state)
{
	must_lead(*state, 0, "/dev/null");
	must_lead(*state, 8, "pipe:[12]");
	must_lead(*state, 7, NULL);
	must_lead(*state, 9, NULL);
	must_lead(*state, DESCRIPTOR_CWD, "/src");
}

static void test_opened(void **state)
{
	struct joining *joining = *state;

	open_file(joining, 3);
	must_lead(joining, 3, "/src/a.c");
	enter(joining, OPENAT, 9, 0, 0);
	sample_literal(&joining->sample, KTR_NAMEI, "/etc/passwd");
	leave(joining, OPENAT, 0, 4);
	must_lead(joining, 4, "/etc/passwd");
	/* Nobody says what that was relative to. */
	enter(joining, OPENAT, 9, 0, 0);
	sample_literal(&joining->sample, KTR_NAMEI, "x");
	leave(joining, OPENAT, 0, 4);
	must_lead(joining, 4, NULL);
	enter(joining, OPENAT, 9, 0, 0);
	sample_literal(&joining->sample, KTR_NAMEI, "/no");
	leave(joining, OPENAT, ENOENT, 0);
	must_lead(joining, 0, "/dev/null");
}

/* At its entry: the number may be another thread's before it returns. */
static void test_closed(void **state)
{
	struct joining *joining = *state;

	open_file(joining, 3);
	enter(joining, CLOSE, 3, 0, 0);
	must_lead(joining, 3, NULL);
	sample_origin(&joining->sample, 4242, 4243, "echo");
	open_file(joining, 3);
	sample_origin(&joining->sample, 4242, 4242, "echo");
	leave(joining, CLOSE, 0, 0);
	must_lead(joining, 3, "/src/a.c");
	enter(joining, CLOSE_RANGE, 1, 3, 0);
	leave(joining, CLOSE_RANGE, 0, 0);
	must_lead(joining, 3, NULL);
	must_lead(joining, 1, NULL);
	must_lead(joining, 0, "/dev/null");
	must_lead(joining, 8, "pipe:[12]");
	must_lead(joining, DESCRIPTOR_CWD, "/src");
	enter(joining, CLOSE_RANGE, 0, ~0u, 4);
	leave(joining, CLOSE_RANGE, 0, 0);
	must_lead(joining, 8, "pipe:[12]");
}

static void test_copied(void **state)
{
	struct joining *joining = *state;

	enter(joining, DUP2, 8, 1, 0);
	leave(joining, DUP2, 0, 1);
	must_lead(joining, 1, "pipe:[12]");
	enter(joining, FCNTL, 1, 1030, 10);
	leave(joining, FCNTL, 0, 10);
	must_lead(joining, 10, "pipe:[12]");
	enter(joining, FCNTL, 1, 3, 0);
	leave(joining, FCNTL, 0, 0);
	must_lead(joining, 0, "/dev/null");
	/* A copy of what is not known is not known. */
	enter(joining, DUP2, 7, 1, 0);
	leave(joining, DUP2, 0, 1);
	must_lead(joining, 1, NULL);
}

static void add_address(struct joining *joining)
{
	sample_literal(&joining->sample, KTR_STRUCT,
		       "sockaddr\0\2\0\0\120\177\0\0\1\0\0\0\0\0\0\0\0");
}

static void test_sockets(void **state)
{
	static const char pair[] = "fd_pair\0\14\0\0\0\15\0\0";
	struct joining *joining = *state;

	enter(joining, SOCKET, 2, 1, 0);
	leave(joining, SOCKET, 0, 3);
	must_lead(joining, 3, "socket");
	enter(joining, CONNECT, 3, 0, 16);
	add_address(joining);
	leave(joining, CONNECT, EINPROGRESS, 0);
	must_lead(joining, 3, "127.0.0.1:80");
	enter(joining, ACCEPT, 3, 0, 16);
	add_address(joining);
	leave(joining, ACCEPT, 0, 4);
	must_lead(joining, 4, "127.0.0.1:80");
	enter(joining, CONNECT, 4, 0, 16);
	sample_literal(&joining->sample, KTR_STRUCT, "sockaddr\0\1\0\0name");
	leave(joining, CONNECT, 0, 0);
	must_lead(joining, 4, "@name");
	enter(joining, PIPE2, 0, 0, 0);
	sample_record(&joining->sample, KTR_STRUCT, pair, sizeof(pair));
	leave(joining, PIPE2, 0, 0);
	must_lead(joining, 12, "pipe");
	must_lead(joining, 13, "pipe");
}

static void test_directory(void **state)
{
	struct joining *joining = *state;

	enter(joining, CHDIR, 0, 0, 0);
	sample_literal(&joining->sample, KTR_NAMEI, "/etc");
	leave(joining, CHDIR, 0, 0);
	must_lead(joining, DESCRIPTOR_CWD, "/etc");
	enter(joining, FCHDIR, 0, 0, 0);
	leave(joining, FCHDIR, 0, 0);
	must_lead(joining, DESCRIPTOR_CWD, "/dev/null");
	enter(joining, FCHDIR, 7, 0, 0);
	leave(joining, FCHDIR, 0, 0);
	must_lead(joining, DESCRIPTOR_CWD, NULL);
}

/* A child has its parent's; what either does is its own. */
static void test_child(void **state)
{
	struct joining *joining = *state;

	sample_origin(&joining->sample, 4300, 4300, "echo");
	sample_process(&joining->sample, LINUX64);
	sample_fields(&joining->sample, "process\0ppid:4242\0creator:4242");
	must_lead(joining, 8, "pipe:[12]");
	must_lead(joining, DESCRIPTOR_CWD, "/src");
	enter(joining, CLOSE, 8, 0, 0);
	must_lead(joining, 8, NULL);
	sample_origin(&joining->sample, 4242, 4242, "echo");
	must_lead(joining, 8, "pipe:[12]");
}

/* But for one that shares them: of neither it is known then. */
static void test_shared(void **state)
{
	struct joining *joining = *state;

	enter(joining, CLONE, 0x400, 0, 0);
	sample_origin(&joining->sample, 4300, 4300, "echo");
	sample_process(&joining->sample, LINUX64);
	sample_fields(&joining->sample, "process\0creator:4242");
	sample_origin(&joining->sample, 4242, 4242, "echo");
	leave(joining, CLONE, 0, 4300);
	must_lead(joining, 8, NULL);
	sample_origin(&joining->sample, 4300, 4300, "echo");
	must_lead(joining, 8, NULL);
}

/* Another program has what is told of it, or what nobody knows. */
static void test_exec(void **state)
{
	struct joining *joining = *state;

	sample_process(&joining->sample, LINUX64);
	sample_fields(&joining->sample, "process\0ppid:1");
	must_lead(joining, 8, NULL);
	open_file(joining, 3);
	must_lead(joining, 3, NULL);
	sample_fields(&joining->sample, "descriptors\0fd:1\0path=/x");
	must_lead(joining, 1, "/x");
	must_lead(joining, 8, NULL);
	open_file(joining, 3);
	must_lead(joining, 3, "/src/a.c");
}

static void test_lost(void **state)
{
	struct joining *joining = *state;

	must_lead(joining, 8, "pipe:[12]");
	joining->sample.after_drop = true;
	enter(joining, READ, 8, 0, 0);
	must_lead(joining, 8, NULL);
}

/* A child's first record tells that its parent's were lost. */
static void test_lost_before_birth(void **state)
{
	struct joining *joining = *state;

	sample_origin(&joining->sample, 4300, 4300, "echo");
	joining->sample.after_drop = true;
	sample_process(&joining->sample, LINUX64);
	sample_fields(&joining->sample, "process\0creator:4242");
	must_lead(joining, 8, NULL);
}

/* One that is met later is nobody's newborn. */
static void test_met(void **state)
{
	struct joining *joining = *state;

	sample_origin(&joining->sample, 4300, 4300, "echo");
	sample_process(&joining->sample, LINUX64);
	sample_fields(&joining->sample, "process\0ppid:4242");
	must_lead(joining, 8, NULL);
}

/* A copy of a socket is that socket: where it is connected, both are. */
static void test_same_socket(void **state)
{
	struct joining *joining = *state;

	enter(joining, SOCKET, 2, 2, 0);
	leave(joining, SOCKET, 0, 3);
	enter(joining, DUP2, 3, 4, 0);
	leave(joining, DUP2, 0, 4);
	enter(joining, CONNECT, 3, 0, 16);
	add_address(joining);
	leave(joining, CONNECT, 0, 0);
	must_lead(joining, 4, "127.0.0.1:80");
	enter(joining, CONNECT, 4, 0, 16);
	sample_literal(&joining->sample, KTR_STRUCT,
		       "sockaddr\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	leave(joining, CONNECT, 0, 0);
	must_lead(joining, 3, "socket");
}

/* Another thread opens another file while a copy is made. */
static void test_copied_meanwhile(void **state)
{
	struct joining *joining = *state;

	enter(joining, DUP2, 8, 9, 0);
	sample_origin(&joining->sample, 4242, 4243, "echo");
	enter(joining, CLOSE, 8, 0, 0);
	leave(joining, CLOSE, 0, 0);
	open_file(joining, 8);
	sample_origin(&joining->sample, 4242, 4242, "echo");
	leave(joining, DUP2, 0, 9);
	must_lead(joining, 9, NULL);
	must_lead(joining, 8, "/src/a.c");
}

/* A file without a name is not the directory that it is in. */
static void test_without_name(void **state)
{
	struct joining *joining = *state;

	enter(joining, OPENAT, (uint64_t)DESCRIPTOR_CWD, 0, 020200002);
	sample_literal(&joining->sample, KTR_NAMEI, "/tmp");
	leave(joining, OPENAT, 0, 3);
	must_lead(joining, 3, NULL);
}

static void test_ended(void **state)
{
	struct joining *joining = *state;

	sample_literal(&joining->sample, KTR_PROCDTOR, "");
	must_lead(joining, 8, NULL);
	assert_int_equal(joining->descriptors.count, 0);
}

/* What a call used is what it used when it was made. */
static void test_of_call(void **state)
{
	struct joining *joining = *state;

	open_file(joining, 3);
	enter(joining, CLOSE, 3, 0, 0);
	leave(joining, CLOSE, 0, 0);
	take_all(joining);
	assert_string_equal(joining->call->names[0]->text, "/src/a.c");
	enter(joining, READ, 8, 0, 0);
	leave(joining, READ, EBADF, 0);
	take_all(joining);
	assert_null(joining->call->names[0]);
}

/* However many there are, so many are kept: the oldest process goes. */
static void test_bounded(void **state)
{
	const int each = DESCRIPTORS_MAX / 4;
	struct joining *joining = *state;

	for (int i = 0; i < 6; i++) {
		sample_origin(&joining->sample, 5000 + i, 5000 + i, "many");
		sample_process(&joining->sample, LINUX64);
		sample_fields(&joining->sample, "descriptors\0cwd=/");
		for (int fd = 0; fd < each; fd++)
			open_file(joining, fd);
		must_lead(joining, 0, "/src/a.c");
		assert_true(joining->descriptors.count <= DESCRIPTORS_MAX);
	}
	must_lead(joining, each - 1, "/src/a.c");
	sample_origin(&joining->sample, 4242, 4242, "echo");
	must_lead(joining, 8, NULL);
}

/* Of one process that has too many, the last ones are not known. */
static void test_too_many(void **state)
{
	struct joining *joining = *state;

	for (int fd = 100; fd < (int)DESCRIPTORS_MAX + 200; fd++)
		open_file(joining, fd);
	must_lead(joining, 100, "/src/a.c");
	must_lead(joining, DESCRIPTORS_MAX + 199, NULL);
	assert_int_equal(joining->descriptors.count, DESCRIPTORS_MAX);
}

#define JOINING(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		JOINING(test_told),         JOINING(test_opened),
		JOINING(test_closed),       JOINING(test_copied),
		JOINING(test_sockets),      JOINING(test_directory),
		JOINING(test_child),        JOINING(test_shared),
		JOINING(test_exec),         JOINING(test_lost),
		JOINING(test_ended),        JOINING(test_of_call),
		JOINING(test_bounded),      JOINING(test_met),
		JOINING(test_too_many),     JOINING(test_lost_before_birth),
		JOINING(test_same_socket),  JOINING(test_copied_meanwhile),
		JOINING(test_without_name),
	};

	return cmocka_run_group_tests_name("descriptor", tests, NULL, NULL);
}
