/* Records with secrets in them: of each kind what is a person's is masked, and
 * nothing else, length by length. */
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
#include "redact/redact.h"
#include "support/sample.h"
#include "trace/reader.h"

#define BYTES(literal) literal, sizeof(literal) - 1

/* The payloads of a sample's records, one after the other, redacted. */
static struct text redact(const struct sample *sample,
			  const char *const *patterns, size_t count)
{
	_cleanup_fd_ int fd = memfd_create("trace", MFD_CLOEXEC);
	struct text payloads = TEXT_INIT;
	struct redact *redact = NULL;
	struct reader *reader;
	struct record record;

	assert_true(fd >= 0);
	assert_int_equal(
	    fd_write_all(fd, sample->bytes.data, sample->bytes.length), 0);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(reader_open(&reader, fd), 0);
	assert_int_equal(redact_open(&redact, patterns, count), 0);
	while (reader_next(reader, &record) == READER_RECORD) {
		size_t length = record.length;

		assert_int_equal(redact_record(redact, &record), 0);
		assert_int_equal(record.length, length);
		text_bytes(&payloads, record.payload, length);
	}
	assert_int_equal(reader_fault(reader), RECORD_OK);
	redact_close(redact);
	reader_close(reader);
	return payloads;
}

static const char *const by_default[] = { REDACT_DEFAULT };

static void must_be(struct sample *sample, const char *wanted, size_t length)
{
	_cleanup_(text_done) struct text got = redact(sample, by_default, 1);

	assert_int_equal(got.length, length);
	if (memcmp(got.data, wanted, length) != 0)
		fail_msg("%.*s", (int)length, got.data);
	sample_done(sample);
}

/* One record each: its kind, what it is, and what is left. */
static const struct record_case {
	unsigned kind;
	const char *payload;
	size_t length;
	const char *wanted;
} record_cases[] = {
	{ KTR_ENVS, BYTES("HOME=/\0MY_TOKEN=a b=c\0"),
	  "HOME=/\0MY_TOKEN=*****\0" },
	{ KTR_ENVS, BYTES("X_SECRET\0A=b\0"), "X_SECRET\0A=b\0" },
	{ KTR_ENVS, BYTES("URL=ftp://a:b@c\0"), "URL=ftp://a:*@c\0" },
	{ KTR_ARGS, BYTES("x\0--password\0hi there\0y\0"),
	  "x\0--password\0********\0y\0" },
	{ KTR_ARGS, BYTES("x\0--token=ab\0-H\0Cookie: a b\0"),
	  "x\0--token=**\0-H\0Cookie: ***\0" },
	{ KTR_ARGS, BYTES("x\0--token=cut off"), "x\0--token=*******" },
	{ KTR_NAMEI, BYTES("/a?password=b"), "/a?password=*" },
	{ KTR_USER, BYTES("token: abc"), "token: ***" },
	{ KTR_SYSCTL, BYTES("kernel.secret=x\0"), "kernel.secret=*\0" },
	{ 99, BYTES("token: abc"), "token: ***" },
	{ KTR_GENIO, BYTES("\1\0\0\0\1\0\0\0token=x\n"),
	  "\1\0\0\0\1\0\0\0token=*\n" },
	{ KTR_STRUCT, BYTES("process\0ppid:1\0exe=/token=x\0abi=token=x\0"),
	  "process\0ppid:1\0exe=/token=*\0abi=token=x\0" },
	{ KTR_STRUCT, BYTES("session\0command=a\0command=--token\0command=b\0"),
	  "session\0command=a\0command=--token\0command=*\0" },
	{ KTR_STRUCT, BYTES("path\0path=token=x\0Bad token=y\0"),
	  "path\0path=token=*\0Bad token=*\0" },
	{ KTR_STRUCT, BYTES("sockaddr\0\1\0/token=x"),
	  "sockaddr\0\1\0/token=*" },
	{ KTR_STRUCT, BYTES("ioctl\0 token=x"), "ioctl\0 token=*" },
	{ KTR_STRUCT, BYTES("exit_status\0token:0\0"),
	  "exit_status\0token:0\0" },
};

static void test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(record_cases); i++) {
		const struct record_case *row = &record_cases[i];
		struct sample sample = SAMPLE_INIT;

		sample_record(&sample, row->kind, row->payload, row->length);
		must_be(&sample, row->wanted, row->length);
	}
}

/* Through one descriptor, while others are in between. */
static void test_split_data(void **state)
{
	struct sample sample = SAMPLE_INIT;

	(void)state;
	sample_data(&sample, 3, KTR_GENIO_WRITE, BYTES("Author"));
	sample_data(&sample, 4, KTR_GENIO_WRITE, BYTES("zation"));
	sample_data(&sample, 3, KTR_GENIO_READ, BYTES("ization: b"));
	sample_data(&sample, 3, KTR_GENIO_WRITE, BYTES("ization: a"));
	sample_data(&sample, 3, KTR_GENIO_WRITE, BYTES("b\r\nc: d"));
	must_be(&sample,
		BYTES("\3\0\0\0\1\0\0\0Author\4\0\0\0\1\0\0\0zation"
		      "\3\0\0\0\0\0\0\0ization: b"
		      "\3\0\0\0\1\0\0\0ization: *\3\0\0\0\1\0\0\0*\r\nc: d"));
}

