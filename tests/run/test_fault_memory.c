/*
 * Memory that is not there, not all there, or not ours to read: the program
 * gets the kernel's answer, nothing is said on its standard error, and the
 * trace has what could be read and says what could not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include <sys/wait.h>

#include "base/array.h"
#include "support/fault.h"

static enum run_user users[] = { RUN_AS_SELF, RUN_AS_ORDINARY };

static const char *const follow[] = { "-i", NULL };

struct memory {
	struct run_place place;
	struct run_result native;
	struct run_result traced;
	struct trace trace;
};

static void open_memory(struct memory *memory, const void *user)
{
	*memory = (struct memory){ 0 };
	assert_int_equal(
	    run_place_open(&memory->place, *(const enum run_user *)user), 0);
}

static void close_memory(struct memory *memory)
{
	trace_done(&memory->trace);
	run_result_done(&memory->native);
	run_result_done(&memory->traced);
	run_place_close(&memory->place);
}

/* Untraced and traced, with the same answers of the kernel. */
static void compare(struct memory *memory, const char *program,
		    const char *mode)
{
	const char *const argv[] = { program, mode, NULL };
	struct run_spec spec = { .argv = argv };

	assert_int_equal(run_program(&memory->native, &memory->place, &spec),
			 0);
	if (memory->native.status == W_EXITCODE(77, 0)) {
		printf("skipped: the kernel gives no %s\n",
		       strcmp(mode, "served") ? "seccomp listener"
					      : "userfaultfd");
		close_memory(memory);
		skip();
	}
	assert_true(run_exited(&memory->native, 8));
	spec.trace = follow;
	assert_int_equal(run_program(&memory->traced, &memory->place, &spec),
			 0);
	assert_string_equal(text_string(&memory->traced.err), "");
	assert_string_equal(text_string(&memory->traced.out),
			    text_string(&memory->native.out));
	assert_true(run_exited(&memory->traced, 8));
	fault_load(&memory->trace, &memory->place, "ktrace.out");
	fault_must_be_whole(&memory->trace);
}

static unsigned count_names(const struct trace *trace, const char *name,
			    size_t length)
{
	struct trace_match names = { .kind = KTR_NAMEI };
	const struct trace_item *item = NULL;
	unsigned count = 0;

	while ((item = trace_find(trace, item, names)))
		count += item->record.raw.length == length &&
			 !memcmp(item->record.raw.data, name,
				 MIN(length, strlen(name)));
	return count;
}

/* Data of that length which begins so. */
static unsigned count_data(const struct trace *trace, int rw, const char *data,
			   size_t length)
{
	struct trace_match moved = { .kind = KTR_GENIO };
	const struct trace_item *item = NULL;
	unsigned count = 0;

	while ((item = trace_find(trace, item, moved)))
		count += item->record.genio.rw == rw &&
			 item->record.genio.length == length &&
			 !memcmp(item->record.genio.data, data, strlen(data));
	return count;
}

static void must_have_names(const struct trace *trace)
{
	/* At the edge, and in the page that nobody had touched. */
	assert_int_equal(count_names(trace, "./data", 6), 2);
	assert_int_equal(count_names(trace, ".////", 4095), 1);
	assert_int_equal(count_names(trace, "lllll", 4096), 1);
	assert_int_equal(count_names(trace, "renamed", 7), 1);
	/* The tail of what cannot be read is nobody's path. */
	assert_int_equal(count_names(trace, "endless", 7), 0);
}

static void must_have_data(const struct trace *trace)
{
	assert_int_equal(count_data(trace, KTR_GENIO_WRITE, "edge!", 5), 1);
	/* What went out before the hole, and no more. */
	assert_int_equal(count_data(trace, KTR_GENIO_WRITE, "hhhhh", 4096), 1);
	assert_int_equal(count_data(trace, KTR_GENIO_WRITE, "vvvvv", 1024), 1);
	assert_int_equal(count_data(trace, KTR_GENIO_WRITE, "first", 5), 1);
	/* /dev/null takes 1 GiB unseen: the 10 bytes that there are. */
	assert_int_equal(count_data(trace, KTR_GENIO_WRITE, "hhrenedge!", 10),
			 1);
	assert_int_equal(count_data(trace, KTR_GENIO_READ, "0123456789", 10),
			 2);
}

static size_t count_faults(const struct trace *trace, const char *call)
{
	struct trace_match match = { .kind = KTR_SYSRET, .call = call };
	const struct trace_item *item = NULL;
	size_t count = 0;

	while ((item = trace_find(trace, item, match)))
		count += item->record.sysret.error == EFAULT;
	return count;
}

