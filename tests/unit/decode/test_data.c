/* Bytes as text: escapes, folds and dumps, to the last column. */
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
#include "decode/data.h"

static const struct data_style ascii = { .width = 80 };
static const struct data_style utf8 = { .width = 80, .utf8 = true };

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct quote_case {
	const char *data;
	size_t length;
	const char *ascii;
	const char *utf8; /* NULL: the same */
} quote_cases[] = {
	{ BYTES(""), "\"\"", NULL },
	{ BYTES("plain text ~"), "\"plain text ~\"", NULL },
	{ BYTES("\a\b\f\n\r\t\v"), "\"\\a\\b\\f\\n\\r\\t\\v\"", NULL },
	{ BYTES("\33[31m\177"), "\"\\033[31m\\177\"", NULL },
	{ BYTES("\\ and \""), "\"\\\\ and \\\"\"", NULL },
	{ BYTES("\0"), "\"\\0\"", NULL },
	{ BYTES("\0x\0"
		"7\0"
		"8"),
	  "\"\\0x\\0007\\08\"", NULL },
	{ BYTES("\377\200"), "\"\\377\\200\"", NULL },
	{ BYTES("\303\251"), "\"\\303\\251\"", "\"\303\251\"" },
	{ BYTES("\342\202\254"), "\"\\342\\202\\254\"", "\"\342\202\254\"" },
	{ BYTES("\360\237\220\201"), "\"\\360\\237\\220\\201\"",
	  "\"\360\237\220\201\"" },
	/* Cut off, overlong, surrogate, beyond Unicode: no characters. */
	{ BYTES("\303"), "\"\\303\"", NULL },
	{ BYTES("\342\202"), "\"\\342\\202\"", NULL },
	{ BYTES("\300\257"), "\"\\300\\257\"", NULL },
	{ BYTES("\355\240\200"), "\"\\355\\240\\200\"", NULL },
	{ BYTES("\364\220\200\200"), "\"\\364\\220\\200\\200\"", NULL },
	{ BYTES("\370\210\200\200\200"), "\"\\370\\210\\200\\200\\200\"",
	  NULL },
	/* Characters that are obeyed: CSI, right-to-left, byte order, tag. */
	{ BYTES("\302\233"
		"2J"),
	  "\"\\302\\2332J\"", NULL },
	{ BYTES("\342\200\256"), "\"\\342\\200\\256\"", NULL },
	{ BYTES("\357\273\277"), "\"\\357\\273\\277\"", NULL },
	{ BYTES("\363\240\200\201"), "\"\\363\\240\\200\\201\"", NULL },
	/* Their neighbours are shown. */
	{ BYTES("\302\240"), "\"\\302\\240\"", "\"\302\240\"" },
	{ BYTES("\342\200\247"), "\"\\342\\200\\247\"", "\"\342\200\247\"" },
};

static void check_quote(const struct quote_case *row,
			const struct data_style *style, const char *wanted)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	/* Exactly as large as that, so that a sanitizer sees more. */
	_cleanup_free_ char *data = malloc(row->length);

	memcpy(data, row->data, row->length);
	data_quote(&text, data, row->length, style);
	assert_string_equal(text_string(&text), wanted);
}

static void quotes(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(quote_cases); i++) {
		const struct quote_case *row = &quote_cases[i];

		check_quote(row, &ascii, row->ascii);
		check_quote(row, &utf8, row->utf8 ? row->utf8 : row->ascii);
	}
}

static void escapes_keep_quotes(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;

	(void)state;
	data_escape(&text, BYTES("a \"b\" \\\33"), &ascii);
	assert_string_equal(text_string(&text), "a \"b\" \\\\\\033");
}

/* No byte gets through that a terminal takes for more than a letter. */
static void every_byte_is_safe(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	char byte;

	(void)state;
	for (int i = 0; i < 256; i++) {
		byte = (char)i;
		data_escape(&text, &byte, 1, &utf8);
	}
	for (size_t i = 0; i < text.length; i++)
		assert_true(text.data[i] >= ' ' && text.data[i] <= '~');
}

static const struct list_case {
	const char *data;
	size_t length;
	const char *wanted;
} list_cases[] = {
	{ BYTES(""), "" },
	{ BYTES("\0"), "\"\"" },
	{ BYTES("echo\0hi there\0"), "\"echo\", \"hi there\"" },
	{ BYTES("a\0\0b\0"), "\"a\", \"\", \"b\"" },
	{ BYTES("a\0cut"), "\"a\", \"cut\"" },
};

