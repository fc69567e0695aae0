/* Random records of every kind: to bytes, and back to the same record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "trace/record.h"

#define ROUNDS      300
#define PAYLOAD_MAX 4096

/* Repeatable noise (xorshift64). */
static uint64_t noise(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void fill(uint64_t *seed, void *to, size_t length)
{
	uint8_t *at = to;

	while (length--)
		*at++ = (uint8_t)noise(seed);
}

/* One maker for each kind: puts a payload, returns its length. */
typedef size_t make_payload(uint64_t *seed, uint8_t *to);
/* ... and one judge: compares what was decoded with what was put. */
typedef void check_payload(const struct record *record, const uint8_t *put);

#define GET(type, put)                                                         \
	({                                                                     \
		type got_;                                                     \
		memcpy(&got_, (put), sizeof(got_));                            \
		got_;                                                          \
	})

static size_t make_syscall(uint64_t *seed, uint8_t *to)
{
	struct ktr_syscall fixed = {
		.code = (int16_t)noise(seed),
		.narg = (int16_t)(noise(seed) % (KTR_NARG_MAX + 1)),
	};

	memcpy(to, &fixed, sizeof(fixed));
	fill(seed, to + sizeof(fixed), (size_t)fixed.narg * 8);
	return sizeof(fixed) + (size_t)fixed.narg * 8;
}

static void check_syscall(const struct record *record, const uint8_t *put)
{
	struct ktr_syscall fixed = GET(struct ktr_syscall, put);

	assert_int_equal(record->syscall.code, fixed.code);
	assert_int_equal(record->syscall.narg, fixed.narg);
	for (unsigned i = 0; i < record->syscall.narg; i++)
		assert_true(record_arg(record, i) ==
			    GET(uint64_t, put + 8 + i * 8));
}

static size_t make_sysret(uint64_t *seed, uint8_t *to)
{
	fill(seed, to, sizeof(struct ktr_sysret));
	return sizeof(struct ktr_sysret);
}

static void check_sysret(const struct record *record, const uint8_t *put)
{
	struct ktr_sysret fixed = GET(struct ktr_sysret, put);

	assert_int_equal(record->sysret.code, fixed.code);
	assert_int_equal(record->sysret.error, fixed.error);
	assert_true(record->sysret.retval == fixed.retval);
}

static size_t make_raw(uint64_t *seed, uint8_t *to)
{
	size_t length = noise(seed) % 300;

	fill(seed, to, length);
	return length;
}

static void check_raw(const struct record *record, const uint8_t *put)
{
	assert_int_equal(record->raw.length, record->length);
	assert_memory_equal(record->raw.data, put, record->length);
}

static size_t make_nothing(uint64_t *seed, uint8_t *to)
{
	(void)seed;
	(void)to;
	return 0;
}

static size_t make_genio(uint64_t *seed, uint8_t *to)
{
	size_t length = sizeof(struct ktr_genio) + noise(seed) % 300;

	fill(seed, to, length);
	return length;
}

static void check_genio(const struct record *record, const uint8_t *put)
{
	struct ktr_genio fixed = GET(struct ktr_genio, put);

	assert_int_equal(record->genio.fd, fixed.fd);
	assert_int_equal(record->genio.rw, fixed.rw);
	assert_int_equal(record->genio.length, record->length - sizeof(fixed));
	assert_memory_equal(record->genio.data, put + sizeof(fixed),
			    record->genio.length);
}

static size_t make_psig(uint64_t *seed, uint8_t *to)
{
	fill(seed, to, sizeof(struct ktr_psig));
	return sizeof(struct ktr_psig);
}

static void check_psig(const struct record *record, const uint8_t *put)
{
	struct ktr_psig fixed = GET(struct ktr_psig, put);

	assert_int_equal(record->psig.signo, fixed.signo);
	assert_int_equal(record->psig.code, fixed.code);
	assert_true(record->psig.action == fixed.action);
	assert_true(record->psig.mask ==
		    (fixed.mask[0] | (uint64_t)fixed.mask[1] << 32));
}

static size_t make_csw(uint64_t *seed, uint8_t *to)
{
	struct ktr_csw fixed = { .out = (int32_t)(noise(seed) & 1),
				 .user = (int32_t)(noise(seed) & 1) };

	memset(fixed.wmesg, 'w', noise(seed) % (sizeof(fixed.wmesg) + 1));
	memcpy(to, &fixed, sizeof(fixed));
	return noise(seed) & 1 ? sizeof(fixed)
			       : offsetof(struct ktr_csw, wmesg);
}

static void check_csw(const struct record *record, const uint8_t *put)
{
	struct ktr_csw fixed = GET(struct ktr_csw, put);

	assert_int_equal(record->csw.out, fixed.out);
	assert_int_equal(record->csw.user, fixed.user);
	if (record->length < sizeof(fixed)) {
		assert_null(record->csw.wmesg);
		return;
	}
	assert_int_equal(record->csw.wmesg_length,
			 strnlen(fixed.wmesg, sizeof(fixed.wmesg)));
	assert_memory_equal(record->csw.wmesg, fixed.wmesg,
			    record->csw.wmesg_length);
}

static size_t make_struct(uint64_t *seed, uint8_t *to)
{
	size_t length = noise(seed) % 300;

	memcpy(to, "exit_status", 12);
	fill(seed, to + 12, length);
	return 12 + length;
}

static void check_struct(const struct record *record, const uint8_t *put)
{
	assert_string_equal(record->structure.name, "exit_status");
	assert_int_equal(record->structure.length, record->length - 12);
	assert_memory_equal(record->structure.data, put + 12,
			    record->structure.length);
}

static size_t make_struct_array(uint64_t *seed, uint8_t *to)
{
	uint64_t size = 1 + noise(seed) % 40;
	size_t length = size * (noise(seed) % 10);

	memcpy(to, &size, sizeof(size));
	memcpy(to + sizeof(size), "kevent32", 9);
	fill(seed, to + sizeof(size) + 9, length);
	return sizeof(size) + 9 + length;
}

static void check_struct_array(const struct record *record, const uint8_t *put)
{
	assert_string_equal(record->structure.name, "kevent32");
	assert_true(record->structure.size == GET(uint64_t, put));
	assert_int_equal(record->structure.length, record->length - 17);
	assert_memory_equal(record->structure.data, put + 17,
			    record->structure.length);
}

static size_t make_procctor(uint64_t *seed, uint8_t *to)
{
	fill(seed, to, sizeof(struct ktr_procctor));
	return sizeof(struct ktr_procctor);
}

static void check_procctor(const struct record *record, const uint8_t *put)
{
	assert_int_equal(record->procctor.sv_flags, GET(uint32_t, put));
}

static size_t make_capfail(uint64_t *seed, uint8_t *to)
{
	size_t length = noise(seed) & 1 ? sizeof(struct ktr_capfail) : 1040;

	fill(seed, to, length);
	return length;
}

static void check_capfail(const struct record *record, const uint8_t *put)
{
	assert_int_equal(record->capfail.type, GET(int32_t, put));
}

static size_t make_fault(uint64_t *seed, uint8_t *to)
{
	fill(seed, to, sizeof(struct ktr_fault));
	return sizeof(struct ktr_fault);
}

static void check_fault(const struct record *record, const uint8_t *put)
{
	assert_true(record->fault.address == GET(uint64_t, put));
	assert_int_equal(record->fault.type, GET(int32_t, put + 8));
}

static size_t make_faultend(uint64_t *seed, uint8_t *to)
{
	fill(seed, to, sizeof(struct ktr_faultend));
	return sizeof(struct ktr_faultend);
}

static void check_faultend(const struct record *record, const uint8_t *put)
{
	assert_int_equal(record->faultend.result, GET(int32_t, put));
}

static const struct kind_case {
	unsigned kind;
	make_payload *make;
	check_payload *check;
} kind_cases[] = {
	{ KTR_SYSCALL, make_syscall, check_syscall },
	{ KTR_SYSRET, make_sysret, check_sysret },
	{ KTR_NAMEI, make_raw, check_raw },
	{ KTR_GENIO, make_genio, check_genio },
	{ KTR_PSIG, make_psig, check_psig },
	{ KTR_CSW, make_csw, check_csw },
	{ KTR_USER, make_raw, check_raw },
	{ KTR_STRUCT, make_struct, check_struct },
	{ KTR_SYSCTL, make_raw, check_raw },
	{ KTR_PROCCTOR, make_procctor, check_procctor },
	{ KTR_PROCDTOR, make_nothing, check_raw },
	{ KTR_CAPFAIL, make_capfail, check_capfail },
	{ KTR_FAULT, make_fault, check_fault },
	{ KTR_FAULTEND, make_faultend, check_faultend },
	{ KTR_STRUCT_ARRAY, make_struct_array, check_struct_array },
	{ KTR_ARGS, make_raw, check_raw },
	{ KTR_ENVS, make_raw, check_raw },
	{ KTR_KIND_MAX + 1, make_raw, check_raw },
	{ KTR_KIND_MASK, make_raw, check_raw },
};

/* The payload is copied to a block of exactly its size, at an odd address. */
static void go_there_and_back(const struct kind_case *row, uint64_t *seed)
{
	static const struct record_origin origin = { .pid = 7, .comm = "x" };
	uint8_t put[PAYLOAD_MAX];
	size_t length = row->make(seed, put);
	uint8_t *file = malloc(1 + sizeof(struct ktr_header) + length);
	uint8_t *at = file + 1;
	struct record record;

	record_put_header(at, &origin, (enum ktr_kind)row->kind, false, 1,
			  length);
	memcpy(at + sizeof(struct ktr_header), put, length);
	assert_int_equal(record_decode_header(at, &record), RECORD_OK);
	assert_int_equal(
	    record_decode_payload(&record, at + sizeof(struct ktr_header)),
	    RECORD_OK);
	assert_int_equal(record.kind, row->kind);
	assert_int_equal(record.length, length);
	assert_memory_equal(record.payload, put, length);
	row->check(&record, put);
	free(file);
}

static void every_kind_goes_there_and_back(void **state)
{
	uint64_t seed = 0x2545f4914f6cdd1d;
	uint32_t seen = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kind_cases); i++) {
		if (kind_cases[i].kind <= KTR_KIND_MAX)
			seen |= KTRFAC(kind_cases[i].kind);
		for (unsigned round = 0; round < ROUNDS; round++)
			go_there_and_back(&kind_cases[i], &seed);
	}
	for (unsigned kind = 1; kind <= KTR_KIND_MAX; kind++)
		assert_true(seen & KTRFAC(kind));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_goes_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
