/* The command line of kdump-u, and which records -p and -t choose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "dump/select.h"
#include "kdump/options.h"
#include "trace/record.h"

#define WORDS_MAX 16

static int take(struct kdump_options *options, const char *line,
		struct text *error)
{
	/* The options point into it. */
	static char copy[256];
	char *argv[WORDS_MAX] = { copy };
	char *save = NULL;
	int argc = 0;

	strcpy(copy, line);
	for (char *word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	return kdump_options_parse(options, argc, argv, error);
}

static void defaults(void **state)
{
	struct text error = TEXT_INIT;
	struct kdump_options options;

	(void)state;
	assert_int_equal(take(&options, "kdump-u", &error), 0);
	assert_string_equal(options.job.file, "ktrace.out");
	assert_false(options.job.has_facilities || options.job.follow ||
		     options.job.json);
	assert_int_equal(options.job.id, 0);
	assert_int_equal(options.job.view.data_max, 0);
}

static void files(void **state)
{
	static const char *const lines[] = {
		"kdump-u -f x",      "kdump-u -fx",  "kdump-u x",
		"kdump-u -dE x",     "kdump-u -- x", "kdump-u -Rf x",
		"kdump-u -f y -f x",
	};
	struct text error = TEXT_INIT;
	struct kdump_options options;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(take(&options, lines[i], &error), 0);
		assert_string_equal(options.job.file, "x");
	}
	assert_int_equal(take(&options, "kdump-u -", &error), 0);
	assert_string_equal(options.job.file, "-");
	assert_null(options.job.more[0]);
}

/* Of a trace in several files. */
static void sequences(void **state)
{
	static const char *const lines[] = {
		"kdump-u x y z",
		"kdump-u -f x y z",
		"kdump-u -jH -- x y z",
	};
	struct text error = TEXT_INIT;
	struct kdump_options options;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(take(&options, lines[i], &error), 0);
		assert_string_equal(options.job.file, "x");
		assert_string_equal(options.job.more[0], "y");
		assert_string_equal(options.job.more[1], "z");
		assert_null(options.job.more[2]);
	}
}

/* A switch, and where it ends up. */
static const struct flag_case {
	const char *line;
	size_t offset;
} flag_cases[] = {
	{ "kdump-u -A", offsetof(struct kdump_options, job.view.abi) },
	{ "kdump-u -c", offsetof(struct kdump_options, job.view.cpu) },
	{ "kdump-u -d", offsetof(struct kdump_options, job.view.decimal) },
	{ "kdump-u -E", offsetof(struct kdump_options, job.view.elapsed) },
	{ "kdump-u -H", offsetof(struct kdump_options, job.view.threads) },
	{ "kdump-u -l", offsetof(struct kdump_options, job.follow) },
	{ "kdump-u -n", offsetof(struct kdump_options, job.view.plain) },
	{ "kdump-u -R", offsetof(struct kdump_options, job.view.relative) },
	{ "kdump-u -S", offsetof(struct kdump_options, job.view.numbers) },
	{ "kdump-u -s", offsetof(struct kdump_options, job.view.no_data) },
	{ "kdump-u -T", offsetof(struct kdump_options, job.view.absolute) },
	{ "kdump-u --json", offsetof(struct kdump_options, job.json) },
	{ "kdump-u --help", offsetof(struct kdump_options, help) },
	{ "kdump-u --version", offsetof(struct kdump_options, version) },
};

static unsigned count_flags(const struct kdump_options *options)
{
	unsigned count = 0;

	for (size_t i = 0; i < ARRAY_LEN(flag_cases); i++)
		count += *((const bool *)options + flag_cases[i].offset);
	return count;
}

static void flags(void **state)
{
	struct text error = TEXT_INIT;
	struct kdump_options options;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(flag_cases); i++) {
		assert_int_equal(take(&options, flag_cases[i].line, &error), 0);
		assert_true(*((bool *)&options + flag_cases[i].offset));
		assert_int_equal(count_flags(&options), 1);
	}
	assert_int_equal(take(&options, "kdump-u -AcdEHlnRSsT", &error), 0);
	assert_int_equal(count_flags(&options), 11);
}

static void values(void **state)
{
	struct text error = TEXT_INIT;
	struct kdump_options options;

	(void)state;
	assert_int_equal(take(&options, "kdump-u -m 10 -p77 -t cn", &error), 0);
	assert_int_equal(options.job.view.data_max, 10);
	assert_int_equal(options.job.id, 77);
	assert_true(options.job.has_facilities);
	assert_int_equal(options.job.facilities, KTRFAC(KTR_SYSCALL) |
						     KTRFAC(KTR_SYSRET) |
						     KTRFAC(KTR_NAMEI));
}

static void redactions(void **state)
{
	struct text error = TEXT_INIT;
	struct kdump_options options;

	(void)state;
	assert_int_equal(
	    take(&options, "kdump-u --redact --redact=a+ -o x y", &error), 0);
	assert_int_equal(options.job.redact_count, 2);
	assert_string_equal(options.job.redact[0], "default");
	assert_string_equal(options.job.redact[1], "a+");
	assert_string_equal(options.copy, "x");
	assert_string_equal(options.job.file, "y");
}

