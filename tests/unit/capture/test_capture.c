/*
 * SYSCALL and SYSRET, which stops a row needs, and what is not recorded.
 */
#include "fake.h"

#include <limits.h>

static const struct sysdesc_row getppid_row = { .name = "getppid",
						.result = RESULT_PID };
static const struct sysdesc_row close_row = {
	.name = "close",
	.narg = 1,
	.arg = { { .name = "fd", .kind = KIND_FD } },
};
static const struct sysdesc_row read_row = {
	.name = "read",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_BYTES,
		   .direction = DIRECTION_OUT,
		   .length = LENGTH_RESULT,
		   .len_arg = 2 },
		 { .kind = KIND_SIZE } },
};
static const struct sysdesc_row open_row = {
	.name = "open",
	.narg = 3,
	.result = RESULT_FD,
	.arg = { { .kind = KIND_PATH },
		 { .kind = KIND_FLAGS },
		 { .kind = KIND_MODE } },
};
static const struct sysdesc_row madvise_row = {
	.name = "process_madvise",
	.narg = 3,
	.result = RESULT_COUNT,
	.arg = { { .kind = KIND_FD },
		 { .kind = KIND_IOVEC, .len_arg = 2 },
		 { .kind = KIND_SIZE } },
};
static const struct sysdesc_row execve_row = {
	.name = "execve",
	.narg = 3,
	.effect = EFFECT_EXEC,
	.arg = { { .kind = KIND_PATH },
		 { .kind = KIND_ARGV },
		 { .kind = KIND_ENVP } },
};

static void test_needs(void **state)
{
	const uint32_t call = KTRFAC(KTR_SYSCALL);
	const uint32_t result = KTRFAC(KTR_SYSRET);
	const uint32_t name = KTRFAC(KTR_NAMEI);
	const uint32_t genio = KTRFAC(KTR_GENIO);
	const struct {
		const struct sysdesc_row *row;
		uint32_t facilities;
		unsigned needs;
	} rows[] = {
		{ NULL, 0, 0 },
		{ NULL, KTRFAC_MASK, CAPTURE_AT_ENTRY | CAPTURE_AT_EXIT },
		{ NULL, name | genio | KTRFAC(KTR_PSIG), 0 },
		{ &close_row, call, CAPTURE_AT_ENTRY },
		{ &close_row, result, CAPTURE_AT_EXIT },
		{ &close_row, name | genio, 0 },
		{ &read_row, genio, CAPTURE_AT_EXIT },
		{ &read_row, name, 0 },
		{ &open_row, name, CAPTURE_AT_ENTRY },
		{ &open_row, genio, 0 },
		{ &open_row, name | result,
		  CAPTURE_AT_ENTRY | CAPTURE_AT_EXIT },
		{ &madvise_row, genio, 0 },
		{ &execve_row, KTRFAC(KTR_ARGS), CAPTURE_AT_EXIT },
		{ &execve_row, KTRFAC(KTR_ENVS), CAPTURE_AT_EXIT },
		{ &execve_row, name, CAPTURE_AT_ENTRY },
		{ &open_row, KTRFAC(KTR_ARGS) | KTRFAC(KTR_ENVS), 0 },
		{ &open_row,
		  KTRFAC(KTR_PSIG) | KTRFAC(KTR_USER) | KTRFAC(KTR_CSW) |
		      KTRFAC(KTR_STRUCT) | KTRFAC(KTR_PROCCTOR) | KTRFAC_ROOT |
		      KTRFAC_INHERIT,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(capture_needs(rows[i].row, rows[i].facilities),
				 rows[i].needs);
}

static void test_call_without_arguments(void **state)
{
	const struct ktr_syscall head = { .code = 110 };
	struct fake *fake = fake_new(&getppid_row);

	(void)state;
	fake->call.number = 110;
	fake_entry(fake);
	assert_int_equal(fake->records, 1);
	fake_assert_record(fake, 0, KTR_SYSCALL, &head, sizeof(head));
	fake_exit(fake, 1);
	assert_int_equal(fake->records, 1);
	assert_int_equal(fake->reads, 0);
	assert_int_equal(fake->call.unread_paths, 0);
	fake_free(fake);
}

/* Arguments as recorded of a call with a row of narg, or without one. */
static void check_args(const struct sysdesc_row *row, int64_t number,
		       uint8_t word, const uint64_t *expected, unsigned narg)
{
	struct fake *fake = fake_new(row);
	struct ktr_syscall head;
	const struct fake_record *record;

	fake->call.number = number;
	fake->call.word = word;
	for (unsigned i = 0; i < 6; i++)
		fake->call.args[i] = UINT64_C(0x1122334400000000) + i;
	fake->policy.facilities = KTRFAC(KTR_SYSCALL);
	fake_entry(fake);
	record = &fake->record[fake->records - 1];
	assert_int_equal(record->kind, KTR_SYSCALL);
	assert_int_equal(record->length, sizeof(head) + 8 * narg);
	memcpy(&head, record->payload, sizeof(head));
	assert_int_equal(head.narg, narg);
	assert_int_equal(head.pad, 0);
	assert_memory_equal(record->payload + sizeof(head), expected, 8 * narg);
	fake_free(fake);
}

static void test_arguments(void **state)
{
	const uint64_t high = UINT64_C(0x1122334400000000);
	const uint64_t wide[6] = { high,     high + 1, high + 2,
				   high + 3, high + 4, high + 5 };
	const uint64_t narrow[6] = { 0, 1, 2, 3, 4, 5 };

	(void)state;
	check_args(&close_row, 3, 8, wide, 1);
	check_args(&close_row, 6, 4, narrow, 1);
	check_args(&read_row, 0, 8, wide, 3);
	check_args(NULL, 9999, 8, wide, 6);
	check_args(NULL, 9999, 4, narrow, 6);
	/* x32 has 32-bit pointers, but registers and offsets of 64 bits. */
	check_args(&read_row, SYSDESC_X32_BIT, 4, wide, 3);
}

static const struct {
	int64_t number;
	int16_t code;
	const char *text; /* NULL: no syscall_number record */
} numbers[] = {
	{ 0, 0, NULL },
	{ 1, 1, NULL },
	{ 470, 470, NULL },
	{ INT16_MAX, INT16_MAX, NULL },
	{ INT16_MAX + 1, KTR_CODE_WIDE, "number:32768" },
	{ 65535, KTR_CODE_WIDE, "number:65535" },
	{ 0x0f0002, KTR_CODE_WIDE, "number:983042" },
	{ SYSDESC_X32_BIT + 1, KTR_CODE_WIDE, "number:1073741825" },
	{ UINT32_MAX, KTR_CODE_WIDE, "number:4294967295" },
	{ INT64_MAX, KTR_CODE_WIDE, "number:9223372036854775807" },
	{ -1, KTR_CODE_WIDE, "number:-1" },
	{ -2, -2, NULL },
	{ INT16_MIN, INT16_MIN, NULL },
	{ INT16_MIN - 1, KTR_CODE_WIDE, "number:-32769" },
	{ INT64_MIN, KTR_CODE_WIDE, "number:-9223372036854775808" },
};

static void check_number(size_t index, bool at_exit)
{
	struct fake *fake = fake_new(NULL);
	char structure[64] = KTR_STRUCT_SYSCALL_NUMBER;
	size_t length = sizeof(KTR_STRUCT_SYSCALL_NUMBER);
	const char *text = numbers[index].text;
	int16_t code;

	fake->call.number = numbers[index].number;
	if (at_exit)
		capture_return(&fake->policy, &fake->call, 0, &fake->sink);
	else
		fake_entry(fake);
	assert_int_equal(fake->records, text ? 2 : 1);
	if (text) {
		strcpy(structure + length, text);
		length += strlen(text) + 1;
		fake_assert_record(fake, 0, KTR_STRUCT, structure, length);
	}
	assert_int_equal(fake->record[fake->records - 1].kind,
			 at_exit ? KTR_SYSRET : KTR_SYSCALL);
	memcpy(&code, fake->record[fake->records - 1].payload, sizeof(code));
	assert_int_equal(code, numbers[index].code);
	fake_free(fake);
}

static void test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		check_number(i, false);
		check_number(i, true);
	}
}

