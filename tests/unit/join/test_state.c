/* What kdump-u remembers of earlier records, and that it forgets in time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "join/state.h"
#include "trace/record.h"

#define LINUX64 0x10203
#define LINUX32 0x10103

static struct state memory;

static int setup(void **state)
{
	(void)state;
	memory = (struct state)STATE_INIT;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	state_done(&memory);
	assert_int_equal(memory.entries, 0);
	return 0;
}

static void learn(struct record record, int32_t pid, int64_t tid)
{
	record.pid = pid;
	record.tid = tid;
	assert_int_equal(state_learn(&memory, &record), 0);
}

static void learn_start(int32_t pid, uint32_t sv_flags)
{
	learn((struct record){ .kind = KTR_PROCCTOR,
			       .procctor = { .sv_flags = sv_flags } },
	      pid, pid);
}

static void learn_end(int32_t pid)
{
	learn((struct record){ .kind = KTR_PROCDTOR }, pid, pid);
}

static void learn_fields(const char *name, const char *fields, size_t length,
			 int32_t pid, int64_t tid)
{
	learn((struct record){ .kind = KTR_STRUCT,
			       .structure = { .name = name,
					      .data = (const uint8_t *)fields,
					      .length = length } },
	      pid, tid);
}

/* One field, with the NUL of the literal behind it. */
#define learn_field(name, field, pid, tid)                                     \
	learn_fields(name, field, sizeof(field), pid, tid)

static enum sysdesc_abi abi_of(int32_t pid, int64_t tid)
{
	struct record record = { .pid = pid, .tid = tid };

	return state_abi(&memory, &record);
}

static int64_t number_of(int32_t pid, int64_t tid, int32_t code)
{
	struct record record = { .pid = pid, .tid = tid };

	return state_number(&memory, &record, code);
}

static void abi_by_process(void **state)
{
	(void)state;
	assert_int_equal(abi_of(1, 1), SYSDESC_ABI_UNKNOWN);
	learn_start(1, LINUX64); /* of no machine that we know of */
	assert_int_equal(abi_of(1, 1), SYSDESC_ABI_UNKNOWN);
	learn_field("session", "arch=x86_64", 9, 9);
	learn_start(1, LINUX64);
	learn_start(2, LINUX32);
	learn_start(3, 0x209);   /* FreeBSD's own */
	learn_start(4, 0x10003); /* no width */
	assert_int_equal(abi_of(1, 1), SYSDESC_X86_64);
	assert_int_equal(abi_of(1, 77), SYSDESC_X86_64);
	assert_int_equal(abi_of(2, 2), SYSDESC_I386);
	assert_int_equal(abi_of(3, 3), SYSDESC_ABI_UNKNOWN);
	assert_int_equal(abi_of(4, 4), SYSDESC_ABI_UNKNOWN);
	learn_field("process", "abi=x32", 2, 2);
	assert_int_equal(abi_of(2, 2), SYSDESC_X32);
	learn_end(1);
	assert_int_equal(abi_of(1, 1), SYSDESC_ABI_UNKNOWN);
}

static void abi_of_the_machine(void **state)
{
	(void)state;
	learn_field("session", "arch=aarch64", 9, 9);
	learn_start(1, LINUX64);
	learn_start(2, LINUX32);
	assert_int_equal(abi_of(1, 1), SYSDESC_AARCH64);
	assert_int_equal(abi_of(2, 2), SYSDESC_ABI_UNKNOWN);
}

static void abi_by_thread(void **state)
{
	(void)state;
	learn_field("session", "arch=x86_64", 9, 9);
	learn_start(1, LINUX64);
	learn_field("abi", "abi=i386", 1, 2);
	assert_int_equal(abi_of(1, 1), SYSDESC_X86_64);
	assert_int_equal(abi_of(1, 2), SYSDESC_I386);
	assert_int_equal(abi_of(2, 2), SYSDESC_ABI_UNKNOWN);
	learn_field("abi", "abi=x86_64", 1, 2);
	assert_int_equal(abi_of(1, 2), SYSDESC_X86_64);
	learn_field("abi", "abi=pdp11", 1, 2);
	assert_int_equal(abi_of(1, 2), SYSDESC_ABI_UNKNOWN);
	learn_start(1, LINUX64);
	assert_int_equal(abi_of(1, 2), SYSDESC_X86_64);
}

static enum sysdesc_abi returns_in(int32_t pid, int64_t tid)
{
	struct record record = { .kind = KTR_SYSRET, .pid = pid, .tid = tid };

	return state_abi(&memory, &record);
}

/* An exec returns by the ABI that it was called by; what is called next is the
 * new program's. */
