/* Headers, their bytes and back; and each fault of a record, provoked. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "trace/record.h"

#define ROUNDS 300

/* Repeatable noise (xorshift64). */
static uint64_t noise(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* A header is what format.h says, byte by byte. */
static void puts_a_header(void **state)
{
	static const uint8_t expected[64] = {
		0x34, 0x12, 0,    0,    0x02, 0xc0, 1,    0,    0x04, 0x03,
		0x02, 0x01, 'c',  'a',  't',  0,    0,    0,    0,    0,
		0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
		0,    0,    0x00, 0xf1, 0x53, 0x65, 0,    0,    0,    0,
		0x15, 0xcd, 0x5b, 0x07, 0,    0,    0,    0,    0x05, 0x03,
		0x02, 0x01, 0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff,
		0,    0,    0,    0,
	};
	struct record_origin origin = {
		.pid = 0x01020304, .tid = 0x01020305, .cpu = -1, .comm = "cat"
	};
	uint8_t odd[65];

	(void)state;
	memset(odd, 0xaa, sizeof(odd));
	record_put_header(odd + 1, &origin, KTR_SYSRET, true,
			  UINT64_C(1700000000123456789), 0x1234);
	assert_memory_equal(odd + 1, expected, sizeof(expected));
	record_put_header(odd + 1, &origin, KTR_SYSRET, false,
			  UINT64_C(1700000000123456789), 0x1234);
	assert_int_equal(odd[1 + 5], 0x40);
}

static void a_name_is_cut_at_19_bytes(void **state)
{
	struct record_origin origin = { .pid = 1 };
	uint8_t header[64];
	struct record record;

	(void)state;
	memset(origin.comm, 'x', sizeof(origin.comm));
	record_put_header(header, &origin, KTR_USER, false, 0, 0);
	assert_int_equal(record_decode_header(header, &record), RECORD_OK);
	assert_string_equal(record.comm, "xxxxxxxxxxxxxxxxxxx");
	/* From somebody else's file, all 20 may be used. */
	header[offsetof(struct ktr_header, ktr_comm) + 19] = 'y';
	assert_int_equal(record_decode_header(header, &record), RECORD_OK);
	assert_string_equal(record.comm, "xxxxxxxxxxxxxxxxxxxy");
}

/* ktr_type's own bits never reach the kind. */
static void headers_go_there_and_back(void **state)
{
	uint64_t seed = 0x9e3779b97f4a7c15;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct record_origin origin = { .pid = (int32_t)noise(&seed),
						.tid = (int32_t)noise(&seed),
						.cpu = (int32_t)noise(&seed) };
		unsigned kind = 1 + (unsigned)(noise(&seed) % KTR_KIND_MASK);
		bool after_drop = noise(&seed) & 1;
		uint64_t time = noise(&seed) % UINT64_C(18446744073000000000);
		size_t length = noise(&seed) % (RECORD_LENGTH_MAX + 1);
		uint8_t header[64];
		struct record record;

		snprintf(origin.comm, sizeof(origin.comm), "%" PRIx64,
			 noise(&seed));
		record_put_header(header, &origin, (enum ktr_kind)kind,
				  after_drop, time, length);
		assert_int_equal(record_decode_header(header, &record),
				 RECORD_OK);
		assert_int_equal(record.kind, kind);
		assert_int_equal(record.after_drop, after_drop);
		assert_int_equal(record.pid, origin.pid);
		assert_true(record.tid == origin.tid);
		assert_int_equal(record.cpu, origin.cpu);
		assert_string_equal(record.comm, origin.comm);
		assert_true(record.time_ns == time);
		assert_int_equal(record.length, length);
	}
}

