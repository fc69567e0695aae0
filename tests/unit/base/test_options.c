/* Options: every way to write them, every way to get them wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/options.h"
#include "base/text.h"

enum {
	ID_ALL = 1,
	ID_FILE,
	ID_INHERIT,
	ID_SIZE,
	ID_STOP,
	ID_QUIET,
	ID_PACK,
	ID_NAME
};

struct set {
	bool loud;
	const char *name;
};

static const struct options_row table[] = {
	{ 'a', "all", NULL, "take all", ID_ALL },
	{ 'f', "file", "FILE", "write there", ID_FILE },
	{ 'i', NULL, NULL, "children too", ID_INHERIT },
	{ 0, "size", "N", "how much", ID_SIZE },
	{ 's', NULL, "WORD", "stop at once", ID_STOP },
	{ 0, "quiet", NULL, "say nothing", ID_QUIET },
	{ 0, "pack", "[N]", "make it small", ID_PACK },
	{ 'L', "loud", NULL, "say much", OPTIONS_FLAG(struct set, loud) },
	{ 'N', "name", "NAME", "call it so",
	  ID_NAME | OPTIONS_WORD(struct set, name) },
	{ 0 },
};

/* Writes down what it was called with: "id=value " or "id ". */
static int note(void *context, int id, const char *value)
{
	struct text *seen = context;

	text_decimal(seen, id);
	if (value)
		text_format(seen, "=%s", value);
	text_char(seen, ' ');
	return id == ID_STOP ? -ECANCELED : 0;
}

#define WORDS_MAX 8

static const struct parse_case {
	const char *words[WORDS_MAX]; /* behind the program's name */
	int result;
	const char *seen;
	const char *error;
} parse_cases[] = {
	{ { NULL }, 1, "", "" },
	{ { "ls" }, 1, "", "" },
	{ { "-" }, 1, "", "" },
	{ { "" }, 1, "", "" },
	{ { "--" }, 2, "", "" },
	{ { "--", "-a" }, 2, "", "" },
	{ { "-a", "--", "-a" }, 3, "1 ", "" },
	{ { "-a", "ls", "-i" }, 2, "1 ", "" },
	{ { "-ai" }, 2, "1 3 ", "" },
	{ { "-aa", "-a" }, 3, "1 1 1 ", "" },
	{ { "-fout" }, 2, "2=out ", "" },
	{ { "-f", "out", "x" }, 3, "2=out ", "" },
	{ { "-aifout" }, 2, "1 3 2=out ", "" },
	{ { "-aif", "out" }, 3, "1 3 2=out ", "" },
	{ { "-f", "-" }, 3, "2=- ", "" },
	{ { "-f", "--" }, 3, "2=-- ", "" },
	{ { "-f", "" }, 3, "2= ", "" },
	{ { "-f=out" }, 2, "2==out ", "" },
	{ { "-fa" }, 2, "2=a ", "" },
	{ { "--all" }, 2, "1 ", "" },
	{ { "--file=out" }, 2, "2=out ", "" },
	{ { "--file=" }, 2, "2= ", "" },
	{ { "--file=a=b" }, 2, "2=a=b ", "" },
	{ { "--file", "out", "x" }, 3, "2=out ", "" },
	{ { "--file", "--all" }, 3, "2=--all ", "" },
	{ { "--size", "9", "--quiet", "-i" }, 5, "4=9 6 3 ", "" },
	{ { "--pack", "9", "-i" }, 2, "7 ", "" },
	{ { "--pack=9", "-i" }, 3, "7=9 3 ", "" },
	{ { "--pack=", "--pack" }, 3, "7= 7 ", "" },
	{ { "-sx", "-a" }, -ECANCELED, "5=x ", "" },
	{ { "-x" }, -EINVAL, "", "unknown option -x" },
	{ { "-ax" }, -EINVAL, "1 ", "unknown option -x" },
	{ { "-a-" }, -EINVAL, "1 ", "unknown option --" },
	{ { "-\xff" }, -EINVAL, "", "unknown option -\\377" },
	{ { "--\x1b[2J" }, -EINVAL, "", "unknown option --\\033[2J" },
	{ { "--al" }, -EINVAL, "", "unknown option --al" },
	{ { "--all2" }, -EINVAL, "", "unknown option --all2" },
	{ { "--=x" }, -EINVAL, "", "unknown option --" },
	{ { "--nope=1" }, -EINVAL, "", "unknown option --nope" },
	{ { "---all" }, -EINVAL, "", "unknown option ---all" },
	{ { "-f" }, -EINVAL, "", "-f needs an argument: FILE" },
	{ { "-aif" }, -EINVAL, "1 3 ", "-f needs an argument: FILE" },
	{ { "--file" }, -EINVAL, "", "--file needs an argument: FILE" },
	{ { "--all=yes" }, -EINVAL, "", "--all takes no argument" },
	{ { "--all=" }, -EINVAL, "", "--all takes no argument" },
};

static void parses(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parse_cases); i++) {
		const struct parse_case *row = &parse_cases[i];
		_cleanup_(text_done) struct text seen = TEXT_INIT;
		_cleanup_(text_done) struct text error = TEXT_INIT;
		char *argv[WORDS_MAX + 2] = { (char *)"program" };
		struct set set = { 0 };
		int argc = 1;

		while (argc <= WORDS_MAX && row->words[argc - 1]) {
			argv[argc] = (char *)row->words[argc - 1];
			argc++;
		}
		assert_int_equal(
		    options_parse(table, argc, argv, &set, note, &seen, &error),
		    row->result);
		assert_string_equal(text_string(&seen), row->seen);
		assert_string_equal(text_string(&error), row->error);
	}
}