static void test_returns(void **state)
{
	const struct {
		int64_t result;
		int32_t error;
		int64_t retval;
	} rows[] = {
		{ 0, 0, 0 },
		{ 64, 0, 64 },
		{ 0x7fff12345000, 0, 0x7fff12345000 },
		{ -2, 2, 0 },
		{ -512, KTR_ERESTART, 0 },
		{ 15, KTR_EJUSTRETURN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ktr_sysret expected = {
			.code = 3,
			.error = rows[i].error,
			.retval = rows[i].retval,
		};
		struct fake *fake = fake_new(&close_row);

		fake->call.number = 3;
		fake->call.result = rows[i].result;
		fake->call.failed = rows[i].error != 0;
		capture_return(&fake->policy, &fake->call, rows[i].error,
			       &fake->sink);
		assert_int_equal(fake->records, 1);
		fake_assert_record(fake, 0, KTR_SYSRET, &expected,
				   sizeof(expected));
		fake_free(fake);
	}
}

/* Nothing is read and nothing written of what nobody asked for. */
static void test_nothing_wanted(void **state)
{
	struct fake *fake = fake_new(&read_row);

	(void)state;
	fake->policy.facilities = KTRFAC(KTR_PSIG) | KTRFAC(KTR_CSW);
	fake->call.number = INT64_MAX;
	fake_map_text(fake, 0x1000, "x");
	fake->call.args[1] = 0x1000;
	fake_entry(fake);
	fake_exit(fake, 1);
	capture_return(&fake->policy, &fake->call, 0, &fake->sink);
	assert_int_equal(fake->records, 0);
	assert_int_equal(fake->reads, 0);
	assert_int_equal(fake->refusals, 0);
	fake_free(fake);
}

/* A lost record takes no other one with it. */
static void test_refused(void **state)
{
	struct fake *fake = fake_new(&open_row);

	(void)state;
	fake_map_text(fake, 0x1000, "/etc");
	fake->call.args[0] = 0x1000;
	fake->call.number = 100000;
	fake->refused = KTRFAC(KTR_STRUCT) | KTRFAC(KTR_SYSCALL);
	fake_entry(fake);
	assert_int_equal(fake->refusals, 2);
	assert_int_equal(fake->records, 1);
	fake_assert_record(fake, 0, KTR_NAMEI, "/etc", 4);
	fake->refused = KTRFAC(KTR_SYSRET);
	capture_return(&fake->policy, &fake->call, 0, &fake->sink);
	assert_int_equal(fake->refusals, 3);
	assert_int_equal(fake->records, 2);
	fake_free(fake);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_call_without_arguments),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_returns),
		cmocka_unit_test(test_nothing_wanted),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