/* A good header with one number of it replaced. */
static const struct header_case {
	size_t offset;
	size_t size;
	int64_t value;
	enum record_fault fault;
} header_cases[] = {
#define FIELD(name)                                                            \
	offsetof(struct ktr_header, name),                                     \
	    sizeof(((struct ktr_header *)0)->name)
	{ FIELD(ktr_len), 0, RECORD_OK },
	{ FIELD(ktr_len), RECORD_LENGTH_MAX, RECORD_OK },
	{ FIELD(ktr_len), RECORD_LENGTH_MAX + 1, RECORD_LENGTH },
	{ FIELD(ktr_len), INT32_MAX, RECORD_LENGTH },
	{ FIELD(ktr_len), -1, RECORD_LENGTH },
	{ FIELD(ktr_len), INT32_MIN, RECORD_LENGTH },
	{ FIELD(ktr_type), KTR_USER, RECORD_VERSION },
	{ FIELD(ktr_type), KTR_USER | KTR_DROP, RECORD_VERSION },
	{ FIELD(ktr_type), 0, RECORD_VERSION },
	{ FIELD(ktr_type), KTR_VERSIONED, RECORD_KIND },
	{ FIELD(ktr_type), KTR_VERSIONED | KTR_DROP, RECORD_KIND },
	{ FIELD(ktr_type), 0xffff, RECORD_OK },
	{ FIELD(ktr_version), 0, RECORD_VERSION },
	{ FIELD(ktr_version), 2, RECORD_VERSION },
	{ FIELD(ktr_version), -1, RECORD_VERSION },
	{ FIELD(ktr_pid), -1, RECORD_OK },
	{ FIELD(ktr_tid), -1, RECORD_OK },
	{ FIELD(ktr_cpu), INT32_MIN, RECORD_OK },
	{ FIELD(ktr_pad), -1, RECORD_OK },
	{ FIELD(ktr_sec), 0, RECORD_OK },
	{ FIELD(ktr_sec), INT64_C(18446744072), RECORD_OK },
	{ FIELD(ktr_sec), INT64_C(18446744073), RECORD_TIME },
	{ FIELD(ktr_sec), INT64_MAX, RECORD_TIME },
	{ FIELD(ktr_sec), -1, RECORD_TIME },
	{ FIELD(ktr_nsec), 999999999, RECORD_OK },
	{ FIELD(ktr_nsec), 1000000000, RECORD_TIME },
	{ FIELD(ktr_nsec), -1, RECORD_TIME },
	{ FIELD(ktr_nsec), INT64_MIN, RECORD_TIME },
#undef FIELD
};

static void header_faults(void **state)
{
	static const struct record_origin origin = { .pid = 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(header_cases); i++) {
		const struct header_case *row = &header_cases[i];
		uint8_t header[64];
		struct record record;

		record_put_header(header, &origin, KTR_USER, false, 1, 2);
		memcpy(header + row->offset, &row->value, row->size);
		if (record_decode_header(header, &record) != row->fault)
			fail_msg("row %zu: expected %s", i,
				 record_fault_text(row->fault));
	}
}

#define BYTES(string) (string), sizeof(string) - 1
#define SIZE1         "\1\0\0\0\0\0\0\0"
#define SIZE4         "\4\0\0\0\0\0\0\0"
#define SIZE0         "\0\0\0\0\0\0\0\0"
#define SIZEX         "\377\377\377\377\377\377\377\377"

static const struct named_case {
	unsigned kind;
	const char *payload;
	size_t length;
	enum record_fault fault;
} named_cases[] = {
	{ KTR_STRUCT, BYTES("stat\0"), RECORD_OK },
	{ KTR_STRUCT, BYTES("l_sigset_t\0data"), RECORD_OK },
	{ KTR_STRUCT, BYTES("Stat9\0data"), RECORD_OK },
	{ KTR_STRUCT, BYTES(""), RECORD_NAME },
	{ KTR_STRUCT, BYTES("\0"), RECORD_NAME },
	{ KTR_STRUCT, BYTES("\0data"), RECORD_NAME },
	{ KTR_STRUCT, BYTES("stat"), RECORD_NAME },
	{ KTR_STRUCT, BYTES("st at\0data"), RECORD_NAME },
	{ KTR_STRUCT, BYTES("st-at\0data"), RECORD_NAME },
	{ KTR_STRUCT, BYTES("st\xc3\xa9\0data"), RECORD_NAME },
	{ KTR_STRUCT, BYTES("\x1b[2J\0data"), RECORD_NAME },
	{ KTR_STRUCT_ARRAY, BYTES(SIZE4 "pollfd\0"), RECORD_OK },
	{ KTR_STRUCT_ARRAY, BYTES(SIZE4 "pollfd\0abcdefgh"), RECORD_OK },
	{ KTR_STRUCT_ARRAY, BYTES(SIZE1 "pollfd\0abc"), RECORD_OK },
	{ KTR_STRUCT_ARRAY, BYTES(SIZE4 "pollfd\0abcdef"), RECORD_PAYLOAD },
	{ KTR_STRUCT_ARRAY, BYTES(SIZE0 "pollfd\0abcd"), RECORD_PAYLOAD },
	{ KTR_STRUCT_ARRAY, BYTES(SIZE0 "pollfd\0"), RECORD_PAYLOAD },
	{ KTR_STRUCT_ARRAY, BYTES(SIZEX "pollfd\0abcd"), RECORD_PAYLOAD },
	{ KTR_STRUCT_ARRAY, BYTES(SIZE4 "\0abcd"), RECORD_NAME },
	{ KTR_STRUCT_ARRAY, BYTES(SIZE4 "pollfd"), RECORD_NAME },
	{ KTR_STRUCT_ARRAY, BYTES(SIZE4), RECORD_NAME },
	{ KTR_STRUCT_ARRAY, BYTES("\4\0\0\0\0\0\0"), RECORD_PAYLOAD },
	{ KTR_SYSCALL, BYTES("\0\0\0\0\0\0\0\0"), RECORD_OK },
	{ KTR_SYSCALL, BYTES("\0\0\1\0\0\0\0\0"), RECORD_PAYLOAD },
	{ KTR_SYSCALL, BYTES("\0\0\0\0\0\0\0\0" SIZE1), RECORD_PAYLOAD },
	{ KTR_SYSCALL, BYTES("\0\0\377\377\0\0\0\0"), RECORD_PAYLOAD },
	{ KTR_SYSCALL, BYTES("\0\0\1\0\0\0\0\0" SIZE1), RECORD_OK },
};