/* By their rows, whether they are handed on as well or not. */
static void sets(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	char *words[] = { (char *)"program", (char *)"-aLNone",
			  (char *)"--name=other", NULL };
	struct set set = { 0 };

	(void)state;
	assert_int_equal(
	    options_parse(table, 2, words, &set, note, &text, &text), 2);
	assert_true(set.loud);
	assert_string_equal(set.name, "one");
	assert_string_equal(text_string(&text), "1 8=one ");
	set.loud = false;
	assert_int_equal(
	    options_parse(table, 2, words + 1, &set, note, &text, &text), 2);
	assert_false(set.loud);
	assert_string_equal(set.name, "other");
}

static void no_program_name_is_fine(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	char *argv[] = { NULL };

	(void)state;
	assert_int_equal(
	    options_parse(table, 0, argv, NULL, note, &text, &text), 0);
}

static void helps(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	text_put(&text, "usage:\n");
	options_help(table, &text);
	assert_string_equal(text_string(&text),
			    "usage:\n"
			    "  -a, --all        take all\n"
			    "  -f, --file=FILE  write there\n"
			    "  -i               children too\n"
			    "      --size=N     how much\n"
			    "  -s WORD          stop at once\n"
			    "      --quiet      say nothing\n"
			    "      --pack[=N]   make it small\n"
			    "  -L, --loud       say much\n"
			    "  -N, --name=NAME  call it so\n");
}

static const struct number_case {
	const char *value;
	int64_t low, high;
	int result;
	int64_t number;
} number_cases[] = {
	{ "0", 0, 9, 0, 0 },
	{ "9", 0, 9, 0, 9 },
	{ "10", 0, 9, -ERANGE, 0 },
	{ "007", 0, 9, 0, 7 },
	{ "-1", 0, 9, -ERANGE, 0 },
	{ "-1", -1, 9, 0, -1 },
	{ "-2", -1, 9, -ERANGE, 0 },
	{ "9223372036854775807", INT64_MIN, INT64_MAX, 0, INT64_MAX },
	{ "9223372036854775808", INT64_MIN, INT64_MAX, -ERANGE, 0 },
	{ "-9223372036854775808", INT64_MIN, INT64_MAX, 0, INT64_MIN },
	{ "-9223372036854775809", INT64_MIN, INT64_MAX, -ERANGE, 0 },
	{ "18446744073709551616", INT64_MIN, INT64_MAX, -ERANGE, 0 },
	{ "99999999999999999999999", INT64_MIN, INT64_MAX, -ERANGE, 0 },
	{ "99999999999999999999999x", INT64_MIN, INT64_MAX, -EINVAL, 0 },
	{ "", 0, 9, -EINVAL, 0 },
	{ "-", -9, 9, -EINVAL, 0 },
	{ "--1", -9, 9, -EINVAL, 0 },
	{ "+1", 0, 9, -EINVAL, 0 },
	{ " 1", 0, 9, -EINVAL, 0 },
	{ "1 ", 0, 9, -EINVAL, 0 },
	{ "1x", 0, 9, -EINVAL, 0 },
	{ "0x1", 0, 9, -EINVAL, 0 },
	{ "1.5", 0, 9, -EINVAL, 0 },
};

static void reads_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(number_cases); i++) {
		const struct number_case *row = &number_cases[i];
		int64_t number = 0;

		assert_int_equal(
		    options_number(row->value, row->low, row->high, &number),
		    row->result);
		assert_true(number == row->number);
	}
}

static const struct size_case {
	const char *value;
	uint64_t low, high;
	int result;
	uint64_t size;
} size_cases[] = {
	{ "0", 0, 9, 0, 0 },
	{ "512", 0, 4096, 0, 512 },
	{ "4K", 0, 4096, 0, 4096 },
	{ "5K", 0, 4096, -ERANGE, 0 },
	{ "1M", 0, UINT64_MAX, 0, 1 << 20 },
	{ "3G", 0, UINT64_MAX, 0, UINT64_C(3) << 30 },
	{ "17179869183G", 0, UINT64_MAX, 0, UINT64_C(17179869183) << 30 },
	{ "17179869184G", 0, UINT64_MAX, -ERANGE, 0 },
	{ "18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX },
	{ "18446744073709551616", 0, UINT64_MAX, -ERANGE, 0 },
	{ "1", 2, 9, -ERANGE, 0 },
	{ "", 0, 9, -EINVAL, 0 },
	{ "K", 0, 9, -EINVAL, 0 },
	{ "-1", 0, 9, -EINVAL, 0 },
	{ "1k", 0, 4096, 0, 1024 },
	{ "2m", 0, UINT64_MAX, 0, 2 << 20 },
	{ "1KB", 0, 4096, -EINVAL, 0 },
	{ "1 K", 0, 4096, -EINVAL, 0 },
	{ "1T", 0, 4096, -EINVAL, 0 },
};

static void reads_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(size_cases); i++) {
		const struct size_case *row = &size_cases[i];
		uint64_t size = 0;

		assert_int_equal(
		    options_size(row->value, row->low, row->high, &size),
		    row->result);
		assert_true(size == row->size);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(sets),
		cmocka_unit_test(no_program_name_is_fine),
		cmocka_unit_test(helps),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(reads_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
