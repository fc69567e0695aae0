/* Patterns: what they match, of texts and of paths. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/array.h"
#include "base/glob.h"

/* Words behind + match, those behind - do not; blanks between. */
static const struct {
	const char *pattern;
	bool is_path;
	const char *match, *other;
} globs[] = {
	{ "abc", false, "abc", "ab abcd xabc Abc" },
	{ "a*c", false, "ac abc abbc a/c acac", "ab abcd" },
	{ "*", false, "a abc /a/b", "" },
	{ "a?c", false, "abc a/c", "ac abbc" },
	{ "*a*b*", false, "ab xaxbx aab", "ba b" },
	{ "[a-c]x", false, "ax bx cx", "dx x -x" },
	{ "[!a-c]x", false, "dx -x", "ax x" },
	{ "[]a]x", false, "]x ax", "x bx" },
	{ "[a", false, "[a", "a" },
	{ "[a-]", false, "a -", "b" },
	{ "\\*", false, "*", "a \\*" },
	{ "a\\", false, "a\\", "a" },
	{ "/etc/*", true, "/etc/passwd /etc/", "/etc/x/y /etc /etcx" },
	{ "/etc/**", true, "/etc/passwd /etc/x/y", "/etc /etcx/y" },
	{ "**/a.c", true, "a.c x/a.c x/y/a.c /a.c", "xa.c x/a.cc" },
	{ "src/**/a.c", true, "src/a.c src/x/a.c src/x/y/a.c",
	  "srca.c src/xa.c a.c" },
	{ "src/**/*.c", true, "src/a.c src/x/b.c src/x/y/c.c",
	  "src/a.h src.c" },
	{ "**", true, "a /a/b", "" },
	{ "/a**z", true, "/az /a/b/z /abz", "/a /b/z" },
	{ "*.c", true, "a.c .c", "x/a.c" },
	{ "a?b", true, "axb", "a/b" },
	{ "a[!x]b", true, "ayb", "a/b axb" },
	{ "**/b/**/d", true, "b/d a/b/c/d a/b/c/c/d b/b/d", "b a/d bd b/cd" },
	{ "/*/b*/c", true, "/a/b/c /a/bb/c", "/b/c /a/x/b/c /a/bb/x/c" },
};

/* Each word of a list. */
static void check(size_t index, const char *words, bool wanted)
{
	const struct glob glob = { globs[index].pattern,
				   strlen(globs[index].pattern),
				   globs[index].is_path };

	while (*words) {
		size_t length = strcspn(words, " ");

		if (glob_matches(&glob, words, length) != wanted)
			fail_msg("%s and %.*s", glob.pattern, (int)length,
				 words);
		words += length + (words[length] == ' ');
	}
}

static void test_globs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(globs); i++) {
		check(i, globs[i].match, true);
		check(i, globs[i].other, false);
	}
}

/* The text ends where it says, and may hold anything. */
static void test_bytes(void **state)
{
	const struct glob empty = { "", 0, false };
	const struct glob any = { "a*b", 3, false };

	(void)state;
	assert_true(glob_matches(&empty, "x", 0));
	assert_false(glob_matches(&empty, "x", 1));
	assert_true(glob_matches(&any, "a\0\377b", 4));
	assert_false(glob_matches(&any, "a\0\377b", 3));
}

/* What takes for ever where each star is tried with each other. */
static void test_many_stars(void **state)
{
	static const char pattern[] = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
	static char text[20000];
	const struct glob glob = { pattern, sizeof(pattern) - 1, false };

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_false(glob_matches(&glob, text, sizeof(text)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_globs),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_many_stars),
	};

	return cmocka_run_group_tests_name("glob", tests, NULL, NULL);
}