/* The payload in a block of its own size, for sanitizers. */
static enum record_fault decode(unsigned kind, const void *data, size_t length)
{
	struct record record = { .kind = kind, .length = length };
	uint8_t *payload = malloc(length);
	enum record_fault fault;

	if (length > 0)
		memcpy(payload, data, length);
	fault = record_decode_payload(&record, payload);
	free(payload);
	return fault;
}

static void payload_faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(named_cases); i++) {
		const struct named_case *row = &named_cases[i];

		if (decode(row->kind, row->payload, row->length) != row->fault)
			fail_msg("row %zu: expected %s", i,
				 record_fault_text(row->fault));
	}
}

/* Lengths: all from 0 to well beyond are tried, those named are right. */
static const struct length_case {
	unsigned kind;
	size_t low, high; /* what is right */
	size_t other;     /* and this one too */
} length_cases[] = {
	{ KTR_SYSRET, 16, 16, 16 },     { KTR_NAMEI, 0, SIZE_MAX, 0 },
	{ KTR_GENIO, 8, SIZE_MAX, 8 },  { KTR_PSIG, 40, 40, 40 },
	{ KTR_CSW, 8, 8, 16 },          { KTR_USER, 0, KTR_USER_MAX, 0 },
	{ KTR_SYSCTL, 0, SIZE_MAX, 0 }, { KTR_PROCCTOR, 4, 4, 4 },
	{ KTR_PROCDTOR, 0, 0, 0 },      { KTR_CAPFAIL, 40, SIZE_MAX, 40 },
	{ KTR_FAULT, 16, 16, 16 },      { KTR_FAULTEND, 4, 4, 4 },
	{ KTR_ARGS, 0, SIZE_MAX, 0 },   { KTR_ENVS, 0, SIZE_MAX, 0 },
	{ 99, 0, SIZE_MAX, 0 },
};

static void length_faults(void **state)
{
	static const uint8_t zeros[KTR_USER_MAX + 16];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(length_cases); i++) {
		const struct length_case *row = &length_cases[i];

		for (size_t length = 0; length < sizeof(zeros); length++) {
			bool right = length == row->other ||
				     (length >= row->low &&
				      length <= row->high);

			if (decode(row->kind, zeros, length) !=
			    (right ? RECORD_OK : RECORD_PAYLOAD))
				fail_msg("kind %u, length %zu", row->kind,
					 length);
		}
	}
}

static void each_fault_has_a_sentence(void **state)
{
	(void)state;
	for (unsigned i = 0; i < RECORD_FAULT_COUNT; i++) {
		const char *text = record_fault_text((enum record_fault)i);

		assert_non_null(text);
		assert_true(strlen(text) > 8);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(
			    text, record_fault_text((enum record_fault)j));
	}
	assert_string_equal(record_fault_text(RECORD_FAULT_COUNT),
			    "unknown fault");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_a_header),
		cmocka_unit_test(a_name_is_cut_at_19_bytes),
		cmocka_unit_test(headers_go_there_and_back),
		cmocka_unit_test(header_faults),
		cmocka_unit_test(payload_faults),
		cmocka_unit_test(length_faults),
		cmocka_unit_test(each_fault_has_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