static void lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(list_cases); i++) {
		_cleanup_(text_done) struct text text = TEXT_INIT;

		data_quote_list(&text, list_cases[i].data, list_cases[i].length,
				&ascii);
		assert_string_equal(text_string(&text), list_cases[i].wanted);
	}
}

static const struct dump_case {
	unsigned width;
	const char *data;
	size_t length;
	const char *wanted;
} dump_cases[] = {
	{ 80, BYTES(""), "       \"\"\n" },
	{ 80, BYTES("x"), "       \"x\"\n" },
	{ 80, BYTES("ktrace\n"), "       \"ktrace\n       \"\n" },
	{ 80, BYTES("a\nb"), "       \"a\n\tb\"\n" },
	{ 80, BYTES("\n\n"), "       \"\n\t\n       \"\n" },
	{ 80, BYTES("\tx"), "       \"\tx\"\n" },
	{ 80, BYTES("a\r\n"), "       \"a\\r\n       \"\n" },
	{ 80, BYTES("\0"), "       \"\\0\"\n" },
	{ 80,
	  BYTES("\0"
		"1"),
	  "       \"\\0001\"\n" },
	{ 80,
	  BYTES("\0"
		"9"),
	  "       \"\\09\"\n" },
	{ 80, BYTES("\\\""), "       \"\\\\\"\"\n" },
	/* 20 columns: a line ends at the 18th. */
	{ 20, BYTES("abcdefghij"), "       \"abcdefghij\"\n" },
	{ 20, BYTES("abcdefghijk"), "       \"abcdefghij\\\n\tk\"\n" },
	{ 20, BYTES("abcdefghi\\k"), "       \"abcdefghi\\\n\t\\\\k\"\n" },
	{ 20, BYTES("abcdefgh\\k"), "       \"abcdefgh\\\\\\\n\tk\"\n" },
	{ 20,
	  BYTES("abcdefg\0"
		"0"),
	  "       \"abcdefg\\\n\t\\0000\"\n" },
	{ 20, BYTES("a\tb\tc"), "       \"a\tb\\\n\t\tc\"\n" },
	{ 20, BYTES("a\nbcdefghijklm"),
	  "       \"a\n\tbcdefghijk\\\n\tlm\"\n" },
	/* Narrower than the margin: one byte a line, and no end of the world.
	 */
	{ 9, BYTES("abc"), "       \"\\\n\ta\\\n\tb\\\n\tc\"\n" },
	/* Anything else is dumped. */
	{ 80, BYTES("\177ELF\2\1\1\0"),
	  "       0x0000 7f45 4c46 0201 0100                      "
	  "|.ELF....|\n\n" },
	{ 80, BYTES("0123456789abcde\377"),
	  "       0x0000 3031 3233 3435 3637 3839 6162 6364 65ff  "
	  "|0123456789abcde.|\n" },
	{ 80, BYTES("0123456789abcde\377A"),
	  "       0x0000 3031 3233 3435 3637 3839 6162 6364 65ff  "
	  "|0123456789abcde.|\n"
	  "       0x0010 41                                       |A|\n\n" },
	{ 32, BYTES("\1\2\3\4\5"),
	  "       0x0000 0102 0304  |....|\n"
	  "       0x0004 05         |.|\n\n" },
	{ 9, BYTES("\1\2\3"),
	  "       0x0000 0102  |..|\n"
	  "       0x0002 03    |.|\n\n" },
};

static void dumps(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(dump_cases); i++) {
		_cleanup_(text_done) struct text text = TEXT_INIT;
		const struct dump_case *row = &dump_cases[i];
		struct data_style style = { .width = row->width };
		_cleanup_free_ char *data = malloc(row->length);

		memcpy(data, row->data, row->length);
		data_dump(&text, data, row->length, &style);
		assert_string_equal(text_string(&text), row->wanted);
	}
}

/* 64 KiB: offsets of more than four digits, and no line too wide. */
static void long_dumps(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	_cleanup_free_ char *data = calloc(1, 65537);
	const char *last;

	(void)state;
	data_hexdump(&text, data, 65537, &ascii);
	last = strstr(text_string(&text), "       0x10000 00 ");
	assert_non_null(last);
	assert_int_equal(strcspn(text_string(&text), "\n"), 73);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes),
		cmocka_unit_test(escapes_keep_quotes),
		cmocka_unit_test(every_byte_is_safe),
		cmocka_unit_test(lists),
		cmocka_unit_test(dumps),
		cmocka_unit_test(long_dumps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
