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

struct set {
	struct text *seen;
	bool loud;
	const char *name;
	int count;
	int64_t id;
	uint64_t bytes;
	enum { RED, GREEN, BLUE } colour;
	bool is_deep;
};

/* Writes down what was given: "all ", or "all=value ". */
static int note(const struct options_given *given)
{
	struct text *seen = ((struct set *)given->ret)->seen;

	text_put(seen, given->row->by);
	if (given->value)
		text_format(seen, "=%s", given->value);
	text_char(seen, ' ');
	return 0;
}

static int stop(const struct options_given *given)
{
	note(given);
	return -ECANCELED;
}

static int name_it(const struct options_given *given)
{
	note(given);
	return options_word(given);
}

static const char *const colours[] = { "red", "green", "blue", NULL };
static const char *const depths[] = { "flat", "deep", NULL };

static const struct options_row table[] = {
	{ 'a', "all", NULL, "take all", .take = note, .by = "all" },
	{ 'f', "file", "FILE", "write there", .take = note, .by = "file" },
	{ 'i', NULL, NULL, "children too", .take = note, .by = "i" },
	{ 0, "size", "N", "how much", .take = note, .by = "size" },
	{ 's', NULL, "WORD", "stop at once", .take = stop, .by = "s" },
	{ 0, "quiet", NULL, "say nothing", .take = note, .by = "quiet" },
	{ 0, "pack", "[N]", "make it small", .take = note, .by = "pack" },
	{ 'L', "loud", NULL, "say much", OPTIONS_FLAG(struct set, loud) },
	{ 'N', "name", "NAME", "call it so", .take = name_it, .by = "name",
	  .at = offsetof(struct set, name) },
	{ 0 },
};

static const struct options_row setting[] = {
	{ 'c', NULL, "N", "how many",
	  OPTIONS_NUMBER(options_number_in, struct set, count, -1, 9,
			 "a count") },
	{ 0, "id", "N", "which",
	  OPTIONS_NUMBER(options_number_in, struct set, id, 1, INT64_MAX,
			 "an id") },
	{ 'b', "bytes", "N", "how large",
	  OPTIONS_SIZE(options_size_in, struct set, bytes, 1, 4096, "1K") },
	{ 0, "colour", "COLOUR", "what it is like",
	  OPTIONS_CHOICE(struct set, colour, colours) },
	{ 0, "depth", "DEPTH", "how it looks",
	  OPTIONS_CHOICE(struct set, is_deep, depths) },
	{ 'w', "word", "WORD", "what it says", OPTIONS_WORD(struct set, name) },
	{ 0 },
};

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
	{ { "-a", "--", "-a" }, 3, "all ", "" },
	{ { "-a", "ls", "-i" }, 2, "all ", "" },
	{ { "-ai" }, 2, "all i ", "" },
	{ { "-aa", "-a" }, 3, "all all all ", "" },
	{ { "-fout" }, 2, "file=out ", "" },
	{ { "-f", "out", "x" }, 3, "file=out ", "" },
	{ { "-aifout" }, 2, "all i file=out ", "" },
	{ { "-aif", "out" }, 3, "all i file=out ", "" },
	{ { "-f", "-" }, 3, "file=- ", "" },
	{ { "-f", "--" }, 3, "file=-- ", "" },
	{ { "-f", "" }, 3, "file= ", "" },
	{ { "-f=out" }, 2, "file==out ", "" },
	{ { "-fa" }, 2, "file=a ", "" },
	{ { "--all" }, 2, "all ", "" },
	{ { "--file=out" }, 2, "file=out ", "" },
	{ { "--file=" }, 2, "file= ", "" },
	{ { "--file=a=b" }, 2, "file=a=b ", "" },
	{ { "--file", "out", "x" }, 3, "file=out ", "" },
	{ { "--file", "--all" }, 3, "file=--all ", "" },
	{ { "--size", "9", "--quiet", "-i" }, 5, "size=9 quiet i ", "" },
	{ { "--pack", "9", "-i" }, 2, "pack ", "" },
	{ { "--pack=9", "-i" }, 3, "pack=9 i ", "" },
	{ { "--pack=", "--pack" }, 3, "pack= pack ", "" },
	{ { "-sx", "-a" }, -ECANCELED, "s=x ", "" },
	{ { "-x" }, -EINVAL, "", "unknown option -x" },
	{ { "-ax" }, -EINVAL, "all ", "unknown option -x" },
	{ { "-a-" }, -EINVAL, "all ", "unknown option --" },
	{ { "-\xff" }, -EINVAL, "", "unknown option -\\377" },
	{ { "--\x1b[2J" }, -EINVAL, "", "unknown option --\\033[2J" },
	{ { "--al" }, -EINVAL, "", "unknown option --al" },
	{ { "--all2" }, -EINVAL, "", "unknown option --all2" },
	{ { "--=x" }, -EINVAL, "", "unknown option --" },
	{ { "--nope=1" }, -EINVAL, "", "unknown option --nope" },
	{ { "---all" }, -EINVAL, "", "unknown option ---all" },
	{ { "-f" }, -EINVAL, "", "-f needs an argument: FILE" },
	{ { "-aif" }, -EINVAL, "all i ", "-f needs an argument: FILE" },
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
		struct set set = { .seen = &seen };
		int argc = 1;

		while (argc <= WORDS_MAX && row->words[argc - 1]) {
			argv[argc] = (char *)row->words[argc - 1];
			argc++;
		}
		assert_int_equal(
		    options_parse(table, argc, argv, &set, NULL, &error),
		    row->result);
		assert_string_equal(text_string(&seen), row->seen);
		assert_string_equal(text_string(&error), row->error);
	}
}

