/* Traces made by hand, in files: what is masked in them, what stays, and that a
 * file that is not what was read is left alone. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fd.h"
#include "kaudit/mask.h"
#include "redact/redact.h"
#include "support/sample.h"
#include "trace/reader.h"

#define BYTES(literal) literal, sizeof(literal) - 1

static const char *const patterns[] = { REDACT_DEFAULT, "blue[0-9]+" };

static int make_file(const struct sample *sample)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(
	    fd_write_all(fd, sample->bytes.data, sample->bytes.length), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

/* The payloads of a trace once it is masked. */
static struct text mask_file(int fd, bool keeps_values)
{
	struct text payloads = TEXT_INIT;
	struct mask mask = { 0 };
	struct reader *reader;
	struct record record;

	assert_int_equal(
	    mask_open(&mask, patterns, ARRAY_LEN(patterns), keeps_values), 0);
	assert_int_equal(reader_open(&reader, fd), 0);
	while (reader_next(reader, &record) == READER_RECORD)
		assert_int_equal(mask_record(&mask, fd, &record), 0);
	reader_close(reader);
	assert_int_equal(mask_end(&mask, fd), 0);
	mask_done(&mask);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(reader_open(&reader, fd), 0);
	while (reader_next(reader, &record) == READER_RECORD)
		text_bytes(&payloads, record.payload, record.length);
	assert_int_equal(reader_fault(reader), RECORD_OK);
	reader_close(reader);
	return payloads;
}

static struct text mask_one(unsigned kind, const char *payload, size_t length,
			    bool keeps_values)
{
	struct sample sample = SAMPLE_INIT;
	struct text masked;
	int fd;

	sample_record(&sample, kind, payload, length);
	fd = make_file(&sample);
	masked = mask_file(fd, keeps_values);
	close(fd);
	sample_done(&sample);
	assert_int_equal(masked.length, length);
	return masked;
}

/* ---- what is masked ---- */

static const struct {
	unsigned kind;
	const char *payload;
	size_t length;
	const char *wanted;
} cases[] = {
	{ KTR_ARGS, BYTES("x\0--token=ab\0blue12\0"),
	  "x\0--token=**\0******\0" },
	{ KTR_USER, BYTES("password: a"), "password: *" },
	{ KTR_GENIO, BYTES("\1\0\0\0\1\0\0\0token=x\n"),
	  "\1\0\0\0\1\0\0\0token=*\n" },
	{ KTR_STRUCT, BYTES("session\0command=--token=ab\0"),
	  "session\0command=--token=**\0" },
	/* By these it is judged. */
	{ KTR_NAMEI, BYTES("/a/token=b"), "/a/token=b" },
	{ KTR_STRUCT, BYTES("path\0path=/a/token=b\0"),
	  "path\0path=/a/token=b\0" },
	{ KTR_STRUCT, BYTES("process\0exe=/token=b\0"),
	  "process\0exe=/token=b\0" },
};

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct text masked = mask_one(cases[i].kind, cases[i].payload,
					      cases[i].length, false);

		if (memcmp(masked.data, cases[i].wanted, cases[i].length) != 0)
			fail_msg("%zu: %.*s", i, (int)masked.length,
				 masked.data);
		text_done(&masked);
	}
}

/* ---- variables ---- */

#define VARIABLES                                                              \
	"A=one and a long value\0B=two\0C=one and a long value\0D\0EMPTY=\0"   \
	"E=x=y\0"

static void test_variables(void **state)
{
	struct text masked = mask_one(KTR_ENVS, BYTES(VARIABLES), false);
	struct text again = mask_one(KTR_ENVS, BYTES(VARIABLES), false);
	const char *a = masked.data + 2, *c = masked.data + 31;

	(void)state;
	assert_memory_equal(masked.data, "A=", 2);
	assert_memory_equal(masked.data + 22, "\0B=", 3);
	assert_memory_equal(masked.data + 29, "C=", 2);
	assert_null(memmem(masked.data, masked.length, BYTES("one")));
	assert_null(memmem(masked.data, masked.length, BYTES("two")));
	assert_non_null(
	    memmem(masked.data, masked.length, BYTES("\0EMPTY=\0")));
	assert_null(memmem(masked.data, masked.length, BYTES("=y")));
	/* Equal ones can be told in a trace, and nowhere else. */
	assert_memory_equal(a, c, 20);
	assert_memory_not_equal(masked.data + 2, again.data + 2, 16);
	text_done(&masked);
	text_done(&again);
}

static void test_values_kept(void **state)
{
	static const char wanted[] = "A=one\0MY_TOKEN=***\0";
	struct text masked = mask_one(KTR_ENVS, BYTES("A=one\0MY_TOKEN=two\0"),
				      true);

	(void)state;
	assert_memory_equal(masked.data, wanted, sizeof(wanted) - 1);
	text_done(&masked);
}

/* A variable's secret is one in what is run with it, and was before. */
static void test_known(void **state)
{
	struct sample sample = SAMPLE_INIT;
	struct text masked;
	int fd;

	(void)state;
	sample_literal(&sample, KTR_ARGS, "sh\0x hunter2hunter2 y\0");
	sample_literal(&sample, KTR_ENVS, "MY_TOKEN=hunter2hunter2\0");
	sample_literal(&sample, KTR_ARGS, "x\0of hunter2hunter2\0");
	fd = make_file(&sample);
	masked = mask_file(fd, false);
	assert_non_null(memmem(masked.data, masked.length,
			       BYTES("sh\0x ************** y\0")));
	assert_non_null(memmem(masked.data, masked.length,
			       BYTES("x\0of **************\0")));
	assert_null(memmem(masked.data, masked.length, BYTES("hunter2")));
	text_done(&masked);
	close(fd);
	sample_done(&sample);
}

/* ---- what is not there ---- */

static void test_other_file(void **state)
{
	struct sample sample = SAMPLE_INIT;
	char before[64], after[64];
	struct mask mask = { 0 };
	struct reader *reader;
	struct record record;
	int fd;

	(void)state;
	sample_literal(&sample, KTR_ARGS, "x\0--token=ab\0");
	fd = make_file(&sample);
	assert_int_equal(mask_open(&mask, patterns, 1, false), 0);
	assert_int_equal(reader_open(&reader, fd), 0);
	assert_int_equal(reader_next(reader, &record), READER_RECORD);
	assert_int_equal(pwrite(fd, "y", 1, 64), 1);
	assert_int_equal(pread(fd, before, sizeof(before), 0), 64);
	assert_int_equal(mask_record(&mask, fd, &record), -EIO);
	assert_true(mask.has_failed);
	assert_int_equal(pread(fd, after, sizeof(after), 0), 64);
	assert_memory_equal(before, after, sizeof(before));
	/* And one that ends before. */
	assert_int_equal(ftruncate(fd, 66), 0);
	assert_int_equal(mask_record(&mask, fd, &record), -EIO);
	reader_close(reader);
	mask_done(&mask);
	close(fd);
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_values_kept),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_other_file),
	};

	return cmocka_run_group_tests_name("mask", tests, NULL, NULL);
}
