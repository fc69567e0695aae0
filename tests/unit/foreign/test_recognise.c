/*
 * Whose files are: those of other kernels in all their versions, ours by every
 * beginning of theirs, and noise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <glob.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "foreign/format.h"
#include "foreign/recognise.h"
#include "support/run.h"

static struct text read_file(const char *path)
{
	struct text text = TEXT_INIT;

	if (run_read_file(&text, path))
		fail_msg("%s cannot be read", path);
	return text;
}

static enum recognised recognise(const struct text *text, size_t length,
				 bool is_all, const struct format **ret)
{
	/* In a block of its own, for a sanitizer to guard. */
	uint8_t *copy = malloc(length ? length : 1);
	enum recognised found;

	assert_non_null(copy);
	if (length)
		memcpy(copy, text->data, length);
	found = recognise_file(copy, length, is_all, ret);
	free(copy);
	return found;
}

static const struct file_case {
	const char *name;
	struct format wanted;
} file_cases[] = {
	{ "freebsd0", { RECORD_FREEBSD, false, 8, 8, false, 0, NULL } },
	{ "freebsd0_arm", { RECORD_FREEBSD, false, 4, 8, false, 0, NULL } },
	{ "freebsd0_big", { RECORD_FREEBSD, true, 8, 8, false, 0, NULL } },
	{ "freebsd1", { RECORD_FREEBSD, false, 8, 8, false, 0, NULL } },
	{ "freebsd1_big", { RECORD_FREEBSD, true, 8, 8, false, 0, NULL } },
	{ "freebsd_i386", { RECORD_FREEBSD, false, 4, 4, false, 0, NULL } },
	{ "netbsd0", { RECORD_NETBSD, false, 8, 8, false, 0, NULL } },
	{ "netbsd0_i386", { RECORD_NETBSD, false, 4, 4, false, 0, NULL } },
	{ "netbsd1", { RECORD_NETBSD, false, 8, 8, false, 0, NULL } },
	{ "netbsd1_sparc", { RECORD_NETBSD, true, 4, 8, false, 0, NULL } },
	{ "netbsd2", { RECORD_NETBSD, false, 8, 8, false, 0, NULL } },
	{ "netbsd2_arm", { RECORD_NETBSD, false, 4, 8, false, 0, NULL } },
	{ "netbsd2_big", { RECORD_NETBSD, true, 8, 8, false, 0, NULL } },
	{ "netbsd2_i386", { RECORD_NETBSD, false, 4, 4, false, 0, NULL } },
	{ "netbsd2_sparc", { RECORD_NETBSD, true, 4, 8, false, 0, NULL } },
	{ "netbsd_mixed", { RECORD_NETBSD, false, 8, 8, false, 0, NULL } },
	{ "netbsd_old", { RECORD_NETBSD, false, 8, 8, true, 0, NULL } },
	{ "netbsd_old_i386", { RECORD_NETBSD, false, 4, 4, true, 0, NULL } },
	{ "netbsd_old_sparc", { RECORD_NETBSD, true, 4, 8, true, 0, NULL } },
	{ "openbsd", { RECORD_OPENBSD, false, 8, 8, false, 0, NULL } },
	{ "openbsd_arm", { RECORD_OPENBSD, false, 4, 8, false, 0, NULL } },
	{ "openbsd_big", { RECORD_OPENBSD, true, 8, 8, false, 0, NULL } },
	{ "openbsd_i386", { RECORD_OPENBSD, false, 4, 4, false, 0, NULL } },
};

static void must_be(const char *name, const struct format *format,
		    const struct format *wanted)
{
	if (format->system != wanted->system ||
	    format->is_big != wanted->is_big || format->word != wanted->word ||
	    format->alignment != wanted->alignment ||
	    format->is_old != wanted->is_old)
		fail_msg("%s is taken for system %u, big %d, word %u, old %d",
			 name, format->system, format->is_big, format->word,
			 format->is_old);
}

/* Whole, and with the end of the last record cut off. */
static void test_foreign(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(file_cases); i++) {
		const struct file_case *one = &file_cases[i];
		const struct format *format = NULL;
		struct text text;
		char path[256];

		snprintf(path, sizeof(path), "%s/foreign/%s.ktr", GOLDEN_DIR,
			 one->name);
		text = read_file(path);
		for (size_t less = 0; less < 60; less += 7) {
			assert_int_equal(
			    recognise(&text, text.length - less, true, &format),
			    RECOGNISED_FOREIGN);
			must_be(one->name, format, &one->wanted);
		}
		text_done(&text);
	}
}