static void abi_of_an_exec(void **state)
{
	(void)state;
	learn_field("session", "arch=x86_64", 9, 9);
	learn_start(1, LINUX64);
	learn_start(1, LINUX32);
	assert_int_equal(returns_in(1, 1), SYSDESC_X86_64);
	assert_int_equal(abi_of(1, 1), SYSDESC_I386);
	learn((struct record){ .kind = KTR_SYSCALL }, 1, 1);
	assert_int_equal(returns_in(1, 1), SYSDESC_I386);
	learn_field("abi", "abi=x86_64", 1, 1);
	learn_start(1, LINUX32);
	assert_int_equal(returns_in(1, 1), SYSDESC_X86_64);
	learn_start(2, LINUX32);
	assert_int_equal(returns_in(2, 2), SYSDESC_I386);
}

static void wide_numbers(void **state)
{
	(void)state;
	learn_start(1, LINUX64);
	assert_int_equal(number_of(1, 1, 5), 5);
	assert_int_equal(number_of(1, 1, -7), -7);
	assert_int_equal(number_of(1, 1, KTR_CODE_WIDE), KTR_CODE_WIDE);
	learn_field("syscall_number", "number:1073741863", 1, 1);
	assert_int_equal(number_of(1, 1, 5), 5);
	assert_int_equal(number_of(1, 1, KTR_CODE_WIDE), 1073741863);
	assert_int_equal(number_of(1, 2, KTR_CODE_WIDE), KTR_CODE_WIDE);
	learn_field("syscall_number", "number:-5", 1, 1);
	assert_int_equal(number_of(1, 1, KTR_CODE_WIDE), -5);
	learn_end(1);
	assert_int_equal(number_of(1, 1, KTR_CODE_WIDE), KTR_CODE_WIDE);
}

static void damage_teaches_nothing(void **state)
{
	(void)state;
	learn_field("session", "arch=x86_64", 9, 9);
	learn_start(1, LINUX64);
	learn_field("abi", "abi:1", 1, 1);
	learn_field("abi", "name=i386", 1, 1);
	learn_fields("abi", "abi=i386", 8, 1, 1); /* no NUL */
	learn_fields("abi", "", 0, 1, 1);
	learn_field("session", "arch:7", 9, 9);
	learn_field("syscall_number", "number=5", 1, 1);
	assert_int_equal(abi_of(1, 1), SYSDESC_X86_64);
	assert_int_equal(number_of(1, 1, KTR_CODE_WIDE), KTR_CODE_WIDE);
}

/* Files that start processes and threads for ever fill no memory. */
static void memory_is_bounded(void **state)
{
	(void)state;
	learn_field("session", "arch=x86_64", 9, 9);
	for (int32_t pid = 1; pid <= (int32_t)STATE_ENTRIES_MAX + 100; pid++)
		learn_start(pid, LINUX64);
	assert_int_equal(memory.entries, STATE_ENTRIES_MAX);
	assert_int_equal(abi_of(100, 100), SYSDESC_ABI_UNKNOWN);
	assert_int_equal(abi_of(101, 101), SYSDESC_X86_64);
	for (int64_t tid = 1; tid <= 2 * (int64_t)STATE_ENTRIES_MAX; tid++)
		learn_field("abi", "abi=i386", 7, tid);
	assert_true(memory.entries <= STATE_ENTRIES_MAX + 1);
	assert_int_equal(abi_of(7, 2 * (int64_t)STATE_ENTRIES_MAX),
			 SYSDESC_I386);
}

static void the_end_frees_threads(void **state)
{
	(void)state;
	learn_start(1, LINUX64);
	for (int64_t tid = 1; tid <= 1000; tid++)
		learn_field("abi", "abi=i386", 1, tid);
	assert_int_equal(memory.entries, 1001);
	learn_end(1);
	assert_int_equal(memory.entries, 0);
	learn_end(1); /* once more: nothing to forget */
}

static void times(void **state)
{
	struct record record = { .time_ns = 500 };

	(void)state;
	assert_false(memory.has_times);
	state_shown(&memory, &record);
	record.time_ns = 300;
	state_shown(&memory, &record);
	assert_true(memory.has_times);
	assert_int_equal(memory.first_ns, 500);
	assert_int_equal(memory.previous_ns, 300);
}

#define STATE_TEST(function)                                                   \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		STATE_TEST(abi_by_process),
		STATE_TEST(abi_of_the_machine),
		STATE_TEST(abi_by_thread),
		STATE_TEST(abi_of_an_exec),
		STATE_TEST(wide_numbers),
		STATE_TEST(damage_teaches_nothing),
		STATE_TEST(memory_is_bounded),
		STATE_TEST(the_end_frees_threads),
		STATE_TEST(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