/* A row's function may set what the row says, and more. */
static void sets(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	char *words[] = { (char *)"program", (char *)"-aLNone",
			  (char *)"--name=other", NULL };
	struct set set = { .seen = &text };

	(void)state;
	assert_int_equal(options_parse(table, 2, words, &set, NULL, &text), 2);
	assert_true(set.loud);
	assert_string_equal(set.name, "one");
	assert_string_equal(text_string(&text), "all name=one ");
	set.loud = false;
	assert_int_equal(options_parse(table, 2, words + 1, &set, NULL, &text),
			 2);
	assert_false(set.loud);
	assert_string_equal(set.name, "other");
}

static const struct set_case {
	const char *word;
	int result;
	const char *error;
	struct set set;
} set_cases[] = {
	{ "-c9", 2, "", { .count = 9 } },
	{ "-c-1", 2, "", { .count = -1 } },
	{ "-c10", -EINVAL, "-c: \"10\" is not a count", { 0 } },
	{ "-cx\033", -EINVAL, "-c: \"x\\033\" is not a count", { 0 } },
	{ "--id=9223372036854775807", 2, "", { .id = INT64_MAX } },
	{ "--id=", -EINVAL, "--id: \"\" is not an id", { 0 } },
	{ "-b1k", 2, "", { .bytes = 1024 } },
	{ "-b5K",
	  -EINVAL,
	  "--bytes: \"5K\" is not a size from 1 to 4096, such as 1K",
	  { 0 } },
	{ "--colour=red", 2, "", { .colour = RED } },
	{ "--colour=blue", 2, "", { .colour = BLUE } },
	{ "--colour=pink",
	  -EINVAL,
	  "--colour: \"pink\" is not red, green or blue",
	  { 0 } },
	{ "--depth=deep", 2, "", { .is_deep = true } },
	{ "--depth=", -EINVAL, "--depth: \"\" is not flat or deep", { 0 } },
};

static void sets_by_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(set_cases); i++) {
		const struct set_case *row = &set_cases[i];
		_cleanup_(text_done) struct text error = TEXT_INIT;
		char *argv[] = { (char *)"program", (char *)row->word, NULL };
		struct set set;

		memset(&set, 0, sizeof(set)); /* and what is between members */
		assert_int_equal(
		    options_parse(setting, 2, argv, &set, NULL, &error),
		    row->result);
		assert_string_equal(text_string(&error), row->error);
		assert_memory_equal(&set, &row->set, sizeof(set));
	}
}

static int refuse_all(const struct options_given *given)
{
	options_put_name(given->error, given->row);
	return given->row->letter == 'a' ? -EPERM : 0;
}

/* Before anything is set. */
static void asks_before(void **state)
{
	_cleanup_(text_done) struct text seen = TEXT_INIT;
	_cleanup_(text_done) struct text error = TEXT_INIT;
	char *argv[] = { (char *)"program", (char *)"-ia", NULL };
	struct set set = { .seen = &seen };

	(void)state;
	assert_int_equal(
	    options_parse(table, 2, argv, &set, refuse_all, &error), -EPERM);
	assert_string_equal(text_string(&seen), "i ");
	assert_string_equal(text_string(&error), "-i--all");
}

static void no_program_name_is_fine(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	char *argv[] = { NULL };

	(void)state;
	assert_int_equal(options_parse(table, 0, argv, NULL, NULL, &text), 0);
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
		cmocka_unit_test(sets_by_rows),
		cmocka_unit_test(asks_before),
		cmocka_unit_test(no_program_name_is_fine),
		cmocka_unit_test(helps),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(reads_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