/* Every golden trace of ours, good or broken, and each beginning of it. */
static void test_ours(void **state)
{
	const struct format *format = NULL;
	glob_t found = { 0 };

	(void)state;
	assert_int_equal(glob(GOLDEN_DIR "/*.ktr", 0, NULL, &found), 0);
	assert_int_equal(
	    glob(GOLDEN_DIR "/broken/*.ktr", GLOB_APPEND, NULL, &found), 0);
	assert_true(found.gl_pathc > 30);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		struct text text = read_file(found.gl_pathv[i]);

		for (size_t length = 0; length <= text.length; length++)
			if (recognise(&text, length, true, &format) !=
				RECOGNISED_OURS ||
			    recognise(&text, length, false, &format) ==
				RECOGNISED_FOREIGN)
				fail_msg("%s, %zu bytes of it",
					 found.gl_pathv[i], length);
		text_done(&text);
	}
	globfree(&found);
}

/* A file of FreeBSD's that has but Linux's programs says more of them than ours
 * do. */
static void test_linux_of_freebsd(void **state)
{
	static const struct birth {
		uint32_t flags;
		enum recognised result;
	} births[] = {
		{ 0x203, RECOGNISED_OURS },
		{ 0x103, RECOGNISED_OURS },
		{ 0x10203, RECOGNISED_FOREIGN },
		{ 0x10103, RECOGNISED_FOREIGN },
	};
	const struct record_origin origin = { .pid = 7,
					      .tid = 7,
					      .comm = "sh" };
	char header[sizeof(struct ktr_header)];

	(void)state;
	record_put_header(header, &origin, KTR_PROCCTOR, false, 1,
			  sizeof(births->flags));
	for (size_t i = 0; i < ARRAY_LEN(births); i++) {
		const struct format *format = NULL;
		struct text text = TEXT_INIT;

		text_bytes(&text, header, sizeof(header));
		text_bytes(&text, &births[i].flags, sizeof(births->flags));
		assert_int_equal(recognise(&text, text.length, true, &format),
				 births[i].result);
		if (births[i].result == RECOGNISED_FOREIGN)
			assert_int_equal(format->system, RECORD_FREEBSD);
		/* What a slow writer has put into a pipe is not to wait. */
		assert_int_equal(recognise(&text, text.length, false, &format),
				 text.length < RECOGNISE_LEAST
				     ? RECOGNISED_MORE
				     : births[i].result);
		text_done(&text);
	}
}

static void test_noise(void **state)
{
	const struct format *format = NULL;
	struct text text = TEXT_INIT;
	unsigned seed = 1;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		text_clear(&text);
		/* Small numbers, as in headers, or any. */
		for (unsigned at = 0; at < 512; at++) {
			int byte = rand_r(&seed);

			text_char(&text, (char)(i % 2 ? byte : byte % 4));
		}
		assert_int_equal(recognise(&text, text.length, true, &format),
				 RECOGNISED_OURS);
	}
	text_done(&text);
}

static void test_little(void **state)
{
	const struct format *format = NULL;

	(void)state;
	assert_int_equal(recognise_file((const uint8_t *)"", 0, true, &format),
			 RECOGNISED_OURS);
	assert_int_equal(
	    recognise_file((const uint8_t *)"KTR", 4, false, &format),
	    RECOGNISED_MORE);
	assert_int_equal(
	    recognise_file((const uint8_t *)"KTR", 4, true, &format),
	    RECOGNISED_FOREIGN);
	assert_int_equal(format->system, RECORD_OPENBSD);
}

/* What is said to be a system's is one of its formats, whatever it holds. */
static void test_said(void **state)
{
	static const enum record_system systems[] = { RECORD_FREEBSD,
						      RECORD_NETBSD,
						      RECORD_OPENBSD };
	struct text text = read_file(GOLDEN_DIR "/calls.ktr");

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(systems); i++)
		assert_int_equal(recognise_system(systems[i],
						  (const uint8_t *)text.data,
						  text.length)
				     ->system,
				 systems[i]);
	text_done(&text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_linux_of_freebsd),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_little),
		cmocka_unit_test(test_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