static void test_edges(void **state)
{
	struct memory memory;

	open_memory(&memory, *state);
	compare(&memory, "prog:fault_memory", "edges");
	must_have_names(&memory.trace);
	must_have_data(&memory.trace);
	assert_int_equal(count_faults(&memory.trace, "openat"), 6);
	assert_int_equal(count_faults(&memory.trace, "execve"), 2);
	close_memory(&memory);
}

static void test_races(void **state)
{
	struct memory memory;

	open_memory(&memory, *state);
	compare(&memory, "prog:fault_memory", "race");
	close_memory(&memory);
}

/* Not readable when the call began, but when it had ended. */
static void test_late(void **state)
{
	struct trace_match call = { .kind = KTR_SYSCALL, .call = "faccessat" };
	const struct trace_item *item = NULL, *next;
	struct memory memory;

	open_memory(&memory, *state);
	compare(&memory, "prog:fault_memory", "late");
	assert_int_equal(count_names(&memory.trace, "./late", 6), 1);
	/* A loader may ask for access, too; ours is the last. */
	while ((next = trace_find(&memory.trace, item, call)))
		item = next;
	assert_non_null(item);
	item = trace_return(&memory.trace, item);
	assert_non_null(item);
	assert_int_equal(item->record.sysret.error, ENOENT);
	close_memory(&memory);
}

static bool may_look_into_all(const struct memory *memory)
{
	return memory->place.uid == 0;
}

static size_t count_coverage(const struct trace *trace)
{
	struct trace_match match = { .name = KTR_STRUCT_COVERAGE };
	const struct trace_item *item = NULL;
	size_t count = 0;

	while ((item = trace_find(trace, item, match)))
		if (trace_text(item, "what") &&
		    !strcmp(trace_text(item, "what"), "memory"))
			count++;
	return count;
}

/* From the prctl on nobody but root may look. */
/* Whoever reads such memory waits for a thread that is stopped. */
static void test_served(void **state)
{
	struct memory memory;

	open_memory(&memory, *state);
	compare(&memory, "prog:fault_memory", "served");
	assert_int_equal(count_names(&memory.trace, "./served", 8), 1);
	close_memory(&memory);
}

static void test_private(void **state)
{
	struct memory memory;

	open_memory(&memory, *state);
	compare(&memory, "prog:fault_memory", "private");
	assert_int_equal(count_names(&memory.trace, "./public", 8), 1);
	if (may_look_into_all(&memory)) {
		assert_int_equal(count_names(&memory.trace, "./private", 9), 1);
		assert_int_equal(count_coverage(&memory.trace), 0);
	} else {
		assert_int_equal(count_names(&memory.trace, "./private", 9), 0);
		assert_int_equal(count_coverage(&memory.trace), 1);
	}
	close_memory(&memory);
}

/* A program of mode 111 that the user cannot read. */
static void put_unreadable(const struct memory *memory)
{
	char program[PATH_MAX + 32];
	const char *const argv[] = { "install", "-m",         "111",
				     program,   "unreadable", NULL };
	struct run_spec spec = { .argv = argv };
	struct run_result result;

	snprintf(program, sizeof(program), "%s/fault_memory",
		 memory->place.programs);
	assert_int_equal(run_program(&result, &memory->place, &spec), 0);
	assert_true(run_exited(&result, 0));
	run_result_done(&result);
}

static void test_unreadable(void **state)
{
	struct memory memory;

	(void)state;
	open_memory(&memory, &users[1]);
	if (may_look_into_all(&memory)) {
		printf("skipped: there is no ordinary user\n");
		close_memory(&memory);
		skip();
	}
	put_unreadable(&memory);
	compare(&memory, "./unreadable", "edges");
	assert_int_equal(count_coverage(&memory.trace), 1);
	/* Its registers are seen all the same. */
	assert_int_equal(count_faults(&memory.trace, "openat"), 6);
	assert_int_equal(count_names(&memory.trace, "./data", 6), 0);
	close_memory(&memory);
}

#define AS_BOTH(test)                                                          \
	cmocka_unit_test_prestate(test, &users[0]),                            \
	    cmocka_unit_test_prestate(test, &users[1])

int main(void)
{
	const struct CMUnitTest tests[] = {
		AS_BOTH(test_edges),   AS_BOTH(test_races),
		AS_BOTH(test_late),    AS_BOTH(test_served),
		AS_BOTH(test_private), cmocka_unit_test(test_unreadable),
	};

	return cmocka_run_group_tests_name("fault memory", tests, NULL, NULL);
}
