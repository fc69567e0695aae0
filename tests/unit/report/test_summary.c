/* What a trace does not hold: counted, kept apart, and bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "join/whole.h"
#include "report/summary.h"
#include "show/view.h"
#include "trace/record.h"

static const struct view view;
static const struct report_context context = { .view = &view, .json = true };
static void *summary;

static int setup(void **state)
{
	(void)state;
	return summary_report.open(&summary, &context);
}

static int teardown(void **state)
{
	(void)state;
	summary_report.close(summary);
	return 0;
}

static void add(const char *name, const char *fields, size_t length)
{
	const struct record record = {
		.kind = KTR_STRUCT,
		.pid = 7,
		.comm = "who",
		.structure = { .name = name,
			       .data = (const uint8_t *)fields,
			       .length = length },
	};

	assert_int_equal(summary_report.add(summary, &record), 0);
}

#define ADD(name, fields) add(name, fields, sizeof(fields))

static void must_say(const char *wanted)
{
	struct text text = TEXT_INIT;

	summary_report.put(summary, &text);
	if (!strstr(text_string(&text), wanted))
		fail_msg("no %s in: %s", wanted, text_string(&text));
	text_done(&text);
}

static void test_whole(void **state)
{
	(void)state;
	must_say("\"whole\":false");
	ADD(KTR_STRUCT_SESSION, "command=a\0command=b");
	must_say("\"whole\":false");
	ADD(KTR_STRUCT_END, "complete:1");
	must_say("\"command\":[\"a\",\"b\"]");
	must_say("\"not_seen\":[],\"whole\":true");
	/* Appended to, and cut short. */
	ADD(KTR_STRUCT_SESSION, "command=c");
	must_say("\"command\":[\"a\",\"b\"]");
	must_say("\"whole\":false");
	ADD(KTR_STRUCT_END, "complete:1");
	must_say("\"whole\":true");
	ADD(KTR_STRUCT_COVERAGE, "what=memory\0why=secret");
	must_say("{\"what\":\"memory: secret\",\"count\":1,\"pid\":7,"
		 "\"comm\":\"who\"}");
	must_say("\"whole\":false");
}

/* Parts of one, in a file of their own or together. */
static void test_parts(void **state)
{
	(void)state;
	ADD(KTR_STRUCT_SESSION, "inherit:1");
	ADD(KTR_STRUCT_END, "complete:1\0continued:1");
	must_say("\"whole\":false");
	ADD(KTR_STRUCT_SESSION, "continues:1");
	must_say("\"whole\":false");
	ADD(KTR_STRUCT_END, "complete:1");
	must_say("\"whole\":true");
	ADD(KTR_STRUCT_SESSION, "continues:1");
	ADD(KTR_STRUCT_END, "complete:1");
	must_say("\"whole\":false");
}

static void test_counted(void **state)
{
	(void)state;
	ADD(KTR_STRUCT_LOSS, "genio:3\0syscall:1");
	ADD(KTR_STRUCT_LOSS, "genio:4");
	ADD(KTR_STRUCT_COVERAGE, "what=child\0why=x");
	ADD(KTR_STRUCT_COVERAGE, "what=child\0why=x");
	ADD(KTR_STRUCT_COVERAGE, "what=child\0why=y");
	must_say("\"genio records lost\",\"count\":7");
	must_say("\"syscall records lost\",\"count\":1");
	must_say("\"child: x\",\"count\":2");
	must_say("\"child: y\",\"count\":1");
}

static void test_bounded(void **state)
{
	char fields[64];

	(void)state;
	for (unsigned i = 0; i < GAPS_MAX + 100; i++) {
		int n = snprintf(fields, sizeof(fields), "what=gap %u", i);

		add(KTR_STRUCT_COVERAGE, fields, (size_t)n + 1);
	}
	must_say("\"gap 511\",\"count\":1");
	must_say("\"other things\",\"count\":100");
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_whole),
		TEST(test_parts),
		TEST(test_counted),
		TEST(test_bounded),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