static void systems(void **state)
{
	struct text error = TEXT_INIT;
	struct kdump_options options;

	(void)state;
	assert_int_equal(
	    take(&options, "kdump-u --freebsd --redact -o x y", &error), 0);
	assert_int_equal(options.system, RECORD_FREEBSD);
	assert_string_equal(options.copy, "x");
	assert_int_equal(take(&options, "kdump-u -ox --netbsd", &error), 0);
	assert_int_equal(options.system, RECORD_NETBSD);
}

static void pairs(void **state)
{
	static const char *const lines[] = {
		"kdump-u --diff x y",
		"kdump-u --diff -f x y",
		"kdump-u --diff --counts --json -- x y",
	};
	struct text error = TEXT_INIT;
	struct kdump_options options;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_int_equal(take(&options, lines[i], &error), 0);
		assert_string_equal(options.job.file, "x");
		assert_string_equal(options.other, "y");
	}
	assert_true(options.counts);
}

static void mistakes(void **state)
{
	static const char *const lines[] = {
		"kdump-u -x",
		"kdump-u --jso",
		"kdump-u -p",
		"kdump-u -p 0",
		"kdump-u -p -4",
		"kdump-u -p 1a",
		"kdump-u -m -1",
		"kdump-u -m",
		"kdump-u -t k",
		"kdump-u --redact -o x a b",
		"kdump-u --freebsd -o x -f a b",
		"kdump-u -f",
		"kdump-u --json=1",
		"kdump-u -p 99999999999999999999",
		"kdump-u --diff",
		"kdump-u --diff x",
		"kdump-u --counts",
		"kdump-u --diff x y z",
		"kdump-u -o x",
		"kdump-u --diff -f x y z",
		"kdump-u --redact=[",
		"kdump-u --redact -o x -j",
		"kdump-u --redact=x*",
		"kdump-u --diff - -",
		"kdump-u --redact -o x -w failed",
		"kdump-u --freebsd",
		"kdump-u --netbsd x",
		"kdump-u --freebsd --netbsd -o x",
		"kdump-u --freebsd -j -o x",
		"kdump-u --netbsd=2 -o x",
	};
	struct kdump_options options;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		_cleanup_(text_done) struct text error = TEXT_INIT;

		assert_true(take(&options, lines[i], &error) < 0);
		assert_true(error.length > 0);
		assert_null(memchr(error.data, '\n', error.length));
	}
}

static void manual(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	kdump_options_help(&text);
	assert_non_null(strstr(text_string(&text), "usage: kdump-u"));
	for (const char *letter = "AcdEfHlmnopRSsTt"; *letter; letter++) {
		char row[] = { '\n', ' ', ' ', '-', *letter, 0 };

		if (!strstr(text_string(&text), row))
			fail_msg("-%c is not in the help", *letter);
	}
}

static const struct select_case {
	const char *line;
	int32_t pid;
	int64_t tid;
	unsigned kind;
	bool origin;
	bool is_of_kind;
} select_cases[] = {
	{ "kdump-u", 1, 2, KTR_NAMEI, true, true },
	{ "kdump-u", 1, 2, 99, true, true },
	{ "kdump-u", 1, 2, KTR_KIND_MASK, true, true },
	{ "kdump-u -p 1", 1, 2, KTR_NAMEI, true, true },
	{ "kdump-u -p 2", 1, 2, KTR_NAMEI, true, true },
	{ "kdump-u -p 3", 1, 2, KTR_NAMEI, false, true },
	{ "kdump-u -p 4294967297", 1, 2, KTR_NAMEI, false, true },
	{ "kdump-u -t n", 1, 2, KTR_NAMEI, true, true },
	{ "kdump-u -t c", 1, 2, KTR_NAMEI, true, false },
	{ "kdump-u -t c", 1, 2, KTR_SYSRET, true, true },
	{ "kdump-u -t +", 1, 2, KTR_CSW, true, false },
	{ "kdump-u -t +w", 1, 2, KTR_CSW, true, true },
	/* Kinds beyond the mask: not asked for, and no shift by too much. */
	{ "kdump-u -t c", 1, 2, 33, true, false },
	{ "kdump-u -t c", 1, 2, KTR_KIND_MASK, true, false },
};

static void selection(void **state)
{
	struct text error = TEXT_INIT;
	struct kdump_options options;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(select_cases); i++) {
		const struct select_case *row = &select_cases[i];
		struct record record = { .kind = row->kind,
					 .pid = row->pid,
					 .tid = row->tid };

		assert_int_equal(take(&options, row->line, &error), 0);
		assert_int_equal(select_origin(&options.job, &record),
				 row->origin);
		assert_int_equal(select_kind(&options.job, &record),
				 row->is_of_kind);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),   cmocka_unit_test(files),
		cmocka_unit_test(flags),      cmocka_unit_test(values),
		cmocka_unit_test(redactions), cmocka_unit_test(pairs),
		cmocka_unit_test(mistakes),   cmocka_unit_test(manual),
		cmocka_unit_test(sequences),  cmocka_unit_test(selection),
		cmocka_unit_test(systems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
