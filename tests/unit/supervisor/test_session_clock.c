/*
 * The wall clock is set while a session records: time in the trace never goes
 * back and durations stay right, and a `clock` record says how far the two are
 * apart. The clocks are the test's own: the machine's is not touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <ktrace-u/format.h>

#include <sys/mman.h>
#include <sys/syscall.h>

#include "supervisor/scribe.h"
#include "supervisor/session.h"
#include "trace/reader.h"
#include "trace/writer.h"

#define NS_PER_S INT64_C(1000000000)
#define HOUR_NS  (3600 * NS_PER_S)
/* Longer than between two looks at the wall clock. */
#define WHILE_NS (NS_PER_S / 5)

/* What the clocks are ahead of the machine's. */
static _Atomic int64_t monotonic_ns;
static _Atomic int64_t wall_ns;

/* In the place of the library's, for all that is linked here. */
int clock_gettime(clockid_t clock, struct timespec *ret)
{
	int64_t ahead = monotonic_ns;
	int64_t now;

	if (syscall(SYS_clock_gettime, clock, ret))
		return -1;
	if (clock == CLOCK_REALTIME)
		ahead += wall_ns;
	else if (clock != CLOCK_MONOTONIC)
		ahead = 0;
	now = (int64_t)ret->tv_sec * NS_PER_S + ret->tv_nsec + ahead;
	ret->tv_sec = now / NS_PER_S;
	ret->tv_nsec = now % NS_PER_S;
	return 0;
}

/* A session into memory. */
struct stage {
	int file;
	struct session_clock clock;
	struct session *session;
	struct reader *reader;
	uint64_t last_ns; /* of the record read last */
};

static volatile sig_atomic_t nobody_asks;

static bool wait_for_ever(void *context, int fd)
{
	(void)context;
	(void)fd;
	return true;
}

static void stage_open(struct stage *stage)
{
	struct session_config config = {
		.queue_size = WRITER_QUEUE_MIN,
		.clock = &stage->clock,
		.may_wait = wait_for_ever,
		.hurry = &nobody_asks,
	};

	monotonic_ns = wall_ns = 0;
	*stage = (struct stage){ .file = memfd_create("trace", MFD_CLOEXEC) };
	config.fd = dup(stage->file);
	assert_true(config.fd >= 0);
	session_tick(&stage->clock);
	assert_int_equal(session_open(&stage->session, &config), 0);
}

/* Time passes, and then something happens. */
static void stage_go_on(struct stage *stage, int64_t passed_ns)
{
	monotonic_ns += passed_ns;
	session_tick(&stage->clock);
	session_check_clock(stage->session);
	scribe_message(stage->session, "tick");
}

static void stage_read_back(struct stage *stage)
{
	session_close(stage->session);
	assert_int_equal(lseek(stage->file, 0, SEEK_SET), 0);
	assert_int_equal(reader_open(&stage->reader, stage->file), 0);
}

static void stage_close(struct stage *stage)
{
	struct record record;

	assert_int_equal(reader_next(stage->reader, &record), READER_END);
	reader_close(stage->reader);
	close(stage->file);
}

/* The next record must have that name and come at least so long after the one
 * before it, and not much longer. */
static struct record stage_next(struct stage *stage, const char *name,
				int64_t after_ns)
{
	struct record record;
	int64_t passed;

	assert_int_equal(reader_next(stage->reader, &record), READER_RECORD);
	assert_int_equal(record.kind, KTR_STRUCT);
	assert_string_equal(record.structure.name, name);
	passed = (int64_t)(record.time_ns - stage->last_ns);
	if (stage->last_ns)
		assert_in_range(passed, after_ns, after_ns + 60 * NS_PER_S);
	stage->last_ns = record.time_ns;
	return record;
}

static void must_be_near(const struct record *record, const char *name,
			 int64_t expected_ns)
{
	struct field field;

	assert_true(fields_find(record->structure.data,
				record->structure.length, name, &field));
	assert_true(field.is_number);
	/* The machine's own clocks part by a little, too. */
	assert_in_range(field.number - expected_ns + NS_PER_S, 0, 2 * NS_PER_S);
}

static void must_tell(struct stage *stage, int64_t step_ns, int64_t offset_ns)
{
	struct record record = stage_next(stage, KTR_STRUCT_CLOCK, WHILE_NS);

	must_be_near(&record, "step_ns", step_ns);
	must_be_near(&record, "offset_ns", offset_ns);
	stage_next(stage, KTR_STRUCT_MESSAGE, 0);
}

static void test_set_back_and_forth(void **state)
{
	static const int64_t ahead[] = { HOUR_NS, -HOUR_NS, 0, 5 * NS_PER_S };
	int64_t before = 0;
	struct stage stage;

	(void)state;
	stage_open(&stage);
	stage_go_on(&stage, 0);
	for (size_t i = 0; i < sizeof(ahead) / sizeof(*ahead); i++) {
		wall_ns = ahead[i];
		stage_go_on(&stage, WHILE_NS);
	}
	stage_read_back(&stage);
	stage_next(&stage, KTR_STRUCT_MESSAGE, 0);
	for (size_t i = 0; i < sizeof(ahead) / sizeof(*ahead); i++) {
		must_tell(&stage, ahead[i] - before, ahead[i]);
		before = ahead[i];
	}
	stage_close(&stage);
}

/* Told once, not at every record; and a drift of a fraction of a millisecond is
 * not worth telling. */
static void test_told_once(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	wall_ns = HOUR_NS;
	stage_go_on(&stage, WHILE_NS);
	wall_ns += 300000;
	stage_go_on(&stage, WHILE_NS);
	stage_go_on(&stage, WHILE_NS);
	stage_read_back(&stage);
	must_tell(&stage, HOUR_NS, HOUR_NS);
	stage_next(&stage, KTR_STRUCT_MESSAGE, WHILE_NS);
	stage_next(&stage, KTR_STRUCT_MESSAGE, WHILE_NS);
	stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set_back_and_forth),
		cmocka_unit_test(test_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
