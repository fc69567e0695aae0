/* The table of trace points: letters to masks, kinds to tags and names. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <ktrace-u/format.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "trace/facility.h"

#define CALLS   (KTRFAC(KTR_SYSCALL) | KTRFAC(KTR_SYSRET))
#define STRUCTS (KTRFAC(KTR_STRUCT) | KTRFAC(KTR_STRUCT_ARRAY))
#define FAULTS  (KTRFAC(KTR_FAULT) | KTRFAC(KTR_FAULTEND))
#define EXECS   (KTRFAC(KTR_ARGS) | KTRFAC(KTR_ENVS))
/* FreeBSD's DEF_POINTS, by number, and the arguments of programs; not their
 * environment, which is long and holds what is nobody's business. */
#define DEFAULT (UINT32_C(0x93be) | KTRFAC(KTR_ARGS))

static const struct parse_case {
	const char *letters;
	uint32_t mask;
} parse_cases[] = {
	{ "", 0 },
	{ "c", CALLS },
	{ "n", KTRFAC(KTR_NAMEI) },
	{ "i", KTRFAC(KTR_GENIO) },
	{ "s", KTRFAC(KTR_PSIG) },
	{ "p", KTRFAC(KTR_CAPFAIL) },
	{ "t", STRUCTS },
	{ "u", KTRFAC(KTR_USER) },
	{ "w", KTRFAC(KTR_CSW) },
	{ "f", FAULTS },
	{ "y", KTRFAC(KTR_SYSCTL) },
	{ "a", KTRFAC(KTR_ARGS) },
	{ "e", KTRFAC(KTR_ENVS) },
	{ "+", DEFAULT },
	{ "cn", CALLS | KTRFAC(KTR_NAMEI) },
	{ "cc", CALLS },
	{ "+w", DEFAULT | KTRFAC(KTR_CSW) },
	{ "w+f", DEFAULT | KTRFAC(KTR_CSW) | FAULTS },
	{ "+-i", DEFAULT & ~KTRFAC(KTR_GENIO) },
	{ "-i", DEFAULT & ~KTRFAC(KTR_GENIO) },
	{ "-a-e", DEFAULT & ~EXECS },
	{ "-ic", (DEFAULT & ~KTRFAC(KTR_GENIO)) | CALLS },
	{ "c-c", 0 },
	{ "-+", 0 },
	{ "ci-t", CALLS | KTRFAC(KTR_GENIO) },
	{ "-ww", DEFAULT | KTRFAC(KTR_CSW) },
};

static void parses_letters(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(parse_cases); i++) {
		uint32_t mask = ~parse_cases[i].mask;
		char bad = '@';

		assert_int_equal(
		    facility_parse(parse_cases[i].letters, &mask, &bad), 0);
		if (mask != parse_cases[i].mask)
			fail_msg("%s: %#x", parse_cases[i].letters, mask);
		assert_int_equal(bad, '@');
	}
}

static const struct bad_case {
	const char *letters;
	char bad;
} bad_cases[] = {
	{ "x", 'x' },  { "cx", 'x' }, { "C", 'C' },        { "-", '-' },
	{ "c-", '-' }, { "--", '-' }, { "-x", 'x' },       { "c n", ' ' },
	{ "c,", ',' }, { "0", '0' },  { "c\xff", '\xff' },
};

static void refuses_other_letters(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad_cases); i++) {
		uint32_t mask = 42;
		char bad = 0;

		assert_int_equal(
		    facility_parse(bad_cases[i].letters, &mask, &bad), -EINVAL);
		assert_int_equal(bad, bad_cases[i].bad);
		assert_int_equal(mask, 42);
	}
}

static void the_masks_are_freebsds(void **state)
{
	(void)state;
	assert_int_equal(facility_default(), DEFAULT);
	assert_int_equal(facility_default() & ~KTRFAC_MASK, 0);
}

static const struct kind_case {
	unsigned kind;
	const char *tag;
	const char *name;
} kind_cases[] = {
	{ 0, NULL, "unknown" },
	{ KTR_SYSCALL, "CALL", "syscall" },
	{ KTR_SYSRET, "RET ", "sysret" },
	{ KTR_NAMEI, "NAMI", "namei" },
	{ KTR_GENIO, "GIO ", "genio" },
	{ KTR_PSIG, "PSIG", "psig" },
	{ KTR_CSW, "CSW ", "csw" },
	{ KTR_USER, "USER", "user" },
	{ KTR_STRUCT, "STRU", "struct" },
	{ KTR_SYSCTL, "SCTL", "sysctl" },
	{ KTR_PROCCTOR, NULL, "procctor" },
	{ KTR_PROCDTOR, NULL, "procdtor" },
	{ KTR_CAPFAIL, "CAP ", "capfail" },
	{ KTR_FAULT, "PFLT", "fault" },
	{ KTR_FAULTEND, "PRET", "faultend" },
	{ KTR_STRUCT_ARRAY, "STRU", "struct_array" },
	{ KTR_ARGS, "ARGS", "args" },
	{ KTR_ENVS, "ENVS", "envs" },
	{ KTR_KIND_MAX + 1, NULL, "unknown" },
	{ 0x3fff, NULL, "unknown" },
	{ UINT32_MAX, NULL, "unknown" },
};

static void names_the_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kind_cases); i++) {
		const char *tag = facility_tag(kind_cases[i].kind);

		assert_int_equal(tag != NULL, kind_cases[i].tag != NULL);
		if (tag)
			assert_string_equal(tag, kind_cases[i].tag);
		assert_string_equal(facility_name(kind_cases[i].kind),
				    kind_cases[i].name);
	}
}

/* --help names each letter once, and says which ones + leaves out. */
static void helps(void **state)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	const char *help;

	(void)state;
	facility_help(&text);
	help = text_string(&text);
	for (const char *letter = "cnisptuwfyae"; *letter; letter++) {
		char line[8] = { ' ', ' ', *letter, ' ', ' ' };
		const char *found = strstr(help, line);

		assert_non_null(found);
		assert_null(strstr(found + 1, line));
		assert_int_equal(!memchr(found, '(', strcspn(found, "\n")),
				 !strchr("wfe", *letter));
	}
	assert_non_null(strstr(help, "  +  "));
	assert_int_equal(help[text.length - 1], '\n');
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_letters),
		cmocka_unit_test(refuses_other_letters),
		cmocka_unit_test(the_masks_are_freebsds),
		cmocka_unit_test(names_the_kinds),
		cmocka_unit_test(helps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