/* A word in the next record of the same thread. */
static void test_split_words(void **state)
{
	struct sample sample = SAMPLE_INIT;

	(void)state;
	sample_literal(&sample, KTR_ARGS, "x\0--token\0");
	sample_literal(&sample, KTR_ARGS, "abc\0y\0");
	sample_literal(&sample, KTR_ARGS, "--token\0");
	sample_literal(&sample, KTR_USER, "u");
	sample_literal(&sample, KTR_ARGS, "abd\0");
	must_be(&sample, BYTES("x\0--token\0***\0y\0--token\0uabd\0"));
}

/* What was a secret once is one wherever it turns up later. */
static void test_known(void **state)
{
	struct sample sample = SAMPLE_INIT;

	(void)state;
	sample_literal(&sample, KTR_NAMEI, "/early/12345678");
	sample_literal(&sample, KTR_ENVS,
		       "A_TOKEN=12345678\0B_TOKEN=short\0"
		       "C_SECRET=/run/credentials\0");
	sample_literal(&sample, KTR_NAMEI, "/a/12345678/b");
	sample_literal(&sample, KTR_USER, "1234567812345678short");
	sample_data(&sample, 1, 1, BYTES("1234"));
	sample_data(&sample, 1, 1, BYTES("5678."));
	sample_literal(&sample, KTR_NAMEI, "/run/credentials/x");
	must_be(&sample, BYTES("/early/12345678"
			       "A_TOKEN=********\0B_TOKEN=*****\0"
			       "C_SECRET=****************\0"
			       "/a/********/b****************short"
			       "\1\0\0\0\1\0\0\0"
			       "1234"
			       "\1\0\0\0\1\0\0\0"
			       "****."
			       "/run/credentials/x"));
}

/* Of a pattern its first group, where it has one. */
static void test_patterns(void **state)
{
	static const char *const patterns[] = { "[0-9]{3,}", "<([a-z]+)>" };
	struct sample sample = SAMPLE_INIT;
	struct text got;

	(void)state;
	sample_origin(&sample, 1, 1, "c1234");
	sample_literal(&sample, KTR_NAMEI, "/12/345/<abc>/x");
	sample_literal(&sample, KTR_ENVS, "TOKEN=x\0A=1234\0");
	sample_literal(&sample, KTR_USER, "\0\377123\n456");
	got = redact(&sample, patterns, ARRAY_LEN(patterns));
	assert_int_equal(got.length, 15 + 15 + 9);
	assert_memory_equal(got.data,
			    "/12/***/<***>/xTOKEN=x\0A=****\0\0\377***\n***",
			    got.length);
	text_done(&got);
	sample_done(&sample);
}

static void test_names_of_threads(void **state)
{
	static const char *const patterns[] = { "[0-9]+" };
	struct record record = { .kind = KTR_PROCDTOR, .comm = "a12b" };
	struct redact *redact;

	(void)state;
	assert_int_equal(redact_open(&redact, patterns, 1), 0);
	assert_int_equal(redact_record(redact, &record), 0);
	assert_string_equal(record.comm, "a**b");
	redact_close(redact);
}

static const struct check_case {
	const char *pattern;
	const char *error; /* NULL: it is fine */
} check_cases[] = {
	{ "default", NULL },
	{ "x", NULL },
	{ "(a|b)c", NULL },
	{ "(", "\"(\": Unmatched ( or \\(" },
	{ "a{2,1}", "\"a{2,1}\": Invalid content of \\{\\}" },
	{ "[z", "\"[z\": Unmatched [, [^, [:, [., or [=" },
	{ "", "\"\": it matches where there is nothing" },
	{ "x*", "\"x*\": it matches where there is nothing" },
	{ "\33(", "\"\\033(\": Unmatched ( or \\(" },
};

static void test_checks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(check_cases); i++) {
		_cleanup_(text_done) struct text error = TEXT_INIT;
		int r = redact_check(check_cases[i].pattern, &error);

		assert_int_equal(r, check_cases[i].error ? -EINVAL : 0);
		assert_string_equal(text_string(&error),
				    check_cases[i].error ?: "");
	}
}

/* Streams and values are as many as are remembered, and no more. */
static void test_bounded(void **state)
{
	struct sample sample = SAMPLE_INIT;
	_cleanup_(text_done) struct text got = TEXT_INIT;
	char variable[32];

	(void)state;
	for (int i = 0; i < 10000; i++)
		sample_data(&sample, i, KTR_GENIO_WRITE, BYTES("token="));
	for (int i = 0; i < 1000; i++) {
		int n = snprintf(variable, sizeof(variable), "TOKEN=%08d", i);

		sample_record(&sample, KTR_ENVS, variable, (size_t)n + 1);
	}
	got = redact(&sample, by_default, 1);
	assert_null(memmem(got.data, got.length, "00000999", 8));
	sample_done(&sample);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_split_data),
		cmocka_unit_test(test_split_words),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_names_of_threads),
		cmocka_unit_test(test_checks),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
